//! The version resource of a Windows library: the object file that the linker takes it from, made by hand, so that no
//! resource compiler is needed.
//!
//! The layout is that of `VS_VERSIONINFO` and of resource directories in Microsoft's documents ("VERSIONINFO resource",
//! "PE Format: The .rsrc Section").

use object::pe::{IMAGE_REL_AMD64_ADDR32NB, IMAGE_REL_I386_DIR32NB, RT_VERSION};
use object::write::{Object, Relocation};
use object::{Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind};

use crate::platform::Processor;

/// Unicode, language neutral: it is chosen whatever the user's language is.
const LANGUAGE: u16 = 0;
const UNICODE: u16 = 1200;
const NUMBER: u16 = 1;
const FIXED_SIGNATURE: u32 = 0xFEEF_04BD;
const FIXED_VERSION: u32 = 0x0001_0000;
const FLAGS_MASK: u32 = 0x3F;
const OS_WINDOWS_NT: u32 = 0x0004_0004;
const TYPE_LIBRARY: u32 = 2;
/// Set in an offset that leads to a directory.
const DIRECTORY: u32 = 0x8000_0000;

/// What the resource says.
#[derive(Clone, Copy, Debug)]
pub struct VersionResource<'a> {
    /// The version, as in `Cargo.toml`.
    pub version: &'a str,
    /// The file's name in the package.
    pub file_name: &'a str,
    /// What the product is.
    pub description: &'a str,
}

impl VersionResource<'_> {
    /// The object file for the linker.
    ///
    /// # Errors
    /// When the object file cannot be made.
    pub fn object(&self, processor: Processor) -> Result<Vec<u8>, object::write::Error> {
        let (architecture, relocation) = match processor {
            Processor::I386 => (Architecture::I386, IMAGE_REL_I386_DIR32NB),
            Processor::X86_64 => (Architecture::X86_64, IMAGE_REL_AMD64_ADDR32NB),
            Processor::Arm64 => (Architecture::Aarch64, object::pe::IMAGE_REL_ARM64_ADDR32NB),
        };
        let info = self.info();
        let (mut data, address) = directories(length(&info).into());
        let start = i64::from(length(&data));
        data.extend(info);

        let mut file = Object::new(BinaryFormat::Coff, architecture, Endianness::Little);
        let section = file.add_section(Vec::new(), b".rsrc".to_vec(), SectionKind::ReadOnlyData);
        let symbol = file.section_symbol(section);
        file.set_section_data(section, data, 4);
        let flags = RelocationFlags::Coff { typ: relocation };
        file.add_relocation(section, Relocation { offset: address, symbol, addend: start, flags })?;
        file.write()
    }

    /// `VS_VERSIONINFO`.
    fn info(&self) -> Vec<u8> {
        let strings = [
            ("CompanyName", "Vestnik"),
            ("FileDescription", self.description),
            ("FileVersion", self.version),
            ("InternalName", "vestnik"),
            ("LegalCopyright", "MIT OR Apache-2.0"),
            ("OriginalFilename", self.file_name),
            ("ProductName", "Vestnik"),
            ("ProductVersion", self.version),
        ];
        let strings = strings.map(|(key, value)| {
            let text = wide(value);
            node(key, 1, length(&text) / 2, &text, &[])
        });
        let table = node(&format!("{LANGUAGE:04X}{UNICODE:04X}"), 1, 0, &[], &strings);
        let translation: Vec<u8> = [LANGUAGE, UNICODE].iter().flat_map(|word| word.to_le_bytes()).collect();
        let fixed = fixed(numbers(self.version));
        node(
            "VS_VERSION_INFO",
            0,
            length(&fixed),
            &fixed,
            &[
                node("StringFileInfo", 1, 0, &[], &[table]),
                node(
                    "VarFileInfo",
                    1,
                    0,
                    &[],
                    &[node("Translation", 0, length(&translation), &translation, &[])],
                ),
            ],
        )
    }
}

/// Three directories, of types, names and languages, with one entry each, and the description of the data; and where
/// in them the data's address belongs.
fn directories(size: u32) -> (Vec<u8>, u64) {
    const DIRECTORY_SIZE: u32 = 16 + 8;
    let mut data = Vec::new();
    let entries = [
        (u32::from(RT_VERSION), DIRECTORY | DIRECTORY_SIZE),
        (u32::from(NUMBER), DIRECTORY | (2 * DIRECTORY_SIZE)),
        (u32::from(LANGUAGE), 3 * DIRECTORY_SIZE),
    ];
    for (id, offset) in entries {
        // Flags, time and version are zero; no entries by name, one by number.
        data.extend([0; 12]);
        data.extend(0u16.to_le_bytes());
        data.extend(1u16.to_le_bytes());
        data.extend(id.to_le_bytes());
        data.extend(offset.to_le_bytes());
    }
    let address = u64::from(3 * DIRECTORY_SIZE);
    for word in [0, size, 0, 0] {
        data.extend(word.to_le_bytes());
    }
    (data, address)
}

/// `VS_FIXEDFILEINFO`.
fn fixed([major, minor, patch, build]: [u16; 4]) -> Vec<u8> {
    let pair = |high: u16, low: u16| (u32::from(high) << 16) | u32::from(low);
    let (high, low) = (pair(major, minor), pair(patch, build));
    let words = [
        FIXED_SIGNATURE,
        FIXED_VERSION,
        high,
        low,
        high,
        low,
        FLAGS_MASK,
        0,
        OS_WINDOWS_NT,
        TYPE_LIBRARY,
        0,
        0,
        0,
    ];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A version in the four numbers that a version resource has; the last one is zero.
#[must_use]
pub fn numbers(version: &str) -> [u16; 4] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    [next(), next(), next(), 0]
}

/// One node of the tree: lengths, kind (1 is text), key, value, children; all at multiples of four bytes.
fn node(key: &str, kind: u16, value_length: u16, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let mut data = vec![0; 2];
    data.extend(value_length.to_le_bytes());
    data.extend(kind.to_le_bytes());
    data.extend(wide(key));
    for part in [value].into_iter().chain(children.iter().map(Vec::as_slice)).filter(|part| !part.is_empty())
    {
        data.resize(data.len().next_multiple_of(4), 0);
        data.extend(part);
    }
    let length = length(&data).to_le_bytes();
    data[..2].copy_from_slice(&length);
    data
}

fn length(data: &[u8]) -> u16 {
    data.len().try_into().expect("a version resource is short")
}

/// UTF-16 with its NUL.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}
