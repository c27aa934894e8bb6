//! `ФайлЖурнала`: what happened is written there, without secrets; nothing without it.

use super::{connect, expect_state, websocket};
use crate::common::{echo, folder, wait_until};

#[test]
fn the_log_tells_what_happened_without_secrets() {
    let file = folder().join("связь.log");
    let (server, object) = (echo(), websocket());
    object.set("ФайлЖурнала", file.to_str().unwrap()).unwrap();
    object.set("УровеньЖурнала", "трассировка").unwrap();
    object.call("УстановитьТокен", ["SECRET-token"]).unwrap();
    connect(&object, &server.url_with("/?api_key=SECRET-key"));
    object.call("Отправить", ["пять"]).unwrap();
    object.call("Отключиться", ()).unwrap();
    let _ = object.next_event(crate::common::PATIENCE);
    expect_state(&object, "Close");
    let read = || std::fs::read_to_string(&file).unwrap_or_default();
    wait_until("the close is written", || read().contains("Соединение закрыто нами, код 1000"));
    let text = read();
    for part in
        ["Подключение к 127.0.0.1", "Соединение установлено", "Получено сообщение, байт: 8", "WebSocket#"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("SECRET"), "{text}");
}

#[test]
fn a_file_that_cannot_be_written_is_misuse() {
    let object = websocket();
    let thrown = object.set("ФайлЖурнала", env!("CARGO_TARGET_TMPDIR")).unwrap_err().text.unwrap();
    assert!(thrown.starts_with("WebSocket.ФайлЖурнала: ожидается файл, в который можно писать"), "{thrown}");
    assert_eq!(object.get("ФайлЖурнала").unwrap(), "".into());
}
