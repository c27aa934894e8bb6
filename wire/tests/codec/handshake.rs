//! Answers to a handshake: good, refused, broken, cut.

use tungstenite::Message;
use tungstenite::handshake::server::{Request as ServerRequest, Response as ServerResponse};
use wire::{
    Accepted, Answer, ExtensionError, Limits, Receiver, Request, ResponseError, ResponseReader, Sender,
};

use crate::generator::Stream;
use crate::peer::{Event, TEXT, answer_with, feed, frame, predictable};

const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

fn reader() -> ResponseReader {
    let mut request = Request::new(false, "localhost", 80, "/").unwrap();
    request.subprotocol("ari").unwrap();
    request.compression();
    request.write(&mut predictable, &mut Vec::new())
}

fn answer(response: &str) -> Result<Option<Answer>, ResponseError> {
    let mut reader = reader();
    answer_with(&mut reader, response.as_bytes());
    reader.answer()
}

fn accepted(headers: &str) -> Result<Accepted, ResponseError> {
    answer(&format!("{ACCEPTED}{headers}\r\n")).map(|answer| match answer {
        Some(Answer::Accepted(accepted)) => accepted,
        other => panic!("{other:?}"),
    })
}

#[test]
fn header_names_and_tokens_ignore_case() {
    let response = "HTTP/1.1 101 ok\r\nUPGRADE: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n\
        sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    assert!(matches!(answer(response), Ok(Some(Answer::Accepted(_)))));
}

#[test]
fn what_comes_after_the_head_is_kept_for_the_receiver() {
    let mut reader = reader();
    answer_with(&mut reader, format!("{ACCEPTED}\r\n").as_bytes());
    answer_with(&mut reader, &frame(TEXT, b"first"));
    let Ok(Some(Answer::Accepted(accepted))) = reader.answer() else { panic!("not accepted") };
    let mut receiver = Receiver::new(accepted.deflate, Limits::default(), accepted.rest);
    assert_eq!(feed(&mut receiver, &[], || 1).text(), Some("first"));
}

#[test]
fn interim_responses_are_passed_over() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    let answer = answer(&format!("{hints}{hints}{ACCEPTED}\r\n"));
    assert!(matches!(answer, Ok(Some(Answer::Accepted(_)))));
}

#[test]
fn what_the_server_chose_is_told() {
    let plain = accepted("").unwrap();
    assert_eq!((plain.subprotocol, plain.deflate), (None, None));
    let chosen = accepted(
        "Sec-WebSocket-Protocol: ari\r\n\
         Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n",
    )
    .unwrap();
    assert_eq!(chosen.subprotocol.as_deref(), Some("ari"));
    assert!(chosen.deflate.is_some_and(|deflate| deflate.server_no_context_takeover));
}

#[test]
fn a_choice_that_was_not_offered_fails() {
    let failure = |headers| accepted(headers).err();
    for headers in [
        "Sec-WebSocket-Protocol: mqtt\r\n",
        "Sec-WebSocket-Protocol: ari, mqtt\r\n",
        "Sec-WebSocket-Protocol: ari\r\nSec-WebSocket-Protocol: ari\r\n",
        "Sec-WebSocket-Protocol: \r\n",
    ] {
        assert_eq!(failure(headers), Some(ResponseError::Subprotocol), "{headers}");
    }
    assert_eq!(
        failure("Sec-WebSocket-Extensions: permessage-deflate, x\r\n"),
        Some(ResponseError::Extension(ExtensionError::NotOffered))
    );
}

#[test]
fn an_answer_of_another_kind_fails() {
    let head = |status: &str, upgrade: &str, connection: &str, accept: &str| {
        format!(
            "{status}\r\nUpgrade: {upgrade}\r\nConnection: {connection}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        )
    };
    let (status, accept) = ("HTTP/1.1 101 ok", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for (response, error) in [
        (head("HTTP/1.0 101 ok", "websocket", "upgrade", accept), ResponseError::HttpVersion),
        (head(status, "h2c", "upgrade", accept), ResponseError::Upgrade),
        (head(status, "websocket", "close", accept), ResponseError::Connection),
        (head(status, "websocket", "upgrade", "s3pPLMBiTxaQ9kYGzzhZRbK+xoo="), ResponseError::Accept),
        ("HTTP/1.1 101 ok\r\n\r\n".to_owned(), ResponseError::Upgrade),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), ResponseError::NotHttp),
        ("\r\n\r\nHTTP/1.1 101 ok\r\n".to_owned(), ResponseError::NotHttp),
        ("HTTP/1.1 abc\r\n".to_owned(), ResponseError::NotHttp),
        ("\x15\x03\x01".to_owned(), ResponseError::NotHttp),
    ] {
        assert_eq!(answer(&response).err(), Some(error), "{response}");
    }
}

