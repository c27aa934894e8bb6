//! What is wrong with a manifest.

use std::fmt;

/// A broken rule of 1C's schema. Lines are counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is in another encoding.
    NotUtf8,
    /// It is no XML; what the parser says.
    NotXml(String),
    /// The root is not `bundle`.
    Root(String),
    /// The root is in another namespace.
    Namespace(String),
    /// There is no component.
    Empty,
    /// An element that the schema does not know.
    UnknownElement {
        /// Where.
        line: u32,
        /// Its name.
        name: String,
    },
    /// An attribute that the schema does not know.
    UnknownAttribute {
        /// Where.
        line: u32,
        /// Its name.
        name: String,
    },
    /// An attribute that has to be there.
    Missing {
        /// Where.
        line: u32,
        /// Its name.
        attribute: &'static str,
    },
    /// A value that the schema does not know.
    Value {
        /// Where.
        line: u32,
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
        /// The known value that differs only in the case of letters.
        meant: Option<&'static str>,
    },
    /// An attribute of plug-ins at a component of another kind.
    PluginOnly {
        /// Where.
        line: u32,
        /// The attribute.
        attribute: &'static str,
    },
    /// A path that leads into a folder: libraries lie in the root of the archive.
    Path {
        /// Where.
        line: u32,
        /// The path.
        path: String,
    },
    /// A second component for the same place.
    Twice {
        /// Where.
        line: u32,
        /// The operating system.
        os: String,
        /// The processor.
        arch: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("текст не в кодировке UTF-8"),
            Self::NotXml(error) => write!(f, "это не XML: {error}"),
            Self::Root(name) => write!(f, "корневой элемент {name}, а нужен bundle"),
            Self::Namespace(name) if name.is_empty() => {
                write!(f, "у bundle нет пространства имен {}", super::NAMESPACE)
            }
            Self::Namespace(name) => write!(f, "пространство имен {name}, а нужно {}", super::NAMESPACE),
            Self::Empty => f.write_str("нет ни одного элемента component"),
            Self::UnknownElement { line, name } => write!(f, "строка {line}: неизвестный элемент {name}"),
            Self::UnknownAttribute { line, name } => write!(f, "строка {line}: неизвестный атрибут {name}"),
            Self::Missing { line, attribute } => write!(f, "строка {line}: нет атрибута {attribute}"),
            Self::Value { line, attribute, value, meant: Some(meant) } => {
                write!(f, "строка {line}: {attribute}=\"{value}\", а нужно \"{meant}\": регистр букв важен")
            }
            Self::Value { line, attribute, value, meant: None } => {
                write!(f, "строка {line}: неизвестное значение {attribute}=\"{value}\"")
            }
            Self::PluginOnly { line, attribute } => {
                write!(f, "строка {line}: атрибут {attribute} бывает только у type=\"plugin\"")
            }
            Self::Path { line, path } => {
                write!(f, "строка {line}: path=\"{path}\", а библиотека должна лежать в корне архива")
            }
            Self::Twice { line, os, arch } => write!(f, "строка {line}: вторая библиотека для {os} {arch}"),
        }
    }
}
