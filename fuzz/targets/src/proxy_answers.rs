//! What a proxy answers, HTTP or SOCKS5: not a byte behind the answer is taken, and what is said of a refusal is short.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::io::join;
use url::Host;
use vestnik::transport::proxy::request::Target;
use vestnik::transport::proxy::server::{ProxyProtocol, ProxyServer};
use vestnik::transport::proxy::tunnel;

const PROXIES: [&str; 4] = [
    "http://proxy:3128",
    "http://user:password@proxy:3128",
    "socks5://proxy:1080",
    "socks5://user:password@proxy:1080",
];
/// Longest text for the user, in characters: eight names of 100 and some words.
const LONGEST_TEXT: usize = 1200;

/// The first byte chooses the proxy, the rest is what it answers before it hangs up.
pub fn target(data: &[u8]) {
    let [first, answer @ ..] = data else { return };
    let proxy = ProxyServer::parse(PROXIES[usize::from(*first) % PROXIES.len()]).expect("a proxy");
    let host = Host::Domain("host.example".to_owned());
    let mut stream = join(answer, Vec::new());
    let opened = {
        let tunnel = pin!(tunnel::open(&mut stream, &proxy, Target { host: &host, port: 443 }));
        match tunnel.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(opened) => opened,
            Poll::Pending => panic!("all of the answer is there"),
        }
    };
    let (rest, asked) = stream.into_inner();
    let read = &answer[..answer.len() - rest.len()];
    match opened {
        Ok(()) if proxy.protocol() == ProxyProtocol::Http => {
            let ends = |head: &[u8]| head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n");
            assert!(ends(read) && (1..read.len()).all(|end| !ends(&read[..end])), "the head and no more");
        }
        Ok(()) => {
            assert!(asked.starts_with(&[5]));
            let reply = &read[if read[1] == 2 { 4 } else { 2 }..];
            let address = match reply[3] {
                1 => 4,
                4 => 16,
                _ => 1 + usize::from(reply[4]),
            };
            assert_eq!(reply.len(), 4 + address + 2, "the reply and no more");
        }
        Err(failure) => {
            for text in [failure.text.ru, failure.text.en] {
                assert!(text.chars().count() <= LONGEST_TEXT, "{text}");
            }
        }
    }
}
