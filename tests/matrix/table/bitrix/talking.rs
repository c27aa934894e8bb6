//! `BitrixPull`: an open connection, until its end.

use super::{ANSWERS, FORBIDDEN, LISTENS, LISTENS_HINTED, LISTENS_SILENTLY, NO_ANSWER};
use crate::axes::Phase::{Closing, Idle, Receiving, Sending};
use crate::table::{Row, row};

/// One more poll gets what this one has not brought.
const REPAIRED: &str = "poll:none poll:reset poll:hang-up poll:cut poll:cut=0 poll:cut=30 poll:stale \
                        poll:byte-chunks poll:repeat poll:status=502 poll:status=504 poll:close=4010";

/// The server cannot, or does not know the channel any more.
const GIVES_UP: &str = "poll:status=200 poll:status=302 poll:status=400 poll:status=500 poll:status=503";

pub(super) const ROWS: &[Row] = &[
    // Polls come and go without a message.
    row(
        Idle,
        REPAIRED,
        "connect=yes Open Check=Start @faults @struck @publish=1 Text=1 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @faults @struck @publish=1 Hint take=1 disconnect=yes Normal \
         state=Closed",
        "connect=yes take=Check:Start @faults @struck @publish=1 take=1 disconnect=yes state=Closed",
    ),
    row(
        Idle,
        GIVES_UP,
        "connect=yes Open Check=Start @faults Close=1006 Waiting Open Check=Reconnect @publish=1 Text=1 \
         disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @faults Close=1006 Waiting Open Hint take=Check:Reconnect \
         @publish=1 take=1 disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @faults take=Check:Reconnect @publish=1 take=1 disconnect=yes state=Closed",
    ),
    row(
        Idle,
        "poll:large=900000",
        "connect=yes Open Check=Start @faults Text=large disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @faults Hint take=large disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @faults take=large disconnect=yes state=Closed",
    ),
    row(Idle, "socket:none", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    // The push server tells to ask for the configuration again. Where there is none, the old channel stays.
    row(Idle, ANSWERS, RENEWS, RENEWS_HINTED, RENEWS_SILENTLY),
    row(Idle, NO_ANSWER, RENEWS, RENEWS_HINTED, RENEWS_SILENTLY),
    row(Idle, FORBIDDEN, RENEWS, RENEWS_HINTED, RENEWS_SILENTLY),
    row(Idle, "rest:stall", RENEWS, RENEWS_HINTED, RENEWS_SILENTLY),
    row(
        Idle,
        "rest:expired-token",
        "connect=yes Open Check=Start @waits @faults @expire Tokens @publish=1 Text=1 disconnect=yes Normal \
         state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @expire Hint take=tokens @publish=1 take=1 \
         disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @waits @faults @expire take=tokens @publish=1 take=1 disconnect=yes \
         state=Closed",
    ),
    row(Idle, "clock:*", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    // The fault meets the poll that is to bring the second message.
    row(
        Receiving,
        REPAIRED,
        "connect=yes Open Check=Start @waits @faults @publish=1 Text=1 @publish=2 Text=2 @publish=3 Text=3 \
         disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @publish=1 take=1 @publish=2 take=2 @publish=3 \
         take=3 disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @waits @faults @publish=1 take=1 @publish=2 take=2 @publish=3 take=3 \
         disconnect=yes state=Closed",
    ),
    // A watchdog ends a silent poll after a minute, and the next one brings what was missed.
    row(
        Receiving,
        "poll:stall",
        "connect=yes Open Check=Start @waits @faults @publish=1 Text=1 @publish=2 Text=2 disconnect=yes Normal \
         state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @publish=1 take=1 @publish=2 Hint take=2 \
         disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @waits @faults @publish=1 take=1 @publish=2 take=2 disconnect=yes \
         state=Closed",
    ),
    row(
        Receiving,
        GIVES_UP,
        "connect=yes Open Check=Start @waits @faults @publish=1 Text=1 @publish=2 Close=1006 Waiting Open \
         Check=Reconnect Text=2 @publish=3 Text=3 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @publish=1 take=1 @publish=2 Close=1006 Waiting Open \
         take=Check:Reconnect take=2 @publish=3 take=3 disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @waits @faults @publish=1 take=1 @publish=2 take=Check:Reconnect take=2 \
         @publish=3 take=3 disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        "poll:large=900000",
        "connect=yes Open Check=Start @waits @faults @publish=1 Text=1 Text=large @publish=2 Text=2 \
         disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @publish=1 take=1 take=large @publish=2 take=2 \
         disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @waits @faults @publish=1 take=1 take=large @publish=2 take=2 \
         disconnect=yes state=Closed",
    ),
    row(
        Receiving,
        "socket:cut socket:cut=10",
        "@faults connect=yes Open Check=Start @waits @publish=1 Close=1006 Waiting Open Check=Reconnect Text=1 \
         @publish=2 Text=2 disconnect=yes Normal state=Closed",
        "@faults connect=yes Open Hint take=Check:Start @waits @publish=1 Close=1006 Waiting Open \
         take=Check:Reconnect take=1 @publish=2 take=2 disconnect=yes Normal state=Closed",
        "@faults connect=yes take=Check:Start @waits @publish=1 take=Check:Reconnect take=1 @publish=2 take=2 \
         disconnect=yes state=Closed",
    ),
    row(Receiving, "socket:none", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    row(Receiving, "clock:*", LISTENS, LISTENS_HINTED, LISTENS_SILENTLY),
    // What it sends are calls of REST.
    row(
        Sending,
        "rest:none rest:wrong-license rest:query-limit rest:operation-limit=1 clock:*",
        "connect=yes Open Check=Start @faults call=answer call=answer state=Open disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @faults call=answer call=answer state=Open disconnect=yes Normal \
         state=Closed",
        "connect=yes take=Check:Start @faults call=answer call=answer state=Open disconnect=yes state=Closed",
    ),
    row(
        Sending,
        "rest:expired-token",
        "connect=yes Open Check=Start @faults call=answer Tokens call=answer state=Open disconnect=yes Normal \
         state=Closed",
        "connect=yes Open Hint take=Check:Start @faults call=answer Hint take=tokens call=answer state=Open \
         disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start @faults call=answer take=tokens call=answer state=Open disconnect=yes \
         state=Closed",
    ),
    row(Sending, NO_ANSWER, CALLS, CALLS_HINTED, CALLS_SILENTLY),
    row(Sending, FORBIDDEN, CALLS, CALLS_HINTED, CALLS_SILENTLY),
    row(Sending, "rest:stall", CALLS, CALLS_HINTED, CALLS_SILENTLY),
    row(
        Closing,
        "poll:none socket:none rest:none clock:*",
        "connect=yes Open Check=Start disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start disconnect=yes Normal state=Closed",
        "connect=yes take=Check:Start disconnect=yes state=Closed",
    ),
    row(
        Closing,
        "poll:stall",
        "connect=yes Open Check=Start @waits @faults @publish=1 Text=1 @polled=2 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @publish=1 take=1 @polled=2 disconnect=yes Normal \
         state=Closed",
        "connect=yes take=Check:Start @waits @faults @publish=1 take=1 @polled=2 disconnect=yes state=Closed",
    ),
    row(
        Closing,
        "rest:stall",
        "connect=yes Open Check=Start @waits @faults @expire @configured=2 disconnect=yes Normal state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @faults @expire @configured=2 disconnect=yes Normal \
         state=Closed",
        "connect=yes take=Check:Start @waits @faults @expire @configured=2 disconnect=yes state=Closed",
    ),
];

const RENEWS: &str = "connect=yes Open Check=Start @waits @faults @expire @configured=2 @publish=1 Text=1 \
                      disconnect=yes Normal state=Closed";
const RENEWS_HINTED: &str = "connect=yes Open Hint take=Check:Start @waits @faults @expire @configured=2 \
                             @publish=1 Hint take=1 disconnect=yes Normal state=Closed";
const RENEWS_SILENTLY: &str = "connect=yes take=Check:Start @waits @faults @expire @configured=2 @publish=1 take=1 \
                               disconnect=yes state=Closed";
const CALLS: &str = "connect=yes Open Check=Start @faults call=none call=answer state=Open disconnect=yes Normal \
                     state=Closed";
const CALLS_HINTED: &str = "connect=yes Open Hint take=Check:Start @faults call=none call=answer state=Open \
                            disconnect=yes Normal state=Closed";
const CALLS_SILENTLY: &str =
    "connect=yes take=Check:Start @faults call=none call=answer state=Open disconnect=yes state=Closed";
