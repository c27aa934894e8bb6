//! One poll of a push server: asked, waited for, read as it comes.

use std::pin::Pin;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::header::HeaderMap;
use native_api::Text;
use tokio::time::timeout;

use crate::message::{Failure, FailureKind};
use crate::transport::dial::DialSettings;
use crate::transport::http::stream::HttpStream;
use crate::transport::http::{HttpClient, HttpRequest};

/// The longest silence of a server, which answers after 40 s even if it has nothing to say.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(60);

type Asking = Pin<Box<dyn Future<Output = Result<HttpStream, Failure>> + Send>>;

/// A poll. Dropped, it is given up; what was read of it stays read.
pub struct Poll {
    phase: Phase,
    since: Instant,
}

enum Phase {
    Asked(Asking),
    Answered(Box<HttpStream>),
    /// There was no answer.
    Failed(Failure),
}

impl Poll {
    /// Asks. Nothing is sent before the answer is waited for.
    #[must_use]
    pub fn new(client: &HttpClient, request: HttpRequest, settings: DialSettings) -> Self {
        let client = client.clone();
        let asking = Box::pin(async move { client.begin(&request, &settings).await });
        Self { phase: Phase::Asked(asking), since: Instant::now() }
    }

    /// The time since it was asked.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// Waits for the head of the answer: status and headers. May be dropped and called again.
    ///
    /// # Errors
    /// There is no answer, or none within [`SILENCE_LIMIT`].
    pub async fn head(&mut self) -> Result<(u16, &HeaderMap), Failure> {
        if let Phase::Asked(asking) = &mut self.phase {
            self.phase = match within_limit(asking).await {
                Ok(stream) => Phase::Answered(Box::new(stream)),
                Err(failure) => Phase::Failed(failure),
            };
        }
        match &self.phase {
            Phase::Answered(stream) => Ok((stream.status(), stream.headers())),
            Phase::Failed(failure) => Err(failure.clone()),
            Phase::Asked(_) => Err(silent()),
        }
    }

    /// Waits for the next piece of the body; `None` at its end. May be dropped and called again.
    ///
    /// # Errors
    /// The body was cut, or nothing came for [`SILENCE_LIMIT`].
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        self.head().await?;
        match &mut self.phase {
            Phase::Answered(stream) => within_limit(stream.piece()).await,
            Phase::Asked(_) | Phase::Failed(_) => Err(silent()),
        }
    }
}

async fn within_limit<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(SILENCE_LIMIT, work).await.unwrap_or_else(|_| Err(silent()))
}

fn silent() -> Failure {
    let seconds = SILENCE_LIMIT.as_secs();
    Failure::new(
        FailureKind::Timeout,
        Text::made(
            format!("Сервер очередей молчал {seconds} с"),
            format!("The push server was silent for {seconds} s"),
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use hyper::Method;

    use super::*;
    use crate::transport::address::Address;

    #[tokio::test]
    async fn a_failure_may_be_asked_for_again() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::parse_http(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        drop(listener);
        let request = HttpRequest { method: Method::GET, address, headers: Vec::new(), body: None };
        let mut poll = Poll::new(&HttpClient::new(), request, DialSettings::default());
        for _ in 0..2 {
            assert_eq!(poll.head().await.map(|(status, _)| status).unwrap_err().kind, FailureKind::Refused);
            assert!(poll.piece().await.is_err());
        }
    }

    /// What a server that gives this answer, and then nothing for good, leads to. The clock runs as fast as nobody
    /// does anything.
    fn outcome(answer: &'static str) -> Result<Vec<Bytes>, FailureKind> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut stream = BufReader::new(stream);
            // An answer before the request would be taken for the noise of a broken connection.
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
            }
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            // Until the client has had enough.
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(async {
            let address = Address::parse_http(&uri).unwrap();
            let client = HttpClient::new();
            client.prepare(&address, &DialSettings::default()).await.unwrap();
            let request = HttpRequest { method: Method::GET, address, headers: Vec::new(), body: None };
            let mut poll = Poll::new(&client, request, DialSettings::default());
            let mut pieces = Vec::new();
            if !answer.is_empty() {
                poll.head().await.unwrap();
                pieces.extend(poll.piece().await.unwrap());
            }
            tokio::time::pause();
            loop {
                match poll.piece().await {
                    Ok(Some(piece)) => pieces.push(piece),
                    Ok(None) => return Ok(pieces),
                    Err(failure) => return Err(failure.kind),
                }
            }
        });
        drop(runtime);
        server.join().unwrap();
        outcome
    }

    #[test]
    fn silence_ends_a_poll_before_its_answer_and_in_the_middle_of_it() {
        for answer in ["", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
            assert_eq!(outcome(answer), Err(FailureKind::Timeout), "{answer}");
        }
    }
}
