//! The queue of offline events: subscribing, fetching, confirming, and finding what a crash left behind.

use echo_server::{Portal, PortalOptions, RestFault};
use native_api::Value;
use native_api_host::Object;
use serde_json::{Value as Json, json};

use super::connected;
use crate::common::text;

const EVENT: &str = "ONCRMDEALUPDATE";

/// A portal that records `EVENT` for these connectors.
fn portal(connectors: &[&str]) -> Portal {
    let bindings = connectors.iter().map(|connector| (EVENT.to_owned(), (*connector).to_owned())).collect();
    Portal::start(PortalOptions { bindings, ..PortalOptions::default() }).unwrap()
}

/// A result that is a JSON text, read.
#[track_caller]
fn json(object: &Object, result: Value) -> Json {
    match result {
        Value::String(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}, {}", text(object, "ПоследняяОшибка")),
    }
}

fn raise(portal: &Portal, ids: std::ops::RangeInclusive<u64>) {
    for id in ids {
        assert!(portal.raise_offline_event(EVENT, id) > 0, "nobody has bound it");
    }
}

fn calls(portal: &Portal, method: &str) -> usize {
    portal.read_journal(|journal| journal.calls(method).count())
}

#[test]
fn to_bind_what_is_bound_already_is_no_failure() {
    let portal = portal(&[]);
    let object = connected(&portal);
    for _ in 0..2 {
        assert_eq!(object.call("ПодписатьсяНаСобытие", ["OnCrmDealUpdate", "OneC"]).unwrap(), true.into());
        assert_eq!(text(&object, "ПоследняяОшибка"), "");
    }
    assert_eq!(portal.raise_offline_event(EVENT, 1), 1);
    assert_eq!((calls(&portal, "event.bind"), calls(&portal, "event.get")), (2, 1));
    assert_eq!(object.call("ОтписатьсяОтСобытия", ["OnCrmDealUpdate", "OneC"]).unwrap(), true.into());
    assert_eq!(portal.raise_offline_event(EVENT, 2), 0);
    assert_eq!(object.call("ОтписатьсяОтСобытия", ["OnCrmDealUpdate", "OneC"]).unwrap(), true.into());
}

#[test]
fn what_the_portal_refuses_to_bind_is_told() {
    let portal = portal(&[]);
    let object = connected(&portal);
    assert_eq!(object.call("ПодписатьсяНаСобытие", ["ЧтоТо"]).unwrap(), false.into());
    assert!(text(&object, "ПоследняяОшибка").contains("ERROR_EVENT_NOT_FOUND"));
    portal.set_rest_faults([RestFault::Error(400, "ERROR_CORE".to_owned()), RestFault::None]);
    assert_eq!(object.call("ПодписатьсяНаСобытие", [EVENT]).unwrap(), false.into(), "refused, and not bound");
    assert!(text(&object, "ПоследняяОшибка").contains("ERROR_CORE"));
}

#[test]
fn events_stay_until_they_are_confirmed() {
    let portal = portal(&[""]);
    let object = connected(&portal);
    raise(&portal, 1..=3);
    let taken = json(&object, object.call("ПолучитьОфлайнСобытия", [2]).unwrap());
    let ids = taken["events"].as_array().unwrap().iter().map(|event| event["MESSAGE_ID"].clone());
    let (ids, process) = (ids.collect::<Vec<_>>(), taken["process_id"].as_str().unwrap());
    assert_eq!((ids.len(), portal.queue_length()), (2, 3));

    assert_eq!(object.call("ПодтвердитьОфлайнСобытия", [process, "[]"]).unwrap(), true.into());
    assert_eq!((calls(&portal, "event.offline.clear"), portal.queue_length()), (0, 3), "none are not all");
    let first = json!([ids[0]]).to_string();
    assert_eq!(object.call("ПодтвердитьОфлайнСобытия", [process, &first]).unwrap(), true.into());
    assert_eq!(portal.queue_length(), 2);
    assert_eq!(object.call("ПодтвердитьОфлайнСобытия", [process]).unwrap(), true.into());
    assert_eq!(portal.queue_length(), 1);

    let rest = json(&object, object.call("ПолучитьОфлайнСобытия", ()).unwrap());
    assert_eq!(rest["events"][0]["EVENT_DATA"], json!({ "FIELDS": { "ID": 3 } }));
}

