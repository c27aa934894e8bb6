//! Where the push server is and which channel is ours: the answer of `pull.application.config.get`, or an address
//! that names a channel itself.

use std::fmt;
use std::time::{Duration, SystemTime};

use native_api::Text;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::bitrix::clock::ServerClock;
use crate::bitrix::date;
use crate::bitrix::json::Object;
use crate::bitrix::json_rpc;
use crate::bitrix::mid::Mid;

/// The portal gives the same channel until it has ended, and looks at whole seconds.
const AFTER_THE_END: Duration = Duration::from_secs(6);

/// How long a channel lives when its end is not told: 12 hours and 5 seconds.
const LIFE_OF_A_CHANNEL: Duration = Duration::from_secs(43_205);

/// The portal is asked no sooner than this after its last answer, whatever that said.
const LEAST_LIFE: Duration = Duration::from_secs(60);

/// The interface of Push & Pull that we speak.
const REVISION: u64 = 19;

/// Push server 2.0: what every cloud portal has.
const ORDINARY_VERSION: u64 = 4;

/// What stays as it is in a value of a query. A space becomes `%20`: old servers do not read `+`.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

/// What a poll continues after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor<'a> {
    /// A message; from version 3 of the server.
    Mid(Mid),
    /// The `time` and the `tag` of the last frame; before version 3. A poll sends them as the headers
    /// `If-Modified-Since` and `If-None-Match`, too.
    Time {
        /// HTTP date.
        time: &'a str,
        /// What tells messages of one second apart.
        tag: &'a str,
    },
    /// Nothing is known.
    Nothing,
}

/// Where and what to listen to.
#[derive(Clone, PartialEq, Eq)]
pub struct PullConfig {
    version: u64,
    long_poll: Url,
    websocket: Option<Url>,
    /// Query parameters that say who we are; secret.
    identity: Vec<(&'static str, String)>,
    revision: u64,
    channel_end: Option<SystemTime>,
    expires: Option<SystemTime>,
    /// Whether it came from a portal, and can be asked for again.
    renewable: bool,
}

impl PullConfig {
    /// Reads the `result` of `pull.application.config.get` of the portal at `portal`.
    ///
    /// # Errors
    /// What is missing; no addresses and no channels, for they are secret.
    pub fn read(result: &str, portal: &Url) -> Result<Self, Text> {
        let result = Object::parse(result).ok_or_else(|| lacking("result"))?;
        let server = result.object("server").ok_or_else(|| lacking("server"))?;
        if server.get("server_enabled") == Some("false") {
            return Err(Text::fixed(
                "на портале выключен сервер очередей (Push & Pull)",
                "the push server (Push & Pull) is switched off on the portal",
            ));
        }
        let version = server.number("version").unwrap_or(ORDINARY_VERSION);
        // A portal without TLS gives addresses for TLS, too.
        let is_secure = portal.scheme() != "http";
        let given = |names: &[&str]| names.iter().find_map(|name| server.text(name));
        // The API itself writes "pooling"; its documentation has both.
        let long_poll = ordered(
            is_secure,
            ["long_pooling_secure", "long_polling_secure"],
            ["long_polling", "long_pooling"],
        )
        .iter()
        .find_map(|names| given(names))
        .and_then(|found| address(portal, &found, "http"))
        .ok_or_else(|| lacking("server.long_pooling_secure"))?;
        let websocket = given(&ordered(is_secure, "websocket_secure", "websocket"))
            .filter(|_| server.get("websocket_enabled") != Some("false"))
            .and_then(|found| address(portal, &found, "ws"));
        let shared = result.object("channels").and_then(|channels| channels.object("shared"));
        let mut identity = Vec::new();
        if let Some(jwt) = result.text("jwt") {
            identity.push(("token", jwt));
        } else {
            let id = shared.as_ref().and_then(|shared| shared.text("id"));
            identity.push(("CHANNEL_ID", id.ok_or_else(|| lacking("channels.shared.id"))?));
        }
        if let Some(client) = result.text("clientId").or_else(|| server.text("clientId")) {
            identity.push(("clientId", client));
        }
        let date = |object: &Object<'_>, name| object.text(name).and_then(|text| date::parse(&text));
        Ok(Self {
            version,
            long_poll,
            websocket,
            identity,
            revision: result.object("api").and_then(|api| api.number("revision_web")).unwrap_or(REVISION),
            channel_end: shared.as_ref().and_then(|shared| date(shared, "end")),
            expires: date(&result, "exp"),
            renewable: true,
        })
    }

    /// Takes the address of a push server with `CHANNEL_ID` (or `token`) in its query; `None` for another
    /// address. Such a channel ends without anybody to ask for the next one.
    #[must_use]
    pub fn direct(address: &Url) -> Option<Self> {
        let names = |wanted: &[&str]| address.query_pairs().any(|(name, _)| wanted.contains(&&*name));
        let scheme = address.scheme();
        if !matches!(scheme, "http" | "https" | "ws" | "wss") || !names(&["CHANNEL_ID", "token"]) {
            return None;
        }
        let base = without_cursor(address);
        let (long_poll, websocket) = match scheme {
            "http" | "ws" => ("http", "ws"),
            _ => ("https", "wss"),
        };
        Some(Self {
            version: ORDINARY_VERSION,
            long_poll: with_scheme(&base, long_poll)?,
            websocket: with_scheme(&base, websocket),
            identity: Vec::new(),
            revision: REVISION,
            channel_end: None,
            expires: None,
            renewable: false,
        })
    }

