//! The opening handshake over a dialled stream.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use native_api::Text;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use wire::{Accepted, Answer, Refused, Request, RequestError, ResponseReader, SystemRandom};

use super::secrets::without;
use crate::log::secrets::Secrets;
use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::dial::Stream;
use crate::transport::settings::Settings;
use crate::transport::tls::explain::explain_io;

/// How long the body of a refusal is waited for.
const BODY_TIMEOUT: Duration = Duration::from_millis(500);

/// Asks for a WebSocket. Also gives the source of randomness that masks come from.
pub(super) async fn perform(
    stream: &mut Stream,
    address: &Address,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<(Accepted, SystemRandom), Failure> {
    let mut random = SystemRandom::new().map_err(|error| unexpected(&error))?;
    let mut out = Vec::new();
    let request = request(address, settings).map_err(|error| unexpected(&error))?;
    let mut response = request.write(&mut random, &mut out);
    if let Err(error) = write(stream, &out).await {
        // A server that has refused our certificate has said so before it cut the line: that can be read.
        let said = stream.read_buf(&mut response.space()).await.err();
        return Err(cut(&said.unwrap_or(error)));
    }
    match answer(stream, &mut response).await? {
        Some(Answer::Accepted(accepted)) => Ok((accepted, random)),
        Some(Answer::Refused(refused)) => Err(refusal(&refused, secrets)),
        None => match response.end() {
            Ok(refused) => Err(refusal(&refused, secrets)),
            Err(_) => Err(silent()),
        },
    }
}

async fn write(stream: &mut Stream, out: &[u8]) -> io::Result<()> {
    stream.write_all(out).await?;
    stream.flush().await
}

fn request(address: &Address, settings: &Settings) -> Result<Request, RequestError> {
    let mut request =
        Request::new(address.is_secure(), &address.server_name(), address.port(), address.target())?;
    for subprotocol in &settings.subprotocols {
        request.subprotocol(subprotocol)?;
    }
    if settings.compression {
        request.compression();
    }
    let by_header = settings.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Authorization"));
    if let Some(authorization) = settings.authorization.as_deref().or(address.authorization())
        && !by_header
    {
        request.authorization(authorization)?;
    }
    for (name, value) in &settings.headers {
        request.header(name, value)?;
    }
    Ok(request)
}

/// Reads until there is an answer; `None` when the stream has ended before, or the body takes too long.
async fn answer(stream: &mut Stream, response: &mut ResponseReader) -> Result<Option<Answer>, Failure> {
    loop {
        if let Some(answer) = response.answer().map_err(|error| unexpected(&error))? {
            return Ok(Some(answer));
        }
        let refused = response.is_refused();
        let patience = if refused { BODY_TIMEOUT } else { Duration::MAX };
        match timeout(patience, stream.read_buf(&mut response.space())).await {
            Ok(Ok(1..)) => {}
            Ok(Ok(0)) | Err(_) => return Ok(None),
            Ok(Err(_)) if refused => return Ok(None),
            Ok(Err(error)) => return Err(cut(&error)),
        }
    }
}

/// What the server says when it does not want us.
fn refusal(refused: &Refused, secrets: &Secrets) -> Failure {
    let kind = if matches!(refused.status, 401 | 403) { FailureKind::Auth } else { FailureKind::Http };
    let mut tail = String::new();
    if !refused.reason.is_empty() {
        tail = format!(" {}", refused.reason);
    }
    for name in ["WWW-Authenticate", "Location"] {
        if let Some(value) = refused.headers.get(name) {
            tail = format!("{tail}; {name}: {}", value.split(['?', '#']).next().unwrap_or_default());
        }
    }
    let body = refused.body.trim();
    if !body.is_empty() {
        tail = format!("{tail}; {body}");
    }
    // A server may repeat the request, secrets included.
    let tail = without(secrets, &tail);
    let status = refused.status;
    let text = Text::made(
        format!("Сервер отказал в подключении: HTTP {status}{tail}"),
        format!("The server refused the connection: HTTP {status}{tail}"),
    );
    Failure { kind, status: Some(status), text }
}

fn unexpected(error: &dyn Display) -> Failure {
    Failure::because(
        FailureKind::Protocol,
        "Сервер ответил не по протоколу WebSocket",
        "The server did not answer by the WebSocket protocol",
        error,
    )
}

/// A server with too many sessions does so, or a port where something else listens.
const fn silent() -> Failure {
    Failure::new(
        FailureKind::Network,
        Text::fixed(
            "Сервер закрыл соединение, не ответив на запрос подключения",
            "The server closed the connection without an answer to the handshake",
        ),
    )
}

fn cut(error: &io::Error) -> Failure {
    // With TLS 1.3 a client certificate is refused only now.
    explain_io(error).unwrap_or_else(|| {
        Failure::because(
            FailureKind::Network,
            "Соединение оборвалось при подключении",
            "The connection was cut during the handshake",
            error,
        )
    })
}
