//! The peer, in a process of its own: threads that block, and frames that are ready.
//!
//! What a connection is for stands in the path of its request:
//! `/stream/KIND/COUNT` writes so many messages once the client has said anything; `/echo` answers each message with
//! itself; `/sink/BYTES` answers every so many bytes with a message; `/report` is plain HTTP and tells of the last stream.

mod echo;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha1::{Digest, Sha1};

use self::echo::echo;
use crate::frames::{Frames, Kind, TEXT, head};
use crate::outcome::Outcome;
use crate::process;

/// Enough for a thread that keeps everything large elsewhere.
const STACK: usize = 128 << 10;
/// An exchange's own buffer is small, so that a client that does not read is noticed soon.
const SEND_BUFFER: usize = 64 << 10;
const READ: usize = 256 << 10;

/// Serves until the standard input ends; the first line of the output is the address.
pub(crate) fn run() -> Outcome {
    process::allow_files()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = move || {
                // A client that goes away is none of the server's errors; others are the client's to notice.
                let _: Outcome = serve(stream);
            };
            thread::Builder::new().stack_size(STACK).spawn(serve).expect("the system gives a thread");
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

enum Route {
    Stream(Kind, usize),
    Echo,
    Sink(usize),
    Report,
}

impl FromStr for Route {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        let parts = path.trim_start_matches('/').split('/').collect::<Vec<_>>();
        let number = |text: &str| text.parse().map_err(|_| format!("{text} is no number"));
        match parts[..] {
            ["stream", kind, count] => {
                let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
                Ok(Self::Stream(kind.ok_or_else(|| format!("no such kind in {path}"))?, number(count)?))
            }
            ["sink", bytes] => Ok(Self::Sink(number(bytes)?)),
            ["echo"] => Ok(Self::Echo),
            ["report"] => Ok(Self::Report),
            _ => Err(format!("no such path as {path}")),
        }
    }
}

fn serve(stream: TcpStream) -> Outcome {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(4 << 10, stream.try_clone()?);
    let (path, key) = request(&mut reader)?;
    let route = path.parse()?;
    if let Route::Report = route {
        return answer_report(stream);
    }
    let frames = if let Route::Stream(kind, _) = route { Some(frames(kind)) } else { None };
    let compression = if let Route::Stream(Kind::Deflate1K, _) = route {
        "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
    } else {
        ""
    };
    let accept = STANDARD.encode(Sha1::digest(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    let mut stream = stream;
    stream.write_all(
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{compression}\r\n"
        )
        .as_bytes(),
    )?;
    match (route, frames) {
        (Route::Stream(kind, count), Some(frames)) => {
            if kind == Kind::Exchange {
                socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER)?;
            }
            reader.fill_buf()?;
            watched(&mut stream, frames, count)?;
            echo(reader, stream, true)
        }
        (Route::Sink(bytes), _) => sink(reader, stream, bytes),
        _ => echo(reader, stream, false),
    }
}

/// Path and key of a request.
fn request(reader: &mut impl BufRead) -> Outcome<(String, String)> {
    let (mut path, mut key) = (String::new(), String::new());
    for number in 0.. {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if number == 0 {
            line.split(' ').nth(1).ok_or("no path")?.clone_into(&mut path);
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("sec-websocket-key")
        {
            value.trim().clone_into(&mut key);
        }
    }
    Ok((path, key))
}

fn frames(kind: Kind) -> &'static Frames {
    static FRAMES: [OnceLock<Frames>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    FRAMES[kind as usize].get_or_init(|| Frames::of(kind).expect("the record is read"))
}

/// What the last stream met.
#[derive(Default)]
struct Watch {
    /// Since when a write goes on.
    since: Option<Instant>,
    longest: Duration,
    bytes: usize,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch { since: None, longest: Duration::ZERO, bytes: 0 });

fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watched(stream: &mut TcpStream, frames: &Frames, count: usize) -> io::Result<()> {
    *watch() = Watch::default();
    frames.write(count, |bytes| {
        let start = Instant::now();
        watch().since = Some(start);
        let written = stream.write_all(bytes);
        let mut watch = watch();
        watch.since = None;
        watch.longest = watch.longest.max(start.elapsed());
        watch.bytes += bytes.len();
        written
    })
}

fn answer_report(mut stream: TcpStream) -> Outcome {
    let watch = watch();
    let longest = watch.since.map_or(Duration::ZERO, |since| since.elapsed()).max(watch.longest);
    let body =
        json!({ "longest_write_ms": longest.as_secs_f64() * 1000.0, "bytes": watch.bytes }).to_string();
    drop(watch);
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")?;
    Ok(())
}

/// Answers every so many bytes with a message.
fn sink(mut reader: impl Read, mut stream: TcpStream, bytes: usize) -> Outcome {
    let mut confirmation = Vec::new();
    head(&mut confirmation, TEXT, 2);
    confirmation.extend_from_slice(b"ok");
    let (mut buffer, mut total) = (vec![0; READ], 0);
    loop {
        let read = reader.read(&mut buffer)?;
        total += read;
        while total >= bytes {
            total -= bytes;
            stream.write_all(&confirmation)?;
        }
        // Nothing that short is sent but a goodbye.
        if read == 0 || (total == read && read < 16) {
            return Ok(());
        }
    }
}