    /// Version of the push server: before 3 without a `mid`, from 5 with JSON-RPC on its WebSocket.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Whether the server counts its messages, so that polls continue by `mid`.
    #[must_use]
    pub const fn has_mids(&self) -> bool {
        self.version >= 3
    }

    /// The push server's host.
    #[must_use]
    pub fn host(&self) -> &str {
        self.long_poll.host_str().unwrap_or_default()
    }

    /// The push server, by host and port.
    #[must_use]
    pub fn server(&self) -> String {
        format!("{}:{}", self.host(), self.long_poll.port_or_known_default().unwrap_or_default())
    }

    /// Whether the same place is listened to in the same way, so that a connection may stay as it is.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        (&self.long_poll, &self.websocket, &self.identity)
            == (&other.long_poll, &other.websocket, &other.identity)
    }

    /// What a poll asks for. Secret: it names the channel.
    #[must_use]
    pub fn poll_url(&self, cursor: Cursor<'_>) -> Url {
        // Servers of version 4 and later may answer it with plain JSON.
        let format = (self.version >= 4).then_some(("format", "json"));
        self.url(&self.long_poll, cursor, format)
    }

    /// What a WebSocket connects to, if the server has one. Secret: it names the channel.
    #[must_use]
    pub fn websocket_url(&self, cursor: Cursor<'_>) -> Option<Url> {
        let mode = (self.version >= 5).then_some(json_rpc::PARAMETER);
        self.websocket.as_ref().map(|base| self.url(base, cursor, mode))
    }

    /// When, by our clock, the portal shall be asked again; `None` if there is none to ask.
    #[must_use]
    pub fn renew_at(&self, clock: &ServerClock) -> Option<SystemTime> {
        let end = match self.channel_end {
            Some(end) => clock.ours(end),
            None => later(clock.set_at(), LIFE_OF_A_CHANNEL),
        };
        let end = later(end, AFTER_THE_END);
        let renewal = self.expires.map_or(end, |expires| end.min(clock.ours(expires)));
        self.renewable.then(|| renewal.max(later(clock.set_at(), LEAST_LIFE)))
    }

    fn url(&self, base: &Url, cursor: Cursor<'_>, mode: Option<(&str, &str)>) -> Url {
        let mut query = base.query().unwrap_or_default().trim_end_matches('&').to_owned();
        let mut append = |name: &str, value: &str| {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            query.extend(utf8_percent_encode(value, KEPT));
        };
        for (name, value) in &self.identity {
            append(name, value);
        }
        match cursor {
            Cursor::Mid(mid) => append("mid", &mid.to_string()),
            Cursor::Time { time, tag } => {
                append("tag", tag);
                append("time", time);
            }
            Cursor::Nothing => {}
        }
        append("revision", &self.revision.to_string());
        if let Some((name, value)) = mode {
            append(name, value);
        }
        let mut url = base.clone();
        url.set_query(Some(&query));
        url
    }
}

/// Without what names the channel.
impl fmt::Debug for PullConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host();
        write!(f, "PullConfig({host}, version {}, end {:?})", self.version, self.channel_end)
    }
}

fn ordered<T>(is_secure: bool, secure: T, plain: T) -> [T; 2] {
    if is_secure { [secure, plain] } else { [plain, secure] }
}

fn lacking(what: &str) -> Text {
    Text::made(
        format!("в ответе портала на pull.application.config.get нет {what}"),
        format!("the portal's answer to pull.application.config.get lacks {what}"),
    )
}

/// An absolute address, or one relative to the portal; of `scheme` or its secure form.
fn address(portal: &Url, found: &str, scheme: &str) -> Option<Url> {
    let mut url = portal.join(found.trim()).ok()?;
    url.set_fragment(None);
    let is_right = url.scheme().strip_prefix(scheme).is_some_and(|rest| matches!(rest, "" | "s"));
    (is_right && url.has_host()).then_some(url)
}

fn with_scheme(url: &Url, scheme: &str) -> Option<Url> {
    let mut url = url.clone();
    url.set_scheme(scheme).ok().map(|()| url)
}

/// Without the parameters that we set ourselves, should somebody have copied a whole poll.
fn without_cursor(address: &Url) -> Url {
    let own = ["mid", "tag", "time", "revision", "format", "jsonRpc", "binaryMode"];
    let is_own = |pair: &&str| own.contains(&pair.split('=').next().unwrap_or_default());
    let query = address.query().unwrap_or_default().split('&').filter(|pair| !is_own(pair));
    let query = query.collect::<Vec<_>>().join("&");
    let mut url = address.clone();
    url.set_query(Some(&query));
    url.set_fragment(None);
    url
}

fn later(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_add(by).unwrap_or(time)
}

#[cfg(test)]
mod tests;
