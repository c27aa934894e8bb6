//! `РегулярноеВыражение`: only messages in which it is found become events.

use echo_server::Server;
use native_api_host::Object;

use crate::common::{MESSAGE, connect, echo, expect, rom};

fn connected() -> (Server, Object) {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    (server, object)
}

fn send(object: &Object, texts: &[&str]) {
    for text in texts {
        assert_eq!(object.call("Отправить", [*text]).unwrap(), true.into());
    }
}

#[test]
fn set_changed_and_cleared_while_connected() {
    let (_server, object) = connected();
    object.set("РегулярноеВыражение", "заказ").unwrap();
    send(&object, &["возврат 1", "новый заказ 2", "чек 3", "заказ 4"]);
    expect(&object, (MESSAGE, "новый заказ 2"));
    expect(&object, (MESSAGE, "заказ 4"));
    object.set("РегулярноеВыражение", "(?i)^ВОЗВРАТ(?= 5)").unwrap();
    send(&object, &["заказ 5", "возврат 6", "возврат 5"]);
    expect(&object, (MESSAGE, "возврат 5"));
    object.set("РегулярноеВыражение", "").unwrap();
    send(&object, &["что угодно"]);
    expect(&object, (MESSAGE, "что угодно"));
}

#[test]
fn set_before_the_connection() {
    let (server, object) = (echo(), rom());
    object.set("Regex", r#""exten":"902""#).unwrap();
    connect(&object, &server.url());
    send(&object, &[r#"{"exten":"901"}"#, r#"{"type":"Dial","exten":"902"}"#]);
    expect(&object, (MESSAGE, r#"{"type":"Dial","exten":"902"}"#));
}

#[test]
fn an_invalid_pattern_leaves_the_old_one_at_work() {
    let (_server, object) = connected();
    object.set("РегулярноеВыражение", "да").unwrap();
    object.set("РегулярноеВыражение", "[").unwrap_err();
    send(&object, &["нет", "да"]);
    expect(&object, (MESSAGE, "да"));
}

#[test]
fn connection_events_pass_it() {
    let (_server, object) = connected();
    object.set("РегулярноеВыражение", "ничего такого").unwrap();
    object.call("Отключиться", ()).unwrap();
    expect(&object, crate::common::CLOSE_NORMAL);
}

#[test]
fn a_search_that_explodes_lets_the_message_through() {
    let (_server, object) = connected();
    object.set("РегулярноеВыражение", "^(?:(?!x)(a|aa))+$").unwrap();
    let text = format!("{}!", "a".repeat(60));
    send(&object, &[&text]);
    expect(&object, (MESSAGE, &text));
}
