//! What a library of the package must be like.

use packaging::check::{Defect, Expectation, check};
use packaging::library::{EXPORTS, Library};
use packaging::platform::{Platform, Processor, System};
use packaging::target::Least;

use crate::elf::Elf;
use crate::fixture::{linux, windows};
use crate::pe::Pe;

const FOLDERS: [&str; 2] = ["/home/builder/project/", "C:\\Users\\builder\\"];

fn defects(data: &[u8], system: System, least: Least) -> Vec<Defect> {
    let folders = FOLDERS.map(str::to_owned);
    let platform = Platform::new(system, Processor::X86_64);
    let expected = Expectation { platform, least, version: "1.2.3", folders: &folders };
    check(&Library::parse(data).unwrap(), data, &expected)
}

fn of_linux(elf: &Elf<'_>) -> Vec<Defect> {
    defects(&elf.bytes(), System::Linux, Least::Glibc)
}

fn of_windows(pe: &Pe<'_>) -> Vec<Defect> {
    defects(&pe.bytes(), System::Windows, Least::Windows7)
}

const LINUX: Elf<'_> = linux(Processor::X86_64);
const WINDOWS: Pe<'_> = windows(Processor::X86_64);

#[test]
fn a_library_as_it_is_to_be_has_no_defect() {
    assert_eq!(of_linux(&LINUX), []);
    assert_eq!(of_windows(&WINDOWS), []);
    assert_eq!(of_linux(&Elf { contents: b"/home/builders and crates/tokio/src/lib.rs", ..LINUX }), []);
}

#[test]
fn exactly_five_functions_are_exported() {
    let four = &EXPORTS[1..];
    assert_eq!(of_linux(&Elf { exports: four, ..LINUX }), [Defect::NotExported("DestroyObject")]);
    let six = [&EXPORTS[..], &["SSL_new"]].concat();
    assert_eq!(of_windows(&Pe { exports: &six, ..WINDOWS }), [Defect::Exported("SSL_new".to_owned())]);
}

#[test]
fn only_what_is_everywhere_is_imported() {
    let needed = ["libc.so.6", "libgcc_s.so.1", "libssl.so.3"];
    let expected = [Defect::Needs("libgcc_s.so.1".to_owned()), Defect::Needs("libssl.so.3".to_owned())];
    assert_eq!(of_linux(&Elf { needed: &needed, ..LINUX }), expected);

    let new: &[(&str, &[&str])] =
        &[("kernel32.dll", &["WaitOnAddress"]), ("bcryptprimitives.dll", &["ProcessPrng"])];
    let new = Pe { imports: new, ..WINDOWS };
    let expected = [
        Defect::Needs("bcryptprimitives.dll".to_owned()),
        Defect::Imports("ProcessPrng".to_owned()),
        Defect::Imports("WaitOnAddress".to_owned()),
    ];
    assert_eq!(of_windows(&new), expected);
    assert_eq!(defects(&new.bytes(), System::Windows, Least::Windows10), []);
}

#[test]
fn old_systems_are_not_left_behind() {
    let versions = ["GLIBC_2.34", "GLIBC_2.9"];
    assert_eq!(of_linux(&Elf { versions: &versions, ..LINUX }), [Defect::Glibc((2, 34))]);
    assert_eq!(of_linux(&Elf { executable_stack: true, ..LINUX }), [Defect::ExecutableStack]);
    assert_eq!(of_windows(&Pe { windows: (6, 1), ..WINDOWS }), []);
    assert_eq!(of_windows(&Pe { windows: (10, 0), ..WINDOWS }), [Defect::Windows((10, 0))]);
}

#[test]
fn a_library_is_of_the_right_processor_and_version() {
    let other = Platform::new(System::Windows, Processor::I386);
    assert_eq!(of_windows(&Pe { processor: Processor::I386, ..WINDOWS }), [Defect::Platform(other)]);
    assert_eq!(of_windows(&Pe { version: None, ..WINDOWS }), [Defect::FileVersion(None)]);
    assert_eq!(
        of_windows(&Pe { version: Some("1.3.0"), ..WINDOWS }),
        [Defect::FileVersion(Some([1, 3, 0, 0]))]
    );
}

#[test]
fn no_path_of_the_machine_that_built_it_is_inside() {
    let contents = b"panicked at /home/builder/project/src/lib.rs\0 and C:\\Users\\builder\\.cargo\\x";
    let expected = [
        Defect::Path("/home/builder/project/src/lib.rs".to_owned()),
        Defect::Path("C:\\Users\\builder\\.cargo\\x".to_owned()),
    ];
    assert_eq!(of_linux(&Elf { contents, ..LINUX }), expected);
    assert_eq!(of_windows(&Pe { contents, ..WINDOWS }), expected);
}
