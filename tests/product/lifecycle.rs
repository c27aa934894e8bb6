//! Done and Destroy in every phase: nothing crashes, nothing hangs, nothing remains.

use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use native_api_host::{Host, Library, Object, locate};

use crate::common::{
    CLOSE_NORMAL, MESSAGE, OPEN, PATIENCE, ROM, connect, counting, echo, expect, faulty, folder, in_child,
    library, rom, shim, wait_until,
};

/// What Done may take, with room for a machine that is busy with other tests.
const DONE_BOUND: Duration = Duration::from_secs(10);

/// The names of this process's threads that are ours.
#[cfg(target_os = "linux")]
fn our_threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).filter(|name| name.starts_with("vestnik-")).collect()
}

/// Ends the object in one of the ways that a host has.
fn end(object: Object, how: usize) {
    let start = Instant::now();
    match how {
        0 => drop(object),
        1 => {
            object.done();
            object.done();
            drop(object);
        }
        _ => object.destroy(),
    }
    assert!(start.elapsed() < DONE_BOUND, "took {:?}", start.elapsed());
}

#[test]
fn an_object_ends_in_every_phase_by_every_way() {
    for how in 0..3 {
        end(library().instantiate(ROM, Host::default()).unwrap(), how);
        end(rom(), how);
        for fault in ["never-accept", "accept-late=3600", "hang-up", "refuse=503", "reset", "half-frame"] {
            let (server, object) = (faulty(fault), rom());
            object.call("Подключиться", [server.url()]).unwrap();
            assert!(server.wait_for(PATIENCE, |journal| journal.totals().accepted == 1));
            end(object, how);
            assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
        }
        for fault in ["none", "ignore-close", "ignore-ping"] {
            let (server, object) = (faulty(fault), rom());
            connect(&object, &server.url());
            object.call("Отправить", ["x".repeat(1 << 20)]).unwrap();
            end(object, how);
            assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
        }
        // A server that reads nothing cannot see the end.
        let (server, object) = (faulty("stop-reading"), rom());
        connect(&object, &server.url());
        object.call("Отправить", ["x".repeat(16 << 20)]).unwrap();
        end(object, how);
        drop(server);
        let (server, object) = (counting(50_000), rom());
        connect(&object, &server.url());
        end(object, how);
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "receiving");
    }
}

#[test]
fn after_done_nothing_works_and_nothing_comes() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    object.call("Отправить", ["последнее"]).unwrap();
    object.done();
    assert!(object.get("Подключено").is_err());
    assert!(object.set("Таймаут", 1).is_err());
    assert!(object.call("Подключиться", [server.url()]).is_err());
    assert!(!object.init(), "there is no second life");
    let attempts = object.event_counts().attempts;
    assert!(
        server.wait_for(PATIENCE, |journal| journal.texts().eq(["последнее"])),
        "what was accepted is sent"
    );
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    server.broadcast("никому");
    assert_eq!(object.event_counts().attempts, attempts);
    assert!(object.errors().is_empty(), "{:?}", object.errors());
}

#[test]
fn wrong_orders_of_a_life_are_answered() {
    let object = library().instantiate(ROM, Host::default()).unwrap();
    let component = object.component();
    assert!(!component.set_null_mem_manager());
    assert_eq!(component.register_extension_as(), None, "there is no memory yet");
    assert!(!component.init_without_connection());
    assert!(component.get_prop_val(0).is_err(), "before Init");
    assert!(component.set_mem_manager());
    assert_eq!(component.register_extension_as().as_deref(), Some(ROM));
    component.set_locale(None);
    component.set_user_interface_language_code(None);
    assert!(component.init());
    assert!(!component.init(), "a second Init");
    component.done();
    component.done();
    drop(component);
    drop(object);

    let never_begun = library().instantiate(ROM, Host::default()).unwrap();
    never_begun.done();
    never_begun.destroy();
    never_begun.destroy();
}

#[test]
fn done_inside_an_event_does_not_wait_for_itself() {
    let (server, object) = (counting(10), rom());
    let ended = Arc::new(Barrier::new(2));
    let end = Arc::clone(&ended);
    object.during_event(move |object, event| {
        if event.data == "5" {
            object.done();
            end.wait();
        }
    });
    object.call("Подключиться", [server.url()]).unwrap();
    ended.wait();
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    let data = object.events(Duration::ZERO).map(|event| event.data).collect::<Vec<_>>();
    assert!(!data.iter().any(|data| data == "6"), "{data:?}");
}

#[test]
fn done_while_a_call_into_1c_hangs() {
    in_child("lifecycle::done_while_a_call_into_1c_hangs", &[], || {
        let (server, object) = (counting(10), rom());
        let gate = object.faults().hang_events();
        object.call("Подключиться", [server.url()]).unwrap();
        assert!(gate.wait_for_caller(PATIENCE));
        let start = Instant::now();
        object.done();
        assert!(start.elapsed() < DONE_BOUND);
        // Another object gets a thread of its own, as the old one still hangs.
        let other = rom();
        connect(&other, &server.url());
        expect(&other, (MESSAGE, "1"));
        drop(other);
        gate.open();
        drop(object);
        wait_until("the late thread has gone", || our_threads().is_empty());
    });
}

