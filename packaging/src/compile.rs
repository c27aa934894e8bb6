//! Builds the library for one target by a call of cargo.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::platform::Platform;
use crate::target::{GLIBC, Means, Target};
use crate::toolchain::Toolchain;
use crate::version_resource::VersionResource;
use crate::workspace::Workspace;

/// A compiler script of ours: its short name, and not the path of one that cargo-zigbuild makes, gets into OpenSSL's
/// description of itself.
const ZIG_CC: &str = "zig-cc";

/// OpenSSL for size, and without tables that nobody unwinds C code by, like `cargo ship` in `.cargo/config.toml`.
const OPENSSL_FLAGS: &str = "-Os -fno-asynchronous-unwind-tables -fno-unwind-tables";

/// Builds libraries of one project with one toolchain.
#[derive(Clone, Copy, Debug)]
pub struct Compiler<'a> {
    /// With what.
    pub toolchain: &'a Toolchain,
    /// What.
    pub workspace: &'a Workspace,
}

impl Compiler<'_> {
    /// Builds the library; cargo writes its progress to the terminal. Returns the bytes of the library.
    ///
    /// # Errors
    /// When cargo fails, or cannot be started.
    pub fn library(&self, platform: Platform, target: &Target) -> Result<Vec<u8>, Box<dyn Error>> {
        let tools = self.workspace.target_directory.join("package").join(target.triple);
        fs::create_dir_all(&tools)?;
        let mut command = self.cargo(target, &tools)?;
        command.args([
            "--profile",
            "ship",
            "--locked",
            "--lib",
            "--package",
            "vestnik",
            "--crate-type",
            "cdylib",
        ]);
        command.arg("--message-format=json-render-diagnostics");
        if self.toolchain.builds_std(target) {
            // An unstable option of cargo, which a stable cargo takes with this variable.
            command.arg("-Zbuild-std=std,panic_unwind").env("RUSTC_BOOTSTRAP", "1");
        }
        if let Means::MinGw(_) = target.means {
            command.arg("--").args(self.link_arguments(platform, &tools)?);
        }
        self.settle(&mut command)?;

        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("cargo: {}", output.status).into());
        }
        let file =
            artifact(&String::from_utf8(output.stdout)?).ok_or("cargo не назвал собранную библиотеку")?;
        Ok(fs::read(file)?)
    }

    /// Folders of this machine, and what stands for them in the library. The last one that fits counts.
    ///
    /// # Errors
    /// When the folder of the crates cannot be read.
    pub fn remapped(&self) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
        let mut remapped = vec![
            (self.toolchain.home.clone(), "cargo".to_owned()),
            (self.toolchain.library_sources(), format!("/rustc/{}", self.toolchain.commit)),
            (self.workspace.root.clone(), "vestnik".to_owned()),
            (self.workspace.target_directory.clone(), "target".to_owned()),
        ];
        // There is a folder per registry; its name is a hash of the registry's address.
        for registry in self.toolchain.home.join("registry/src").read_dir()? {
            remapped.push((registry?.path(), "crates".to_owned()));
        }
        Ok(remapped)
    }

    fn cargo(&self, target: &Target, tools: &Path) -> Result<Command, Box<dyn Error>> {
        let (Means::Zig(zig_target), Some(zig)) = (target.means, &self.toolchain.zig) else {
            let mut cargo = Command::new(&self.toolchain.cargo);
            cargo.args(["rustc", "--target", target.triple]);
            return Ok(cargo);
        };
        let glibc = format!("{}.{}", GLIBC.0, GLIBC.1);
        let script = format!(
            "#!/bin/sh\nexec cargo-zigbuild zig cc -- -fno-sanitize=all -target {zig_target}.{glibc} \"$@\"\n"
        );
        write_program(&tools.join(ZIG_CC), &script)?;

        let mut cargo = Command::new("cargo-zigbuild");
        cargo.args(["rustc", "--target", &format!("{}.{glibc}", target.triple)]);
        let variable = format!("CC_{}", target.triple.replace('-', "_"));
        cargo.env(variable, ZIG_CC).env("PATH", with_first(tools)?);
        // Else it looks for zig at every call of the compiler.
        cargo.env("CARGO_ZIGBUILD_ZIG_COMMAND", &zig.program);
        cargo.env("CARGO_ZIGBUILD_ZIG_PATH", &zig.program);
        cargo.env("CARGO_ZIGBUILD_ZIG_VERSION", &zig.version);
        let mut flags = OPENSSL_FLAGS.to_owned();
        if zig_target.starts_with("x86-") {
            // clang calls a function for the question whether eight bytes are atomic, and nobody has it.
            flags.push_str(" -DBROKEN_CLANG_ATOMICS");
        }
        cargo.env(format!("CFLAGS_{}", target.triple.replace('-', "_")), flags);
        Ok(cargo)
    }

    /// What makes the outcome depend on nothing but the sources and the compilers.
    fn settle(&self, command: &mut Command) -> Result<(), Box<dyn Error>> {
        let mut flags = OsString::new();
        for (folder, name) in self.remapped()? {
            if !flags.is_empty() {
                flags.push("\x1f");
            }
            flags.push("--remap-path-prefix=");
            flags.push(folder);
            flags.push("=");
            flags.push(name);
        }
        command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags);
        // OpenSSL writes down when it was built, and where it was installed to look there for modules: the folder of
        // the build, which another user of another machine might be able to make.
        command.env("SOURCE_DATE_EPOCH", "0");
        command.env("GNUMAKEFLAGS", "ENGINESDIR=/usr/local/ssl/engines MODULESDIR=/usr/local/ssl/modules");
        Ok(())
    }

    fn link_arguments(&self, platform: Platform, tools: &Path) -> Result<[OsString; 2], Box<dyn Error>> {
        let version = self.workspace.version.as_str();
        let resource = VersionResource {
            version,
            file_name: &platform.library_name(version),
            description: "Вестник: события в реальном времени для 1С:Предприятия",
        };
        let file = tools.join("version.o");
        fs::write(&file, resource.object(platform.processor)?)?;
        let mut object = OsString::from("-Clink-arg=");
        object.push(file);
        Ok([object, "-Clink-arg=-Wl,--no-insert-timestamp".into()])
    }
}

/// The library among the files that cargo has told about.
fn artifact(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut artifacts = messages.filter(|message| message["reason"] == "compiler-artifact");
    let artifact = artifacts.find(|message| message["target"]["name"] == "vestnik")?;
    let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|extension| extension == "so" || extension == "dll"))
}

/// The search path with a folder before the others.
fn with_first(folder: &Path) -> Result<OsString, env::JoinPathsError> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&path)))
}

/// A file that can be started.
fn write_program(file: &Path, text: &str) -> std::io::Result<()> {
    fs::write(file, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_found_among_other_artifacts() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"wire"},"filenames":["libwire.rlib"]}
not JSON
{"reason":"compiler-artifact","target":{"name":"vestnik"},"filenames":["a/vestnik.dll","a/libvestnik.dll.a"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(artifact(messages), Some("a/vestnik.dll".into()));
        assert_eq!(artifact(r#"{"reason":"build-finished","success":false}"#), None);
    }
}
