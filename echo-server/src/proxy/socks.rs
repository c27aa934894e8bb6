//! SOCKS5 as a proxy does it (RFC 1928), and user name and password (RFC 1929).

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::TcpStream,
};

use crate::proxy::{
    answer,
    destination::reach,
    fault::ProxyFault,
    journal::{ProxyHost, ProxyRequest, SharedProxyJournal},
    options::ProxyOptions,
};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NO_ACCEPTABLE_METHOD: u8 = 0xFF;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Asks for credentials if it must, reads the request and answers it; the other end of the tunnel, if one is open
/// now.
pub(super) async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut S,
    options: &ProxyOptions,
    journal: &SharedProxyJournal,
) -> io::Result<Option<TcpStream>> {
    let fault = &options.fault;
    let method = choose(&read_methods(client).await?, options);
    if !answer::give(client, fault, &[VERSION, method]).await? || method == NO_ACCEPTABLE_METHOD {
        return Ok(None);
    }
    let credentials = match method {
        USER_AND_PASSWORD => Some(read_credentials(client).await?),
        _ => None,
    };
    if credentials.is_some() {
        let wrong = options.credentials.is_some() && options.credentials != credentials;
        let refused = wrong || *fault == ProxyFault::RefuseCredentials;
        if !answer::give(client, fault, &[1, u8::from(refused)]).await? || refused {
            return Ok(None);
        }
    }
    let request = read_request(client, credentials).await?;
    journal.request(request.clone());
    let reached = match fault {
        ProxyFault::Reply(code) => Err(*code),
        _ => reach(&request.host, request.port, &options.names).await.map_err(|error| reply_code(&error)),
    };
    match reached {
        Ok(target) => {
            journal.open();
            let open = answer::give_last(client, fault, &reply(0, fault)).await?;
            Ok(open.then_some(target))
        }
        Err(code) => {
            answer::give_last(client, fault, &reply(code, fault)).await?;
            Ok(None)
        }
    }
}

async fn read_methods<S: AsyncRead + Unpin>(client: &mut S) -> io::Result<Vec<u8>> {
    expect(client, &[VERSION]).await?;
    read_counted(client).await
}

fn choose(methods: &[u8], options: &ProxyOptions) -> u8 {
    let asks = options.credentials.is_some() || options.fault == ProxyFault::RefuseCredentials;
    match options.fault {
        ProxyFault::RefuseMethods => NO_ACCEPTABLE_METHOD,
        _ if !asks && methods.contains(&NO_AUTHENTICATION) => NO_AUTHENTICATION,
        _ if methods.contains(&USER_AND_PASSWORD) => USER_AND_PASSWORD,
        _ => NO_ACCEPTABLE_METHOD,
    }
}

async fn read_credentials<S: AsyncRead + Unpin>(client: &mut S) -> io::Result<(String, String)> {
    expect(client, &[1]).await?;
    let user = text(read_counted(client).await?)?;
    let mut password = vec![0; client.read_u8().await?.into()];
    client.read_exact(&mut password).await?;
    Ok((user, text(password)?))
}

async fn read_request<S: AsyncRead + Unpin>(
    client: &mut S,
    credentials: Option<(String, String)>,
) -> io::Result<ProxyRequest> {
    expect(client, &[VERSION, CONNECT, 0]).await?;
    let host = match client.read_u8().await? {
        IPV4 => ProxyHost::Address(Ipv4Addr::from_bits(client.read_u32().await?).into()),
        NAME => ProxyHost::Name(text(read_counted(client).await?)?),
        IPV6 => ProxyHost::Address(Ipv6Addr::from_bits(client.read_u128().await?).into()),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    Ok(ProxyRequest { host, port: client.read_u16().await?, credentials })
}

fn reply_code(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::PermissionDenied => 2,
        io::ErrorKind::NotFound => 4,
        io::ErrorKind::ConnectionRefused => 5,
        _ => 1,
    }
}

/// The address the proxy connected from is told as 0.0.0.0:0, which nobody needs to know better.
fn reply(code: u8, fault: &ProxyFault) -> Vec<u8> {
    let mut reply = vec![VERSION, code, 0];
    match fault {
        ProxyFault::NamedReply => {
            reply.extend([NAME, u8::MAX]);
            reply.extend([b'x'; u8::MAX as usize]);
        }
        _ => reply.extend([IPV4, 0, 0, 0, 0]),
    }
    reply.extend([0, 0]);
    reply
}

/// Reads these bytes and no others.
async fn expect<S: AsyncRead + Unpin>(client: &mut S, bytes: &[u8]) -> io::Result<()> {
    for byte in bytes {
        if client.read_u8().await? != *byte {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}

/// Reads a count of at least one, and so many bytes.
async fn read_counted<S: AsyncRead + Unpin>(client: &mut S) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; client.read_u8().await?.into()];
    if bytes.is_empty() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}