#[test]
fn done_while_another_thread_waits_in_a_call() {
    let (server, object) = (faulty("never-accept"), rom());
    object.set("Таймаут", 3600).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| object.call("Подключиться", [server.url()]));
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 1));
        object.done();
        // Done has taken the object's answer with it, or let it say that there is no connection.
        assert_ne!(waiting.join().unwrap().ok(), Some(true.into()));
    });
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
}

#[test]
#[cfg(target_os = "linux")]
fn done_while_a_name_is_looked_up() {
    // The C library's look-up is replaced by one that hangs, as it does without a network.
    let shim = shim("hanging_lookup", "#include <unistd.h>\nint getaddrinfo() { sleep(600); return -3; }\n");
    let name = "lifecycle::done_while_a_name_is_looked_up";
    in_child(name, &[("LD_PRELOAD", &shim)], || {
        let object = rom();
        for _ in 0..6 {
            object.call("Подключиться", ["ws://host.example/"]).unwrap();
            wait_until("the look-up has begun", || {
                our_threads().iter().any(|name| name == "vestnik-resolve")
            });
        }
        let start = Instant::now();
        object.done();
        assert!(start.elapsed() < DONE_BOUND);
        // The system lists a thread for a moment after its end.
        wait_until("only look-ups are left", || our_threads().iter().all(|name| name == "vestnik-resolve"));
        assert!(our_threads().len() <= 4, "{:?}", our_threads());
        drop(object);
        // Others connect all the same, by addresses that need no look-up.
        let (server, other) = (echo(), rom());
        connect(&other, &server.url());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn threads_come_with_the_first_connect_and_go_with_the_last_object() {
    in_child("lifecycle::threads_come_with_the_first_connect_and_go_with_the_last_object", &[], || {
        for _ in 0..10 {
            let server = echo();
            let objects = [rom(), rom(), rom()];
            assert_eq!(our_threads(), Vec::<String>::new());
            for object in &objects {
                connect(object, &server.url());
            }
            let mut threads = our_threads();
            threads.sort();
            assert_eq!(threads, ["vestnik-events", "vestnik-net"]);
            drop(objects);
            wait_until("the threads have gone", || our_threads().is_empty());
        }
    });
}

#[test]
fn three_hundred_threads_load_create_call_and_destroy_at_once() {
    in_child("lifecycle::three_hundred_threads_load_create_call_and_destroy_at_once", &[], || {
        let server = echo();
        let start = Barrier::new(300);
        thread::scope(|scope| {
            for number in 0..300 {
                let (server, start) = (&server, &start);
                scope.spawn(move || {
                    start.wait();
                    let object = library().create(ROM, Host::default()).unwrap();
                    object.set("РегулярноеВыражение", "поток").unwrap();
                    connect(&object, &server.url());
                    let text = format!("поток {number}");
                    assert_eq!(object.call("Отправить", [text.as_str()]).unwrap(), true.into());
                    expect(&object, (MESSAGE, &text));
                    if number % 2 == 0 {
                        object.call("Отключиться", ()).unwrap();
                        expect(&object, CLOSE_NORMAL);
                    }
                });
            }
        });
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
        #[cfg(target_os = "linux")]
        wait_until("the threads have gone", || our_threads().is_empty());
    });
}

#[test]
fn two_objects_at_once_do_not_mix() {
    let (server, first, second) = (echo(), rom(), rom());
    connect(&first, &server.url());
    connect(&second, &server.url());
    for number in 0..100 {
        first.call("Отправить", [format!("первый {number}")]).unwrap();
        second.call("Отправить", [format!("второй {number}")]).unwrap();
    }
    for number in 0..100 {
        expect(&first, (MESSAGE, &format!("первый {number}")));
        expect(&second, (MESSAGE, &format!("второй {number}")));
    }
    drop(first);
    second.call("Отправить", ["один остался"]).unwrap();
    expect(&second, (MESSAGE, "один остался"));
}

#[test]
fn one_object_called_from_many_threads() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    let received = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..8 {
            let object = &object;
            scope.spawn(move || {
                for index in 0..50 {
                    object.get("Подключено").unwrap();
                    assert_eq!(object.call("Отправить", [format!("{number}-{index}")]).unwrap(), true.into());
                }
            });
        }
        for _ in 0..400 {
            received.lock().unwrap().push(crate::common::next(&object).data);
        }
    });
    let mut received = received.into_inner().unwrap();
    received.sort();
    received.dedup();
    assert_eq!(received.len(), 400);
}

#[test]
fn one_file_loaded_twice_under_two_names() {
    let original = locate("vestnik").unwrap();
    let copy = folder().join("vestnik_second_copy.so");
    std::fs::copy(&original, &copy).unwrap();
    let server = echo();
    let objects = [Library::load(original).unwrap(), Library::load(&copy).unwrap()]
        .map(|library| library.create(ROM, Host::default()).unwrap());
    for object in &objects {
        object.call("Подключиться", [server.url()]).unwrap();
    }
    for object in &objects {
        expect(object, OPEN);
    }
    for number in 0..100 {
        for object in &objects {
            object.call("Отправить", [number.to_string()]).unwrap();
        }
    }
    for number in 0..100 {
        for object in &objects {
            expect(object, (MESSAGE, &number.to_string()));
        }
    }
    drop(objects);
    // Best effort: elsewhere than on Unix a library that is pinned cannot be removed.
    let _ = std::fs::remove_file(copy);
}
