//! Hundreds of made-up lives of objects of all classes, most of them illegal, each told by its seed. The same for as
//! long as you like: `cargo run --example torture -- --help`.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

mod peers;
mod scripts;

use std::path::Path;

use native_api_host::{Assignment, Outcome};

use peers::Peers;

const SEEDS: u64 = 300;
const PROCESSES: usize = 8;

#[test]
fn scripts_of_legal_and_illegal_calls_do_no_harm() {
    if let Some(assignment) = Assignment::from_environment() {
        return scripts::play(assignment).unwrap();
    }
    let peers = Peers::start();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("torture-{}", std::process::id()));
    let arguments = ["scripts_of_legal_and_illegal_calls_do_no_harm", "--exact", "--nocapture"];
    let sandbox = scripts::sandbox(&arguments, &folder, &peers).unwrap();
    let (mut played, mut wrong) = (0, Vec::new());
    sandbox.run(0..SEEDS, PROCESSES, |verdict| {
        played += 1;
        if verdict.outcome != Outcome::Ok {
            wrong.push(verdict.to_string());
        }
    });
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(played, SEEDS);
    let seen = peers.seen();
    assert!(seen.iter().all(|&count| count > SEEDS / 10), "scripts hardly meet anybody: {seen:?}");
}
