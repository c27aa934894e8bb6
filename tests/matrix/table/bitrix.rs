//! `BitrixPull`.
//!
//! It comes back for ever by itself, after 0.5, 5, 25 s and so on, after a minute where it is refused; so where an
//! attempt fails, 1C ends it.

mod attempts;
mod returning;
mod talking;

use super::Row;

/// How 1C is told of a fault.
pub(super) const TOLD: &[(&str, &str)] = &[
    ("net:refused", "Fail=Refused"),
    ("net:no-such-name", "Fail=Dns"),
    ("http:status=407", "Fail=Proxy:407"),
    ("http:status=502", "Fail=Proxy:502"),
    // What the proxy says too much comes in the place of the portal's answer.
    ("http:early=hello socks:early=hello", "Fail=Network"),
    ("http:never-answer socks:never-answer", "Fail=Timeout"),
    ("http:* socks:*", "Fail=Proxy"),
    ("certificate:*", "Fail=Tls"),
    ("poll:reset poll:hang-up socket:reset socket:hang-up", "Fail=Network"),
    ("poll:status=200", "Fail=Protocol"),
    ("poll:status=302", "Fail=Http:302"),
    ("poll:status=400 socket:status=400", "Fail=Http:400"),
    ("poll:status=500", "Fail=Http:500"),
    ("poll:status=502 socket:status=502", "Fail=Http:502"),
    ("poll:status=503", "Fail=Http:503"),
    ("poll:status=504", "Fail=Http:504"),
    ("socket:stall rest:stall", "Fail=Timeout"),
    ("socket:close=4000", "Close=4000"),
    ("socket:close=4010", "Close=4010"),
    ("rest:hang-up rest:cut", "Fail=Network"),
    ("rest:insufficient-scope rest:wrong-auth-type rest:error=403,*", "Fail=Auth:403"),
    ("rest:error=404,*", "Fail=Http:404"),
    ("rest:error=500,*", "Fail=Http:500"),
    ("rest:html=200", "Fail=Protocol:200"),
    ("rest:html=403", "Fail=Protocol:403"),
    ("rest:html=502", "Fail=Http:502"),
    ("rest:redirect=*", "Fail=Protocol:302"),
];

/// What happens, phase by phase.
pub(super) const ROWS: &[&[Row]] = &[attempts::ROWS, talking::ROWS, returning::ROWS];

const FAILS_AT_PROXY: &str = "http:hang-up http:cut-answer http:garbage http:endless-head http:early=hello \
                              http:status=* socks:hang-up socks:cut-answer socks:garbage socks:early=hello \
                              socks:refuse-* socks:reply=5";

const HANGS_AT_PROXY: &str = "http:never-answer socks:never-answer";

/// The portal gives no configuration, and will not give one soon.
const FORBIDDEN: &str = "rest:insufficient-scope rest:wrong-auth-type rest:error=403,ACCESS_DENIED";

/// It gives none, for a while.
const NO_ANSWER: &str = "rest:hang-up rest:cut rest:error=404,* rest:error=500,* rest:html=* rest:redirect=*";

/// It gives one after all, without anybody's noticing.
const ANSWERS: &str = "rest:none rest:wrong-license rest:query-limit rest:operation-limit=1";

/// The poll is refused.
const NO_POLL: &str = "poll:status=*";

/// The poll is accepted, whatever comes of it. What comes on a connection that was kept may be repeated on a new one.
const POLLS: &str = "poll:none poll:reset poll:hang-up poll:cut poll:cut=0 poll:cut=30 poll:stale poll:byte-chunks poll:repeat \
                     poll:close=4010";

const LISTENS: &str =
    "connect=yes Open Check=Start @waits @publish=1 Text=1 disconnect=yes Normal state=Closed";
const LISTENS_HINTED: &str =
    "connect=yes Open Hint take=Check:Start @waits @publish=1 Hint take=1 disconnect=yes Normal state=Closed";
const LISTENS_SILENTLY: &str =
    "connect=yes take=Check:Start @waits @publish=1 take=1 disconnect=yes state=Closed";
const GIVEN_UP: &str = "connect=yes $ Waiting disconnect=yes { $ Waiting }* Fail=Cancelled state=Closed";
