//! Handshakes recorded with Asterisk 22.10.

use std::fs;
use std::path::Path;

use wire::{Accepted, Answer, Refused, Request, ResponseReader};

use crate::peer::{answer_with, predictable};

/// What Asterisk answered to the recorded request, byte by byte.
fn recorded(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/handshake").join(name);
    let text = fs::read_to_string(path).unwrap();
    let (_, response) = text.split_once("<<< response\n").unwrap();
    response.strip_suffix("<open>").unwrap().as_bytes().to_vec()
}

/// The same request as recorded, as far as it is in the client's hands.
fn asked(subprotocols: &[&str], compression: bool) -> ResponseReader {
    let mut request = Request::new(false, "127.0.0.1", 18088, "/ari/events?app=crm").unwrap();
    for name in subprotocols {
        request.subprotocol(name).unwrap();
    }
    if compression {
        request.compression();
    }
    request.write(&mut predictable, &mut Vec::new())
}

fn accepted(mut reader: ResponseReader, name: &str) -> Accepted {
    answer_with(&mut reader, &recorded(name));
    match reader.answer() {
        Ok(Some(Answer::Accepted(accepted))) => accepted,
        other => panic!("{name}: {other:?}"),
    }
}

/// Wherever the answer is cut, it means the same.
fn refused(name: &str) -> Refused {
    let mut whole = asked(&[], false);
    answer_with(&mut whole, &recorded(name));
    let mut dribbled = asked(&[], false);
    let mut answer = None;
    for byte in recorded(name) {
        answer_with(&mut dribbled, &[byte]);
        answer = dribbled.answer().unwrap();
        if answer.is_some() {
            break;
        }
    }
    match (whole.answer(), answer) {
        (Ok(Some(Answer::Refused(whole))), Some(Answer::Refused(dribbled))) => {
            assert_eq!(whole, dribbled, "{name}");
            whole
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn plain_connections_are_accepted() {
    for name in [
        "01_apikey.txt",
        "03_basic.txt",
        "11_apikey_pct.txt",
        "12_readonly.txt",
        "13_multi.txt",
        "14_cyr.txt",
        "19_origin.txt",
        "20_Upgrade_case.txt",
        "22_conn_keepalive.txt",
    ] {
        let accepted = accepted(asked(&[], false), name);
        assert_eq!((accepted.subprotocol, accepted.deflate), (None, None), "{name}");
        assert!(accepted.rest.is_empty(), "{name}");
    }
}

#[test]
fn a_subprotocol_is_trimmed() {
    let chosen = |name, offered: &[&str]| accepted(asked(offered, false), name).subprotocol;
    assert_eq!(chosen("02_apikey_proto_ari.txt", &["ari"]).as_deref(), Some("ari"));
    assert_eq!(chosen("04_basic_proto_ari.txt", &["ari"]).as_deref(), Some("ari"));
    assert_eq!(chosen("06_proto_foo_ari.txt", &["foo", "ari"]).as_deref(), Some("ari"), "two spaces");
    assert_eq!(chosen("21_ws_generic.txt", &["echo"]).as_deref(), Some("echo"));
}

#[test]
fn asterisk_ignores_the_offer_of_compression() {
    assert_eq!(accepted(asked(&[], true), "16_deflate.txt").deflate, None);
}

#[test]
fn refusals_tell_status_reason_and_body() {
    for (name, status, reason, body) in [
        ("05_proto_foo.txt", 400, "Bad Request", ""),
        ("07_noauth.txt", 401, "Unauthorized", r#"{"message":"Authentication required"}"#),
        ("08_badpass.txt", 401, "Unauthorized", r#"{"message":"Authentication required"}"#),
        ("15_ver12.txt", 400, "Bad Request", ""),
        (
            "17_slash.txt",
            404,
            "Not Found",
            r#"{"message":"ARI URLs do not end with a slash. Try /ari/events"}"#,
        ),
        ("18_wrongpath.txt", 404, "Not Found", r#"{"message":"Resource not found"}"#),
    ] {
        let refused = refused(name);
        assert_eq!((refused.status, &*refused.reason, &*refused.body), (status, reason, body), "{name}");
    }
    let refused = refused("10_noupgrade.txt");
    assert_eq!(refused.status, 426);
    assert!(refused.body.contains("<h1>Upgrade Required</h1>") && refused.body.ends_with("</html>\r\n"));
}

#[test]
fn what_authentication_is_wanted_can_be_read() {
    let realm = r#"Basic realm="Asterisk REST Interface""#;
    assert_eq!(refused("07_noauth.txt").headers.get("www-authenticate"), Some(realm));
}

#[test]
fn of_two_responses_glued_together_the_first_counts() {
    let refused = refused("09_noapp.txt");
    assert_eq!((refused.status, refused.body.len()), (400, 233));
    assert!(refused.body.contains("missing param: [app]") && !refused.body.contains("HTTP/1.1"));
}