#[test]
fn a_head_has_limits() {
    let many = "X: y\r\n".repeat(129);
    assert_eq!(accepted(&many).err(), Some(ResponseError::TooManyHeaders));
    let long = "y".repeat(64 << 10);
    assert_eq!(accepted(&format!("X: {long}\r\n")).err(), Some(ResponseError::HeadTooLarge));
    let endless = answer(&format!("HTTP/1.1 200 {long}"));
    assert_eq!(endless.err(), Some(ResponseError::HeadTooLarge));
    let interim = format!("HTTP/1.1 100 ok\r\nX: {}\r\n\r\n", "y".repeat(40 << 10));
    assert_eq!(answer(&interim.repeat(2)).err(), Some(ResponseError::HeadTooLarge));
}

#[test]
fn a_body_is_told_up_to_its_limit() {
    let mut reader = reader();
    reader.set_body_limit(7);
    answer_with(&mut reader, "HTTP/1.1 502 Bad Gateway\r\n\r\nШлюз не от".as_bytes());
    let Ok(Some(Answer::Refused(refused))) = reader.answer() else { panic!("not refused") };
    assert_eq!((&*refused.reason, &*refused.body), ("Bad Gateway", "Шлюз не"));
}

#[test]
fn a_body_in_chunks_is_joined() {
    let response = "HTTP/1.1 503 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbus\r\n1\r\ny\r\n0\r\n\r\n";
    let Ok(Some(Answer::Refused(refused))) = answer(response) else { panic!("not refused") };
    assert_eq!((refused.status, &*refused.body), (503, "busy"));
}

#[test]
fn when_the_time_is_up_there_is_what_has_come() {
    let unfinished = |response: &str| {
        let mut reader = reader();
        answer_with(&mut reader, response.as_bytes());
        assert!(matches!(reader.answer(), Ok(None)));
        reader.end()
    };
    let refused = unfinished("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nNothing he").unwrap();
    assert_eq!((refused.status, &*refused.body), (404, "Nothing he"));
    assert_eq!(unfinished("HTTP/1.1 404 Not Fou").err(), Some(ResponseError::Incomplete));
    assert_eq!(unfinished("").err(), Some(ResponseError::Incomplete));
}

#[test]
fn another_implementation_takes_the_request_and_its_answer_is_taken() {
    let mut request = Request::new(true, "::1", 8443, "/a?b=%D0%B6").unwrap();
    request.header("X-Name", "Имя").unwrap();
    request.subprotocol("ari").unwrap();
    let mut out = Vec::new();
    let mut reader = request.write(&mut predictable, &mut out);

    #[expect(clippy::result_large_err, reason = "the other implementation's own type")]
    let judge = |request: &ServerRequest, mut response: ServerResponse| {
        let header = |name: &str| String::from_utf8_lossy(request.headers()[name].as_bytes()).into_owned();
        assert_eq!(request.uri().to_string(), "/a?b=%D0%B6");
        assert_eq!((&*header("host"), &*header("x-name")), ("[::1]:8443", "Имя"));
        response
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", header("sec-websocket-protocol").parse().unwrap());
        Ok(response)
    };
    let mut server = tungstenite::accept_hdr(Stream::new(out, usize::MAX), judge).unwrap();
    server.send(Message::text("Здравствуй")).unwrap();
    answer_with(&mut reader, &server.get_ref().written);
    let Ok(Some(Answer::Accepted(accepted))) = reader.answer() else { panic!("not accepted") };
    assert_eq!(accepted.subprotocol.as_deref(), Some("ari"));

    let mut receiver = Receiver::new(accepted.deflate, Limits::default(), accepted.rest);
    assert_eq!(feed(&mut receiver, &[], || 1).events, [Event::Text("Здравствуй".to_owned())]);
    let mut out = Vec::new();
    Sender::new(accepted.deflate, predictable).text("И ты", &mut out).unwrap();
    server.get_mut().give(out);
    assert_eq!(server.read().unwrap(), Message::text("И ты"));
}
