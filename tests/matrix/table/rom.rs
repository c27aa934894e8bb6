//! `ROM-WebSocket`: its events do not tell what the reason was, and on a server it can only send.

use super::{Row, row};
use crate::axes::Phase::{Closing, Dialling, Handshake, Idle, Receiving, Sending, Tls};

/// How 1C is told of a fault.
pub(super) const TOLD: &[(&str, &str)] =
    &[("server:big-message=65536", "65536-bytes"), ("server:byte-fragments=1000", "1000-bytes")];

/// An attempt fails.
const FAILS: &str = "server:hang-up server:refuse=* server:redirect=* server:endless-* server:wrong-accept \
                     server:subprotocol=other server:extension=*";
/// An open connection ends. Without an agreement on compression, a compressed message is an error of the protocol.
const ENDS: &str = "server:close* server:eof server:cut-frame server:bad-utf8 server:masked-frame \
                    server:reserved-* server:bad-deflate server:byte-fragments=100001 \
                    server:compression-bomb=*";
/// A whole message of its own comes.
const BRINGS: &str = "server:big-message=65536 server:byte-fragments=1000";
/// Nothing is to be noticed.
const HARMLESS: &str = "server:none server:one-byte server:dribble=0.001 server:fragmented=3,ping \
                        server:ping-flood=1000 server:ignore-ping";

const FAILED: &str = "connect=yes Fail send=no state=Closed";

