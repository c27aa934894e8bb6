//! `WebSocket`: the next attempt, and the wait for it.

use super::{BRINGS, ENDS, FAILS, FAILS_AT_PROXY, FAILS_AT_TLS};
use crate::axes::Phase::{Reconnecting, Waiting};
use crate::table::{Row, row};

/// Nothing ever comes.
const HANGS: &str = "server:never-accept http:never-answer socks:never-answer";

pub(super) const ROWS: &[Row] = &[
    // The first connection is reset, the second meets the fault, and where that ends it there is a third.
    row(
        Reconnecting,
        "server:none server:one-byte server:dribble=0.001 server:fragmented=3,ping server:ping-flood=1000 \
         server:accept-late=0.1 server:ignore-ping server:ignore-close server:stop-reading \
         server:frame-limit=65535",
        "connect=yes Open Close=1006 Waiting Open Text=1 Text=2 state=Open",
        "connect=yes Open Close=1006 Waiting Open Hint take=1 take=2 state=Open",
        "connect=yes take=1 take=2 state=Open",
    ),
    row(
        Reconnecting,
        BRINGS,
        "connect=yes Open Close=1006 Waiting Open Text=$ Text=1 Text=2 state=Open",
        "connect=yes Open Close=1006 Waiting Open Hint take=$ take=1 take=2 state=Open",
        "connect=yes take=$ take=1 take=2 state=Open",
    ),
    row(Reconnecting, FAILS, COMES_BACK, COMES_BACK_HINTED, COMES_BACK_SILENTLY),
    row(Reconnecting, "server:never-accept", COMES_BACK, COMES_BACK_HINTED, COMES_BACK_SILENTLY),
    row(
        Reconnecting,
        "server:tls-1.0 server:client-certificate",
        COMES_BACK,
        COMES_BACK_HINTED,
        COMES_BACK_SILENTLY,
    ),
    row(
        Reconnecting,
        ENDS,
        "connect=yes Open Close=1006 Waiting Open $ Waiting Open Text=1 Text=2 state=Open",
        "connect=yes Open Close=1006 Waiting Open $ Waiting Open Hint take=1 take=2 state=Open",
        COMES_BACK_SILENTLY,
    ),
    row(
        Reconnecting,
        "server:reset",
        "connect=yes Open Close=1006 Waiting Open $ Waiting Open Text=1 Text=2 state=Open",
        "connect=yes Open Close=1006 Waiting Open $ Waiting Open Hint take=1 take=2 state=Open",
        COMES_BACK_SILENTLY,
    ),
    row(
        Reconnecting,
        "server:half-frame",
        "pings=2 connect=yes Open Close=1006 Waiting Open $ Waiting Open Text=1 Text=2 state=Open",
        "pings=2 connect=yes Open Close=1006 Waiting Open $ Waiting Open Hint take=1 take=2 state=Open",
        "pings=2 connect=yes take=1 take=2 state=Open",
    ),
    // The server goes away and comes again, as it was or with another certificate.
    row(
        Reconnecting,
        "net:refused",
        "connect=yes Open Text=1 Text=2 @stop Close=1006 Waiting Fail=Refused Waiting @start \
         { Fail=Refused Waiting }* Open Text=1 Text=2 state=Open",
        "connect=yes Open Hint take=1 take=2 @stop Close=1006 Waiting Fail=Refused Waiting @start \
         { Fail=Refused Waiting }* Open Hint take=1 take=2 state=Open",
        "connect=yes take=1 take=2 @stop @start take=1 take=2 state=Open",
    ),
    row(
        Reconnecting,
        "certificate:*",
        "connect=yes Open Text=1 Text=2 @stop Close=1006 Waiting @start-bad { Fail=Refused Waiting }* $ Waiting \
         @stop @start { Fail=Tls|Fail=Refused|Fail=Network Waiting }* Open Text=1 Text=2 state=Open",
        "connect=yes Open Hint take=1 take=2 @stop Close=1006 Waiting @start-bad { Fail=Refused Waiting }* $ \
         Waiting @stop @start { Fail=Tls|Fail=Refused|Fail=Network Waiting }* Open Hint take=1 take=2 state=Open",
        "connect=yes take=1 take=2 @stop @start-bad @asked @stop @start take=1 take=2 state=Open",
    ),
    // 1C sets a proxy while it is connected: that is for the next attempt.
    row(
        Reconnecting,
        FAILS_AT_PROXY,
        "connect=yes Open Text=1 Text=2 proxy=faulty @reset Close=1006 Waiting $ Waiting proxy=none \
         { $ Waiting }* Open Text=1 Text=2 state=Open",
        "connect=yes Open Hint take=1 take=2 proxy=faulty @reset Close=1006 Waiting $ Waiting proxy=none \
         { $ Waiting }* Open Hint take=1 take=2 state=Open",
        "connect=yes take=1 take=2 proxy=faulty @reset @proxied proxy=none take=1 take=2 state=Open",
    ),
    row(
        Reconnecting,
        "http:never-answer socks:never-answer",
        "connect=yes Open Text=1 Text=2 proxy=faulty @reset Close=1006 Waiting @proxied proxy=none $ Waiting \
         Open Text=1 Text=2 state=Open",
        "connect=yes Open Hint take=1 take=2 proxy=faulty @reset Close=1006 Waiting @proxied proxy=none $ \
         Waiting Open Hint take=1 take=2 state=Open",
        "connect=yes take=1 take=2 proxy=faulty @reset @proxied proxy=none take=1 take=2 state=Open",
    ),
    row(
        Reconnecting,
        "http:none http:one-byte socks:none socks:one-byte socks:named-reply",
        "connect=yes Open Text=1 Text=2 proxy=faulty @reset Close=1006 Waiting Open Text=1 Text=2 state=Open",
        "connect=yes Open Hint take=1 take=2 proxy=faulty @reset Close=1006 Waiting Open Hint take=1 take=2 \
         state=Open",
        "connect=yes take=1 take=2 proxy=faulty @reset take=1 take=2 state=Open",
    ),
    // What the fault has led to is the wait; then 1C ends it.
    row(Waiting, FAILS, WAITS_AFTER_FAILURE, WAITS_AFTER_FAILURE, ""),
    row(Waiting, FAILS_AT_PROXY, WAITS_AFTER_FAILURE, WAITS_AFTER_FAILURE, ""),
    row(Waiting, FAILS_AT_TLS, WAITS_AFTER_FAILURE, WAITS_AFTER_FAILURE, ""),
    row(Waiting, HANGS, WAITS_AFTER_FAILURE, WAITS_AFTER_FAILURE, ""),
    row(Waiting, "net:*", WAITS_AFTER_FAILURE, WAITS_AFTER_FAILURE, ""),
    row(Waiting, ENDS, WAITS_AFTER_END, WAITS_AFTER_END, WAITS_SILENTLY),
    row(Waiting, "server:reset", WAITS_AFTER_END, WAITS_AFTER_END, WAITS_SILENTLY),
    row(
        Waiting,
        "server:half-frame",
        "pings=0.2 connect=yes Open $ Waiting send=no state=Waiting disconnect=yes Fail=Cancelled state=Closed",
        "pings=0.2 connect=yes Open $ Waiting send=no state=Waiting disconnect=yes Fail=Cancelled state=Closed",
        "pings=0.2 connect=yes state=Waiting send=no disconnect=yes state=Closed",
    ),
];

const COMES_BACK: &str = "connect=yes Open Close=1006 Waiting $ Waiting Open Text=1 Text=2 state=Open";
const COMES_BACK_HINTED: &str =
    "connect=yes Open Close=1006 Waiting $ Waiting Open Hint take=1 take=2 state=Open";
const COMES_BACK_SILENTLY: &str = "connect=yes take=1 take=2 state=Open";
const WAITS_AFTER_FAILURE: &str =
    "connect=yes $ Waiting send=no state=Waiting disconnect=yes Fail=Cancelled state=Closed";
const WAITS_AFTER_END: &str =
    "connect=yes Open $ Waiting send=no state=Waiting disconnect=yes Fail=Cancelled state=Closed";
const WAITS_SILENTLY: &str = "connect=yes state=Waiting send=no disconnect=yes state=Closed";
