//! `WebSocket`.

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
    // What the proxy says too much comes in the place of the server's answer.
    ("http:early=hello socks:early=hello", "Fail=Protocol"),
    ("http:never-answer socks:never-answer server:never-accept", "Fail=Timeout"),
    ("http:* socks:*", "Fail=Proxy"),
    ("server:tls-1.0 server:client-certificate certificate:*", "Fail=Tls"),
    ("server:hang-up", "Fail=Network"),
    ("server:refuse=401", "Fail=Auth:401"),
    ("server:refuse=403", "Fail=Auth:403"),
    ("server:refuse=400", "Fail=Http:400"),
    ("server:refuse=404", "Fail=Http:404"),
    ("server:refuse=503", "Fail=Http:503"),
    ("server:redirect=*", "Fail=Http:302"),
    ("server:endless-body=500", "Fail=Http:500"),
    ("server:endless-head server:wrong-accept server:subprotocol=* server:extension=*", "Fail=Protocol"),
    ("server:close", "Close=1005"),
    ("server:close=1000,bye server:close-and-end=1000", "Close=1000"),
    ("server:close=1011", "Close=1011"),
    ("server:close-and-stay=1003", "Close=1003"),
    ("server:reset server:eof server:cut-frame", "Close=1006"),
    ("server:half-frame server:ignore-ping server:stop-reading", "Close=1006"),
    ("server:close=1006 server:masked-frame server:reserved-*", "Close=1002"),
    ("server:bad-utf8 server:bad-deflate", "Close=1007"),
    ("server:byte-fragments=100001 server:compression-bomb=* server:frame-limit=*", "Close=1009"),
    ("server:big-message=65536", "65536-bytes"),
    ("server:byte-fragments=1000", "1000-bytes"),
];

/// What happens, phase by phase.
pub(super) const ROWS: &[&[Row]] = &[attempts::ROWS, talking::ROWS, returning::ROWS];

/// An attempt fails.
const FAILS: &str = "server:hang-up server:refuse=* server:redirect=* server:endless-* server:wrong-accept \
                     server:subprotocol=other server:extension=*";

const FAILS_AT_PROXY: &str = "http:hang-up http:cut-answer http:garbage http:endless-head http:early=hello \
                              http:status=* socks:hang-up socks:cut-answer socks:garbage socks:early=hello \
                              socks:refuse-* socks:reply=5";

const FAILS_AT_TLS: &str = "server:tls-1.0 server:client-certificate certificate:*";

/// An open connection ends.
const ENDS: &str = "server:close* server:eof server:cut-frame server:bad-utf8 server:masked-frame \
                    server:reserved-* server:bad-deflate server:byte-fragments=100001 \
                    server:compression-bomb=*";

/// A whole message of its own comes.
const BRINGS: &str = "server:big-message=65536 server:byte-fragments=1000";
