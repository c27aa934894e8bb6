//! `WebSocket`: an attempt to connect.

use super::{FAILS, FAILS_AT_PROXY, FAILS_AT_TLS};
use crate::axes::Phase::{Dialling, Handshake, Tls};
use crate::table::{Row, row};

const HANGS_AT_PROXY: &str = "http:never-answer socks:never-answer";

pub(super) const ROWS: &[Row] = &[
    row(
        Dialling,
        "server:none http:none http:one-byte socks:none socks:one-byte socks:named-reply",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=1 take=2 disconnect=yes Normal state=Closed",
        "connect=yes take=1 take=2 disconnect=yes state=Closed",
    ),
    row(Dialling, "net:*", FAILED, FAILED, "connect=no state=Closed"),
    row(Dialling, FAILS_AT_PROXY, FAILED, FAILED, "connect=no state=Closed"),
    row(Dialling, HANGS_AT_PROXY, FAILED, FAILED, "timeout=0.5 connect=no state=Closed"),
    row(
        Tls,
        "server:none",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=1 take=2 disconnect=yes Normal state=Closed",
        "connect=yes take=1 take=2 disconnect=yes state=Closed",
    ),
    row(Tls, FAILS_AT_TLS, FAILED, FAILED, "connect=no state=Closed"),
    row(
        Tls,
        "server:hang-up",
        "connect=yes Fail=Tls send=no state=Closed",
        "connect=yes Fail=Tls send=no state=Closed",
        "connect=no state=Closed",
    ),
    row(Tls, "server:never-accept", FAILED, FAILED, "timeout=0.5 connect=no state=Closed"),
    row(
        Handshake,
        "server:none server:accept-late=0.1 server:one-byte server:dribble=0.001",
        "connect=yes Open Text=1 Text=2 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=1 take=2 disconnect=yes Normal state=Closed",
        "connect=yes take=1 take=2 disconnect=yes state=Closed",
    ),
    row(Handshake, FAILS, FAILED, FAILED, "connect=no state=Closed"),
    row(Handshake, "server:never-accept", FAILED, FAILED, "timeout=0.5 connect=no state=Closed"),
];

const FAILED: &str = "connect=yes $ send=no state=Closed";
