//! Libraries as they are to be, to be spoiled by tests.

use packaging::library::EXPORTS;
use packaging::platform::Processor;

use crate::elf::Elf;
use crate::pe::Pe;

/// A library for Linux with nothing wrong.
pub(crate) const fn linux(processor: Processor) -> Elf<'static> {
    Elf {
        processor,
        exports: &EXPORTS,
        needed: &["ld-linux-x86-64.so.2", "libc.so.6"],
        versions: &["GLIBC_2.2.5", "GLIBC_2.17"],
        executable_stack: false,
        contents: b"",
    }
}

/// A library for Windows with nothing wrong, of the version 1.2.3.
pub(crate) const fn windows(processor: Processor) -> Pe<'static> {
    Pe {
        processor,
        exports: &EXPORTS,
        imports: &[("KERNEL32.dll", &["GetLastError", "CreateFileW"]), ("ws2_32.dll", &["connect"])],
        windows: (5, 2),
        version: Some("1.2.3"),
        contents: b"",
    }
}
