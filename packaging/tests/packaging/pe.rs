//! Small libraries for Windows, made by hand: tables that say something, and no code.

use object::pe;
use object::write::pe::{NtHeaders, Writer};
use object::{Object, ObjectSection};
use packaging::platform::Processor;
use packaging::version_resource::VersionResource;

/// What the library says.
#[derive(Clone, Debug)]
pub(crate) struct Pe<'a> {
    pub(crate) processor: Processor,
    pub(crate) exports: &'a [&'a str],
    /// Libraries, and the functions that are wanted of them.
    pub(crate) imports: &'a [(&'a str, &'a [&'a str])],
    /// The least version of Windows.
    pub(crate) windows: (u16, u16),
    /// The version in its version resource.
    pub(crate) version: Option<&'a str>,
    /// What else is in it.
    pub(crate) contents: &'a [u8],
}

const ALIGNMENT: u32 = 0x1000;
const HEADERS: u32 = ALIGNMENT;

impl Pe<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let is_64 = self.processor != Processor::I386;
        let mut bytes = Vec::new();
        let mut writer = Writer::new(is_64, ALIGNMENT, ALIGNMENT, &mut bytes);
        writer.reserve_dos_header_and_stub();
        writer.reserve_nt_headers(16);
        writer.reserve_section_headers(
            2 + u16::from(self.version.is_some()) + u16::from(!self.contents.is_empty()),
        );

        // Sections come one after the other, each at the next multiple of the alignment.
        let exports = exports(self.exports, HEADERS);
        let after = |start: u32, data: &[u8]| start + length(data).next_multiple_of(ALIGNMENT);
        let edata = writer.reserve_edata_section(length(&exports));
        assert_eq!(edata.virtual_address, HEADERS);
        let start = after(HEADERS, &exports);
        let imports = imports(self.imports, start, is_64);
        let idata = writer.reserve_idata_section(length(&imports));
        assert_eq!(idata.virtual_address, start);
        let start = after(start, &imports);
        let resource = self.version.map(|version| resource(version, self.processor, start));
        let resource = resource.unwrap_or_default();
        let rsrc = (!resource.is_empty()).then(|| writer.reserve_rsrc_section(length(&resource)));
        let rdata = (!self.contents.is_empty()).then(|| writer.reserve_rdata_section(length(self.contents)));

        writer.write_dos_header_and_stub().unwrap();
        writer.write_nt_headers(self.headers());
        writer.write_section_headers();
        writer.write_section(edata.file_offset, &exports);
        writer.write_section(idata.file_offset, &imports);
        if let Some(range) = rsrc {
            writer.write_section(range.file_offset, &resource);
        }
        if let Some(range) = rdata {
            writer.write_section(range.file_offset, self.contents);
        }
        bytes
    }

    fn headers(&self) -> NtHeaders {
        NtHeaders {
            machine: match self.processor {
                Processor::I386 => pe::IMAGE_FILE_MACHINE_I386,
                Processor::X86_64 => pe::IMAGE_FILE_MACHINE_AMD64,
                Processor::Arm64 => pe::IMAGE_FILE_MACHINE_ARM64,
            },
            time_date_stamp: 0,
            characteristics: pe::IMAGE_FILE_DLL | pe::IMAGE_FILE_EXECUTABLE_IMAGE,
            major_linker_version: 0,
            minor_linker_version: 0,
            address_of_entry_point: 0,
            image_base: 0x1000_0000,
            major_operating_system_version: 4,
            minor_operating_system_version: 0,
            major_image_version: 0,
            minor_image_version: 0,
            major_subsystem_version: self.windows.0,
            minor_subsystem_version: self.windows.1,
            subsystem: pe::IMAGE_SUBSYSTEM_WINDOWS_GUI,
            dll_characteristics: pe::DllFlags(0),
            size_of_stack_reserve: 0,
            size_of_stack_commit: 0,
            size_of_heap_reserve: 0,
            size_of_heap_commit: 0,
        }
    }
}

/// The export directory, its tables, and the names.
fn exports(names: &[&str], address: u32) -> Vec<u8> {
    let count = u32::try_from(names.len()).unwrap();
    let (functions, pointers) = (address + 40, address + 40 + 4 * count);
    let ordinals = pointers + 4 * count;
    let strings = ordinals + 2 * count;
    let mut data = Vec::new();
    for word in [0, 0, 0, strings, 1, count, count, functions, pointers, ordinals] {
        data.extend(word.to_le_bytes());
    }
    // Every function lies somewhere that is not in this directory: there it would be a forwarder.
    data.extend(names.iter().flat_map(|_| 0x10_u32.to_le_bytes()));
    let library = b"vestnik.dll\0";
    let mut name = strings + length(library);
    for text in names {
        data.extend(name.to_le_bytes());
        name += length(text.as_bytes()) + 1;
    }
    (0..u16::try_from(count).unwrap()).for_each(|ordinal| data.extend(ordinal.to_le_bytes()));
    data.extend(library);
    names.iter().for_each(|text| data.extend([text.as_bytes(), &[0]].concat()));
    data
}

/// The import directory; behind it for each library its functions, twice, and the names.
fn imports(libraries: &[(&str, &[&str])], address: u32, is_64: bool) -> Vec<u8> {
    let pointer = if is_64 { 8 } else { 4 };
    let directory = 20 * (u32::try_from(libraries.len()).unwrap() + 1);
    let (mut entries, mut tail) = (Vec::new(), Vec::new());
    for (library, functions) in libraries {
        let start = address + directory + length(&tail);
        let table = pointer * (u32::try_from(functions.len()).unwrap() + 1);
        let mut name = start + table;
        let mut names = Vec::new();
        for function in *functions {
            tail.extend(u64::from(name).to_le_bytes().into_iter().take(pointer.try_into().unwrap()));
            let text = [&[0, 0], function.as_bytes(), &[0]].concat();
            name += length(&text);
            names.extend(text);
        }
        tail.resize(tail.len() + usize::try_from(pointer).unwrap(), 0);
        tail.extend(names);
        tail.extend([library.as_bytes(), &[0]].concat());
        for word in [start, 0, 0, name, start] {
            entries.extend(word.to_le_bytes());
        }
    }
    entries.resize(directory.try_into().unwrap(), 0);
    entries.extend(tail);
    entries
}

/// What a linker makes of the object file with the version resource.
fn resource(version: &str, processor: Processor, address: u32) -> Vec<u8> {
    let resource = VersionResource { version, file_name: "vestnik.dll", description: "Вестник" };
    let object = resource.object(processor).unwrap();
    let file = object::File::parse(object.as_slice()).unwrap();
    let section = file.section_by_name(".rsrc").unwrap();
    let mut data = section.data().unwrap().to_vec();
    for (place, _) in section.relocations() {
        let place = usize::try_from(place).unwrap();
        let word = u32::from_le_bytes(data[place..place + 4].try_into().unwrap());
        data[place..place + 4].copy_from_slice(&(word + address).to_le_bytes());
    }
    data
}

fn length(data: &[u8]) -> u32 {
    data.len().try_into().unwrap()
}
