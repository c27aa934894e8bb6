//! What a library's file says.

use packaging::library::{EXPORTS, Library, Needed, Unreadable};
use packaging::platform::{Platform, Processor, System};

use crate::elf::Elf;
use crate::fixture::{linux, windows};
use crate::pe::Pe;

const PROCESSORS: [Processor; 3] = [Processor::I386, Processor::X86_64, Processor::Arm64];

#[test]
fn a_library_for_linux_says_what_it_needs() {
    for processor in PROCESSORS {
        let library = Library::parse(&linux(processor).bytes()).unwrap();
        let expected = Library {
            platform: Platform::new(System::Linux, processor),
            exports: EXPORTS.map(str::to_owned).to_vec(),
            needed: ["ld-linux-x86-64.so.2", "libc.so.6"]
                .map(|name| Needed { name: name.to_owned(), functions: Vec::new() })
                .to_vec(),
            glibc: Some((2, 17)),
            windows: None,
            file_version: None,
            executable_stack: false,
            symbols: false,
        };
        assert_eq!(library, expected);
    }
    let library =
        Library::parse(&Elf { versions: &[], executable_stack: true, ..linux(Processor::X86_64) }.bytes());
    let library = library.unwrap();
    assert_eq!((library.glibc, library.executable_stack), (None, true));
}

#[test]
fn a_library_for_windows_says_what_it_needs() {
    for processor in PROCESSORS {
        let library = Library::parse(&windows(processor).bytes()).unwrap();
        let needed = |name: &str, functions: &[&str]| Needed {
            name: name.to_owned(),
            functions: functions.iter().map(|name| (*name).to_owned()).collect(),
        };
        let expected = Library {
            platform: Platform::new(System::Windows, processor),
            exports: EXPORTS.map(str::to_owned).to_vec(),
            needed: vec![
                needed("KERNEL32.dll", &["GetLastError", "CreateFileW"]),
                needed("ws2_32.dll", &["connect"]),
            ],
            glibc: None,
            windows: Some((5, 2)),
            file_version: Some([1, 2, 3, 0]),
            executable_stack: false,
            symbols: false,
        };
        assert_eq!(library, expected);
    }
}

#[test]
fn a_library_that_stands_twice_in_the_imports_is_told_once() {
    let imports: &[(&str, &[&str])] = &[("kernel32.dll", &["A"]), ("KERNEL32.dll", &["B"])];
    let library =
        Library::parse(&Pe { imports, version: None, ..windows(Processor::X86_64) }.bytes()).unwrap();
    assert_eq!(library.needed.len(), 1);
    assert_eq!(library.needed[0].functions, ["A", "B"]);
    assert_eq!(library.file_version, None);
}

#[test]
fn a_program_is_no_library() {
    let program = std::env::current_exe().unwrap();
    // Programs of Linux are built like libraries; they export nothing.
    match Library::parse(&std::fs::read(program).unwrap()) {
        Ok(library) => assert!(!library.exports.iter().any(|name| EXPORTS.contains(&name.as_str()))),
        Err(error) => assert_ne!(error, Unreadable::Processor),
    }
}

#[test]
fn a_library_that_is_cut_off_anywhere_is_no_panic() {
    for bytes in [linux(Processor::X86_64).bytes(), windows(Processor::I386).bytes()] {
        for length in (0..bytes.len()).step_by(7) {
            drop(Library::parse(&bytes[..length]));
        }
    }
}
