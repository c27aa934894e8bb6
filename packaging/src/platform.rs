//! A platform of 1C: an operating system and a processor.

use std::fmt;

/// The operating system of a library, under the name that `MANIFEST.XML` gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// `Windows`.
    Windows,
    /// `Linux`.
    Linux,
}

/// The processor of a library, under the name that `MANIFEST.XML` gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    /// `i386`.
    I386,
    /// `x86_64`.
    X86_64,
    /// `ARM64`.
    Arm64,
}

/// Where a library runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The operating system.
    pub system: System,
    /// The processor.
    pub processor: Processor,
}

impl System {
    /// As in `MANIFEST.XML`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Linux => "Linux",
        }
    }
}

impl Processor {
    /// As in `MANIFEST.XML`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I386 => "i386",
            Self::X86_64 => "x86_64",
            Self::Arm64 => "ARM64",
        }
    }
}

impl Platform {
    /// A platform.
    #[must_use]
    pub const fn new(system: System, processor: Processor) -> Self {
        Self { system, processor }
    }

    /// The platform of this program, when it is one of 1C's.
    #[must_use]
    pub fn current() -> Option<Self> {
        let system = match std::env::consts::OS {
            "windows" => System::Windows,
            "linux" => System::Linux,
            _ => return None,
        };
        let processor = match std::env::consts::ARCH {
            "x86" => Processor::I386,
            "x86_64" => Processor::X86_64,
            "aarch64" => Processor::Arm64,
            _ => return None,
        };
        Some(Self { system, processor })
    }

    /// The library's name in the package. It holds the version, because clients of 1C keep libraries by their names
    /// and never replace one that is loaded; it has no dots or dashes, like the example in 1C's guide.
    #[must_use]
    pub fn library_name(self, version: &str) -> String {
        let suffix = match self.system {
            System::Windows => "dll",
            System::Linux => "so",
        };
        let version = version.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let (system, processor) = (self.system.name(), self.processor.name());
        format!("vestnik_{system}_{processor}_{version}.{suffix}").to_ascii_lowercase()
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.system.name(), self.processor.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries_hold_platform_and_version() {
        let name = Platform::new(System::Windows, Processor::X86_64).library_name("1.2.3-rc.1");
        assert_eq!(name, "vestnik_windows_x86_64_1_2_3_rc_1.dll");
        let name = Platform::new(System::Linux, Processor::Arm64).library_name("0.1.0");
        assert_eq!(name, "vestnik_linux_arm64_0_1_0.so");
    }
}
