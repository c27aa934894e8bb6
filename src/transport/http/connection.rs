//! One connection, for one request at a time.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::AbortHandle;
use url::Host;

use super::HttpRequest;
use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::dial::{DialSettings, dial};

/// A connection; dropping it closes it.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Where it leads, and with which settings it was made.
    origin: (Host<String>, u16, bool),
    settings: DialSettings,
    task: AbortHandle,
}

/// A request without an answer.
pub(super) struct Unanswered {
    error: hyper::Error,
    pub(super) may_be_repeated: bool,
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        no_answer(&unanswered.error)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    pub(super) async fn open(address: &Address, settings: &DialSettings) -> Result<Self, Failure> {
        let stream = dial(address, settings).await?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(&error))?;
        // Ends with the connection; its errors are those of the request.
        let task = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Self { sender, origin: origin(address), settings: settings.clone(), task })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Whether it leads there, and was made with these settings.
    pub(super) fn fits(&self, address: &Address, settings: &DialSettings) -> bool {
        self.origin == origin(address) && self.settings == *settings
    }

    pub(super) async fn ask(&mut self, request: &HttpRequest) -> Result<Response<Incoming>, Unanswered> {
        if let Err(error) = self.sender.ready().await {
            return Err(Unanswered { error, may_be_repeated: true });
        }
        self.sender.try_send_request(request.build()).await.map_err(|mut error| {
            let unsent = error.take_message().is_some();
            Unanswered { may_be_repeated: unsent || request.method == Method::GET, error: error.into_error() }
        })
    }
}

impl HttpRequest {
    fn build(&self) -> Request<Full<Bytes>> {
        let body = self.body.as_ref().map(|(_, body)| Bytes::from(body.clone())).unwrap_or_default();
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.address.target().parse().unwrap_or_default();
        let headers = request.headers_mut();
        if let Ok(host) = HeaderValue::from_str(&self.address.authority()) {
            headers.insert(HOST, host);
        }
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if let Some((kind, _)) = self.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        headers.extend(self.headers.iter().cloned());
        request
    }
}

fn origin(address: &Address) -> (Host<String>, u16, bool) {
    (address.host().clone(), address.port(), address.is_secure())
}

fn no_answer(error: &hyper::Error) -> Failure {
    Failure::because(
        FailureKind::Network,
        "Сервер не ответил на запрос",
        "The server did not answer the request",
        error,
    )
}
