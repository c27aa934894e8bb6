//! From `GetClassObject` to `DestroyObject`, in the platform's order and in others.

use std::process::Command;
use std::thread;

use native_api::abi::exports::attach_type;
use native_api::abi::platform::app_type;
use native_api::value::Value;
use native_api_host::{CreateError, Failure, Host, Library, Object, Problem, locate};

use crate::{BOUND, create, library, probe};

fn journal(object: &Object) -> String {
    match object.get("Журнал").unwrap() {
        Value::String(journal) => journal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_comes_up_in_the_order_of_the_platform() {
    let object = create(Host::default().locale("ru_RU").language("ru"));
    assert_eq!(
        journal(&object),
        "setMemManager RegisterExtensionAs Init GetInfo SetLocale(ru_RU) SetUserInterfaceLanguageCode(ru)"
    );
    assert_eq!(object.class(), "Probe");
}

#[test]
fn an_old_platform_knows_no_interface_language() {
    let object = create(Host::before_8_3_21().locale("en_US"));
    assert_eq!(journal(&object), "setMemManager RegisterExtensionAs Init GetInfo SetLocale(en_US)");
}

#[test]
fn the_platform_tells_what_it_is() {
    let object = create(Host::default().application(app_type::EXTERNAL_CONNECTION).version("8.3.99.1"));
    assert_eq!(object.get("Приложение").unwrap(), app_type::EXTERNAL_CONNECTION.into());
    assert!(journal(&object).ends_with(" 8.3.99.1"));
    let object = create(Host::default().without_platform_info());
    assert_eq!(object.get("Приложение").unwrap(), Value::Empty);
}

#[test]
fn a_library_lists_its_classes() {
    assert_eq!(library().class_names(), ["Probe", "Misnamed", "Unwilling", "Outdated"]);
    assert_eq!(library().attach_type(), attach_type::ANY);
    assert_eq!(library().set_platform_capabilities(1), 3);
}

#[test]
fn what_the_platform_would_not_take_is_not_created() {
    let refusal = |class| library().create(class, Host::default()).err().unwrap();
    assert_eq!(refusal("Нет такого"), CreateError::NoSuchClass);
    assert_eq!(refusal("Misnamed"), CreateError::Misnamed { registered: "Other".to_owned() });
    assert_eq!(refusal("Unwilling"), CreateError::InitRefused);
    assert_eq!(refusal("Outdated"), CreateError::TechnologyVersion { answered: 1000 });
}

#[test]
fn an_object_may_be_asked_its_name_and_no_more() {
    let object = library().instantiate("Probe", Host::default()).unwrap();
    assert!(object.component().set_mem_manager());
    assert_eq!(object.component().register_extension_as().as_deref(), Some("Probe"));
    assert!(object.finish().is_empty());
}

#[test]
fn steps_may_come_in_any_order() {
    let object = library().instantiate("Probe", Host::default()).unwrap();
    object.done();
    assert!(object.component().set_null_mem_manager());
    assert!(object.component().init_without_connection());
    assert!(object.component().set_mem_manager());
    assert!(object.init());
    object.done();
    assert!(object.init());
    assert_eq!(object.call("Сообщить", ["снова жив"]).unwrap(), true.into());
    object.done();
    object.done();
    object.destroy();
    object.destroy();
    assert_eq!(object.get("Журнал").unwrap_err().failure, Failure::Destroyed);
}

#[test]
fn the_connection_is_dead_after_done() {
    let object = create(Host::default());
    object.done();
    assert_eq!(object.call("Сообщить", ["поздно"]).unwrap(), false.into());
    assert_eq!(object.finish(), [Problem::AfterDone { function: "ExternalEvent" }]);
}

#[test]
fn an_event_of_the_destructor_comes_too_late() {
    let object = create(Host::default());
    object.call("Break", ["late event"]).unwrap();
    assert_eq!(object.finish(), [Problem::AfterDone { function: "ExternalEvent" }]);
}

#[test]
fn done_must_wait_for_a_call_into_the_platform() {
    let object = create(Host::default());
    let gate = object.faults().hang_events();
    thread::scope(|scope| {
        scope.spawn(|| object.call("Сообщить", ["ещё там"]).unwrap());
        assert!(gate.wait_for_caller(BOUND));
        object.done();
        gate.open();
    });
    assert_eq!(object.finish(), [Problem::CallLeft]);
}

#[test]
fn destroying_waits_for_the_last_call() {
    let object = create(Host::default());
    let gate = object.faults().hang_events();
    thread::scope(|scope| {
        scope.spawn(|| object.call("Сообщить", ["дождись"]).unwrap());
        assert!(gate.wait_for_caller(BOUND));
        let destroyer = scope.spawn(|| object.destroy());
        gate.open();
        destroyer.join().unwrap();
    });
    assert!(object.finish().is_empty());
}

#[test]
fn an_object_is_not_destroyed_by_its_own_call() {
    let object = create(Host::default());
    object.during_event(|object, _| object.destroy());
    object.call("Сообщить", ["нельзя"]).unwrap();
    assert_eq!(object.problems(), [Problem::StillCalled]);
    assert_eq!(object.finish(), [Problem::StillCalled]);
}

#[test]
fn objects_are_used_from_many_threads_at_once() {
    fn check<T: Send + Sync>(_: &T) {}
    let shared = create(Host::default());
    check(&shared);
    thread::scope(|scope| {
        for number in 0..16 {
            let shared = &shared;
            scope.spawn(move || {
                let own = create(Host::default());
                for object in [shared, &own] {
                    assert_eq!(object.call("Эхо", [number]).unwrap(), number.into());
                    object.call("Отказать", ()).unwrap_err();
                }
                assert_eq!(own.errors().len(), 1);
            });
        }
    });
    assert_eq!(shared.errors().len(), 16);
}

#[test]
fn the_platform_is_dead_after_destroy() {
    let object = create(Host::default());
    object.call("Break", ["remember the connection"]).unwrap();
    object.destroy();
    assert!(!probe::notify_once_more());
    assert_eq!(object.finish(), [Problem::AfterDestroy { function: "ExternalEvent" }]);
}

/// Run by the test below in a process of its own.
#[test]
#[ignore = "aborts the process"]
fn a_call_after_the_end() {
    let object = create(Host::default());
    object.call("Break", ["remember the connection"]).unwrap();
    drop(object);
    probe::notify_once_more();
}

#[test]
fn a_call_after_the_objects_end_aborts_with_a_reason() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "life::a_call_after_the_end", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("called ExternalEvent after its object's end"), "{text}");
}

#[test]
fn files_that_are_no_add_in_are_refused() {
    assert!(Library::load("no such file").is_err());
    assert!(Library::load(std::env::current_exe().unwrap()).is_err());
    assert_eq!(locate("no-such-library"), None);
}

#[test]
#[ignore = "wants a variable"]
fn the_named_library() {
    assert_eq!(locate("some-add-in"), Some("a file".into()));
}

#[test]
fn a_variable_names_the_library_under_test() {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "life::the_named_library", "--ignored"])
        .env("SOME_ADD_IN_LIBRARY", "a file")
        .status()
        .unwrap();
    assert!(status.success());
}
