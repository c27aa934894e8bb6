//! External events: depth, refusal, and everything that can go wrong on their way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use native_api::value::Value;
use native_api_host::{EventCounts, Host, Instance, Problem};

use crate::{BOUND, create};

fn notify(object: &Instance, data: &str) -> bool {
    object.call("Сообщить", [data]).unwrap() == true.into()
}

fn taken(object: &Instance) -> Vec<String> {
    object.events(Duration::ZERO).map(|event| event.data).collect()
}

#[test]
fn the_buffer_starts_at_depth_1_and_drops_what_does_not_fit() {
    let object = create(Host::default());
    assert_eq!(object.get("Глубина").unwrap(), 1.into());
    assert!(notify(&object, "первое"));
    assert!(!notify(&object, "второе"));
    let event = object.next_event(BOUND).unwrap();
    assert_eq!([event.source, event.event, event.data], ["Probe", "Событие", "первое"]);
    assert_eq!(event.thread, thread::current().id());
    assert_eq!(object.next_event(Duration::ZERO), None);
    assert!(notify(&object, "третье"));
    assert_eq!(object.event_counts(), EventCounts { attempts: 3, accepted: 2, refused: 1, lost: 0 });
}

#[test]
fn a_deeper_buffer_keeps_the_order_and_a_shallower_one_drops_the_latest() {
    let object = create(Host::default());
    object.set("Глубина", 3).unwrap();
    assert!(["1", "2", "3"].iter().all(|data| notify(&object, data)));
    object.set("Глубина", 2).unwrap();
    assert_eq!(taken(&object), ["1", "2"]);
}

#[test]
fn a_depth_out_of_range_is_refused() {
    let object = create(Host::default().event_depth_limit(1));
    assert!(object.set("Глубина", 2).is_err());
    assert!(object.set("Глубина", 0).is_err());
    assert!(object.set("Глубина", 1).is_ok());
    assert_eq!(object.event_buffer_depth(), 1);
}

#[test]
fn a_server_has_no_events() {
    let object = create(Host::server());
    assert!(!notify(&object, "напрасно"));
    assert_eq!(object.event_counts(), EventCounts { attempts: 1, accepted: 0, refused: 1, lost: 0 });
    assert_eq!(taken(&object), [""; 0]);
}

#[test]
fn events_are_refused_until_the_fault_is_lifted() {
    let object = create(Host::default());
    object.faults().refuse_events(true);
    assert!(!notify(&object, "нет"));
    object.faults().refuse_events(false);
    assert!(notify(&object, "да"));
    assert_eq!(taken(&object), ["да"]);
}

#[test]
fn events_that_come_too_fast_are_lost_behind_a_true_answer() {
    let object = create(Host::default());
    object.set("Глубина", 10).unwrap();
    object.faults().lose_events_within(Duration::from_secs(3600));
    assert!(notify(&object, "дошло"));
    assert!(notify(&object, "пропало"));
    object.faults().lose_events_within(Duration::ZERO);
    assert!(notify(&object, "дошло тоже"));
    assert_eq!(taken(&object), ["дошло", "дошло тоже"]);
    assert_eq!(object.event_counts(), EventCounts { attempts: 3, accepted: 2, refused: 0, lost: 1 });
}

#[test]
fn a_slow_platform_takes_its_time() {
    let object = create(Host::default());
    object.faults().delay_events(Duration::from_millis(50));
    let start = std::time::Instant::now();
    assert!(notify(&object, "медленно"));
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn a_hanging_platform_holds_the_caller_until_the_gate_opens() {
    let object = create(Host::default());
    let gate = object.faults().hang_events();
    thread::scope(|scope| {
        let call = scope.spawn(|| notify(&object, "за воротами"));
        assert!(gate.wait_for_caller(BOUND));
        assert!(object.wait_for_event_attempts(1, BOUND));
        assert_eq!(object.next_event(Duration::ZERO), None);
        gate.open();
        assert!(call.join().unwrap());
    });
    assert_eq!(taken(&object), ["за воротами"]);
    assert!(!object.faults().hang_events().wait_for_caller(Duration::ZERO));
}

#[test]
fn an_event_wakes_whoever_waits_for_it() {
    let object = create(Host::default());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| object.next_event(BOUND));
        assert!(notify(&object, "проснись"));
        assert_eq!(waiter.join().unwrap().unwrap().data, "проснись");
    });
}

#[test]
fn the_platform_calls_back_into_the_object() {
    let object = create(Host::default());
    let (answers, answered) = mpsc::channel();
    let answers = Mutex::new(answers);
    object.during_event(move |object, event| {
        let answer = object.call("Эхо", [event.data.as_str()]);
        answers.lock().unwrap().send(answer).unwrap();
    });
    assert!(notify(&object, "туда и обратно"));
    assert_eq!(answered.recv_timeout(BOUND).unwrap(), Ok("туда и обратно".into()));
    drop(object);
    // The action is gone with its object.
    assert_eq!(answered.recv_timeout(BOUND), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn done_may_come_from_inside_an_event() {
    let object = create(Host::default());
    object.during_event(|object, _| object.done());
    assert!(notify(&object, "последнее"));
    assert!(!notify(&object, "лишнее"));
    assert_eq!(object.finish(), [Problem::AfterDone { function: "ExternalEvent" }]);
}

#[test]
fn a_panic_of_the_test_inside_an_event_does_not_cross_the_add_in() {
    let object = create(Host::default());
    object.during_event(|_, _| panic!("неожиданно"));
    assert!(!notify(&object, "опасно"));
    let panic = catch_unwind(AssertUnwindSafe(|| drop(object))).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("panic inside ExternalEvent: неожиданно"));
}

#[test]
fn a_counting_platform_keeps_nothing() {
    let object = create(Host::default().count_events_only());
    assert!((0..100).all(|_| notify(&object, "раз")));
    assert_eq!(object.event_counts(), EventCounts { attempts: 100, accepted: 100, refused: 0, lost: 0 });
    assert_eq!(object.next_event(Duration::ZERO), None);
    assert_eq!(object.call("Эхо", [Value::Empty]).unwrap(), Value::Empty);
}

#[test]
fn a_counting_platform_takes_its_time() {
    let time = Duration::from_millis(20);
    let object = create(Host::default().time_per_event(time));
    let start = Instant::now();
    assert!(notify(&object, "раз"));
    assert!(start.elapsed() >= time);
    assert_eq!(object.event_counts().accepted, 1);
}
