//! What this machine builds with, and what it lacks.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::output;
use crate::target::{Means, Target};

/// The compiler and its surroundings.
#[derive(Debug)]
pub struct Toolchain {
    /// The program `cargo`.
    pub cargo: OsString,
    /// Where rustc has its libraries.
    pub sysroot: PathBuf,
    /// The commit that rustc was built from.
    pub commit: String,
    /// `CARGO_HOME`, where sources of crates lie.
    pub home: PathBuf,
    /// zig, when there is one.
    pub zig: Option<Zig>,
}

/// The compiler for old Linuxes.
#[derive(Debug)]
pub struct Zig {
    /// The program.
    pub program: PathBuf,
    /// Its version.
    pub version: String,
}

impl Toolchain {
    /// Finds it.
    ///
    /// # Errors
    /// When rustc cannot be asked.
    pub fn find() -> Result<Self, Box<dyn Error>> {
        let about = output(Command::new("rustc").arg("-vV"))?;
        let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let home = match env::var_os("CARGO_HOME") {
            Some(home) => PathBuf::from(home),
            None => env::home_dir().ok_or("не найдена домашняя папка: задайте CARGO_HOME")?.join(".cargo"),
        };
        Ok(Self {
            cargo: env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            sysroot: sysroot.trim_end().into(),
            commit: commit.unwrap_or("unknown").to_owned(),
            home,
            zig: Zig::find(),
        })
    }

    /// Where the sources of the standard library lie, if they do.
    #[must_use]
    pub fn library_sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }

    /// Whether the standard library of the target has to be built together with the library: the toolchain has none,
    /// or one that a script built without what link-time optimisation needs.
    #[must_use]
    pub fn builds_std(&self, target: &Target) -> bool {
        match target.means {
            Means::MinGw(_) => target.triple.contains("-win7-"),
            Means::Zig(_) => !self.has_std(target),
        }
    }

    /// What has to be there before the target can be built, in Russian; nothing when all is.
    #[must_use]
    pub fn missing(&self, target: &Target) -> Vec<String> {
        let mut missing = match target.means {
            Means::MinGw(prefix) => self.missing_for_windows(target, prefix),
            Means::Zig(_) => self.missing_for_linux(),
        };
        if self.builds_std(target) && !self.library_sources().join("library/std").is_dir() {
            missing.push("исходных текстов стандартной библиотеки: rustup component add rust-src".to_owned());
        }
        missing
    }

    fn missing_for_windows(&self, target: &Target, prefix: &str) -> Vec<String> {
        let mut missing = Vec::new();
        let linker = format!("{prefix}gcc");
        if find_program(&linker).is_none() {
            missing.push(format!("компоновщика {linker}: пакет mingw-w64"));
        }
        if target.triple.contains("-win7-") {
            if !self.libraries(target).join("rsbegin.o").is_file() {
                missing.push(format!("цели {}: packaging/windows-targets", target.triple));
            }
        } else if !self.has_std(target) {
            missing.push(format!("цели {0}: rustup target add {0}", target.triple));
        }
        missing
    }

    fn missing_for_linux(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if cfg!(not(target_os = "linux")) {
            missing.push("Linux: библиотеки для Linux собираются на нем".to_owned());
        }
        if find_program("cargo-zigbuild").is_none() {
            missing.push("cargo-zigbuild: pip install cargo-zigbuild".to_owned());
        }
        if self.zig.is_none() {
            missing.push("zig: pip install ziglang".to_owned());
        }
        for program in ["make", "perl"] {
            if find_program(program).is_none() {
                missing.push(format!("{program}: вместе с библиотекой собирается OpenSSL"));
            }
        }
        missing
    }

    fn has_std(&self, target: &Target) -> bool {
        let files = self.libraries(target).read_dir().into_iter().flatten().flatten();
        files.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    }

    fn libraries(&self, target: &Target) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(target.triple).join("lib")
    }
}

impl Zig {
    /// The one in the search path, else that of PyPI's package `ziglang`.
    fn find() -> Option<Self> {
        let program = find_program("zig").or_else(|| {
            let place = "import os, ziglang; print(os.path.dirname(ziglang.__file__))";
            let folder = output(Command::new("python3").args(["-c", place])).ok()?;
            Some(Path::new(folder.trim_end()).join("zig"))
        })?;
        let version = output(Command::new(&program).arg("version")).ok()?;
        Some(Self { program, version: version.trim_end().to_owned() })
    }
}

/// A program in the search path.
fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file())
}
