//! HTTP CONNECT (RFC 9110, section 9.3.6) with Basic authorization (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httparse::{EMPTY_HEADER, Header, Response, Status};
use native_api::Text;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::log::masked;
use crate::transport::proxy::request::{Refusal, Target};
use crate::transport::proxy::server::Credentials;

/// Longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 16 << 10;
const MOST_HEADERS: usize = 128;
/// Longest text of the proxy's own that is told, in characters.
const LONGEST_REASON: usize = 100;
/// More ways to authorize than these are not told.
const MOST_SCHEMES: usize = 8;

/// Asks for a tunnel.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    target: Target<'_>,
    credentials: Option<&Credentials>,
) -> Result<(), Refusal> {
    stream.write_all(request(target, credentials).as_bytes()).await?;
    stream.flush().await?;
    judge(&read_head(stream).await?, credentials.is_some())
}

/// The host is one that [`Host`](url::Host) has read, and Base64 has no line breaks: neither can add a header.
fn request(target: Target<'_>, credentials: Option<&Credentials>) -> String {
    let Target { host, port } = target;
    let authorization = credentials.map_or_else(String::new, |Credentials { user, password }| {
        let encoded = STANDARD.encode([user, &b":"[..], password].concat());
        format!("Proxy-Authorization: Basic {encoded}\r\n")
    });
    format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n")
}

