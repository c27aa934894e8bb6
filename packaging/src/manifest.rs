//! `MANIFEST.XML`: which library of an archive 1C takes where. The rules are those of 1C's schema `MANIFEST.xsd`.

mod component;
mod fault;

use roxmltree::{Document, Node};

use crate::platform::Platform;

pub use component::Component;
pub use fault::Fault;

/// The name that 1C looks for, in the root of the archive. Ours is in capitals, others write it as they like.
pub const FILE_NAME: &str = "MANIFEST.XML";
const NAMESPACE: &str = "http://v8.1c.ru/8.2/addin/bundle";

/// The manifest of the package.
#[must_use]
pub fn write(libraries: &[(Platform, String)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bundle xmlns=\"{NAMESPACE}\" name=\"Vestnik\">\n"
    );
    for (platform, path) in libraries {
        let (os, arch) = (platform.system.name(), platform.processor.name());
        text += &format!("\t<component os=\"{os}\" path=\"{path}\" type=\"native\" arch=\"{arch}\"/>\n");
    }
    text + "</bundle>\n"
}

/// Reads a manifest: the components that could be read, and what breaks the rules.
#[must_use]
pub fn parse(data: &[u8]) -> (Vec<Component>, Vec<Fault>) {
    let Ok(text) = std::str::from_utf8(data) else {
        return (Vec::new(), vec![Fault::NotUtf8]);
    };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return (Vec::new(), vec![Fault::NotXml(error.to_string())]),
    };
    let root = document.root_element();
    let mut faults = Vec::new();
    if root.tag_name().name() != "bundle" {
        faults.push(Fault::Root(root.tag_name().name().to_owned()));
    } else if root.tag_name().namespace() != Some(NAMESPACE) {
        faults.push(Fault::Namespace(root.tag_name().namespace().unwrap_or_default().to_owned()));
    }
    for attribute in root.attributes().filter(|attribute| attribute.name() != "name") {
        faults.push(Fault::UnknownAttribute { line: line(root), name: attribute.name().to_owned() });
    }

    let mut components: Vec<Component> = Vec::new();
    for child in root.children().filter(Node::is_element) {
        if child.tag_name().name() != "component"
            || child.tag_name().namespace() != root.tag_name().namespace()
        {
            faults
                .push(Fault::UnknownElement { line: line(child), name: child.tag_name().name().to_owned() });
            continue;
        }
        let component = component::parse(child, &mut faults);
        if components.iter().any(|other| other.serves_the_same(&component)) {
            faults.push(Fault::Twice {
                line: component.line,
                os: component.os.clone(),
                arch: component.arch.clone(),
            });
        }
        components.push(component);
    }
    if components.is_empty() {
        faults.push(Fault::Empty);
    }
    (components, faults)
}

/// Where an element begins.
fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Processor, System};

    const WINDOWS: &str = r#"<component os="Windows" path="a.dll" type="native" arch="x86_64"/>"#;

    fn bundle(components: &str) -> String {
        format!("<bundle xmlns=\"{NAMESPACE}\" name=\"X\">\n{components}\n</bundle>")
    }

    fn faults(text: &str) -> Vec<Fault> {
        parse(text.as_bytes()).1
    }

    #[test]
    fn what_we_write_follows_the_rules() {
        let windows = Platform::new(System::Windows, Processor::I386);
        let linux = Platform::new(System::Linux, Processor::Arm64);
        let text = write(&[(windows, "a_1.dll".to_owned()), (linux, "b_1.so".to_owned())]);
        let (components, faults) = parse(text.as_bytes());
        assert_eq!(faults, []);
        let read: Vec<_> = components.iter().map(|c| (c.platform(), c.path.as_str())).collect();
        assert_eq!(read, [(Some(windows), "a_1.dll"), (Some(linux), "b_1.so")]);
    }

    #[test]
    fn what_others_ship_follows_them_too() {
        let plugin =
            r#"<component os="Windows" path="f.xpi" type="plugin" object="p" arch="i386" client="Firefox"/>"#;
        assert_eq!(faults(&bundle(&format!("<!-- builds -->{WINDOWS}{plugin}"))), []);
        assert_eq!(faults(&format!("\u{feff}{}", bundle(WINDOWS))), []);
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        assert_eq!(faults(&bundle("")), [Fault::Empty]);
        assert_eq!(parse(&[0xCC, 0xE0]).1, [Fault::NotUtf8]);
        assert!(matches!(faults("<bundle>")[..], [Fault::NotXml(_)]));
        assert_eq!(faults("<info/>"), [Fault::Root("info".to_owned()), Fault::Empty]);
        assert_eq!(faults(&format!("<bundle>{WINDOWS}</bundle>")), [Fault::Namespace(String::new())]);
    }

    #[test]
    fn every_broken_rule_is_told_with_its_line() {
        for (component, expected) in [
            (
                r#"<component os="windows" path="a.dll" type="native" arch="x86_64"/>"#,
                Fault::Value {
                    line: 2,
                    attribute: "os",
                    value: "windows".to_owned(),
                    meant: Some("Windows"),
                },
            ),
            (
                r#"<component os="Windows" path="a.dll" type="native" arch="x64"/>"#,
                Fault::Value { line: 2, attribute: "arch", value: "x64".to_owned(), meant: None },
            ),
            (
                r#"<component os="Windows" path="a.dll" type="Native" arch="x86_64"/>"#,
                Fault::Value {
                    line: 2,
                    attribute: "type",
                    value: "Native".to_owned(),
                    meant: Some("native"),
                },
            ),
            (
                r#"<component os="Windows" type="native" arch="x86_64"/>"#,
                Fault::Missing { line: 2, attribute: "path" },
            ),
            (
                r#"<component os="Windows" path="x64\a.dll" type="native" arch="x86_64"/>"#,
                Fault::Path { line: 2, path: r"x64\a.dll".to_owned() },
            ),
            (
                r#"<component os="Windows" path="a.dll" type="native" arch="x86_64" version="1"/>"#,
                Fault::UnknownAttribute { line: 2, name: "version".to_owned() },
            ),
            (
                r#"<component os="Windows" path="a.dll" type="native" arch="x86_64" client="Chrome"/>"#,
                Fault::PluginOnly { line: 2, attribute: "client" },
            ),
            (r#"<library path="a.dll"/>"#, Fault::UnknownElement { line: 2, name: "library".to_owned() }),
        ] {
            let linux = r#"<component os="Linux" path="a.so" type="native" arch="x86_64"/>"#;
            assert_eq!(faults(&bundle(&format!("{component}\n{linux}"))), [expected], "{component}");
        }
        let twice = Fault::Twice { line: 3, os: "Windows".to_owned(), arch: "x86_64".to_owned() };
        assert_eq!(faults(&bundle(&format!("{WINDOWS}\n{WINDOWS}"))), [twice]);
    }
}
