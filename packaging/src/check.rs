//! What a library of the package must be like. Pure: bytes in, defects out.

use std::fmt;

use crate::library::{EXPORTS, Library};
use crate::platform::{Platform, System};
use crate::presence::Presence;
use crate::target::{GLIBC, Least, Version, WINDOWS_7};
use crate::version_resource::numbers;

/// What the libraries for Windows may import from; all of it is in Windows 7.
const WINDOWS_IMPORTS: [&str; 9] = [
    "advapi32.dll",
    "bcrypt.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "secur32.dll",
    "ws2_32.dll",
];

/// What the libraries for Linux may need, beside the loader, which is there when they are loaded.
const LINUX_IMPORTS: [&str; 4] = ["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"];

/// Most characters that are shown of a path.
const SHOWN: usize = 100;

/// What a library is to be.
#[derive(Clone, Debug)]
pub struct Expectation<'a> {
    /// What it runs on.
    pub platform: Platform,
    /// The least system that it is for.
    pub least: Least,
    /// The product's version.
    pub version: &'a str,
    /// Folders of the machine that built it.
    pub folders: &'a [String],
}

/// What is wrong with a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// It is for another platform.
    Platform(Platform),
    /// It does not export what 1C calls.
    NotExported(&'static str),
    /// It exports what 1C does not call: another add-in's symbol of that name might be taken for it.
    Exported(String),
    /// It needs a library that users may lack.
    Needs(String),
    /// It imports a function that the least system lacks.
    Imports(String),
    /// It needs a newer glibc.
    Glibc(Version),
    /// Its header names a newer Windows.
    Windows(Version),
    /// Its version resource is missing, or names another version.
    FileVersion(Option<[u16; 4]>),
    /// It wants an executable stack.
    ExecutableStack,
    /// It was not stripped.
    Symbols,
    /// A path of the machine that built it is in it.
    Path(String),
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(platform) => write!(f, "библиотека для {platform}"),
            Self::NotExported(name) => write!(f, "нет экспорта {name}"),
            Self::Exported(name) => write!(f, "лишний экспорт {name}"),
            Self::Needs(name) => write!(f, "нужна библиотека {name}"),
            Self::Imports(name) => write!(f, "нужна функция {name}, которой нет в Windows 7"),
            Self::Glibc((major, minor)) => write!(f, "нужна glibc {major}.{minor}"),
            Self::Windows((major, minor)) => write!(f, "нужна Windows NT {major}.{minor}"),
            Self::FileVersion(None) => f.write_str("нет ресурса версии"),
            Self::FileVersion(Some([a, b, c, d])) => write!(f, "в ресурсе версия {a}.{b}.{c}.{d}"),
            Self::ExecutableStack => f.write_str("нужен исполняемый стек"),
            Self::Symbols => f.write_str("остались символы или отладочные данные"),
            Self::Path(path) => write!(f, "внутри путь машины сборки: {path}"),
        }
    }
}

/// What is wrong with a library; nothing, when it may go into the package. `data` is the contents of its file.
#[must_use]
pub fn check(library: &Library, data: &[u8], expected: &Expectation<'_>) -> Vec<Defect> {
    let mut defects = Vec::new();
    if library.platform != expected.platform {
        defects.push(Defect::Platform(library.platform));
    }
    let is_missing = |name: &&&str| !library.exports.iter().any(|export| export == **name);
    defects.extend(EXPORTS.iter().filter(is_missing).map(|name| Defect::NotExported(name)));
    let extra = library.exports.iter().filter(|name| !EXPORTS.contains(&name.as_str()));
    defects.extend(extra.cloned().map(Defect::Exported));
    defects.extend(imports(library, expected.least));
    defects.extend(library.glibc.filter(|version| *version > GLIBC).map(Defect::Glibc));
    if library.platform.system == System::Windows {
        defects.extend(library.windows.filter(|version| *version > WINDOWS_7).map(Defect::Windows));
        if library.file_version != Some(numbers(expected.version)) {
            defects.push(Defect::FileVersion(library.file_version));
        }
    }
    if library.executable_stack {
        defects.push(Defect::ExecutableStack);
    }
    if library.symbols {
        defects.push(Defect::Symbols);
    }
    defects.extend(expected.folders.iter().filter_map(|folder| path(data, folder)).map(Defect::Path));
    defects
}

fn imports(library: &Library, least: Least) -> Vec<Defect> {
    let system = library.platform.system;
    let allowed: &[&str] = match system {
        System::Windows => &WINDOWS_IMPORTS,
        System::Linux => &LINUX_IMPORTS,
    };
    let is_allowed = |presence| {
        presence == Presence::Everywhere || presence == Presence::Windows10 && least == Least::Windows10
    };
    let mut defects = Vec::new();
    for needed in &library.needed {
        let name = needed.name.to_ascii_lowercase();
        let is_new = Presence::of_library(system, &name) == Presence::Windows10 && least == Least::Windows10;
        let is_loader = system == System::Linux && name.starts_with("ld-linux");
        if !allowed.contains(&name.as_str()) && !is_new && !is_loader {
            defects.push(Defect::Needs(needed.name.clone()));
        }
        let functions =
            needed.functions.iter().filter(|name| !is_allowed(Presence::of_function(system, name)));
        defects.extend(functions.cloned().map(Defect::Imports));
    }
    defects
}

/// The first path in the data that leads into a folder.
fn path(data: &[u8], folder: &str) -> Option<String> {
    let folder = folder.as_bytes();
    let start = data.windows(folder.len()).position(|window| window == folder)?;
    let path = data[start..].iter().take(SHOWN).take_while(|byte| byte.is_ascii_graphic());
    Some(path.map(|byte| char::from(*byte)).collect())
}
