//! The process that has loaded the library is killed at random moments: the servers see its sockets end, no file stays,
//! the next process starts, and from the `Позиция` that it had stored nothing published is missed.
//!
//! Ten times with every test run. `VESTNIK_KILLS=200 cargo test --release --test kill -- --nocapture` does it 200 times;
//! `VESTNIK_SEED` repeats the moments.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod diary;
mod folders;
mod host;
mod life;
mod peers;

use std::env;
use std::time::Duration;

use crate::diary::Diary;
use crate::folders::Folders;
use crate::life::Life;
use crate::peers::Peers;

/// Kills with every test run.
const KILLS: usize = 10;
/// Tells the child that it is one.
const CHILD: &str = "VESTNIK_KILL_CHILD";
/// How long anything may take. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn nothing_stays_of_a_killed_host_and_nothing_is_missed() {
    if let Ok(plan) = env::var(CHILD) {
        return host::run(&plan);
    }
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let kills = number("VESTNIK_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let seed = number("VESTNIK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("VESTNIK_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (folders, mut peers) = (Folders::new(), Peers::start());
    let mut diary = Diary::new(&folders);
    for kill in 0..kills {
        let mut life = Life::begin(&folders, &peers);
        // From the very start one time, when all objects are connected and busy the other.
        if kill % 2 == 1 {
            life = life.wait_until_busy(&mut peers);
        }
        peers.publish_for(Duration::from_millis(random.u64(..700)), &mut random);
        life.kill();
        peers.expect_no_connection();
        folders.expect_nothing_left();
        diary.expect_continuation(&peers, kill);
    }
    let life = Life::begin(&folders, &peers).wait_until_busy(&mut peers);
    diary.wait_for(peers.published());
    life.end();
    peers.expect_no_connection();
    folders.expect_nothing_left();
    diary.expect_continuation(&peers, kills);
    diary.expect_all(peers.published());
    println!("{kills} kills: {}", diary.summary());
}
