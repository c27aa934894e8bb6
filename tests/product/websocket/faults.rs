//! Each fault of the echo-server → the exact events that 1C gets.

use echo_server::{Behaviour, CertificateKind, Certificates, Fault, Options};

use super::{expect_silence, next, websocket};
use crate::common::{PATIENCE, server};

/// What the events of a connection must be, in short: `Open`, `Text …`, `Close CODE`, `Fail KIND [STATUS]`.
type Expected = &'static [&'static str];

/// Faults with quick ends; where nothing ends, the test disconnects and the end is `Normal`.
const TABLE: &[(&str, Expected)] = &[
    ("none", &["Open", "Text 1", "Text 2", "Normal"]),
    ("accept-late=0.1", &["Open", "Text 1", "Text 2", "Normal"]),
    ("hang-up", &["Fail Network"]),
    ("refuse=400", &["Fail Http 400"]),
    ("refuse=401", &["Fail Auth 401"]),
    ("refuse=403", &["Fail Auth 403"]),
    ("refuse=404", &["Fail Http 404"]),
    ("refuse=503", &["Fail Http 503"]),
    ("redirect=ws://127.0.0.1:1/", &["Fail Http 302"]),
    ("endless-head", &["Fail Protocol"]),
    ("endless-body=500", &["Fail Http 500"]),
    ("wrong-accept", &["Fail Protocol"]),
    ("subprotocol=other", &["Fail Protocol"]),
    ("extension=permessage-deflate", &["Fail Protocol"]),
    ("close", &["Open", "Close 1005"]),
    ("close=1000,bye", &["Open", "Close 1000"]),
    ("close=1011", &["Open", "Close 1011"]),
    ("close=1006", &["Open", "Close 1002"]),
    ("close-and-end=1000", &["Open", "Close 1000"]),
    ("close-and-stay=1003", &["Open", "Close 1003"]),
    ("reset", &["Open", "Close 1006"]),
    ("eof", &["Open", "Close 1006"]),
    ("half-frame", &["Open", "Normal"]),
    ("cut-frame", &["Open", "Close 1006"]),
    ("bad-utf8", &["Open", "Close 1007"]),
    ("masked-frame", &["Open", "Close 1002"]),
    ("reserved-opcode", &["Open", "Close 1002"]),
    ("reserved-bit=1", &["Open", "Close 1002"]),
    ("reserved-bit=3", &["Open", "Close 1002"]),
    ("byte-fragments=1000", &["Open", "Text 1000 bytes", "Text 1", "Text 2", "Normal"]),
    ("byte-fragments=100001", &["Open", "Close 1009"]),
    ("byte-fragments=16777216", &["Open", "Close 1009"]),
    ("big-message=65536", &["Open", "Text 65536 bytes", "Text 1", "Text 2", "Normal"]),
    ("ping-flood=100000", &["Open", "Text 1", "Text 2", "Normal"]),
    ("ignore-ping", &["Open", "Text 1", "Text 2", "Normal"]),
    ("one-byte", &["Open", "Text 1", "Text 2", "Normal"]),
    ("dribble=0.001", &["Open", "Text 1", "Text 2", "Normal"]),
    ("fragmented=1000", &["Open", "Text 1", "Text 2", "Normal"]),
    ("fragmented=3,ping", &["Open", "Text 1", "Text 2", "Normal"]),
];

/// Faults that stand still and have tests of their own: time-outs, the keepalive, the close that is not
/// answered, writing to a peer that does not read, compression and TLS.
const ELSEWHERE: &[&str] = &[
    "never-accept",
    "ignore-close",
    "stop-reading",
    "bad-deflate",
    "compression-bomb",
    "frame-limit",
    "tls-1.0",
    "client-certificate",
];

/// The next event in short.
fn short(object: &native_api_host::Instance) -> String {
    let (event, data) = next(object);
    let number = |key: &str| event[key].as_u64().map(|number| format!(" {number}")).unwrap_or_default();
    match (event["Event"].as_str(), event["State"].as_str()) {
        (Some("Message"), _) if data.len() > 10 => format!("Text {} bytes", data.len()),
        (Some("Message"), _) => format!("Text {data}"),
        (_, Some("Close")) if event["Reason"] == "Normal" => "Normal".to_owned(),
        (_, Some("Close")) => format!("Close{}", number("Code")),
        (_, Some("Fail")) => format!("Fail {}{}", event["Kind"].as_str().unwrap(), number("Status")),
        (_, Some(state)) => state.to_owned(),
        _ => event.to_string(),
    }
}

#[test]
fn every_fault_gives_its_events() {
    for (text, expected) in TABLE {
        let fault = text.parse::<Fault>().unwrap();
        // A fault that strikes does so before anything is sent.
        let options = Options { behaviour: Behaviour::Greeting(2), fault, ..Options::default() };
        let (server, object) = (server(options), websocket());
        object.call("Подключиться", [server.url()]).unwrap();
        let mut seen = Vec::new();
        while seen.len() < expected.len() {
            if expected[seen.len()] == "Normal" {
                object.call("Отключиться", ()).unwrap();
            }
            seen.push(short(&object));
            assert_eq!(seen, expected[..seen.len()], "{text}");
        }
        expect_silence(&object);
        drop(object);
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{text}: the socket ends");
    }
}

#[test]
fn every_fault_has_a_test() {
    for row in Fault::ALL {
        let here = TABLE.iter().any(|(text, _)| text.split('=').next() == Some(row.name()));
        assert!(here || ELSEWHERE.contains(&row.name()), "{} has no test", row.name());
    }
}

#[test]
fn compressed_messages_are_read_whatever_the_parameters() {
    for parameters in
        ["", "server_no_context_takeover", "server_max_window_bits=9", "client_max_window_bits=9"]
    {
        let compression = parameters.parse().unwrap();
        let options = Options { compression: Some(compression), ..Options::default() };
        let (server, object) = (server(options), websocket());
        object.set("Сжатие", true).unwrap();
        object.call("Подключиться", [server.url()]).unwrap();
        assert_eq!(short(&object), "Open", "{parameters}");
        for round in 0..3 {
            let text = format!("{{\"раунд\":{round},\"повтор\":\"{}\"}}", "одно и то же ".repeat(1000));
            object.call("Отправить", [text.as_str()]).unwrap();
            assert_eq!(next(&object).1, text, "{parameters}");
        }
        assert_eq!(server.journal().totals().compressed, 3, "{parameters}");
    }
}

#[test]
fn a_bomb_and_broken_compression_end_the_connection() {
    for (fault, code) in [("compression-bomb", "Close 1009"), ("bad-deflate", "Close 1007")] {
        let fault_value = fault.parse().unwrap();
        let compression = Some("".parse().unwrap());
        let options = Options { compression, fault: fault_value, ..Options::default() };
        let (server, object) = (server(options), websocket());
        object.set("Сжатие", true).unwrap();
        object.call("Подключиться", [server.url()]).unwrap();
        assert_eq!([short(&object), short(&object)], ["Open", code], "{fault}");
        expect_silence(&object);
    }
}

#[test]
fn an_old_tls_version_is_refused() {
    let certificates = Certificates::new().unwrap();
    let tls = Some(certificates.identity(CertificateKind::Good).unwrap());
    let options = Options { tls, fault: "tls-1.0".parse().unwrap(), ..Options::default() };
    let (server, object) = (server(options), websocket());
    object.call("УстановитьДоверенныеСертификаты", [certificates.authority_pem().unwrap()]).unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    assert_eq!(short(&object), "Fail Tls");
}
