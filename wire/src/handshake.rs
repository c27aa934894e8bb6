//! The opening handshake, the client's side (RFC 6455, section 4.1).

pub(crate) mod body;
pub(crate) mod extensions;
pub(crate) mod headers;
pub(crate) mod key;
pub(crate) mod refusal;
pub(crate) mod request;
pub(crate) mod response;
