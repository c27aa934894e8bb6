//! `WebSocket`: an open connection, until its end.

use super::{BRINGS, ENDS};
use crate::axes::Phase::{Closing, Idle, Receiving, Sending};
use crate::table::{Row, row};

/// Nothing is to be noticed.
const HARMLESS: &str = "server:none server:one-byte server:dribble=0.001 server:fragmented=3,ping \
                        server:ping-flood=1000";

pub(super) const ROWS: &[Row] = &[
    // The fault strikes as soon as the connection is open, before anybody has sent anything.
    row(
        Idle,
        "server:none",
        "connect=yes Open ping=number disconnect=yes Normal state=Closed",
        "connect=yes Open ping=number disconnect=yes Normal state=Closed",
        "connect=yes ping=number disconnect=yes state=Closed",
    ),
    row(
        Idle,
        "server:ping-flood=1000",
        "connect=yes Open @ponged=1000 disconnect=yes Normal state=Closed",
        "connect=yes Open @ponged=1000 disconnect=yes Normal state=Closed",
        "connect=yes @ponged=1000 disconnect=yes state=Closed",
    ),
    row(
        Idle,
        BRINGS,
        "connect=yes Open Text=$ disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=$ disconnect=yes Normal state=Closed",
        "connect=yes take=$ disconnect=yes state=Closed",
    ),
    row(
        Idle,
        ENDS,
        "connect=yes Open $ send=no state=Closed",
        "connect=yes Open $ send=no take=none state=Closed",
        "connect=yes state=Closed send=no take=none",
    ),
    row(
        Idle,
        "server:reset",
        "connect=yes Open $ send=no state=Closed",
        "connect=yes Open $ send=no take=none state=Closed",
        "connect=yes state=Closed send=no take=none",
    ),
    row(
        Idle,
        "server:half-frame server:ignore-ping server:stop-reading",
        "pings=0.2 connect=yes Open $ send=no state=Closed",
        "pings=0.2 connect=yes Open $ send=no take=none state=Closed",
        "pings=0.2 connect=yes state=Closed send=no take=none",
    ),
    // The server sends 1 and 2, then the fault strikes, then come 3 and 4 where they still can.
    row(
        Receiving,
        HARMLESS,
        "connect=yes Open Text=1 Text=2 Text=3 Text=4 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=1 take=2 take=3 take=4 disconnect=yes Normal state=Closed",
        "connect=yes take=1 take=2 take=3 take=4 disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        BRINGS,
        "connect=yes Open Text=1 Text=2 Text=$ Text=3 Text=4 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=1 take=2 take=$ take=3 take=4 disconnect=yes Normal state=Closed",
        "connect=yes take=1 take=2 take=$ take=3 take=4 disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        ENDS,
        "connect=yes Open Text=1 Text=2 $ state=Closed",
        "connect=yes Open Hint $ take=1 take=2 take=none state=Closed",
        "connect=yes state=Closed take=1 take=2 take=none",
    ),
    // What a server has sent just before a reset may be lost on the way, and nobody can count it but the server.
    row(
        Receiving,
        "server:reset",
        "connect=yes Open Text=1? Text=2? $ state=Closed",
        "connect=yes Open $ take=1|none take=2|none take=none state=Closed",
        "connect=yes state=Closed take=1|none take=2|none take=none",
    ),
    row(
        Receiving,
        "server:ignore-ping server:stop-reading",
        "pings=2 connect=yes Open Text=1 Text=2 Text=3 Text=4 $ state=Closed",
        "pings=2 connect=yes Open Hint $ take=1 take=2 take=3 take=4 take=none state=Closed",
        "pings=2 connect=yes state=Closed take=1 take=2 take=3 take=4 take=none",
    ),
    row(
        Receiving,
        "server:half-frame",
        "pings=2 connect=yes Open Text=1 Text=2 $ state=Closed",
        "pings=2 connect=yes Open Hint $ take=1 take=2 take=none state=Closed",
        "pings=2 connect=yes state=Closed take=1 take=2 take=none",
    ),
    // The server echoes one message, then the fault strikes.
    row(
        Sending,
        HARMLESS,
        "connect=yes Open send=yes Text=x send=yes Text=x disconnect=yes Normal state=Closed",
        "connect=yes Open send=yes Hint take=x send=yes take=x disconnect=yes Normal state=Closed",
        "connect=yes send=yes take=x send=yes take=x disconnect=yes state=Closed",
    ),
    row(
        Sending,
        BRINGS,
        "connect=yes Open send=yes Text=x Text=$ send=yes Text=x disconnect=yes Normal state=Closed",
        "connect=yes Open send=yes Hint take=x take=$ send=yes take=x disconnect=yes Normal state=Closed",
        "connect=yes send=yes take=x take=$ send=yes take=x disconnect=yes state=Closed",
    ),
    row(
        Sending,
        ENDS,
        "connect=yes Open send=yes Text=x $ send=no state=Closed",
        "connect=yes Open send=yes Hint $ take=x take=none send=no state=Closed",
        "connect=yes send=yes state=Closed take=x take=none send=no",
    ),
    row(
        Sending,
        "server:reset",
        "connect=yes Open send=yes Text=x? $ send=no state=Closed",
        "connect=yes Open send=yes $ take=x|none take=none send=no state=Closed",
        "connect=yes send=yes state=Closed take=x|none take=none send=no",
    ),
    row(
        Sending,
        "server:ignore-ping",
        "connect=yes Open ping=none send=yes Text=x disconnect=yes Normal state=Closed",
        "connect=yes Open ping=none send=yes Hint take=x disconnect=yes Normal state=Closed",
        "connect=yes ping=none send=yes take=x disconnect=yes state=Closed",
    ),
    row(
        Sending,
        "server:half-frame",
        "pings=2 connect=yes Open send=yes Text=x $ send=no state=Closed",
        "pings=2 connect=yes Open send=yes Hint $ take=x take=none send=no state=Closed",
        "pings=2 connect=yes send=yes state=Closed take=x take=none send=no",
    ),
    // What is not read fills the outgoing queue: a Ложь. What was accepted and cannot be written before the end is
    // counted; one message may be half written.
    row(
        Sending,
        "server:stop-reading",
        "queue=8 connect=yes Open send=yes Text=x fill=no state=Open disconnect=yes Normal state=Closed lost=8|9",
        "queue=8 connect=yes Open send=yes Hint take=x fill=no state=Open disconnect=yes Normal state=Closed \
         lost=8|9",
        "queue=8 connect=yes send=yes take=x timeout=0.5 fill=no state=Open disconnect=no state=Closed",
    ),
    row(
        Sending,
        "server:frame-limit=65535",
        "connect=yes Open send=yes Text=x send-large=yes $ send=no state=Closed",
        "connect=yes Open send=yes Hint take=x send-large=yes $ send=no state=Closed",
        "connect=yes send=yes take=x send-large=yes state=Closed send=no",
    ),
    row(
        Closing,
        "server:none server:one-byte server:dribble=0.001 server:fragmented=3,ping server:ping-flood=1000 \
         server:ignore-ping",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal take=x|none state=Closed",
        "connect=yes send=yes disconnect=yes take=x|none state=Closed",
    ),
    row(
        Closing,
        BRINGS,
        "connect=yes Open send=yes disconnect=yes Text=x? Text=$? Normal state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal take=x|none take=$|none state=Closed",
        "connect=yes send=yes disconnect=yes take=x|none take=$|none state=Closed",
    ),
    // Who does not answer the close is given up: after 5 s, or when the time is over that 1C waits.
    row(
        Closing,
        "server:ignore-close",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal take=x|none state=Closed",
        "connect=yes send=yes timeout=0.5 disconnect=no take=x|none state=Closed",
    ),
    // These strike only after the echo, and may have answered before.
    row(
        Closing,
        "server:half-frame server:stop-reading",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal take=x|none state=Closed",
        "connect=yes send=yes timeout=0.5 disconnect=yes|no take=x|none state=Closed",
    ),
    // The fault and the close meet on the way: one end is told, by whoever came first.
    row(
        Closing,
        ENDS,
        "connect=yes Open send=yes disconnect=yes Text=x? Normal|$ state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal|$ take=x|none state=Closed",
        "connect=yes send=yes disconnect=yes|no take=x|none state=Closed",
    ),
    row(
        Closing,
        "server:reset",
        "connect=yes Open send=yes disconnect=yes Text=x? Normal|$ state=Closed",
        "connect=yes Open send=yes disconnect=yes Normal|$ take=x|none state=Closed",
        "connect=yes send=yes disconnect=yes|no take=x|none state=Closed",
    ),
];
