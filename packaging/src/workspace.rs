//! This project, as cargo describes it.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::run::output;
use crate::toolchain::Toolchain;

/// The package that holds the add-in.
const ADD_IN: &str = "vestnik";

/// The project and the crates that it is built from.
#[derive(Debug)]
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target_directory: PathBuf,
    /// The add-in's version.
    pub version: String,
    /// When the commit was made, in seconds since 1970.
    pub commit_time: i64,
}

/// A crate that is linked into the add-in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Linked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence in its `Cargo.toml`, an SPDX expression.
    pub licence: String,
    /// Where its sources lie.
    pub folder: PathBuf,
}

impl Workspace {
    /// The project that this program belongs to.
    ///
    /// # Errors
    /// When cargo or git cannot be asked.
    pub fn find(toolchain: &Toolchain) -> Result<Self, Box<dyn Error>> {
        let metadata = metadata(toolchain, &["--no-deps"])?;
        let root = PathBuf::from(text(&metadata["workspace_root"])?);
        let packages = metadata["packages"].as_array().ok_or("cargo metadata без пакетов")?;
        let add_in = packages.iter().find(|package| package["name"] == ADD_IN).ok_or("пакета vestnik нет")?;
        Ok(Self {
            target_directory: text(&metadata["target_directory"])?.into(),
            version: text(&add_in["version"])?.to_owned(),
            commit_time: commit_time(&root)?,
            root,
        })
    }

    /// Whether files were changed after the commit; no, where git is not there to tell.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let status = output(git(&self.root).args(["status", "--porcelain", "--untracked-files=no"]));
        status.is_ok_and(|status| !status.is_empty())
    }

    /// The crates that are linked into the add-in for a target, other people's only, in the order of their names.
    ///
    /// # Errors
    /// When cargo cannot be asked.
    pub fn linked(&self, toolchain: &Toolchain, triple: &str) -> Result<BTreeSet<Linked>, Box<dyn Error>> {
        linked(&metadata(toolchain, &["--locked", "--filter-platform", triple])?)
    }
}

/// When the commit was made, or what `SOURCE_DATE_EPOCH` says, for sources without git.
fn commit_time(root: &Path) -> Result<i64, Box<dyn Error>> {
    let time = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(time) => time,
        Err(_) => output(git(root).args(["log", "-1", "--format=%ct"]))
            .map_err(|error| format!("время фиксации неизвестно, задайте SOURCE_DATE_EPOCH: {error}"))?,
    };
    Ok(time.trim().parse()?)
}

fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root);
    command
}

fn metadata(toolchain: &Toolchain, arguments: &[&str]) -> Result<Value, Box<dyn Error>> {
    let mut command = Command::new(&toolchain.cargo);
    command.args(["metadata", "--format-version", "1"]).args(arguments);
    Ok(serde_json::from_str(&output(&mut command)?)?)
}

/// Follows normal dependencies. A macro runs while crates are built, and is not linked; the sources of a C library come
/// as a build dependency whose name ends with `-src`, and are.
fn linked(metadata: &Value) -> Result<BTreeSet<Linked>, Box<dyn Error>> {
    let packages: HashMap<_, _> =
        array(&metadata["packages"])?.iter().map(|package| (&package["id"], package)).collect();
    let nodes: HashMap<_, _> =
        array(&metadata["resolve"]["nodes"])?.iter().map(|node| (&node["id"], node)).collect();
    let add_in = packages.values().find(|package| package["name"] == ADD_IN).ok_or("пакета vestnik нет")?;

    let (mut seen, mut waiting) = (BTreeSet::new(), vec![&add_in["id"]]);
    let mut linked = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(text(id)?) {
            continue;
        }
        let package = packages.get(id).ok_or("cargo metadata неполно")?;
        if !package["source"].is_null() {
            linked.insert(of(package)?);
        }
        for dependency in array(&nodes.get(id).ok_or("cargo metadata неполно")?["deps"])? {
            let id = &dependency["pkg"];
            let package = packages.get(id).ok_or("cargo metadata неполно")?;
            let is_normal = array(&dependency["dep_kinds"])?.iter().any(|kind| kind["kind"].is_null());
            if is_normal && !is_macro(package)? {
                waiting.push(id);
            } else if text(&package["name"])?.ends_with("-src") {
                linked.insert(of(package)?);
            }
        }
    }
    Ok(linked)
}

fn is_macro(package: &Value) -> Result<bool, Box<dyn Error>> {
    let targets = array(&package["targets"])?;
    Ok(targets
        .iter()
        .any(|target| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"proc-macro".into()))))
}

fn of(package: &Value) -> Result<Linked, Box<dyn Error>> {
    let manifest = Path::new(text(&package["manifest_path"])?);
    Ok(Linked {
        name: text(&package["name"])?.to_owned(),
        version: text(&package["version"])?.to_owned(),
        licence: package["license"].as_str().unwrap_or_default().to_owned(),
        folder: manifest.parent().ok_or("cargo metadata без папок")?.to_owned(),
    })
}

fn text(value: &Value) -> Result<&str, Box<dyn Error>> {
    value.as_str().ok_or_else(|| "cargo metadata: ожидалась строка".into())
}

fn array(value: &Value) -> Result<&Vec<Value>, Box<dyn Error>> {
    value.as_array().ok_or_else(|| "cargo metadata: ожидался массив".into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, kind: &str, source: &Value) -> Value {
        json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT", "source": source,
            "manifest_path": format!("/crates/{name}/Cargo.toml"), "targets": [{ "kind": [kind] }],
        })
    }

    fn node(name: &str, dependencies: &[(&str, Value)]) -> Value {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, kind)| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] }))
            .collect();
        json!({ "id": name, "deps": dependencies })
    }

    #[test]
    fn what_only_runs_while_crates_are_built_is_not_linked() {
        let registry = json!("registry");
        let metadata = json!({
            "packages": [
                package("vestnik", "cdylib", &Value::Null),
                package("wire", "lib", &Value::Null),
                package("bytes", "lib", &registry),
                package("derive", "proc-macro", &registry),
                package("syn", "lib", &registry),
                package("openssl-sys", "lib", &registry),
                package("openssl-src", "lib", &registry),
                package("cc", "lib", &registry),
                package("proptest", "lib", &registry),
            ],
            "resolve": { "nodes": [
                node("vestnik", &[("wire", Value::Null), ("openssl-sys", Value::Null), ("proptest", json!("dev"))]),
                node("wire", &[("bytes", Value::Null), ("derive", Value::Null)]),
                node("bytes", &[]),
                node("derive", &[("syn", Value::Null)]),
                node("syn", &[]),
                node("openssl-sys", &[("openssl-src", json!("build")), ("cc", json!("build"))]),
                node("openssl-src", &[]),
                node("cc", &[]),
                node("proptest", &[]),
            ] },
        });
        let names: Vec<_> = linked(&metadata).unwrap().into_iter().map(|linked| linked.name).collect();
        assert_eq!(names, ["bytes", "openssl-src", "openssl-sys"]);
    }
}
