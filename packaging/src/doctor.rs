//! What a developer of 1C must look at when attaching an add-in returns Ложь. Pure: bytes in, findings out.

mod archive;
mod finding;
mod library;

use std::path::Path;

use crate::platform::Platform;

pub use finding::{Finding, Gravity};

/// What was found about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The file's name.
    pub title: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Where the library that the file holds can be loaded, to ask it more; nowhere, when it lacks what is asked.
    pub loadable: Option<Platform>,
}

/// Examines an archive or a library; there is at least one section.
#[must_use]
pub fn examine(name: &str, data: &[u8]) -> Vec<Section> {
    if data.starts_with(b"PK")
        || Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
    {
        archive::examine(name, data)
    } else {
        vec![library::examine(name, data, None)]
    }
}

/// Whether the names of the classes allow `Новый(name)`; the name that was given at attaching is the second part.
///
/// # Errors
/// What is wrong with the name, in Russian.
pub fn check_class(name: &str, classes: &[String]) -> Result<(), String> {
    let parts: Vec<_> = name.split('.').collect();
    let [prefix, symbolic, class] = parts[..] else {
        return Err(format!("«{name}»: нужны три части, AddIn.<имя при подключении>.<имя класса>"));
    };
    if !prefix.eq_ignore_ascii_case("AddIn") {
        return Err(format!("«{name}»: первая часть должна быть AddIn"));
    }
    if symbolic.is_empty() {
        return Err(format!("«{name}»: нет имени, указанного при подключении"));
    }
    if classes.iter().any(|known| known == class) {
        return Ok(());
    }
    let list = classes.join(", ");
    match classes.iter().find(|known| known.to_lowercase() == class.to_lowercase()) {
        Some(known) => Err(format!("класса «{class}» нет, есть «{known}»: регистр букв важен")),
        None => Err(format!("класса «{class}» нет, есть {list}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_new_are_checked_part_by_part() {
        let classes = ["ROM-WebSocket".to_owned(), "WebSocket".to_owned()];
        assert_eq!(check_class("AddIn.Вестник.WebSocket", &classes), Ok(()));
        assert_eq!(check_class("addin.Simplit.ROM-WebSocket", &classes), Ok(()));
        for (name, expected) in [
            ("WebSocket", "три части"),
            ("AddIn.Вестник.WebSocket.1", "три части"),
            ("Add.Вестник.WebSocket", "первая часть"),
            ("AddIn..WebSocket", "нет имени"),
            ("AddIn.Вестник.websocket", "есть «WebSocket»: регистр"),
            ("AddIn.Вестник.Vestnik", "есть ROM-WebSocket, WebSocket"),
        ] {
            let text = check_class(name, &classes).unwrap_err();
            assert!(text.contains(expected), "{name}: {text}");
        }
    }
}
