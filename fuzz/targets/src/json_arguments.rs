//! Methods that take JSON, called as 1C calls them: what is JSON of the right kind is taken, anything else is an
//! exception that says so, and an object leaves nothing behind.

use native_api_host::{Host, Instance, Library};
use serde_json::{Map, Value};
use vestnik::bitrix::offline_events;

/// Most texts of a greeting.
const MOST: usize = 1000;

/// The first byte chooses the method, the rest is the argument.
pub fn target(data: &[u8]) {
    let [first, text @ ..] = data else { return };
    let text = String::from_utf8_lossy(text);
    let strings = serde_json::from_str::<Vec<String>>(&text);
    let object = serde_json::from_str::<Map<String, Value>>(&text);
    match first % 5 {
        0 => greeting(&text, text.is_empty() || strings.is_ok_and(|strings| strings.len() <= MOST)),
        1 => refused("ПодтвердитьОфлайнСобытия", "процесс", &text, text.is_empty() || strings.is_ok()),
        2 => refused("ОтметитьОшибкуСобытий", "процесс", &text, strings.is_ok()),
        3 => refused("ВызватьМетод", "crm.deal.list", &text, object.is_ok()),
        _ => list(&text, &object),
    }
}

fn create(class: &str) -> native_api_host::Object {
    let library = Library::in_process(&vestnik::ENTRY_POINTS);
    library.create(class, Host::default()).expect("an object")
}

fn greeting(text: &str, is_json: bool) {
    let socket = create("WebSocket");
    let taken = socket.call_as_statement("УстановитьПриветствие", [text]).is_ok();
    assert_eq!(taken, is_json, "{text:?}");
}

/// There is no portal yet, so a call with the right JSON is refused as well, but for that.
fn refused(method: &str, first: &str, text: &str, is_json: bool) {
    let pull = create("BitrixPull");
    let empty =
        is_json && text.trim_matches([' ', '\t', '\r', '\n', '[', ']']).is_empty() && !text.is_empty();
    match pull.call(method, [first, text]) {
        Ok(answer) => assert!(empty && answer == true.into(), "an empty list needs no portal: {text:?}"),
        Err(_) => assert_eq!(blames_json(&pull), !is_json, "{text:?}"),
    }
}

fn list(text: &str, object: &serde_json::Result<Map<String, Value>>) {
    let pull = create("BitrixPull");
    assert!(pull.call("СписокОфлайнСобытий", [text]).is_err());
    assert_eq!(blames_json(&pull), object.is_err(), "{text:?}");
    if object.is_ok() {
        let parameters = offline_events::list(text, 50, "OneC");
        let others =
            parameters.strip_prefix(&format!("{{\"filter\":{text},")).expect("the filter as it came");
        let others = serde_json::from_str::<Value>(&format!("{{{others}")).expect("parameters are JSON");
        assert_eq!(others["start"], 50);
    }
}

fn blames_json(object: &Instance) -> bool {
    let errors = object.errors();
    errors.last().expect("an exception has a text").description.contains("JSON")
}
