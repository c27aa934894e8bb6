//! SOCKS5 (RFC 1928) with user name and password (RFC 1929).

use native_api::Text;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use url::Host;

use crate::transport::proxy::request::{Refusal, Target};
use crate::transport::proxy::server::Credentials;

const VERSION: u8 = 5;
const CREDENTIALS_VERSION: u8 = 1;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NO_ACCEPTABLE_METHOD: u8 = 0xFF;
const CONNECT: u8 = 1;
const SUCCEEDED: u8 = 0;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Asks for a tunnel.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    target: Target<'_>,
    credentials: Option<&Credentials>,
) -> Result<(), Refusal> {
    let request = request(target)?;
    authenticate(stream, credentials).await?;
    send(stream, &request).await?;
    read_reply(stream).await
}

async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    credentials: Option<&Credentials>,
) -> Result<(), Refusal> {
    let greeting: &[u8] = match credentials {
        None => &[VERSION, 1, NO_AUTHENTICATION],
        Some(_) => &[VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD],
    };
    send(stream, greeting).await?;
    let [version, method] = read(stream).await?;
    match (version, method, credentials) {
        (VERSION, NO_AUTHENTICATION, _) => Ok(()),
        (VERSION, USER_AND_PASSWORD, Some(credentials)) => identify(stream, credentials).await,
        (VERSION, NO_ACCEPTABLE_METHOD | USER_AND_PASSWORD, None) => {
            Err(Text::fixed("нужны имя пользователя и пароль", "user name and password are wanted").into())
        }
        (VERSION, _, _) => Err(Text::fixed(
            "авторизация именем и паролем не поддерживается прокси",
            "it does not support user name and password",
        )
        .into()),
        _ => Err(no_socks()),
    }
}

async fn identify<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    Credentials { user, password }: &Credentials,
) -> Result<(), Refusal> {
    let message = [vec![CREDENTIALS_VERSION], counted(user)?, counted(password)?].concat();
    send(stream, &message).await?;
    // Some proxies answer with the version of the protocol in place of that of the negotiation.
    let [_, status] = read(stream).await?;
    match status {
        SUCCEEDED => Ok(()),
        _ => Err(Text::fixed(
            "имя пользователя или пароль не приняты",
            "user name or password are not accepted",
        )
        .into()),
    }
}

fn request(Target { host, port }: Target<'_>) -> Result<Vec<u8>, Refusal> {
    let (kind, host) = match host {
        Host::Ipv4(address) => (IPV4, address.octets().to_vec()),
        Host::Ipv6(address) => (IPV6, address.octets().to_vec()),
        Host::Domain(name) => (NAME, counted(name.as_bytes())?),
    };
    Ok([&[VERSION, CONNECT, 0, kind], &host[..], &port.to_be_bytes()].concat())
}

/// Reads all of the reply and no byte more; the address that the proxy connected from is of no use.
async fn read_reply<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(), Refusal> {
    let [version, code, _, kind] = read(stream).await?;
    if version != VERSION {
        return Err(no_socks());
    }
    // A proxy that refuses need not send the rest of its reply.
    if code != SUCCEEDED {
        return Err(refused(code).into());
    }
    let length: usize = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => stream.read_u8().await?.into(),
        _ => return Err(no_socks()),
    };
    let mut address_and_port = vec![0; length + 2];
    stream.read_exact(&mut address_and_port).await?;
    Ok(())
}

/// The reply codes of RFC 1928, section 6.
fn refused(code: u8) -> Text {
    let (ru, en) = match code {
        1 => ("сбой прокси", "it failed"),
        2 => ("соединение запрещено его правилами", "its rules forbid the connection"),
        3 => ("сеть недоступна", "the network is unreachable"),
        4 => ("узел недоступен", "the host is unreachable"),
        5 => ("узел не принимает соединения", "the host does not accept connections"),
        6 => ("узел не ответил вовремя", "the host did not answer in time"),
        7 => ("команда не поддерживается", "the command is not supported"),
        8 => ("вид адреса не поддерживается", "the kind of address is not supported"),
        _ => ("неизвестный отказ", "refused for an unknown reason"),
    };
    Text::made(format!("{ru} (SOCKS5, код {code})"), format!("{en} (SOCKS5, code {code})"))
}

fn no_socks() -> Refusal {
    Text::fixed("ответ не по SOCKS5", "the answer is not SOCKS5").into()
}

/// The bytes behind their number.
fn counted(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let too_long = Text::fixed("имя узла длиннее 255 байт", "the name of the host is longer than 255 bytes");
    let length = u8::try_from(bytes.len()).map_err(|_| Refusal::from(too_long))?;
    Ok([&[length], bytes].concat())
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, message: &[u8]) -> Result<(), Refusal> {
    stream.write_all(message).await?;
    stream.flush().await?;
    Ok(())
}

