//! HTTP CONNECT as a proxy does it (RFC 9110 §9.3.6), and Basic authorization (RFC 7617).

use std::io;

use httparse::{EMPTY_HEADER, Request, Status};
use openssl::base64::decode_block;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    handshake,
    proxy::{
        answer,
        destination::reach,
        fault::ProxyFault,
        journal::{ProxyHost, ProxyRequest, SharedProxyJournal},
        options::ProxyOptions,
    },
};

const LONGEST_HEAD: usize = 64 << 10;
const MOST_HEADERS: usize = 64;
const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// Reads the request and answers it; the other end of the tunnel, if one is open now.
pub(super) async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut S,
    options: &ProxyOptions,
    journal: &SharedProxyJournal,
) -> io::Result<Option<TcpStream>> {
    let (request, ahead) = read_request(client).await?;
    match judge(request, options, journal).await {
        Ok(mut target) => {
            target.write_all(&ahead).await?;
            journal.open();
            let open = answer::give_last(client, &options.fault, ESTABLISHED).await?;
            Ok(open.then_some(target))
        }
        Err((status, text)) => {
            answer::give_last(client, &options.fault, &refusal(status, text)).await?;
            Ok(None)
        }
    }
}

/// The request, or what is wrong with it, and the bytes behind its head.
async fn read_request<S: AsyncRead + Unpin>(
    client: &mut S,
) -> io::Result<(Result<ProxyRequest, &'static str>, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut head = Request::new(&mut headers);
        match head.parse(&bytes) {
            Ok(Status::Complete(length)) => {
                let request = understand(&head);
                return Ok((request, bytes.split_off(length)));
            }
            Ok(Status::Partial) if bytes.len() < LONGEST_HEAD => {}
            Ok(Status::Partial) => return Ok((Err("the head is too long"), Vec::new())),
            Err(_) => return Ok((Err("this is no HTTP request"), Vec::new())),
        }
    }
}

/// Strict where a client might be sloppy: the target is `host:port`, and `Host` says the same.
fn understand(head: &Request<'_, '_>) -> Result<ProxyRequest, &'static str> {
    let value = |name: &str| {
        let mut values = head.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let value = values.next().map(|header| header.value);
        if values.next().is_some() { Err("a header came twice") } else { Ok(value) }
    };
    if head.method != Some("CONNECT") {
        return Err("the method is not CONNECT");
    }
    let target = head.path.unwrap_or_default();
    if value("host")? != Some(target.as_bytes()) {
        return Err("Host is not the target");
    }
    let (host, port) = target.rsplit_once(':').ok_or("the target has no port")?;
    let port = port.parse().map_err(|_| "the port is no port")?;
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => {
            ProxyHost::Address(address.parse().map_err(|_| "the host in brackets is no address")?)
        }
        None => host.parse().map_or_else(|_| ProxyHost::Name(host.to_owned()), ProxyHost::Address),
    };
    let credentials = value("proxy-authorization")?.map(credentials).transpose()?;
    Ok(ProxyRequest { host, port, credentials })
}

fn credentials(value: &[u8]) -> Result<(String, String), &'static str> {
    const MALFORMED: &str = "Proxy-Authorization is not Basic";
    let value = str::from_utf8(value).map_err(|_| MALFORMED)?;
    let decoded = decode_block(value.strip_prefix("Basic ").ok_or(MALFORMED)?).map_err(|_| MALFORMED)?;
    let decoded = String::from_utf8(decoded).map_err(|_| MALFORMED)?;
    let (user, password) = decoded.split_once(':').ok_or(MALFORMED)?;
    Ok((user.to_owned(), password.to_owned()))
}

/// The other end of the tunnel, or the status and text that refuse it.
async fn judge(
    request: Result<ProxyRequest, &'static str>,
    options: &ProxyOptions,
    journal: &SharedProxyJournal,
) -> Result<TcpStream, (u16, &'static str)> {
    let request = request.map_err(|text| (400, text))?;
    journal.request(request.clone());
    if let ProxyFault::Status(status) = options.fault {
        return Err((status, "refused on purpose"));
    }
    if options.credentials.is_some() && options.credentials != request.credentials {
        return Err((407, "other credentials are wanted"));
    }
    reach(&request.host, request.port, &options.names).await.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => (403, "this proxy does not lead there"),
        _ => (502, "the target cannot be reached"),
    })
}

fn refusal(status: u16, text: &str) -> Vec<u8> {
    let answer = handshake::refusal(status, text);
    if status != 407 {
        return answer;
    }
    let challenge = b"Proxy-Authenticate: Basic realm=\"echo-proxy\", charset=\"UTF-8\"\r\n";
    let line = answer.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    [&answer[..line], challenge, &answer[line..]].concat()
}
