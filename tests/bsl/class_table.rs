//! What 1C may call on an object of a class.

use native_api_host::{Method, Property, Table};

/// A class of the add-in.
#[derive(Debug)]
pub(crate) struct ClassTable {
    pub(crate) name: String,
    /// As an object of the class tells them.
    pub(crate) members: Table,
}

/// What a piece of BSL does with a member.
#[derive(Debug)]
pub(crate) enum Use<'a> {
    Read,
    Write,
    /// For each argument, whether something stands at its place.
    Call(&'a [bool]),
}

/// Prefixes by which the platform makes calls with a notification out of a member's name.
const BEGIN_CALL: [&str; 2] = ["НачатьВызов", "BeginCalling"];
const BEGIN_READ: [&str; 2] = ["НачатьПолучение", "BeginGetting"];
const BEGIN_WRITE: [&str; 2] = ["НачатьУстановку", "BeginSetting"];
/// The suffix by which it makes calls that give a promise, and what such a call of a property starts with.
const PROMISE: [&str; 2] = ["Асинх", "Async"];
const PROMISE_READ: [&str; 2] = ["Получить", "Get"];
const PROMISE_WRITE: [&str; 2] = ["Установить", "Set"];

impl ClassTable {
    /// Whether a member may be used so; if not, why.
    pub(crate) fn check(&self, name: &str, how: &Use<'_>) -> Result<(), String> {
        match how {
            Use::Read => self.property(name).map(|_| ()),
            Use::Write => self.property(name).and_then(writable),
            Use::Call(arguments) => self.check_call(name, arguments),
        }
    }

    fn check_call(&self, name: &str, given: &[bool]) -> Result<(), String> {
        if let Some(rest) = without_prefix(name, BEGIN_CALL) {
            let (notification, given) = given.split_first().unwrap_or((&false, &[]));
            arguments(name, &[true], &[*notification])?;
            return arguments(name, &required(self.method(&rest)?), given);
        }
        if let Some(rest) = without_prefix(name, BEGIN_READ) {
            self.property(&rest)?;
            return arguments(name, &[true], given);
        }
        if let Some(rest) = without_prefix(name, BEGIN_WRITE) {
            writable(self.property(&rest)?)?;
            return arguments(name, &[true, true], given);
        }
        let Some(promised) = without_suffix(name, PROMISE) else {
            return arguments(name, &required(self.method(name)?), given);
        };
        if let Ok(method) = self.method(&promised) {
            return arguments(name, &required(method), given);
        }
        if let Some(property) = without_prefix(&promised, PROMISE_READ) {
            self.property(&property)?;
            return arguments(name, &[], given);
        }
        if let Some(property) = without_prefix(&promised, PROMISE_WRITE) {
            writable(self.property(&property)?)?;
            return arguments(name, &[true], given);
        }
        self.method(&promised).map(|_| ())
    }

    fn property(&self, name: &str) -> Result<&Property, String> {
        let found = self.members.properties.iter().find(|it| is_one_of(name, [&it.name, &it.alias]));
        found.ok_or_else(|| format!("{} has no property {name}", self.name))
    }

    fn method(&self, name: &str) -> Result<&Method, String> {
        let found = self.members.methods.iter().find(|it| is_one_of(name, [&it.name, &it.alias]));
        found.ok_or_else(|| format!("{} has no method {name}", self.name))
    }
}

fn writable(property: &Property) -> Result<(), String> {
    if property.writable { Ok(()) } else { Err(format!("{} is read-only", property.alias)) }
}

/// For each parameter, whether it must be given.
fn required(method: &Method) -> Vec<bool> {
    method.parameters.iter().map(Option::is_none).collect()
}

fn arguments(name: &str, required: &[bool], given: &[bool]) -> Result<(), String> {
    if given.len() > required.len() {
        return Err(format!("{name} takes at most {} arguments, not {}", required.len(), given.len()));
    }
    let is_missing = |&index: &usize| required[index] && !given.get(index).is_some_and(|given| *given);
    match (0..required.len()).find(is_missing) {
        Some(index) => Err(format!("{name}: argument {} is missing", index + 1)),
        None => Ok(()),
    }
}

/// Names of BSL do not depend on letter case.
fn is_one_of(name: &str, names: [&str; 2]) -> bool {
    names.iter().any(|candidate| candidate.to_lowercase() == name.to_lowercase())
}

fn without_prefix(name: &str, prefixes: [&str; 2]) -> Option<String> {
    let name = name.to_lowercase();
    prefixes.iter().find_map(|prefix| name.strip_prefix(&prefix.to_lowercase()).map(str::to_owned))
}

fn without_suffix(name: &str, suffixes: [&str; 2]) -> Option<String> {
    let name = name.to_lowercase();
    suffixes.iter().find_map(|suffix| name.strip_suffix(&suffix.to_lowercase()).map(str::to_owned))
}