/// What happens.
pub(super) const ROWS: &[&[Row]] = &[&[
    row(
        Dialling,
        "server:none",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "",
        "connect=yes disconnect=yes state=Closed",
    ),
    row(Dialling, "net:*", FAILED, "", "connect=no state=Closed"),
    row(
        Tls,
        "server:none",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "",
        "connect=yes disconnect=yes state=Closed",
    ),
    row(
        Tls,
        "server:hang-up server:tls-1.0 server:client-certificate certificate:*",
        FAILED,
        "",
        "connect=no state=Closed",
    ),
    row(Tls, "server:never-accept", FAILED, "", "timeout=0.5 connect=no state=Closed"),
    row(
        Handshake,
        "server:none server:accept-late=0.1 server:one-byte server:dribble=0.001",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "",
        "connect=yes disconnect=yes state=Closed",
    ),
    row(Handshake, FAILS, FAILED, "", "connect=no state=Closed"),
    row(Handshake, "server:never-accept", FAILED, "", "timeout=0.5 connect=no state=Closed"),
    row(
        Idle,
        "server:none",
        "connect=yes Open disconnect=yes Normal state=Closed",
        "",
        "connect=yes disconnect=yes state=Closed",
    ),
    row(
        Idle,
        "server:ping-flood=1000",
        "connect=yes Open @ponged=1000 disconnect=yes Normal state=Closed",
        "",
        "connect=yes @ponged=1000 disconnect=yes state=Closed",
    ),
    row(
        Idle,
        BRINGS,
        "connect=yes Open Text=$ disconnect=yes Normal state=Closed",
        "",
        "connect=yes disconnect=yes state=Closed",
    ),
    row(Idle, ENDS, "connect=yes Open Drop send=no state=Closed", "", "connect=yes state=Closed send=no"),
    row(
        Idle,
        "server:reset",
        "connect=yes Open Drop send=no state=Closed",
        "",
        "connect=yes state=Closed send=no",
    ),
    // The ping after 30 s has no answer within 20 s.
    row(
        Idle,
        "server:half-frame server:ignore-ping server:stop-reading",
        "connect=yes Open Drop send=no state=Closed",
        "",
        "connect=yes state=Closed send=no",
    ),
    row(
        Receiving,
        HARMLESS,
        "connect=yes Open Text=1 Text=2 Text=3 Text=4 disconnect=yes Normal state=Closed",
        "",
        "connect=yes @sent=4 disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        BRINGS,
        "connect=yes Open Text=1 Text=2 Text=$ Text=3 Text=4 disconnect=yes Normal state=Closed",
        "",
        "connect=yes @sent=4 disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        ENDS,
        "connect=yes Open Text=1 Text=2 Drop send=no state=Closed",
        "",
        "connect=yes state=Closed send=no",
    ),
    // What a server has sent just before a reset may be lost on the way, and nobody can count it but the server.
    row(
        Receiving,
        "server:reset",
        "connect=yes Open Text=1? Text=2? Drop send=no state=Closed",
        "",
        "connect=yes state=Closed send=no",
    ),
    row(
        Receiving,
        "server:half-frame",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "",
        "connect=yes @sent=2 timeout=0.5 disconnect=no state=Closed",
    ),
    row(
        Receiving,
        "server:stop-reading",
        "connect=yes Open Text=1 Text=2 Text=3 Text=4 disconnect=yes Normal state=Closed",
        "",
        "connect=yes @sent=4 timeout=0.5 disconnect=no state=Closed",
    ),
    row(
        Sending,
        HARMLESS,
        "connect=yes Open send=yes Text=x send=yes Text=x disconnect=yes Normal state=Closed",
        "",
        "connect=yes send=yes send=yes @got=2 disconnect=yes state=Closed",
    ),
    row(
        Sending,
        BRINGS,
        "connect=yes Open send=yes Text=x Text=$ send=yes Text=x disconnect=yes Normal state=Closed",
        "",
        "connect=yes send=yes send=yes @got=2 disconnect=yes state=Closed",
    ),
    row(
        Sending,
        ENDS,
        "connect=yes Open send=yes Text=x Drop send=no state=Closed",
        "",
        "connect=yes send=yes state=Closed send=no",
    ),
    row(
        Sending,
        "server:reset",
        "connect=yes Open send=yes Text=x? Drop send=no state=Closed",
        "",
        "connect=yes send=yes state=Closed send=no",
    ),
    row(
        Sending,
        "server:half-frame",
        "connect=yes Open send=yes Text=x send=yes disconnect=yes Normal state=Closed",
        "",
        "connect=yes send=yes send=yes @got=2 timeout=0.5 disconnect=no state=Closed",
    ),
    // What is not read fills the outgoing queue, 64 MiB here: a Ложь. A machine may be so busy that the missing pong
    // comes before that.
    row(
        Sending,
        "server:stop-reading",
        "connect=yes Open send=yes Text=x fill=no disconnect=yes Normal|Drop state=Closed",
        "",
        "connect=yes send=yes @sent=1 timeout=0.5 fill=no disconnect=yes|no state=Closed",
    ),
    row(
        Sending,
        "server:frame-limit=65535",
        "connect=yes Open send=yes Text=x send-large=yes Drop send=no state=Closed",
        "",
        "connect=yes send=yes send-large=yes state=Closed send=no",
    ),
    row(
        Closing,
        HARMLESS,
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "",
        "connect=yes send=yes disconnect=yes state=Closed",
    ),
    row(
        Closing,
        BRINGS,
        "connect=yes Open send=yes disconnect=yes Text=x? Text=$? Normal state=Closed",
        "",
        "connect=yes send=yes disconnect=yes state=Closed",
    ),
    // Who does not answer the close is given up: after 5 s, or when the time is over that 1C waits.
    row(
        Closing,
        "server:ignore-close",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "",
        "connect=yes send=yes timeout=0.5 disconnect=no state=Closed",
    ),
    // These strike only after the echo, and may have answered before.
    row(
        Closing,
        "server:half-frame server:stop-reading",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "",
        "connect=yes send=yes timeout=0.5 disconnect=yes|no state=Closed",
    ),
    // The fault and the close meet on the way: one end is told, by whoever came first.
    row(
        Closing,
        ENDS,
        "connect=yes Open send=yes disconnect=yes Text=x? Normal|Drop state=Closed",
        "",
        "connect=yes send=yes disconnect=yes|no state=Closed",
    ),
    row(
        Closing,
        "server:reset",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal|Drop state=Closed",
        "",
        "connect=yes send=yes disconnect=yes|no state=Closed",
    ),
]];
