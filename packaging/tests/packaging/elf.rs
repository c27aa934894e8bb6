//! Small libraries for Linux, made by hand: tables that say something, and no code.

use object::Endianness;
use object::elf;
use object::write::StringId;
use object::write::elf::{FileHeader, ProgramHeader, Sym, Vernaux, Verneed, Writer};
use packaging::platform::Processor;

/// What the library says.
#[derive(Clone, Debug)]
pub(crate) struct Elf<'a> {
    pub(crate) processor: Processor,
    pub(crate) exports: &'a [&'a str],
    pub(crate) needed: &'a [&'a str],
    /// Versions of glibc that it asks for.
    pub(crate) versions: &'a [&'a str],
    pub(crate) executable_stack: bool,
    /// What else is in it.
    pub(crate) contents: &'a [u8],
}

impl Elf<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(Endianness::Little, self.processor != Processor::I386, &mut bytes);
        let mut add = |names: &[&str]| -> Vec<StringId> {
            names
                .iter()
                .map(|name| writer.add_dynamic_string(name.to_owned().as_bytes().to_vec().leak()))
                .collect()
        };
        let (exports, needed, versions) = (add(self.exports), add(self.needed), add(self.versions));
        let (libc, function) = (add(&["libc.so.6"]), add(&["function"]));

        writer.reserve_file_header();
        writer.reserve_program_headers(1);
        writer.reserve_null_section_index();
        let section = writer.reserve_dynsym_section_index();
        writer.reserve_dynstr_section_index();
        writer.reserve_dynamic_section_index();
        writer.reserve_gnu_versym_section_index();
        if !versions.is_empty() {
            writer.reserve_gnu_verneed_section_index();
        }
        writer.reserve_shstrtab_section_index();
        writer.reserve_null_dynamic_symbol_index();
        for _ in 0..versions.len() + exports.len() {
            writer.reserve_dynamic_symbol_index();
        }
        writer.reserve_dynsym();
        writer.reserve_dynstr().unwrap();
        writer.reserve_dynamic(needed.len() + 1);
        writer.reserve_gnu_versym();
        writer.reserve_gnu_verneed(u16::from(!versions.is_empty()), versions.len());
        let contents = writer.reserve(self.contents.len().try_into().unwrap(), 1);
        writer.reserve_shstrtab().unwrap();
        writer.reserve_section_headers();

        let machine = match self.processor {
            Processor::I386 => elf::EM_386,
            Processor::X86_64 => elf::EM_X86_64,
            Processor::Arm64 => elf::EM_AARCH64,
        };
        let header = FileHeader { e_type: elf::ET_DYN, e_machine: machine, ..FileHeader::default() };
        writer.write_file_header(&header).unwrap();
        writer.write_align_program_headers();
        writer.write_program_header(&stack(self.executable_stack));
        writer.write_null_dynamic_symbol();
        for _ in &versions {
            let st_name = writer.dynamic_string_offset(Some(function[0]));
            writer.write_dynamic_symbol(&symbol(st_name, None));
        }
        for export in &exports {
            let st_name = writer.dynamic_string_offset(Some(*export));
            writer.write_dynamic_symbol(&symbol(st_name, Some(section.0)));
        }
        writer.write_dynstr();
        writer.write_align_dynamic();
        for needed in needed {
            writer.write_dynamic_string(elf::DT_NEEDED, needed).unwrap();
        }
        writer.write_dynamic(elf::DT_NULL, 0).unwrap();
        writer.write_null_gnu_versym();
        let first = elf::VER_NDX_GLOBAL.0 + 1;
        let numbers: Vec<_> = (first..).take(versions.len()).map(elf::VersionIndex).collect();
        numbers.iter().for_each(|number| writer.write_gnu_versym((*number).into()));
        exports.iter().for_each(|_| writer.write_gnu_versym(elf::VER_NDX_GLOBAL.into()));
        if !versions.is_empty() {
            writer.write_align_gnu_verneed();
            let (aux_count, file) =
                (versions.len().try_into().unwrap(), writer.dynamic_string_offset(Some(libc[0])));
            writer.write_gnu_verneed(&Verneed { version: 1, aux_count, file });
            for ((id, name), index) in versions.iter().zip(self.versions).zip(numbers) {
                let (name, hash) = (writer.dynamic_string_offset(Some(*id)), elf::hash(name.as_bytes()));
                writer.write_gnu_vernaux(&Vernaux { flags: elf::VersionFlags(0), index, name, hash });
            }
        }
        writer.pad_until(contents);
        writer.write(self.contents);
        writer.write_shstrtab();
        writer.write_null_section_header();
        writer.write_dynsym_section_header(0, 1);
        writer.write_dynstr_section_header(0);
        writer.write_dynamic_section_header(0);
        writer.write_gnu_versym_section_header(0);
        if !versions.is_empty() {
            writer.write_gnu_verneed_section_header(0);
        }
        writer.write_shstrtab_section_header();
        bytes
    }
}

fn stack(executable: bool) -> ProgramHeader {
    let flags = if executable { elf::PF_R | elf::PF_W | elf::PF_X } else { elf::PF_R | elf::PF_W };
    ProgramHeader {
        p_type: elf::PT_GNU_STACK,
        p_flags: flags,
        p_offset: 0,
        p_vaddr: 0,
        p_paddr: 0,
        p_filesz: 0,
        p_memsz: 0,
        p_align: 16,
    }
}

/// A function: one that is wanted, or one that lies in a section.
fn symbol(st_name: u32, section: Option<u32>) -> Sym {
    Sym {
        section,
        st_name,
        st_info: elf::SymbolInfo::new(elf::STB_GLOBAL, elf::STT_FUNC),
        st_other: elf::SymbolOther(0),
        st_shndx: elf::SymbolSection(0),
        st_value: u64::from(section.unwrap_or(0)) * 16,
        st_size: 0,
    }
}
