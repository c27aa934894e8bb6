//! The opening handshake that is sent: whatever host, path, headers and subprotocols 1C gives, what is taken of them
//! makes one HTTP request that says just that, and nothing breaks out of its line.

use httparse::{EMPTY_HEADER, Status};
use wire::{Request, RequestError};

use crate::fields;

/// Headers of the handshake: Host, Upgrade, Connection, Sec-WebSocket-Key and -Version; and the two optional ones.
const OWN: usize = 5;
const MOST: usize = 1024;

/// Host, path, subprotocols separated by commas, and names and values of headers in turn.
pub fn target(data: &[u8]) {
    let mut texts = fields::texts(data);
    let mut next = || texts.next().unwrap_or_default();
    let (host, path) = (next(), next());
    let secure = data.len().is_multiple_of(2);
    let Ok(mut request) = Request::new(secure, &host, 8088, &path) else { return };
    let mut own = OWN;

    let wanted = next();
    let taken: Vec<_> = wanted.split(',').filter(|name| request.subprotocol(name).is_ok()).collect();
    own += usize::from(!taken.is_empty());
    if data.len().is_multiple_of(3) {
        request.compression();
        own += 1;
    }
    let mut headers = Vec::new();
    for _ in 0..(fields::count(data).saturating_sub(3)).div_ceil(2).min(MOST - own) {
        let (name, value) = (next(), next());
        match request.header(&name, &value) {
            Ok(()) => headers.push((name, value)),
            Err(RequestError::HeaderValue(told) | RequestError::ReservedHeader(told)) => {
                assert_eq!(told, name);
            }
            Err(error) => assert_eq!(error, RequestError::HeaderName),
        }
    }

    let mut out = Vec::new();
    request.write(&mut |bytes: &mut [u8]| bytes.fill(7), &mut out);
    let mut fields = [EMPTY_HEADER; MOST];
    let mut read = httparse::Request::new(&mut fields);
    assert_eq!(read.parse(&out), Ok(Status::Complete(out.len())), "{:?}", String::from_utf8_lossy(&out));
    assert_eq!((read.method, read.path), (Some("GET"), Some(&*path)));
    assert_eq!(read.headers.len(), own + headers.len());
    for (field, (name, value)) in read.headers[own..].iter().zip(&headers) {
        assert_eq!(field.name, name);
        assert_eq!(field.value.trim_ascii(), value.as_bytes().trim_ascii());
    }
    let offered = read.headers.iter().find(|field| field.name == "Sec-WebSocket-Protocol");
    assert_eq!(
        offered.map(|field| field.value),
        (!taken.is_empty()).then(|| taken.join(", ")).as_ref().map(|list| list.as_bytes())
    );
}
