//! Every target on its seeds, without a fuzzer. Findings of the fuzzer are among them.

use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_target_takes_its_seeds() {
    for (name, target) in TARGETS {
        let folder = fuzz().join("seeds").join(name);
        let seeds = names(&folder);
        assert!(seeds.len() >= 3, "{name} needs seeds");
        for seed in seeds {
            println!("{name}/{seed}");
            target(&fs::read(folder.join(seed)).unwrap());
        }
    }
}

#[test]
fn every_target_takes_nothing_and_a_little() {
    for (name, target) in TARGETS {
        println!("{name}");
        target(&[]);
        for byte in 0..=u8::MAX {
            target(&[byte]);
            target(&[byte; 3]);
        }
    }
}

#[test]
fn every_target_has_a_program_and_seeds() {
    let expected: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let programs: Vec<_> = expected.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&fuzz().join("seeds")), expected);
    assert_eq!(names(&fuzz().join("fuzz_targets")), programs);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in expected {
        let entry = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"");
        assert!(manifest.contains(&entry), "{name} is not in the manifest");
    }
}
