//! Every fault of the matrix by name: the family of stand-ins that does it, then what they call it.

use echo_server::{CertificateKind, Description, Fault, PollFault, ProxyFault, RestFault};

/// A WebSocket server.
const SERVER: &[&str] = &[
    "server:none",
    "server:accept-late=0.1",
    "server:never-accept",
    "server:hang-up",
    "server:tls-1.0",
    "server:client-certificate",
    "server:refuse=400",
    "server:refuse=401",
    "server:refuse=403",
    "server:refuse=404",
    "server:refuse=503",
    "server:redirect=ws://127.0.0.1:1/",
    "server:endless-head",
    "server:endless-body=500",
    "server:wrong-accept",
    "server:subprotocol=other",
    "server:extension=permessage-deflate",
    "server:close",
    "server:close=1000,bye",
    "server:close=1011",
    "server:close=1006",
    "server:close-and-end=1000",
    "server:close-and-stay=1003",
    "server:reset",
    "server:eof",
    "server:half-frame",
    "server:cut-frame",
    "server:bad-utf8",
    "server:masked-frame",
    "server:reserved-opcode",
    "server:reserved-bit=1",
    "server:reserved-bit=3",
    "server:bad-deflate",
    "server:big-message=65536",
    "server:byte-fragments=1000",
    "server:byte-fragments=100001",
    "server:compression-bomb=80000000",
    "server:ping-flood=1000",
    "server:stop-reading",
    "server:frame-limit=65535",
    "server:ignore-ping",
    "server:ignore-close",
    "server:one-byte",
    "server:dribble=0.001",
    "server:fragmented=3,ping",
];

/// A proxy on the way, HTTP CONNECT (`http`) and SOCKS5 (`socks`).
const PROXY: &[&str] = &[
    "http:none",
    "http:hang-up",
    "http:never-answer",
    "http:cut-answer",
    "http:one-byte",
    "http:garbage",
    "http:endless-head",
    "http:early=hello",
    "http:status=407",
    "http:status=502",
    "socks:none",
    "socks:hang-up",
    "socks:never-answer",
    "socks:cut-answer",
    "socks:one-byte",
    "socks:garbage",
    "socks:early=hello",
    "socks:refuse-methods",
    "socks:refuse-credentials",
    "socks:reply=5",
    "socks:named-reply",
];

/// The portal's push server, listened to by polls.
const POLL: &[&str] = &[
    "poll:none",
    "poll:stall",
    "poll:reset",
    "poll:hang-up",
    "poll:cut",
    "poll:cut=0",
    "poll:cut=30",
    "poll:stale",
    "poll:byte-chunks",
    "poll:large=900000",
    "poll:repeat",
    "poll:status=200",
    "poll:status=302",
    "poll:status=400",
    "poll:status=500",
    "poll:status=502",
    "poll:status=503",
    "poll:status=504",
    "poll:close=4010",
];

/// The same, listened to by WebSocket.
const SOCKET: &[&str] = &[
    "socket:none",
    "socket:stall",
    "socket:reset",
    "socket:hang-up",
    "socket:cut",
    "socket:cut=10",
    "socket:stale",
    "socket:byte-chunks",
    "socket:large=900000",
    "socket:repeat",
    "socket:status=400",
    "socket:status=502",
    "socket:close=4000",
    "socket:close=4010",
];

/// The portal's REST: where the configuration comes from, and what `ВызватьМетод` calls.
const REST: &[&str] = &[
    "rest:none",
    "rest:stall",
    "rest:hang-up",
    "rest:cut",
    "rest:expired-token",
    "rest:insufficient-scope",
    "rest:wrong-auth-type",
    "rest:wrong-license",
    "rest:query-limit",
    "rest:operation-limit=1",
    "rest:error=403,ACCESS_DENIED",
    "rest:error=404,ERROR_METHOD_NOT_FOUND",
    "rest:error=500,SERVER_ERROR",
    "rest:html=200",
    "rest:html=403",
    "rest:html=502",
    "rest:redirect=http://127.0.0.1:1/",
];

/// The portal's clock, in hours against the machine's.
const CLOCK: &[&str] = &["clock:-8760", "clock:-13", "clock:13", "clock:8760"];

/// A server with a certificate that must not be accepted.
const CERTIFICATE: &[&str] = &[
    "certificate:expired",
    "certificate:wrong-name",
    "certificate:self-signed",
    "certificate:unknown-issuer",
];

/// Nobody there at all.
const NET: &[&str] = &["net:refused", "net:no-such-name"];

/// What somebody does wrong.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    Server(Fault),
    Http(ProxyFault),
    Socks(ProxyFault),
    Poll(PollFault),
    Socket(PollFault),
    Rest(RestFault),
    Clock(i64),
    Certificate(CertificateKind),
    Refused,
    NoSuchName,
}

/// All names.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    [SERVER, PROXY, POLL, SOCKET, REST, CLOCK, CERTIFICATE, NET].into_iter().flatten().copied()
}

/// What a name of this list stands for.
pub(crate) fn trouble(name: &str) -> Trouble {
    let (family, fault) = name.split_once(':').expect("a family");
    match family {
        "server" => Trouble::Server(fault.parse().unwrap()),
        "http" => Trouble::Http(fault.parse().unwrap()),
        "socks" => Trouble::Socks(fault.parse().unwrap()),
        "poll" => Trouble::Poll(fault.parse().unwrap()),
        "socket" => Trouble::Socket(fault.parse().unwrap()),
        "rest" => Trouble::Rest(fault.parse().unwrap()),
        "clock" => Trouble::Clock(fault.parse().unwrap()),
        "certificate" => Trouble::Certificate(match fault {
            "expired" => CertificateKind::Expired,
            "wrong-name" => CertificateKind::WrongName,
            "self-signed" => CertificateKind::SelfSigned,
            "unknown-issuer" => CertificateKind::UnknownIssuer,
            _ => panic!("no certificate: {name}"),
        }),
        _ => match name {
            "net:refused" => Trouble::Refused,
            "net:no-such-name" => Trouble::NoSuchName,
            _ => panic!("no fault: {name}"),
        },
    }
}

/// Faults that the stand-ins know, and the lists in which each must be.
pub(crate) fn known() -> impl Iterator<Item = (&'static str, &'static Description)> {
    let families: [(&'static str, &'static [Description]); 5] = [
        ("server", Fault::ALL),
        ("http|socks", ProxyFault::ALL),
        ("poll", PollFault::ALL),
        ("socket", PollFault::ALL),
        ("rest", RestFault::ALL),
    ];
    families.into_iter().flat_map(|(families, rows)| rows.iter().map(move |row| (families, row)))
}

/// Whether `name` is the fault of one of these families.
pub(crate) fn is(name: &str, families: &str, fault: &Description) -> bool {
    let (family, rest) = name.split_once(':').expect("a family");
    families.split('|').any(|one| one == family) && rest.split('=').next() == Some(fault.name())
}

/// Whether `name` is in a list of names; a name that ends with `*` stands for all that begin so.
pub(crate) fn is_among(list: &str, name: &str) -> bool {
    list.split(' ').any(|one| match one.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == one,
    })
}
