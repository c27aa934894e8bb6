//! Which objects run: every class in every way of taking its messages. Both processes know it.

use echo_server::PushServer;

/// How 1C takes what has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Taking {
    /// As external events.
    Events,
    /// With `Получить`, told by events that there is something.
    Notified,
    /// With `Получить`, on a server of 1C.
    Job,
}

/// An object of a WebSocket class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Socket {
    pub(crate) class: &'static str,
    pub(crate) taking: Taking,
    /// It comes back by itself; otherwise 1C connects it again.
    pub(crate) is_persistent: bool,
    pub(crate) tls: bool,
    pub(crate) compression: bool,
}

/// An object of class `BitrixPull`, with a portal of its own: two objects would take each other's tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pull {
    pub(crate) transport: &'static str,
    pub(crate) push_server: PushServer,
    pub(crate) taking: Taking,
}

/// One object of the fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Member {
    Socket(Socket),
    Pull(Pull),
}

const PLAIN: Socket = Socket {
    class: "WebSocket",
    taking: Taking::Events,
    is_persistent: true,
    tls: false,
    compression: false,
};
const POLLS: Pull = Pull { transport: "LongPoll", push_server: PushServer::V4, taking: Taking::Events };

/// One of each kind.
pub(crate) const KINDS: [Member; 14] = [
    Member::Socket(Socket { class: "ROM-WebSocket", is_persistent: false, ..PLAIN }),
    Member::Socket(PLAIN),
    Member::Socket(Socket { compression: true, ..PLAIN }),
    Member::Socket(Socket { tls: true, ..PLAIN }),
    Member::Socket(Socket { tls: true, compression: true, ..PLAIN }),
    Member::Socket(Socket { taking: Taking::Notified, is_persistent: false, ..PLAIN }),
    Member::Socket(Socket { taking: Taking::Job, is_persistent: false, ..PLAIN }),
    Member::Socket(Socket { taking: Taking::Job, is_persistent: false, tls: true, ..PLAIN }),
    Member::Pull(POLLS),
    Member::Pull(Pull { taking: Taking::Job, ..POLLS }),
    Member::Pull(Pull { transport: "WebSocket", ..POLLS }),
    Member::Pull(Pull { transport: "Auto", ..POLLS }),
    Member::Pull(Pull { transport: "WebSocket", push_server: PushServer::V5, ..POLLS }),
    Member::Pull(Pull { push_server: PushServer::NginxPushStream, ..POLLS }),
];

/// So many of each kind.
pub(crate) fn fleet(copies: usize) -> Vec<Member> {
    (0..copies).flat_map(|_| KINDS).collect()
}

impl Pull {
    /// Whether `Позиция` means anything to its push server, so that another object may go on with it.
    pub(crate) fn has_position(&self) -> bool {
        self.push_server != PushServer::NginxPushStream
    }
}