async fn read<const N: usize, S: AsyncRead + Unpin>(stream: &mut S) -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    fn asked(host: &str) -> Vec<u8> {
        request(Target { host: &Host::parse(host).unwrap(), port: 0x1234 }).unwrap()
    }

    /// What is sent to a proxy that gives these answers whatever it is sent, and what becomes of it.
    async fn spoken(
        answers: &[u8],
        credentials: Option<&Credentials>,
    ) -> (Vec<u8>, Result<(), String>, DuplexStream) {
        let (mut ours, mut theirs) = duplex(4096);
        theirs.write_all(answers).await.unwrap();
        theirs.shutdown().await.unwrap();
        let host = Host::Domain("host".to_owned());
        let opened = open(&mut ours, Target { host: &host, port: 80 }, credentials).await;
        ours.shutdown().await.unwrap();
        let mut sent = Vec::new();
        theirs.read_to_end(&mut sent).await.unwrap();
        (sent, opened.map_err(|refusal| refusal.text.en.into_owned()), ours)
    }

    #[test]
    fn hosts_are_sent_as_what_they_are() {
        assert_eq!(asked("host"), [&[5, 1, 0, 3, 4][..], b"host", &[0x12, 0x34]].concat());
        assert_eq!(asked("127.0.0.1"), [5, 1, 0, 1, 127, 0, 0, 1, 0x12, 0x34]);
        assert_eq!(asked("[::1]"), [&[5, 1, 0, 4][..], &[0; 15], &[1, 0x12, 0x34]].concat());
        assert_eq!(asked(&"x".repeat(255)).len(), 262);
        let long = Host::Domain("x".repeat(256));
        let refusal = request(Target { host: &long, port: 1 }).unwrap_err();
        assert_eq!(refusal.text.en, "the name of the host is longer than 255 bytes");
    }

    #[tokio::test]
    async fn the_conversation_is_that_of_the_rfcs_and_leaves_the_tunnel_untouched() {
        let answers = [&[5, 0][..], &[5, 0, 0, 3, 1, b'x', 0, 0], b"tunnel"].concat();
        let (sent, opened, mut stream) = spoken(&answers, None).await;
        assert_eq!((sent, opened), ([&[5, 1, 0, 5, 1, 0, 3, 4][..], b"host", &[0, 80]].concat(), Ok(())));
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"tunnel");

        let credentials = Credentials { user: b"us".to_vec(), password: b"".to_vec() };
        let answers = [&[5, 2, 1, 0][..], &[5, 0, 0, 4], &[0; 18]].concat();
        let (sent, opened, _) = spoken(&answers, Some(&credentials)).await;
        let expected = [&[5, 2, 0, 2, 1, 2, b'u', b's', 0, 5, 1, 0, 3, 4][..], b"host", &[0, 80]].concat();
        assert_eq!((sent, opened), (expected, Ok(())));
    }

    #[tokio::test]
    async fn what_is_refused_is_told() {
        let credentials = Credentials { user: b"us".to_vec(), password: b"pw".to_vec() };
        for (answers, credentials, text) in [
            (&[5, 0xFF][..], None, "user name and password are wanted"),
            (&[5, 2], None, "user name and password are wanted"),
            (&[5, 0xFF], Some(&credentials), "it does not support user name and password"),
            (&[5, 1], Some(&credentials), "it does not support user name and password"),
            (&[5, 2, 1, 1], Some(&credentials), "user name or password are not accepted"),
            (b"HTTP", None, "the answer is not SOCKS5"),
            (&[5, 0, 4, 0, 0, 1], None, "the answer is not SOCKS5"),
            (&[5, 0, 5, 0, 0, 2], None, "the answer is not SOCKS5"),
            (&[5, 0, 5, 5, 0, 0], None, "the host does not accept connections (SOCKS5, code 5)"),
            (&[5, 0, 5, 99, 0, 1], None, "refused for an unknown reason (SOCKS5, code 99)"),
            (&[], None, "closed the connection without an answer"),
            (&[5, 0, 5, 0, 0, 1, 0], None, "closed the connection without an answer"),
        ] {
            assert_eq!(spoken(answers, credentials).await.1, Err(text.to_owned()), "{answers:?}");
        }
    }

    #[test]
    fn every_reply_code_has_a_text_of_its_own() {
        let texts = (1..=9).map(|code| refused(code).ru).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(texts.len(), 9);
    }
}
