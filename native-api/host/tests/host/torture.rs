//! The torture itself: it must find what is wrong, name it, and go on.

use std::env;
use std::process::Command;
use std::thread;
use std::time::Duration;

use native_api::abi::exports::EntryPoints;
use native_api_host::{Assignment, Library, Outcome, Sandbox, Script, Verdict, Vocabulary};

use crate::{BOUND, probe};

/// The probe, without the classes that cannot even be created.
fn library_of_one_class() -> Library {
    unsafe extern "C" fn get_class_names() -> *const u16 {
        const NAMES: [u16; 6] = [80, 114, 111, 98, 101, 0];
        NAMES.as_ptr()
    }
    Library::in_process(&EntryPoints { get_class_names, ..probe::ENTRY_POINTS })
}

/// Runs the test `name` of this program in other processes.
fn run(name: &str, seeds: u64, limit: Duration) -> Vec<Verdict> {
    let program = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args([name, "--exact", "--nocapture"]).env("RUST_BACKTRACE", "0");
        command
    };
    let mut verdicts = Vec::new();
    Sandbox::new(program, limit).run(0..seeds, 3, |verdict| verdicts.push(verdict.clone()));
    verdicts.sort_by_key(|verdict| verdict.seed);
    assert!(verdicts.iter().map(|verdict| verdict.seed).eq(0..seeds), "each seed once: {verdicts:?}");
    verdicts
}

#[test]
fn crash_hang_failure_and_noise_are_told_apart_and_the_others_go_on() {
    if let Some(assignment) = Assignment::from_environment() {
        return assignment.run(|seed| match seed {
            3 => Err("wrong in\ntwo ways".to_owned()),
            5 => std::process::abort(),
            7 => loop {
                thread::park();
            },
            9 => {
                eprintln!("thread 'x' panicked");
                Ok(())
            }
            _ => Ok(()),
        });
    }
    let name = "torture::crash_hang_failure_and_noise_are_told_apart_and_the_others_go_on";
    for verdict in run(name, 60, Duration::from_secs(5)) {
        let expected = match verdict.seed {
            3 => ("failed", "wrong in\ntwo ways\n"),
            5 => ("crashed", ""),
            7 => ("hung", ""),
            9 => ("failed", "thread 'x' panicked\n"),
            _ => ("ok", ""),
        };
        let outcome = verdict.outcome.to_string();
        let kind = outcome.split(' ').next().unwrap();
        assert_eq!((kind, verdict.output.as_str()), expected, "{verdict}");
        assert!(kind != "crashed" || !cfg!(unix) || outcome.contains("SIGABRT"), "{outcome}");
    }
}

#[test]
fn a_process_that_does_nothing_has_crashed() {
    if Assignment::from_environment().is_some() {
        return;
    }
    for verdict in run("torture::a_process_that_does_nothing_has_crashed", 2, BOUND) {
        assert!(matches!(verdict.outcome, Outcome::Crashed(status) if status.success()), "{verdict}");
    }
}

/// The probe believes every address and length, so most scripts crash it, or let it read for ever; but where it lives,
/// everything that it does wrong is found.
#[test]
fn scripts_find_what_an_add_in_does_wrong() {
    if let Some(assignment) = Assignment::from_environment() {
        let library = library_of_one_class();
        let rules = ["leak", "double free", "unreadable", "error from a thread"];
        let vocabulary = rules.iter().fold(Vocabulary::read(&library).unwrap(), |vocabulary, rule| {
            vocabulary.cue("Probe", &[("Break", &[(*rule).into()])])
        });
        return assignment.run(|seed| Script::new(seed, &vocabulary).play(&library, &[]));
    }
    let verdicts = run("torture::scripts_find_what_an_add_in_does_wrong", 250, Duration::from_secs(10));
    let found = |outcome: &str, text: &str| {
        let mut verdicts = verdicts.iter();
        verdicts.any(|v| v.outcome.to_string().starts_with(outcome) && v.output.contains(text))
    };
    for (outcome, text) in [
        ("ok", ""),
        ("crashed", ""),
        ("failed", "leak: block"),
        ("failed", "double free of block"),
        ("failed", "a value of kind 18, which 1C cannot read"),
        ("failed", "AddError from a thread that is in no call"),
        ("failed", "false, and 0 errors"),
        ("failed", "ExternalEvent after Done"),
    ] {
        assert!(found(outcome, text), "never {outcome} with «{text}»");
    }
}

#[test]
fn the_same_seed_makes_the_same_script() {
    let vocabulary = Vocabulary::read(&library_of_one_class()).unwrap().words(["слово"]);
    let script = |seed| Script::new(seed, &vocabulary).to_string();
    assert_eq!(script(7), script(7));
    assert_ne!(script(7), script(8));
}
