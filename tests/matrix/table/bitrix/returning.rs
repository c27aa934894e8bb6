//! `BitrixPull`: the next attempt, and the wait for it.

use super::{FAILS_AT_PROXY, FORBIDDEN, GIVEN_UP, HANGS_AT_PROXY, NO_ANSWER, NO_POLL, POLLS};
use crate::axes::Phase::{Reconnecting, Waiting};
use crate::table::{Row, row};

pub(super) const ROWS: &[Row] = &[
    // The line is cut for good, then the attempt meets the fault.
    row(Reconnecting, POLLS, COMES_BACK, COMES_BACK_HINTED, COMES_BACK_SILENTLY),
    row(Reconnecting, "clock:*", COMES_BACK, COMES_BACK_HINTED, COMES_BACK_SILENTLY),
    // Where a position is known, an answer is not read before it is open: what it holds tells it is another site's.
    row(
        Reconnecting,
        "poll:status=200",
        "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Open Check=Reconnect Close=1006 Waiting \
         Open Check=Reconnect @publish=1 Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting Open Close=1006 Waiting Open \
         take=Check:Reconnect @publish=1 until=1 state=Open",
        "connect=yes take=Check:Start @waits @cut take=0 take=Check:Reconnect @publish=1 until=1 state=Open",
    ),
    row(
        Reconnecting,
        "poll:stall",
        "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Open Check=Reconnect state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting Open take=Check:Reconnect \
         state=Open",
        "connect=yes take=Check:Start @waits @cut take=0 take=Check:Reconnect state=Open",
    ),
    row(
        Reconnecting,
        "poll:large=900000",
        "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Open Check=Reconnect Text=large \
         state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting Open take=Check:Reconnect \
         take=large state=Open",
        "connect=yes take=Check:Start @waits @cut take=0 take=Check:Reconnect take=large state=Open",
    ),
    row(
        Reconnecting,
        "poll:status=302 poll:status=400 poll:status=500 poll:status=502 poll:status=503 poll:status=504",
        "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting $ Waiting Open Check=Reconnect \
         @publish=1 Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting $ Waiting Open \
         take=Check:Reconnect @publish=1 take=1 state=Open",
        COMES_BACK_SILENTLY,
    ),
    row(
        Reconnecting,
        "socket:none socket:stale socket:byte-chunks socket:large=900000 socket:repeat",
        "connect=yes Open Check=Start @waits @cut Close=1006 Waiting Open Check=Reconnect @publish=1 Text=1 \
         state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut Close=1006 Waiting Open take=Check:Reconnect @publish=1 \
         take=1 state=Open",
        "connect=yes take=Check:Start @waits @cut take=Check:Reconnect @publish=1 take=1 state=Open",
    ),
    row(
        Reconnecting,
        "socket:stall socket:reset socket:hang-up socket:status=*",
        "connect=yes Open Check=Start @waits @cut Close=1006 Waiting $ Waiting Open Check=Reconnect @publish=1 \
         Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut Close=1006 Waiting $ Waiting Open take=Check:Reconnect \
         @publish=1 take=1 state=Open",
        "connect=yes take=Check:Start @waits @cut take=Check:Reconnect @publish=1 take=1 state=Open",
    ),
    row(
        Reconnecting,
        "socket:close=*",
        "connect=yes Open Check=Start @waits @cut Close=1006 Waiting Open Check=Reconnect $ Waiting Open \
         Check=Reconnect @publish=1 Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut Close=1006 Waiting Open $ Waiting Open \
         take=Check:Reconnect @publish=1 until=1 state=Open",
        "connect=yes take=Check:Start @waits @cut take=Check:Reconnect @publish=1 until=1 state=Open",
    ),
    // After the cut an attempt fails, and so the configuration is asked for again.
    row(Reconnecting, "rest:none rest:wrong-license", CONFIGURES, CONFIGURES_HINTED, CONFIGURES_SILENTLY),
    row(
        Reconnecting,
        "rest:query-limit rest:operation-limit=1",
        CONFIGURES,
        CONFIGURES_HINTED,
        CONFIGURES_SILENTLY,
    ),
    row(
        Reconnecting,
        "rest:expired-token",
        "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Fail=Http:500 Waiting Tokens Open \
         Check=Reconnect @publish=1 Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting Fail=Http:500 Waiting Open \
         take=tokens take=Check:Reconnect @publish=1 take=1 state=Open",
        "connect=yes take=Check:Start @waits @cut take=0 take=tokens take=Check:Reconnect @publish=1 take=1 \
         state=Open",
    ),
    row(Reconnecting, NO_ANSWER, NO_CONFIGURATION, NO_CONFIGURATION_HINTED, NO_CONFIGURATION_SILENTLY),
    row(Reconnecting, FORBIDDEN, NO_CONFIGURATION, NO_CONFIGURATION_HINTED, NO_CONFIGURATION_SILENTLY),
    row(Reconnecting, "rest:stall", NO_CONFIGURATION, NO_CONFIGURATION_HINTED, NO_CONFIGURATION_SILENTLY),
    row(
        Reconnecting,
        "net:refused",
        "connect=yes Open Check=Start @waits @stop Close=1006 Waiting Fail=Refused Waiting disconnect=yes \
         { Fail=Refused Waiting }* Fail=Cancelled state=Closed",
        "connect=yes Open Hint take=Check:Start @waits @stop Close=1006 Waiting Fail=Refused Waiting disconnect=yes \
         { Fail=Refused Waiting }* Fail=Cancelled state=Closed",
        "connect=yes take=Check:Start @waits @stop state=Waiting disconnect=yes state=Closed",
    ),
    // 1C sets a proxy while it is connected: that is for the next attempt.
    row(
        Reconnecting,
        FAILS_AT_PROXY,
        "connect=yes Open Check=Start @waits proxy=faulty @cut Text=0 Close=1006 Waiting $ Waiting disconnect=yes \
         { $ Waiting }* Fail=Cancelled state=Closed",
        "connect=yes Open Hint take=Check:Start @waits proxy=faulty @cut take=0 Close=1006 Waiting $ Waiting \
         disconnect=yes { $ Waiting }* Fail=Cancelled state=Closed",
        "connect=yes take=Check:Start @waits proxy=faulty @cut take=0 @proxied disconnect=yes state=Closed",
    ),
    row(
        Reconnecting,
        HANGS_AT_PROXY,
        "connect=yes Open Check=Start @waits proxy=faulty @cut Text=0 Close=1006 Waiting $ Waiting disconnect=yes \
         { $ Waiting }* Fail=Cancelled state=Closed",
        "connect=yes Open Hint take=Check:Start @waits proxy=faulty @cut take=0 Close=1006 Waiting $ Waiting \
         disconnect=yes { $ Waiting }* Fail=Cancelled state=Closed",
        "connect=yes take=Check:Start @waits proxy=faulty @cut take=0 @proxied disconnect=yes state=Closed",
    ),
    row(
        Reconnecting,
        "http:none http:one-byte socks:none socks:one-byte socks:named-reply",
        "connect=yes Open Check=Start @waits proxy=faulty @cut Text=0 Close=1006 Waiting Open Check=Reconnect \
         @publish=1 Text=1 state=Open",
        "connect=yes Open Hint take=Check:Start @waits proxy=faulty @cut take=0 Close=1006 Waiting Open \
         take=Check:Reconnect @publish=1 take=1 state=Open",
        "connect=yes take=Check:Start @waits proxy=faulty @cut take=0 take=Check:Reconnect @publish=1 take=1 \
         state=Open",
    ),
    row(Waiting, "net:*", GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, FAILS_AT_PROXY, GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, HANGS_AT_PROXY, GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, "certificate:*", GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, NO_ANSWER, GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, "rest:stall socket:stall", GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, NO_POLL, GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, "poll:reset poll:hang-up", GIVEN_UP, GIVEN_UP, ""),
    row(Waiting, "socket:reset socket:hang-up socket:status=*", GIVEN_UP, GIVEN_UP, ""),
    row(
        Waiting,
        FORBIDDEN,
        "connect=yes $ Waiting state=Waiting disconnect=yes Fail=Cancelled state=Closed",
        "connect=yes $ Waiting state=Waiting disconnect=yes Fail=Cancelled state=Closed",
        "",
    ),
];

