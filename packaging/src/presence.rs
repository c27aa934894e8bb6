//! What systems have of themselves: libraries, and functions in them.

use crate::platform::System;

/// What every Linux with 1C has: parts of glibc; its loader, whose name has the processor in it; and what the platform
/// itself needs of the compiler's libraries.
const LINUX_LIBRARIES: [&str; 9] = [
    "ld-linux",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libstdc++.so.6",
    "libutil.so.1",
];

/// What Windows 7 and Server 2008 R2 have, among it all that the add-in uses.
const WINDOWS_LIBRARIES: [&str; 20] = [
    "advapi32.dll",
    "bcrypt.dll",
    "crypt32.dll",
    "dnsapi.dll",
    "gdi32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "psapi.dll",
    "secur32.dll",
    "shell32.dll",
    "user32.dll",
    "userenv.dll",
    "winhttp.dll",
    "ws2_32.dll",
    "wsock32.dll",
];

/// What Windows 10 and Server 2016 have beside that, and older ones may lack.
const WINDOWS_10_LIBRARIES: [&str; 4] =
    ["api-ms-win-core-", "api-ms-win-crt-", "bcryptprimitives.dll", "ucrtbase.dll"];

/// Functions of the old libraries that came after Windows 7.
const WINDOWS_10_FUNCTIONS: [&str; 9] = [
    "CreateFile2",
    "GetSystemTimePreciseAsFileTime",
    "GetTempPath2W",
    "SetThreadDescription",
    "WaitOnAddress",
    "WakeByAddressAll",
    "WakeByAddressSingle",
    "GetHostNameW",
    "ProcessPrng",
];

/// Where a library, or a function, is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// On every supported system.
    Everywhere,
    /// On Windows 10, Server 2016 and later only.
    Windows10,
    /// It is no part of the system: it has to be brought along.
    Foreign,
}

impl Presence {
    /// Where a library is found that another one needs.
    #[must_use]
    pub fn of_library(system: System, library: &str) -> Self {
        let library = library.to_ascii_lowercase();
        let is = |known: &&str| library == **known || is_family(known) && library.starts_with(*known);
        match system {
            System::Linux if LINUX_LIBRARIES.iter().any(is) => Self::Everywhere,
            System::Windows if WINDOWS_LIBRARIES.iter().any(is) => Self::Everywhere,
            System::Windows if WINDOWS_10_LIBRARIES.iter().any(is) => Self::Windows10,
            _ => Self::Foreign,
        }
    }

    /// Where a function is found that is imported from a library of the system.
    #[must_use]
    pub fn of_function(system: System, function: &str) -> Self {
        match system {
            System::Windows if WINDOWS_10_FUNCTIONS.contains(&function) => Self::Windows10,
            _ => Self::Everywhere,
        }
    }
}

/// Whether the known name stands for all names that begin with it.
fn is_family(known: &str) -> bool {
    known.ends_with('-') || known == "ld-linux"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_the_system_are_known_whatever_their_case() {
        assert_eq!(Presence::of_library(System::Windows, "KERNEL32.dll"), Presence::Everywhere);
        assert_eq!(Presence::of_library(System::Windows, "bcryptprimitives.dll"), Presence::Windows10);
        assert_eq!(
            Presence::of_library(System::Windows, "api-ms-win-core-synch-l1-2-0.dll"),
            Presence::Windows10
        );
        assert_eq!(Presence::of_library(System::Windows, "libgcc_s_dw2-1.dll"), Presence::Foreign);
        assert_eq!(Presence::of_library(System::Windows, "libc.so.6"), Presence::Foreign);
        assert_eq!(Presence::of_library(System::Linux, "ld-linux-x86-64.so.2"), Presence::Everywhere);
        assert_eq!(Presence::of_library(System::Linux, "libc.so.6.1"), Presence::Foreign);
        assert_eq!(Presence::of_library(System::Linux, "libssl.so.1.1"), Presence::Foreign);
    }
}
