//! One `component` of a manifest.

use roxmltree::Node;

use super::{fault::Fault, line};
use crate::platform::{Platform, Processor, System};

const SYSTEMS: &[&str] = &["Windows", "Linux", "MacOS", "iOS", "Android", "WindowsRuntime"];
const KINDS: &[&str] = &["native", "com", "plugin"];
const PROCESSORS: &[&str] = &["i386", "x86_64", "ARM", "ARM64", "E2K", "Universal"];
const CLIENTS: &[&str] = &[
    "1C:Enterprise",
    "Firefox",
    "MSIE",
    "Safari",
    "Chrome",
    "YandexBrowser",
    "ChromiumGost",
    "Edge",
    "AnyChromiumBased",
];
const BUILDS: &[&str] = &["developer", "release"];
const CODES: &[&str] = &["c++", "java"];

/// Attributes that only components of the kind `plugin` have.
const OF_PLUGINS: [&str; 3] = ["object", "client", "clientVersion"];

/// An attribute that has to be there, and its values; any value, where there are none.
type Required = (&'static str, &'static [&'static str]);

const REQUIRED: [Required; 4] = [("os", SYSTEMS), ("path", &[]), ("type", KINDS), ("arch", PROCESSORS)];
const OPTIONAL: [Required; 5] = [
    ("object", &[]),
    ("client", CLIENTS),
    ("clientVersion", &[]),
    ("buildType", BUILDS),
    ("codeType", CODES),
];

/// A library of an archive, and where 1C takes it. A value that is missing is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The operating system.
    pub os: String,
    /// The name of the file in the archive.
    pub path: String,
    /// `native` for a library of the Native API.
    pub kind: String,
    /// The processor.
    pub arch: String,
    /// For which program it is, of plug-ins.
    pub client: String,
    /// Where it stands in the manifest.
    pub line: u32,
}

impl Component {
    /// The platform that it is for, when it is one of Vestnik's, whatever the case of the letters.
    #[must_use]
    pub fn platform(&self) -> Option<Platform> {
        let is = |value: &str, name: &str| value.eq_ignore_ascii_case(name);
        let system =
            [System::Windows, System::Linux].into_iter().find(|system| is(&self.os, system.name()))?;
        let processors = [Processor::I386, Processor::X86_64, Processor::Arm64];
        let processor = processors.into_iter().find(|processor| is(&self.arch, processor.name()))?;
        Some(Platform { system, processor })
    }

    pub(super) fn serves_the_same(&self, other: &Self) -> bool {
        (&self.os, &self.arch, &self.kind, &self.client)
            == (&other.os, &other.arch, &other.kind, &other.client)
    }
}

/// Reads a component, and tells what breaks the rules.
pub(super) fn parse(node: Node<'_, '_>, faults: &mut Vec<Fault>) -> Component {
    let line = line(node);
    let value = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let component = Component {
        os: value("os"),
        path: value("path"),
        kind: value("type"),
        arch: value("arch"),
        client: value("client"),
        line,
    };
    for (attribute, values) in REQUIRED {
        match node.attribute(attribute) {
            None | Some("") => faults.push(Fault::Missing { line, attribute }),
            Some(value) => check(line, attribute, value, values, faults),
        }
    }
    for (attribute, values) in OPTIONAL {
        if let Some(value) = node.attribute(attribute) {
            check(line, attribute, value, values, faults);
        }
    }
    if component.kind != "plugin" {
        let attributes = OF_PLUGINS.into_iter().filter(|name| node.has_attribute(*name));
        faults.extend(attributes.map(|attribute| Fault::PluginOnly { line, attribute }));
    }
    if component.path.contains(['/', '\\', ':']) {
        faults.push(Fault::Path { line, path: component.path.clone() });
    }
    let known = |name: &str| REQUIRED.iter().chain(&OPTIONAL).any(|(known, _)| *known == name);
    let unknown = node.attributes().map(|attribute| attribute.name()).filter(|name| !known(name));
    faults.extend(unknown.map(|name| Fault::UnknownAttribute { line, name: name.to_owned() }));
    component
}

fn check(line: u32, attribute: &'static str, value: &str, values: &[&'static str], faults: &mut Vec<Fault>) {
    if !values.is_empty() && !values.contains(&value) {
        let meant = values.iter().copied().find(|known| known.eq_ignore_ascii_case(value));
        faults.push(Fault::Value { line, attribute, value: value.to_owned(), meant });
    }
}
