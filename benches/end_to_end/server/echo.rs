//! The server's answers to what a client sends frame by frame.

use std::io::{Read, Write};

use crate::frames::{CLOSE, PING, PONG, head};
use crate::outcome::Outcome;

/// Longest message that is answered.
const LONGEST: usize = 1 << 20;

/// Answers each message with itself, unless it is `quiet`; pings and the close are answered in any case.
pub(crate) fn echo(mut reader: impl Read, mut writer: impl Write, quiet: bool) -> Outcome {
    let (mut payload, mut answer) = (Vec::new(), Vec::new());
    loop {
        let opcode = read_frame(&mut reader, &mut payload)?;
        let reply = match opcode {
            PING => PONG,
            PONG => continue,
            CLOSE => CLOSE,
            _ if quiet => continue,
            other => other,
        };
        answer.clear();
        head(&mut answer, reply, payload.len());
        answer.extend_from_slice(&payload);
        writer.write_all(&answer)?;
        if opcode == CLOSE {
            return Ok(());
        }
    }
}

/// Reads a frame as clients send them, masked and whole (RFC 6455, section 5.2).
fn read_frame(reader: &mut impl Read, payload: &mut Vec<u8>) -> Outcome<u8> {
    let mut start = [0; 2];
    reader.read_exact(&mut start)?;
    let length = match start[1] & 0x7F {
        126 => {
            let mut length = [0; 2];
            reader.read_exact(&mut length)?;
            usize::from(u16::from_be_bytes(length))
        }
        127 => {
            let mut length = [0; 8];
            reader.read_exact(&mut length)?;
            usize::try_from(u64::from_be_bytes(length))?
        }
        short => usize::from(short),
    };
    if length > LONGEST {
        return Err("a message too long to be answered".into());
    }
    let mut key = [0; 4];
    reader.read_exact(&mut key)?;
    payload.resize(length, 0);
    reader.read_exact(payload)?;
    for (byte, key) in payload.iter_mut().zip(key.into_iter().cycle()) {
        *byte ^= key;
    }
    Ok(start[0] & 0x0F)
}
