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
            let answered = within_limit(asking).await?;
            self.phase = Phase::Answered(Box::new(answered));
        }
        match &self.phase {
            Phase::Answered(stream) => Ok((stream.status(), stream.headers())),
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
            Phase::Asked(_) => Err(silent()),
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
