//! `BitrixPull`: an attempt to connect.

use super::{
    ANSWERS, FAILS_AT_PROXY, FORBIDDEN, GIVEN_UP, HANGS_AT_PROXY, LISTENS, LISTENS_HINTED, LISTENS_SILENTLY,
    NO_ANSWER, NO_POLL, POLLS,
};
use crate::axes::Phase::{Dialling, Handshake, Tls};
use crate::table::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        Dialling,
        "poll:none http:none http:one-byte socks:none socks:one-byte socks:named-reply",
        LISTENS,
        LISTENS_HINTED,
        LISTENS_SILENTLY,
    ),
    row(Dialling, "net:*", GIVEN_UP, GIVEN_UP, "connect=no state=Closed"),
    row(Dialling, FAILS_AT_PROXY, GIVEN_UP, GIVEN_UP, "connect=no state=Closed"),
    row(Dialling, HANGS_AT_PROXY, GIVEN_UP, GIVEN_UP, "timeout=0.5 connect=no state=Closed"),
    row(Tls, "poll:none", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    row(Tls, "certificate:*", GIVEN_UP, GIVEN_UP, "connect=no state=Closed"),
    // The configuration, and the first poll or the handshake of the WebSocket.
    row(Handshake, ANSWERS, LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    row(Handshake, POLLS, LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    row(Handshake, "clock:*", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    row(
        Handshake,
        "socket:none socket:stale socket:byte-chunks socket:large=900000 socket:repeat",
        LISTENS,
        LISTENS_HINTED,
        LISTENS_SILENTLY,
    ),
    row(
        Handshake,
        "rest:expired-token",
        "connect=yes Tokens Open Check=Start @waits @publish=1 Text=1 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=tokens take=Check:Start @waits @publish=1 Hint take=1 disconnect=yes Normal \
         state=Closed",
        "connect=yes take=tokens take=Check:Start @waits @publish=1 take=1 disconnect=yes state=Closed",
    ),
    row(Handshake, NO_ANSWER, TRIES_AGAIN, TRIES_AGAIN_HINTED, "connect=no state=Closed"),
    row(Handshake, FORBIDDEN, GIVEN_UP, GIVEN_UP, "connect=no state=Closed"),
    row(Handshake, "rest:stall socket:stall", TRIES_AGAIN, TRIES_AGAIN_HINTED, LATE),
    row(Handshake, NO_POLL, TRIES_AGAIN, TRIES_AGAIN_HINTED, "connect=no state=Closed"),
    row(
        Handshake,
        "socket:reset socket:hang-up socket:status=*",
        TRIES_AGAIN,
        TRIES_AGAIN_HINTED,
        "connect=no state=Closed",
    ),
    // A poll that nobody answers is like one for which there is nothing.
    row(
        Handshake,
        "poll:stall",
        "connect=yes Open Check=Start disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start disconnect=yes state=Closed",
    ),
    row(
        Handshake,
        "socket:close=*",
        "connect=yes Open Check=Start $ Waiting Open Check=Reconnect @waits @publish=1 Text=1 disconnect=yes \
         Normal state=Closed",
        "connect=yes Open $ Waiting Open Hint take=Check:Start take=Check:Reconnect @waits @publish=1 take=1 \
         disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start take=Check:Reconnect @waits @publish=1 take=1 disconnect=yes state=Closed",
    ),
];

const LATE: &str = "timeout=0.5 connect=no state=Closed";
const TRIES_AGAIN: &str =
    "connect=yes $ Waiting Open Check=Start @waits @publish=1 Text=1 disconnect=yes Normal state=Closed";
const TRIES_AGAIN_HINTED: &str = "connect=yes $ Waiting Open Hint take=Check:Start @waits @publish=1 Hint take=1 \
                                  disconnect=yes Normal state=Closed";
