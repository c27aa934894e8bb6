//! A library's file: what it says of itself, without being loaded.

use std::error::Error;
use std::fmt;

use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile, ResourceNameOrId};
use object::{Architecture, File, ImportFlags, Object, ObjectKind, ObjectSymbolTable, elf, pe};

use crate::platform::{Platform, Processor, System};
use crate::target::Version;

/// What 1C calls in a library of an add-in.
pub const EXPORTS: [&str; 5] =
    ["DestroyObject", "GetAttachType", "GetClassNames", "GetClassObject", "SetPlatformCapabilities"];

/// What a library's file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// What it runs on.
    pub platform: Platform,
    /// Names of what it exports, in order.
    pub exports: Vec<String>,
    /// The libraries that it needs, each once.
    pub needed: Vec<Needed>,
    /// The highest version of glibc that it asks for.
    pub glibc: Option<Version>,
    /// The least version of Windows that its header names.
    pub windows: Option<Version>,
    /// The version in its version resource.
    pub file_version: Option<[u16; 4]>,
    /// Whether it wants a stack whose contents can be executed, which newer systems refuse.
    pub executable_stack: bool,
    /// Whether it holds symbols or debug information that nobody needs to load it.
    pub symbols: bool,
}

/// A library that another one needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// The functions that are wanted of it; a Linux library does not say which it wants of which.
    pub functions: Vec<String>,
}

/// Why a file is no library of an add-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is neither ELF nor PE, or broken.
    Format,
    /// It is a program or an object file.
    Kind,
    /// It is for a processor that Vestnik is not built for.
    Processor,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "это не библиотека Windows или Linux, или файл поврежден",
            Self::Kind => "это программа или объектный файл, а не библиотека",
            Self::Processor => "процессор библиотеки неизвестен: ожидались i386, x86_64 или ARM64",
        })
    }
}

impl Error for Unreadable {}

impl From<object::Error> for Unreadable {
    fn from(_: object::Error) -> Self {
        Self::Format
    }
}

impl Library {
    /// Reads the file's contents.
    ///
    /// # Errors
    /// When it is no library for Windows or Linux.
    pub fn parse(data: &[u8]) -> Result<Self, Unreadable> {
        let file = File::parse(data)?;
        let system = match &file {
            File::Elf32(_) | File::Elf64(_) => System::Linux,
            File::Pe32(_) | File::Pe64(_) => System::Windows,
            _ => return Err(Unreadable::Format),
        };
        if file.kind() != ObjectKind::Dynamic {
            return Err(Unreadable::Kind);
        }
        let processor = match file.architecture() {
            Architecture::I386 => Processor::I386,
            Architecture::X86_64 => Processor::X86_64,
            Architecture::Aarch64 => Processor::Arm64,
            _ => return Err(Unreadable::Processor),
        };
        let (mut windows, mut file_version, mut executable_stack) = (None, None, false);
        match &file {
            File::Elf32(elf) => executable_stack = has_executable_stack(elf),
            File::Elf64(elf) => executable_stack = has_executable_stack(elf),
            File::Pe32(pe) => (windows, file_version) = (Some(least_windows(pe)), version_resource(pe)),
            File::Pe64(pe) => (windows, file_version) = (Some(least_windows(pe)), version_resource(pe)),
            _ => {}
        }
        let mut exports = file
            .exports()?
            .map(|export| Ok(export?.into_name().name().map_or_else(String::new, text)))
            .collect::<Result<Vec<_>, Unreadable>>()?;
        exports.sort_unstable();
        Ok(Self {
            platform: Platform { system, processor },
            exports,
            needed: needed(&file)?,
            glibc: glibc(&file)?,
            windows,
            file_version,
            executable_stack,
            symbols: file.has_debug_symbols() || has_symbols(&file),
        })
    }
}

/// Windows keeps lists of imports by the object file that they came from: one library may stand there often.
fn needed(file: &File<'_>) -> Result<Vec<Needed>, Unreadable> {
    let mut needed: Vec<Needed> = Vec::new();
    let mut add = |name: String, function: Option<String>| {
        let known = needed.iter_mut().find(|library| library.name.eq_ignore_ascii_case(&name));
        match known {
            Some(library) => library.functions.extend(function),
            None => needed.push(Needed { name, functions: function.into_iter().collect() }),
        }
    };
    for library in file.import_libraries()? {
        add(text(library?.name()), None);
    }
    if matches!(file, File::Pe32(_) | File::Pe64(_)) {
        for import in file.imports()? {
            let import = import?;
            add(text(import.library()), import.name().name().map(text));
        }
    }
    needed.sort_unstable_by_key(|library| library.name.to_ascii_lowercase());
    Ok(needed)
}

fn glibc(file: &File<'_>) -> Result<Option<Version>, Unreadable> {
    let mut highest = None;
    for import in file.imports()? {
        if let ImportFlags::Elf { version: Some(version), .. } = import?.flags() {
            highest = highest.max(glibc_version(&text(version)));
        }
    }
    Ok(highest)
}

/// `GLIBC_2.17` and `GLIBC_2.2.5`: the first two numbers.
fn glibc_version(text: &str) -> Option<Version> {
    let mut numbers = text.strip_prefix("GLIBC_")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn has_symbols(file: &File<'_>) -> bool {
    file.symbol_table().is_some_and(|table| table.symbols().next().is_some())
}

/// The kernel gives an executable stack too where the header does not say at all what the stack should be.
fn has_executable_stack<Elf: FileHeader<Endian = object::Endianness>>(file: &ElfFile<'_, Elf>) -> bool {
    let endian = file.endian();
    let stack = file.elf_program_headers().iter().find(|header| header.p_type(endian) == elf::PT_GNU_STACK);
    stack.is_none_or(|stack| stack.p_flags(endian).contains(elf::PF_X))
}

fn least_windows<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>) -> Version {
    let header = file.nt_headers().optional_header();
    (header.major_subsystem_version().into(), header.minor_subsystem_version().into())
}

/// The file's version in `VS_FIXEDFILEINFO`, of the first language.
fn version_resource<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>) -> Option<[u16; 4]> {
    let sections = file.section_table();
    let directory = file.data_directories().resource_directory(file.data(), &sections).ok()??;
    let types = directory.root().ok()?;
    let versions =
        types.entries.iter().find(|entry| matches!(entry.name_or_id(), ResourceNameOrId::Id(pe::RT_VERSION)));
    let names = versions?.data(directory).ok()?.table()?;
    let languages = names.entries.first()?.data(directory).ok()?.table()?;
    let entry = languages.entries.first()?.data(directory).ok()?.data()?;
    let address = entry.offset_to_data.get(object::LittleEndian);
    let info = sections.pe_data_at(file.data(), address)?;
    // Three lengths and kinds, "VS_VERSION_INFO" with its NUL, filled up to 40; then two words, and the version.
    let word = |at: usize| Some(u16::from_le_bytes(info.get(at..at + 2)?.try_into().ok()?));
    Some([word(50)?, word(48)?, word(54)?, word(52)?])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some((2, 2)));
        assert!(glibc_version("GLIBC_2.9") < glibc_version("GLIBC_2.17"));
        assert_eq!(glibc_version("GCC_3.0"), None);
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
    }

    #[test]
    fn what_is_no_library_is_told_apart() {
        assert_eq!(Library::parse(b""), Err(Unreadable::Format));
        assert_eq!(Library::parse(b"PK\x03\x04"), Err(Unreadable::Format));
        assert_eq!(Library::parse(b"\x7fELF"), Err(Unreadable::Format));
    }
}
