//! The server, in a process of its own that nobody counts.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::frames::{Kind, MESSAGES};
use crate::work::Work;

/// RFC 6455, section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a client's frame with 64 bytes of payload: two of header, and the mask.
const SENT_FRAME: usize = 2 + 4 + 64;
/// A text frame that says that a burst has come.
const CONFIRMATION: [u8; 4] = [0x81, 2, b'o', b'k'];

/// Serves one connection; ends with the standard input. The first line of the output is the address.
pub(crate) fn run(work: Work, messages: usize) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("ws://{}/", listener.local_addr()?);
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the client connects");
        // A client that goes away is none of the server's errors.
        let _ = serve(stream, work, messages);
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn serve(mut stream: TcpStream, work: Work, messages: usize) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let compression = match work {
        Work::LibraryReceive(Kind::Deflate1K) => {
            "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
        }
        _ => "",
    };
    let accept = STANDARD.encode(Sha1::digest(key(&mut reader)? + GUID));
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{compression}\r\n"
    )?;
    if let Work::LibraryReceive(kind) = work {
        let frames = kind.frames();
        for _ in 0..messages / MESSAGES {
            stream.write_all(&frames)?;
        }
        io::copy(&mut reader, &mut io::sink())?;
        return Ok(());
    }
    let mut burst = vec![0; messages * SENT_FRAME];
    loop {
        reader.read_exact(&mut burst)?;
        stream.write_all(&CONFIRMATION)?;
    }
}

/// The key of a request.
fn key(reader: &mut impl BufRead) -> io::Result<String> {
    let mut key = String::new();
    for line in reader.lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("sec-websocket-key")
        {
            value.clone_into(&mut key);
        }
    }
    Ok(key)
}
