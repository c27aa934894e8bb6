//! The server's answer to the opening handshake: however it is cut it means the same.

use bytes::BufMut;
use wire::{Answer, Request, ResponseError, ResponseReader};

/// The last byte tells into what pieces the answer before it is cut. The key is always the same, so that an answer can
/// accept it.
pub fn target(data: &[u8]) {
    let Some((piece, answer)) = data.split_last() else { return };
    // A line is judged when it is complete.
    let answer = [answer, b"\n"].concat();
    let whole = read(&answer, usize::MAX);
    for piece in [1, usize::from(*piece) + 2] {
        assert_eq!(read(&answer, piece), whole, "pieces of {piece}");
    }
}

/// What is made of an answer.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Accepted { subprotocol: Option<String>, deflate: Option<wire::DeflateParameters>, rest: Vec<u8> },
    Refused(wire::Refused),
    None(ResponseError),
}

fn reader() -> ResponseReader {
    let mut request = Request::new(false, "localhost", 8088, "/").expect("a host and a path");
    request.subprotocol("ari").and_then(|()| request.subprotocol("mqtt")).expect("two names");
    request.compression();
    request.write(&mut |bytes: &mut [u8]| bytes.fill(0), &mut Vec::new())
}

fn read(mut answer: &[u8], piece: usize) -> Meaning {
    let mut reader = reader();
    while !answer.is_empty() {
        let mut space = reader.space();
        assert!(space.remaining_mut() > 0, "there is always room");
        let (now, later) = answer.split_at(piece.min(answer.len()).min(space.remaining_mut()));
        space.put_slice(now);
        drop(space);
        answer = later;
        match reader.answer() {
            Ok(None) => {}
            Ok(Some(Answer::Accepted(accepted))) => {
                let rest = [&accepted.rest[..], answer].concat();
                return Meaning::Accepted {
                    subprotocol: accepted.subprotocol,
                    deflate: accepted.deflate,
                    rest,
                };
            }
            Ok(Some(Answer::Refused(refused))) => return Meaning::Refused(refused),
            Err(error) => return Meaning::None(error),
        }
    }
    reader.end().map_or_else(Meaning::None, Meaning::Refused)
}
