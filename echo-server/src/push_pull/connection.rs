//! One TCP connection to a portal: request after request, until either side ends it.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use openssl::ssl::Ssl;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_openssl::SslStream;

use crate::{
    certificate::Identity,
    push_pull::{
        configuration::{POLLING_PATH, PUSH_PATH},
        control,
        outcome::Outcome,
        poll,
        request::{Asked, Input},
        response::Response,
        rest,
        rest_fault::RestFault,
        site::Site,
        web_socket,
    },
    reader::drain,
};

/// How long the first request may take.
const REQUEST_PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to end its side after the portal has ended its own.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// What is done with a connection that is over.
enum Ending {
    /// The stream is ended, and the client waited for: a socket closed with bytes unread would be reset.
    HangUp,
    /// TCP is reset.
    Reset,
}

/// Serves the connection to its end, or until all are reset.
pub(super) async fn run(site: Arc<Site>, mut tcp: TcpStream) {
    let (number, _counted) = site.journal.accept();
    let mut line = site.line.subscribe();
    let is_down = line.borrow_and_update().is_down;
    let is_reset = is_down || {
        tokio::select! {
            biased;
            _ = line.changed() => true,
            // What a client does wrong ends its own connection and is no matter of the others.
            served = serve(&site, number, &mut tcp) => matches!(served, Ok(Ending::Reset)),
        }
    };
    if is_reset {
        // Fails only on a socket that is reset already.
        let _ = tcp.set_zero_linger();
    }
}

async fn serve(site: &Site, number: u64, tcp: &mut TcpStream) -> io::Result<Ending> {
    // Bytes written alone travel alone.
    tcp.set_nodelay(true)?;
    match &site.options.tls {
        None => converse(site, number, tcp).await,
        Some(identity) => {
            let mut stream = timeout(REQUEST_PATIENCE, encrypt(identity, tcp)).await??;
            converse(site, number, &mut stream).await
        }
    }
}

async fn encrypt<'a>(
    identity: &Identity,
    tcp: &'a mut TcpStream,
) -> io::Result<SslStream<&'a mut TcpStream>> {
    let mut stream = SslStream::new(Ssl::new(identity.acceptor().context())?, tcp)?;
    Pin::new(&mut stream).accept().await.map_err(io::Error::other)?;
    Ok(stream)
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    number: u64,
    stream: &mut S,
) -> io::Result<Ending> {
    let mut input = Input::default();
    let mut patience = REQUEST_PATIENCE;
    let mut is_stale = false;
    loop {
        let asked = match timeout(patience, input.next(stream)).await {
            Ok(Ok(Some(asked))) => asked,
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                write(site, stream, &Response::html(400), false).await?;
                return hang_up(stream).await;
            }
            Ok(Err(error)) => return Err(error),
            Ok(Ok(None)) | Err(_) => return hang_up(stream).await,
        };
        let request = site.journal.request(number, &asked);
        if is_stale {
            return hang_up(stream).await;
        }
        let response = match answer(site, &asked, stream, &mut input).await? {
            Outcome::Answer(response) => response,
            Outcome::Stale(response) => {
                is_stale = true;
                response
            }
            Outcome::Cut { response, at } => {
                let (mut bytes, body) = response.encode(site.clock, Some(site.options.keep_alive.as_secs()));
                let at = at.unwrap_or_else(|missing| body.len().saturating_sub(missing));
                bytes.extend(&body[..at.min(body.len())]);
                stream.write_all(&bytes).await?;
                stream.flush().await?;
                return Ok(Ending::Reset);
            }
            Outcome::Silence => {
                drain(stream).await;
                return hang_up(stream).await;
            }
            Outcome::HangUp => return hang_up(stream).await,
            Outcome::Reset => return Ok(Ending::Reset),
            Outcome::Ended => return Ok(Ending::HangUp),
        };
        let response = match site.options.gzip && asked.header_has("accept-encoding", "gzip") {
            true => response.gzip(),
            false => response,
        };
        let keeps = !asked.header_has("connection", "close");
        site.journal.answer(request, response.status);
        write(site, stream, &response, keeps).await?;
        if !keeps {
            return hang_up(stream).await;
        }
        patience = site.options.keep_alive;
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    asked: &Asked,
    stream: &mut S,
    input: &mut Input,
) -> io::Result<Outcome> {
    match asked.path() {
        PUSH_PATH | POLLING_PATH if asked.head.method == "OPTIONS" => Ok(cross_origin().into()),
        PUSH_PATH | POLLING_PATH if asked.is_upgrade() => {
            web_socket::serve(site, asked, site.poll_faults.next(), stream, input).await
        }
        PUSH_PATH | POLLING_PATH => poll::poll(site, asked, site.poll_faults.next(), stream, input).await,
        path if path.starts_with("/rest/") => {
            Ok(with_fault(site.rest_faults.next(), |fault| rest::answer(site, asked, fault)))
        }
        "/oauth/token" | "/oauth/token/" => {
            Ok(with_fault(site.oauth_faults.next(), |_| rest::refresh(site, asked)))
        }
        path if path.starts_with(control::PATH) => Ok(control::answer(site, asked).into()),
        _ => Ok(Response::html(404).into()),
    }
}

/// Answers a call, unless the fault is one of the line.
fn with_fault(fault: RestFault, answer: impl FnOnce(&RestFault) -> Response) -> Outcome {
    match fault {
        RestFault::Stall => Outcome::Silence,
        RestFault::HangUp => Outcome::HangUp,
        RestFault::Html(status) => Response::html(status).into(),
        RestFault::Redirect(location) => Response::redirect(location).into(),
        RestFault::Cut => {
            let response = answer(&fault);
            let half = response.body.as_ref().map_or(0, |body| body.len() / 2);
            Outcome::Cut { response, at: Err(half) }
        }
        _ => answer(&fault).into(),
    }
}

fn cross_origin() -> Response {
    Response::new(200, "text/plain", "")
        .with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Allow-Methods", "GET, OPTIONS")
}

async fn write<S: AsyncWrite + Unpin>(
    site: &Site,
    stream: &mut S,
    response: &Response,
    keeps: bool,
) -> io::Result<()> {
    let (mut bytes, body) = response.encode(site.clock, keeps.then_some(site.options.keep_alive.as_secs()));
    bytes.extend(body);
    stream.write_all(&bytes).await?;
    stream.flush().await
}

async fn hang_up<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<Ending> {
    stream.shutdown().await?;
    let _ = timeout(END_PATIENCE, drain(stream)).await;
    Ok(Ending::HangUp)
}
