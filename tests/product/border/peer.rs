//! A peer that answers with whatever bytes a test wants.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::common::{PATIENCE, wait_until};

/// How often a thread that waits for bytes looks whether the test has ended.
const LOOK: Duration = Duration::from_millis(50);

/// Listens on loopback until it is dropped.
pub(super) struct Peer {
    address: SocketAddr,
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

/// What the peer saw.
#[derive(Default)]
struct Seen {
    ended: AtomicBool,
    requests: Mutex<Vec<String>>,
    counts: Mutex<Counts>,
}

/// How many connections there were, and how many of them are over.
#[derive(Clone, Copy, Default)]
struct Counts {
    accepted: usize,
    over: usize,
}

/// What is sent for a request; then the stream ends.
pub(super) struct Bytes {
    /// First this.
    pub(super) once: Vec<u8>,
    /// Then this,
    pub(super) again: Vec<u8>,
    /// so many times, or until the client has had enough.
    pub(super) times: usize,
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Self { once: text.into_bytes(), again: Vec::new(), times: 0 }
    }
}

impl Peer {
    /// `answer` is given the head and the body of each request.
    pub(super) fn start(answer: impl Fn(&str) -> Bytes + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::<Seen>::default());
        let (witness, answer) = (Arc::clone(&seen), Arc::new(answer));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if witness.ended.load(Ordering::SeqCst) {
                    return;
                }
                witness.counts().accepted += 1;
                let (witness, answer) = (Arc::clone(&witness), Arc::clone(&answer));
                thread::spawn(move || {
                    witness.serve(&stream, &*answer);
                    witness.counts().over += 1;
                });
            }
        });
        Self { address, seen, thread: Some(thread) }
    }

    /// One that nobody may come to.
    pub(super) fn trap() -> Self {
        Self::start(|_| "HTTP/1.1 500 Trapped\r\n\r\n".to_owned().into())
    }

    /// One that sends everybody to `place`.
    pub(super) fn redirecting(status: u16, place: String) -> Self {
        Self::start(move |_| {
            let head = format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {place}\r\n");
            format!("{head}Content-Length: 0\r\n\r\n").into()
        })
    }

    pub(super) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// The requests so far, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests().clone()
    }

    /// Whether nobody ever came.
    pub(super) fn is_untouched(&self) -> bool {
        self.seen.counts().accepted == 0
    }

    /// Waits until so many connections are over.
    #[track_caller]
    pub(super) fn wait_for_end_of(&self, connections: usize) {
        wait_until("the connections end", || self.seen.counts().over >= connections);
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.seen.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            thread.join().unwrap();
        }
    }
}

impl Seen {
    fn serve(&self, stream: &TcpStream, answer: &dyn Fn(&str) -> Bytes) {
        let Some(request) = self.read(stream) else { return };
        let Bytes { once, again, times } = answer(&request);
        self.requests().push(request);
        // What the client does not want any more is not sent.
        let _ = self.write(stream, &once, &again, times);
        let _ = stream.shutdown(Shutdown::Write);
        while self.read_some(stream, &mut [0; 4096]).is_some() {}
    }

    /// One request with its body.
    fn read(&self, stream: &TcpStream) -> Option<String> {
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_lowercase();
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    return Some(text);
                }
            }
            let length = self.read_some(stream, &mut piece)?;
            bytes.extend_from_slice(&piece[..length]);
        }
    }

    /// Reads what comes; `None` at the end of the stream, or of the test.
    fn read_some(&self, mut stream: &TcpStream, piece: &mut [u8]) -> Option<usize> {
        stream.set_read_timeout(Some(LOOK)).ok()?;
        loop {
            match stream.read(piece) {
                Ok(0) => return None,
                Ok(length) => return Some(length),
                Err(error) if is_time_out(error.kind()) && !self.ended.load(Ordering::SeqCst) => {}
                Err(_) => return None,
            }
        }
    }

    fn write(&self, mut stream: &TcpStream, once: &[u8], again: &[u8], times: usize) -> std::io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(once)?;
        for _ in 0..times {
            if self.ended.load(Ordering::SeqCst) {
                break;
            }
            stream.write_all(again)?;
        }
        Ok(())
    }

    fn requests(&self) -> MutexGuard<'_, Vec<String>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_time_out(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