/// Byte by byte: whatever is behind the head belongs to the tunnel. Lines may end with LF alone (RFC 9112,
/// section 2.2).
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, Refusal> {
    let mut head = Vec::with_capacity(256);
    while !(head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n")) {
        if head.len() == LONGEST_HEAD {
            let text = Text::fixed("слишком длинный заголовок ответа", "the head of the answer is too long");
            return Err(text.into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

/// Any 2xx opens the tunnel.
fn judge(head: &[u8], authorized: bool) -> Result<(), Refusal> {
    let no_http = || Text::fixed("ответ не по HTTP", "the answer is not HTTP").into();
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    let parsed = response.parse(head);
    let (Ok(Status::Complete(_)), Some(status)) = (parsed, response.code) else { return Err(no_http()) };
    let text = match status {
        200..300 => return Ok(()),
        407 => unauthorized(response.headers, authorized),
        _ => {
            // A proxy may repeat the request, credentials included.
            let reason = masked(response.reason.unwrap_or_default());
            let reason = reason.chars().take(LONGEST_REASON).collect::<String>();
            let answer = format!("{status} {reason}");
            Text::made(format!("отказ: {}", answer.trim()), format!("refused: {}", answer.trim()))
        }
    };
    Err(Refusal { status: Some(status), text })
}

fn unauthorized(headers: &[Header<'_>], authorized: bool) -> Text {
    let schemes = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("proxy-authenticate"))
        .filter_map(|header| str::from_utf8(header.value).ok()?.split([' ', ',']).next())
        .map(|scheme| scheme.chars().take(LONGEST_REASON).collect::<String>())
        .take(MOST_SCHEMES)
        .collect::<Vec<_>>();
    if !schemes.is_empty() && !schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic")) {
        let schemes = schemes.join(", ");
        return Text::made(
            format!("авторизация {schemes} не поддерживается, только Basic (407)"),
            format!("authorization by {schemes} is not supported, only Basic is (407)"),
        );
    }
    if authorized {
        Text::fixed(
            "имя пользователя или пароль не приняты (407)",
            "user name or password are not accepted (407)",
        )
    } else {
        Text::fixed("нужны имя пользователя и пароль (407)", "user name and password are wanted (407)")
    }
}

#[cfg(test)]
mod tests {
    use url::Host;

    use super::*;

    fn judged(head: &str, authorized: bool) -> (Option<u16>, String) {
        judge(head.as_bytes(), authorized)
            .map_or_else(|refusal| (refusal.status, refusal.text.en.into_owned()), |()| (None, String::new()))
    }

    #[test]
    fn a_request_names_the_target_twice_and_encodes_the_credentials() {
        let name = Host::parse("пример.рф").unwrap();
        let plain = request(Target { host: &name, port: 80 }, None);
        assert_eq!(
            plain,
            "CONNECT xn--e1afmkfd.xn--p1ai:80 HTTP/1.1\r\nHost: xn--e1afmkfd.xn--p1ai:80\r\n\r\n"
        );
        let address = Host::parse("[::1]").unwrap();
        let credentials = Credentials { user: "оля\r\n".into(), password: "p:ss\r\nX: y".into() };
        let with_credentials = request(Target { host: &address, port: 443 }, Some(&credentials));
        let lines = with_credentials.split("\r\n").collect::<Vec<_>>();
        assert_eq!(lines[..2], ["CONNECT [::1]:443 HTTP/1.1", "Host: [::1]:443"]);
        assert!(lines[2].starts_with("Proxy-Authorization: Basic 0L7Qu9GP"));
        assert_eq!(lines[3..], ["", ""]);
    }

    #[test]
    fn any_success_opens_the_tunnel() {
        for head in
            ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 299\n\n", "HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n"]
        {
            assert_eq!(judged(head, false), (None, String::new()));
        }
    }

    #[test]
    fn what_is_refused_is_told() {
        let long = format!("HTTP/1.1 503 {}\r\n\r\n", "x".repeat(200));
        let shortened = format!("refused: 503 {}", "x".repeat(100));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(129));
        for (head, status, text) in [
            ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\n", Some(502), "refused: 502 Bad Gateway"),
            ("HTTP/1.1 403\r\n\r\n", Some(403), "refused: 403"),
            ("HTTP/1.1 101 Switching\r\n\r\n", Some(101), "refused: 101 Switching"),
            (
                "HTTP/1.1 403 Proxy-Authorization: Basic dTpwYXNz\r\n\r\n",
                Some(403),
                "refused: 403 Proxy-Authorization: ***",
            ),
            (&long, Some(503), &shortened),
            ("220 mail.example ESMTP\r\n\r\n", None, "the answer is not HTTP"),
            ("\r\n\r\n", None, "the answer is not HTTP"),
            ("HTTP/1.1 200 OK\r\nno header\r\n\r\n", None, "the answer is not HTTP"),
            (&many, None, "the answer is not HTTP"),
        ] {
            assert_eq!(judged(head, false), (status, text.to_owned()), "{head}");
        }
    }

    #[test]
    fn a_refused_authorization_says_what_is_missing() {
        let answered = |challenges: &str, authorized| {
            judged(&format!("HTTP/1.1 407 No\r\n{challenges}\r\n"), authorized).1
        };
        let basic = "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: basic realm=\"x\"\r\n";
        assert_eq!(answered(basic, false), "user name and password are wanted (407)");
        assert_eq!(answered("", false), "user name and password are wanted (407)");
        assert_eq!(answered(basic, true), "user name or password are not accepted (407)");
        assert_eq!(
            answered("Proxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM abc\r\n", true),
            "authorization by Negotiate, NTLM is not supported, only Basic is (407)"
        );
    }

    #[tokio::test]
    async fn the_head_is_bounded_and_nothing_behind_it_is_read() {
        for head in ["HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\r\n", "HTTP/1.1 200 OK\n\n"]
        {
            let answer = format!("{head}\r\ntunnel");
            let mut stream = answer.as_bytes();
            assert_eq!(read_head(&mut stream).await.unwrap(), head.as_bytes());
            assert_eq!(stream, b"\r\ntunnel");
        }

        let endless = vec![b'x'; LONGEST_HEAD + 10];
        let mut stream = &endless[..];
        let refusal = read_head(&mut stream).await.unwrap_err();
        assert_eq!(refusal.text.en, "the head of the answer is too long");
        assert_eq!(stream.len(), 10);

        let refusal = read_head(&mut &b"HTTP/1.1 200 OK\r\n"[..]).await.unwrap_err();
        assert_eq!(refusal.text.en, "closed the connection without an answer");
    }
}