#[test]
fn events_deleted_at_once_need_no_confirming() {
    let portal = portal(&[""]);
    let object = connected(&portal);
    raise(&portal, 1..=2);
    let taken = object.call("ПолучитьОфлайнСобытия", (Value::Empty, Value::Empty, true)).unwrap();
    let taken = json(&object, taken);
    assert_eq!((&taken["process_id"], taken["events"].as_array().unwrap().len()), (&Json::Null, 2));
    assert_eq!(portal.queue_length(), 0);
}

#[test]
fn a_plan_without_confirming_names_the_way_out() {
    let portal = portal(&[""]);
    let object = connected(&portal);
    raise(&portal, 1..=1);
    portal.set_rest_faults([RestFault::WrongLicense]);
    assert_eq!(object.call("ПолучитьОфлайнСобытия", ()).unwrap(), Value::Empty);
    let why = text(&object, "ПоследняяОшибка");
    for word in ["тариф", "WRONG_LICENSE", "Третий параметр", "потеряны"] {
        assert!(why.contains(word), "{word}: {why}");
    }
    assert_eq!(portal.queue_length(), 1);
    let taken = object.call("ПолучитьОфлайнСобытия", (50, "", true)).unwrap();
    assert_eq!(json(&object, taken)["events"].as_array().unwrap().len(), 1);
}

#[test]
fn the_connector_is_the_property_unless_a_parameter_names_one() {
    let portal = portal(&["", "OneC"]);
    let object = connected(&portal);
    object.set("Коннектор", "OneC").unwrap();
    raise(&portal, 1..=1);
    let count = |arguments: [Value; 2]| {
        let taken = object.call("ПолучитьОфлайнСобытия", arguments).unwrap();
        json(&object, taken)["events"].as_array().unwrap().len()
    };
    assert_eq!(json(&object, object.call("СписокОфлайнСобытий", ()).unwrap()).as_array().unwrap().len(), 1);
    assert_eq!(count([50.into(), "Other".into()]), 0);
    assert_eq!(count([50.into(), Value::Empty]), 1);
    assert_eq!(count([50.into(), Value::Empty]), 0, "reserved");
    assert_eq!(count([50.into(), "".into()]), 1);
}

#[test]
fn what_a_crash_left_reserved_is_found_page_by_page() {
    let portal = portal(&[""]);
    let object = connected(&portal);
    raise(&portal, 1..=130);
    let lost = json(&object, object.call("ПолучитьОфлайнСобытия", [120]).unwrap());
    let process = lost["process_id"].as_str().unwrap();

    let found = object.call("СписокОфлайнСобытий", [r#"{"!=PROCESS_ID":""}"#]).unwrap();
    let found = json(&object, found);
    let found = found.as_array().unwrap();
    assert_eq!((found.len(), calls(&portal, "event.offline.list")), (120, 3));
    assert!(found.iter().all(|event| event["PROCESS_ID"] == process));

    let ids = found.iter().map(|event| event["MESSAGE_ID"].clone()).collect::<Json>().to_string();
    assert_eq!(object.call("ОтметитьОшибкуСобытий", [process, &ids]).unwrap(), true.into());
    let failed = object.call("СписокОфлайнСобытий", [r#"{"ERROR":1}"#]).unwrap();
    assert_eq!(json(&object, failed).as_array().unwrap().len(), 120);
    assert_eq!(portal.queue_length(), 130, "kept, as failed");
}

#[test]
fn a_failure_in_the_middle_of_a_list_gives_no_half_of_it() {
    let portal = portal(&[""]);
    let object = connected(&portal);
    raise(&portal, 1..=60);
    portal.set_rest_faults([RestFault::None, RestFault::Error(403, "ACCESS_DENIED".to_owned())]);
    assert_eq!(object.call("СписокОфлайнСобытий", ()).unwrap(), Value::Empty);
    assert!(text(&object, "ПоследняяОшибка").contains("ACCESS_DENIED"));
}
