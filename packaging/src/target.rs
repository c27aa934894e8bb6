//! What is built: for each platform the targets of Rust that can serve it, the best first.

use crate::platform::{Platform, Processor, System};

/// The oldest glibc that the Linux libraries are to load with: that of RHEL 7, in every distribution since 2014.
pub const GLIBC: Version = (2, 17);

/// Windows 7 and Server 2008 R2, as headers of libraries name them.
pub const WINDOWS_7: Version = (6, 1);

/// A version of glibc or Windows.
pub type Version = (u32, u32);

/// A target of Rust.
#[derive(Debug)]
pub struct Target {
    /// Its name.
    pub triple: &'static str,
    /// What it is built with.
    pub means: Means,
    /// The least system that its libraries are for.
    pub least: Least,
}

/// What builds a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// mingw-w64, by the prefix of its programs.
    MinGw(&'static str),
    /// cargo-zigbuild, by zig's name of the target, to which the version of glibc belongs.
    Zig(&'static str),
}

/// The least system that a library is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Least {
    /// Windows 7, Server 2008 R2.
    Windows7,
    /// Windows 10, Server 2016.
    Windows10,
    /// A Linux with [`GLIBC`].
    Glibc,
}

impl Least {
    /// In Russian.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Windows7 => "Windows 7, Server 2008 R2 и новее",
            Self::Windows10 => "Windows 10, Server 2016 и новее",
            Self::Glibc => "Linux с glibc 2.17 и новее",
        }
    }
}

/// The platforms of the package, in the order of its manifest.
pub const PLATFORMS: [Platform; 5] = [
    Platform::new(System::Windows, Processor::X86_64),
    Platform::new(System::Windows, Processor::I386),
    Platform::new(System::Linux, Processor::X86_64),
    Platform::new(System::Linux, Processor::I386),
    Platform::new(System::Linux, Processor::Arm64),
];

const WINDOWS_X86_64: [Target; 2] = [
    windows("x86_64-win7-windows-gnu", "x86_64-w64-mingw32-", Least::Windows7),
    windows("x86_64-pc-windows-gnu", "x86_64-w64-mingw32-", Least::Windows10),
];
const WINDOWS_I386: [Target; 2] = [
    windows("i686-win7-windows-gnu", "i686-w64-mingw32-", Least::Windows7),
    windows("i686-pc-windows-gnu", "i686-w64-mingw32-", Least::Windows10),
];
const LINUX_X86_64: [Target; 1] = [linux("x86_64-unknown-linux-gnu", "x86_64-linux-gnu")];
const LINUX_I386: [Target; 1] = [linux("i686-unknown-linux-gnu", "x86-linux-gnu")];
const LINUX_ARM64: [Target; 1] = [linux("aarch64-unknown-linux-gnu", "aarch64-linux-gnu")];

const fn windows(triple: &'static str, prefix: &'static str, least: Least) -> Target {
    Target { triple, means: Means::MinGw(prefix), least }
}

const fn linux(triple: &'static str, zig: &'static str) -> Target {
    Target { triple, means: Means::Zig(zig), least: Least::Glibc }
}

/// The targets that can serve a platform, the best first; none where Vestnik is not built for it.
#[must_use]
pub const fn targets(platform: Platform) -> &'static [Target] {
    match (platform.system, platform.processor) {
        (System::Windows, Processor::X86_64) => &WINDOWS_X86_64,
        (System::Windows, Processor::I386) => &WINDOWS_I386,
        (System::Windows, Processor::Arm64) => &[],
        (System::Linux, Processor::X86_64) => &LINUX_X86_64,
        (System::Linux, Processor::I386) => &LINUX_I386,
        (System::Linux, Processor::Arm64) => &LINUX_ARM64,
    }
}
