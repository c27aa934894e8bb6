//! The machine's clock is set while objects are connected: by a day, by ten years, and back; the servers' are not.

use std::collections::HashSet;
use std::fs;
use std::time::Instant;

use native_api::Value;
use native_api_host::{Instance, locate};

use super::listener::{expect_message, listening, next, portal, publish, server_client_of};
use crate::common::{
    MESSAGE, PATIENCE, connect, echo, expect, folder, in_child, rom, shim, text, wait_until,
};

/// Adds as many seconds to the time of day as the file says, where the library under test asks for it. What is
/// counted from the start of the machine, as pauses and time-outs are, stays as it is, as it does when a person sets
/// the clock.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long *shift;

__attribute__((constructor)) static void find(void) {
    int file = open(getenv("CLOCK_SHIFT"), O_RDONLY);
    void *mapped = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    shift = mapped == MAP_FAILED ? 0 : mapped;
}

static int tell(clockid_t clock, struct timespec *now, void *caller) {
    Dl_info info;
    int outcome = syscall(SYS_clock_gettime, clock, now);
    int is_time_of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (outcome || !is_time_of_day || !shift || !dladdr(caller, &info)) return outcome;
    if (!strcmp(info.dli_fname, getenv("CLOCK_OF"))) now->tv_sec += *shift;
    return outcome;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    return tell(clock, now, __builtin_return_address(0));
}

time_t time(time_t *told) {
    struct timespec now;
    tell(CLOCK_REALTIME, &now, __builtin_return_address(0));
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    tell(CLOCK_REALTIME, &now, __builtin_return_address(0));
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"#;

const DAY: i64 = 24 * 60 * 60;
/// Each against the true time.
const SHIFTS: [i64; 5] = [DAY, -DAY, 3_650 * DAY, -3_650 * DAY, 0];

/// The message comes, whatever else is told before it.
#[track_caller]
fn expect_message_at_last(object: &Instance, text: &str) {
    loop {
        let (event, data) = next(object);
        if event["Event"] == "Message" {
            assert_eq!(data, text);
            return;
        }
    }
}

/// The next of the portal's messages that `Получить` gives.
fn received(job: &Instance, seconds: f64) -> Value {
    loop {
        match job.call("Получить", [seconds]).unwrap() {
            Value::String(text) if text.starts_with(r#"{"module_id":"vestnik""#) => {}
            received => return received,
        }
    }
}

#[test]
fn the_clock_jumps_and_nothing_ends_is_lost_or_waits_longer() {
    let (file, shim) = (folder().join("shift"), shim("clock", SHIM));
    let set = |seconds: i64| fs::write(&file, seconds.to_ne_bytes()).unwrap();
    set(0);
    let library = locate("vestnik").unwrap();
    let variables = [
        ("LD_PRELOAD", shim.as_str()),
        ("CLOCK_SHIFT", file.to_str().unwrap()),
        ("CLOCK_OF", library.to_str().unwrap()),
    ];
    in_child("bitrix::clock::the_clock_jumps_and_nothing_ends_is_lost_or_waits_longer", &variables, || {
        let file = std::env::var("CLOCK_SHIFT").unwrap();
        let (server, socket) = (echo(), rom());
        connect(&socket, &server.url());
        let portals = [portal(), portal(), portal()];
        let listeners = [listening(&portals[0], "LongPoll"), listening(&portals[1], "WebSocket")];
        let log = folder().join("clock.log");
        listeners[1].set("УровеньЖурнала", "debug").unwrap();
        listeners[1].set("ФайлЖурнала", log.to_str().unwrap()).unwrap();
        let job = server_client_of(&portals[2]);
        assert_eq!(job.call("Подключиться", [portals[2].url()]).unwrap(), true.into());
        for (number, shift) in SHIFTS.into_iter().enumerate() {
            fs::write(&file, shift.to_ne_bytes()).unwrap();
            // What is open stays open.
            socket.call("Отправить", ["который час"]).unwrap();
            expect(&socket, (MESSAGE, "который час"));
            for (portal, listener) in portals.iter().zip(&listeners) {
                expect_message(listener, &publish(portal, number));
            }
            // What waits waits no longer.
            let asked = Instant::now();
            assert_eq!(received(&job, 0.1), Value::Empty);
            assert!(asked.elapsed() < PATIENCE);
            let sent = publish(&portals[2], number);
            assert_eq!(received(&job, PATIENCE.as_secs_f64()), sent.as_str().into());
            // What comes back finds its place. Each time the pause before that is longer.
            if shift.abs() <= DAY {
                continue;
            }
            for (portal, listener) in portals.iter().zip(&listeners) {
                portal.restart();
                let sent = publish(portal, 100 + number);
                expect_message_at_last(listener, &sent);
                wait_until("it is open", || text(listener, "Состояние") == "Open");
            }
        }
        let log = fs::read_to_string(log).unwrap();
        let years = log.lines().filter_map(|line| line.get(..4)).collect::<HashSet<_>>();
        assert!(years.len() >= 3, "the clock was set: {years:?}");
        for portal in &portals[..2] {
            let asked = portal.read_journal(|journal| journal.calls("pull.application.config.get").count());
            assert!(asked <= 2 * (1 + SHIFTS.len()), "the portal was asked {asked} times");
        }
    });
}