const COMES_BACK: &str = "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Open \
                          Check=Reconnect @publish=1 Text=1 state=Open";
const COMES_BACK_HINTED: &str = "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting \
                                 Open take=Check:Reconnect @publish=1 take=1 state=Open";
const COMES_BACK_SILENTLY: &str =
    "connect=yes take=Check:Start @waits @cut take=0 take=Check:Reconnect @publish=1 take=1 state=Open";
const CONFIGURES: &str = "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Fail=Http:500 Waiting \
                          Open Check=Reconnect @publish=1 Text=1 state=Open";
const CONFIGURES_HINTED: &str = "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 Waiting \
                                 Fail=Http:500 Waiting Open take=Check:Reconnect @publish=1 take=1 state=Open";
const CONFIGURES_SILENTLY: &str =
    "connect=yes take=Check:Start @waits @cut take=0 take=Check:Reconnect @publish=1 take=1 state=Open";
const NO_CONFIGURATION: &str = "connect=yes Open Check=Start @waits @cut Text=0 Close=1006 Waiting Fail=Http:500 \
                                Waiting $ Waiting disconnect=yes { $ Waiting }* Fail=Cancelled state=Closed";
const NO_CONFIGURATION_HINTED: &str = "connect=yes Open Hint take=Check:Start @waits @cut take=0 Close=1006 \
                                       Waiting Fail=Http:500 Waiting $ Waiting disconnect=yes { $ Waiting }* \
                                       Fail=Cancelled state=Closed";
const NO_CONFIGURATION_SILENTLY: &str =
    "connect=yes take=Check:Start @waits @cut take=0 @configured=2 disconnect=yes state=Closed";
