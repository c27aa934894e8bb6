//! The ledger: every misuse of the platform's memory is found and told.

use std::panic::{AssertUnwindSafe, catch_unwind};

use native_api_host::{Exception, Failure, Host, Problem, TextFault};

use crate::{create, library};

/// What is wrong after the add-in has broken one rule.
fn problems_of(rule: &str) -> Vec<Problem> {
    let object = create(Host::default());
    object.call("Break", [rule]).unwrap();
    object.finish()
}

/// The same where the result is what breaks the rule.
fn problems_of_result(rule: &str) -> Vec<Problem> {
    let object = create(Host::default());
    let exception = object.call("Break", [rule]).unwrap_err();
    assert!(matches!(exception.failure, Failure::Unreadable { vt: 22 }), "{exception}");
    object.finish()
}

#[test]
fn a_leak_is_told_with_its_size() {
    let problems = problems_of("leak");
    assert!(matches!(problems[..], [Problem::Leak { bytes: 10, .. }]), "{problems:?}");
}

#[test]
fn a_leak_is_told_where_blocks_are_not_examined() {
    let object = create(Host::default().without_memory_checks());
    object.call("Break", ["leak"]).unwrap();
    let problems = object.finish();
    assert!(matches!(problems[..], [Problem::Leak { bytes: 10, .. }]), "{problems:?}");
}

#[test]
fn a_leak_makes_the_drop_panic() {
    let object = create(Host::default());
    object.call("Break", ["leak"]).unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(object))).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("Probe broke the rules:\nleak: block"), "{text}");
}

#[test]
fn an_unwinding_test_is_not_disturbed() {
    let panic = catch_unwind(|| {
        let object = create(Host::default());
        object.call("Break", ["leak"]).unwrap();
        panic!("the reason of the test");
    });
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"the reason of the test"));
}

#[test]
fn a_double_free_is_told_apart_from_a_foreign_pointer() {
    let problems = problems_of("double free");
    assert!(matches!(problems[..], [Problem::DoubleFree { bytes: 10, .. }]), "{problems:?}");
    assert_eq!(problems_of("foreign pointer"), [Problem::ForeignPointer { role: "FreeMemory" }]);
}

#[test]
fn writes_beyond_a_block_are_found_on_both_sides() {
    for rule in ["overrun", "underrun"] {
        let problems = problems_of(rule);
        assert!(matches!(problems[..], [Problem::Overrun { bytes: 10, .. }]), "{rule}: {problems:?}");
    }
}

#[test]
fn a_write_after_free_is_found() {
    let problems = problems_of("write after free");
    assert!(matches!(problems[..], [Problem::WriteAfterFree { bytes: 10, .. }]), "{problems:?}");
}

#[test]
fn an_empty_allocation_is_refused_and_told() {
    assert_eq!(problems_of("empty allocation"), [Problem::EmptyAllocation]);
}

#[test]
fn strings_outside_of_the_platforms_memory_are_found() {
    assert_eq!(problems_of_result("foreign string"), [Problem::ForeignPointer { role: "string" }]);
    assert_eq!(
        problems_of_result("long string"),
        [Problem::TooLong { role: "string", bytes: 4, claimed: 200 }]
    );
    assert_eq!(problems_of_result("unterminated string"), [Problem::NotTerminated { role: "string" }]);
    assert_eq!(
        problems_of_result("half a character"),
        [Problem::Text { role: "string", fault: TextFault::NotUtf16 }]
    );
}

#[test]
fn a_value_that_1c_cannot_read_is_an_exception() {
    let object = create(Host::default());
    let exception = object.call("Break", ["unreadable"]).unwrap_err();
    let expected =
        Exception { member: "Break".to_owned(), failure: Failure::Unreadable { vt: 18 }, text: None };
    assert_eq!(exception, expected);
}

#[test]
fn the_allocator_says_no_from_the_nth_request_on() {
    let object = create(Host::default());
    object.faults().allow_allocations(Some(1));
    assert_eq!(object.call("Echo", ["первый"]).unwrap(), "первый".into());
    assert_eq!(object.call("Echo", ["второй"]).unwrap_err().failure, Failure::Refused);
    object.faults().reset();
    assert_eq!(object.call("Echo", ["третий"]).unwrap(), "третий".into());
}

#[test]
fn an_object_that_cannot_allocate_its_name_is_not_created() {
    let faults = std::sync::Arc::<native_api_host::Faults>::default();
    faults.allow_allocations(Some(0));
    let refused = library().create("Probe", Host::default().faults(&faults));
    assert_eq!(refused.err(), Some(native_api_host::CreateError::Unnamed));
}
