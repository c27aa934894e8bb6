//! The program `packaging`, but for the building itself: that needs compilers and minutes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use packaging::platform::Processor;

use crate::elf::Elf;
use crate::fixture::{linux, windows};

/// A file that is gone with the value.
struct File(PathBuf);

impl File {
    fn new(name: &str, data: &[u8]) -> Self {
        let file = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        fs::write(&file, data).unwrap();
        Self(file)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

fn run(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_packaging")).args(arguments).output().unwrap();
    let text = String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap();
    (output, text)
}

#[test]
fn the_help_is_in_russian_and_names_both_commands() {
    let (output, text) = run(&["--help"]);
    assert!(output.status.success());
    for expected in ["Собирает архив", "doctor", "--platform", "linux-arm64"] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_platform_that_is_not_there_is_told() {
    let (output, text) = run(&["--platform", "macos-arm64"]);
    assert!(!output.status.success());
    assert!(text.contains("windows-x86_64, windows-i386, linux-x86_64, linux-i386, linux-arm64"), "{text}");
}

#[test]
fn the_doctor_tells_what_is_wrong_by_its_exit_code_too() {
    // Not of this machine, so that it is not loaded: there is nothing in it.
    let processor = if cfg!(target_arch = "aarch64") { Processor::X86_64 } else { Processor::Arm64 };
    let good = File::new("good.so", &linux(processor).bytes());
    let (output, text) = run(&["doctor", good.0.to_str().unwrap()]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Ошибок: 0, замечаний: 0."), "{text}");
    assert!(text.contains("УстановитьВнешнююКомпоненту"), "{text}");

    let bad = File::new("bad.so", &Elf { exports: &[], ..linux(processor) }.bytes());
    let (output, text) = run(&["doctor", bad.0.to_str().unwrap()]);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("ошибка    не экспортирует GetClassNames"), "{text}");

    let (output, text) = run(&["doctor", "nowhere.zip"]);
    assert!(!output.status.success());
    assert!(text.starts_with("Ошибка: nowhere.zip: "), "{text}");
}

#[test]
fn a_library_of_this_machine_is_really_loaded() {
    // All its tables are right, and there is nothing behind them: only the loader can tell.
    let processor = if cfg!(target_arch = "aarch64") { Processor::Arm64 } else { Processor::X86_64 };
    let data = if cfg!(windows) { windows(processor).bytes() } else { linux(processor).bytes() };
    let file = File::new(if cfg!(windows) { "empty.dll" } else { "empty.so" }, &data);
    let (output, text) = run(&["doctor", file.0.to_str().unwrap()]);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("ошибка    здесь не загружается: "), "{text}");
}
