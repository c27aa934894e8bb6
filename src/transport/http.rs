//! HTTP over our own dialer, so that proxy and TLS settings are those of WebSocket.
//!
//! One client holds one kept-alive connection. That the server has given it up meanwhile is noticed when the next
//! request gets no answer at all; it is repeated at once on a new connection, if it was not sent or if repeating
//! it changes nothing (RFC 9110, section 9.2.2).

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use native_api::Text;
use tokio::task::AbortHandle;
use url::Host;

use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::dial::{DialSettings, dial};

/// Largest body that is taken, in bytes, also after inflating.
pub const LARGEST_BODY: usize = 16 << 20;

/// A request.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to.
    pub address: Address,
    /// Headers besides `Host` and `Accept-Encoding`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body and its type.
    pub body: Option<(&'static str, String)>,
}

/// An answer.
#[derive(Debug)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// What has come of the body, inflated.
    pub body: Vec<u8>,
    /// Whether the body came to its end. What was cut may still hold whole messages.
    pub complete: bool,
}

/// A client with one kept-alive connection.
#[derive(Default)]
pub struct HttpClient {
    kept: Option<Kept>,
}

struct Kept {
    sender: SendRequest<Full<Bytes>>,
    /// Where the connection leads, and with which settings it was made.
    origin: (Host<String>, u16, bool),
    settings: DialSettings,
    connection: AbortHandle,
}

/// A request without an answer.
struct Unanswered {
    error: hyper::Error,
    may_be_repeated: bool,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl HttpClient {
    /// A client without a connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends a request and reads the answer. Dropped, it gives the request up and closes the connection.
    ///
    /// # Errors
    /// No answer: the kind tells the step that failed. Any status is an answer.
    pub async fn send(
        &mut self,
        request: &HttpRequest,
        settings: &DialSettings,
    ) -> Result<HttpAnswer, Failure> {
        let kept = self.kept.take().filter(|kept| kept.fits(request, settings));
        if let Some(mut kept) = kept {
            match kept.ask(request).await {
                Ok(response) => return self.finish(kept, response).await,
                Err(unanswered) if unanswered.may_be_repeated => {}
                Err(unanswered) => return Err(cut(&unanswered.error)),
            }
        }
        let mut fresh = Kept::connect(request, settings).await?;
        match fresh.ask(request).await {
            Ok(response) => self.finish(fresh, response).await,
            Err(unanswered) => Err(cut(&unanswered.error)),
        }
    }

    async fn finish(&mut self, kept: Kept, response: Response<Incoming>) -> Result<HttpAnswer, Failure> {
        let (head, mut incoming) = response.into_parts();
        let mut body = Vec::new();
        let mut complete = true;
        while let Some(frame) = incoming.frame().await {
            let Ok(frame) = frame else {
                complete = false;
                break;
            };
            if let Some(data) = frame.data_ref() {
                body.extend_from_slice(data);
            }
            if body.len() > LARGEST_BODY {
                return Err(too_large());
            }
        }
        if complete && !kept.sender.is_closed() {
            self.kept = Some(kept);
        }
        if head.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip") {
            let (inflated, whole) = inflate(&body)?;
            (body, complete) = (inflated, complete && whole);
        }
        Ok(HttpAnswer { status: head.status.as_u16(), headers: head.headers, body, complete })
    }
}

impl Kept {
    async fn connect(request: &HttpRequest, settings: &DialSettings) -> Result<Self, Failure> {
        let stream = dial(&request.address, settings).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| cut(&error))?;
        // Ends with the connection; its errors are those of the request.
        let connection = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Self { sender, origin: origin(&request.address), settings: settings.clone(), connection })
    }

    fn fits(&self, request: &HttpRequest, settings: &DialSettings) -> bool {
        !self.sender.is_closed() && self.origin == origin(&request.address) && self.settings == *settings
    }

    async fn ask(&mut self, request: &HttpRequest) -> Result<Response<Incoming>, Unanswered> {
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

/// Inflates as much as there is; whether that is all. A body that was cut gives what had come before.
fn inflate(body: &[u8]) -> Result<(Vec<u8>, bool), Failure> {
    let limit = u64::try_from(LARGEST_BODY).unwrap_or(u64::MAX);
    let mut inflated = Vec::new();
    let whole = MultiGzDecoder::new(body).take(limit + 1).read_to_end(&mut inflated).is_ok();
    if inflated.len() > LARGEST_BODY {
        return Err(too_large());
    }
    Ok((inflated, whole))
}

fn cut(error: &hyper::Error) -> Failure {
    Failure::because(
        FailureKind::Network,
        "Сервер не ответил на запрос",
        "The server did not answer the request",
        error,
    )
}

const fn too_large() -> Failure {
    Failure::new(
        FailureKind::Protocol,
        Text::fixed("Ответ сервера больше 16 МиБ", "The server's answer is larger than 16 MiB"),
    )
}
