//! The axes of the matrix.

use std::fmt;

/// A class of the add-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    Rom,
    WebSocket,
    BitrixPull,
}

/// What the object is at when the fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Phase {
    /// TCP, name look-up, proxy.
    Dialling,
    Tls,
    /// The WebSocket's handshake; for BitrixPull the configuration and the first poll.
    Handshake,
    /// Open, and nothing comes or goes.
    Idle,
    Receiving,
    Sending,
    /// 1C has asked for the end.
    Closing,
    /// The attempt after a line was cut.
    Reconnecting,
    /// Between two attempts.
    Waiting,
}

/// How 1C uses the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    /// A client; messages come as external events; `Таймаут` is 0.
    Event,
    /// A client; events say that there is something, and 1C takes it; `Таймаут` is 0.
    Notify,
    /// A server without events; methods wait for outcomes.
    Server,
}

impl Class {
    pub(crate) const ALL: [Self; 3] = [Self::Rom, Self::WebSocket, Self::BitrixPull];

    /// Its name in the library.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rom => "ROM-WebSocket",
            Self::WebSocket => "WebSocket",
            Self::BitrixPull => "BitrixPull",
        }
    }
}

impl Phase {
    pub(crate) const ALL: [Self; 9] = [
        Self::Dialling,
        Self::Tls,
        Self::Handshake,
        Self::Idle,
        Self::Receiving,
        Self::Sending,
        Self::Closing,
        Self::Reconnecting,
        Self::Waiting,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dialling => "dialling",
            Self::Tls => "TLS",
            Self::Handshake => "handshake",
            Self::Idle => "idle",
            Self::Receiving => "receiving",
            Self::Sending => "sending",
            Self::Closing => "closing",
            Self::Reconnecting => "reconnecting",
            Self::Waiting => "waiting",
        }
    }
}

impl Mode {
    pub(crate) const ALL: [Self; 3] = [Self::Event, Self::Notify, Self::Server];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Notify => "notify",
            Self::Server => "server",
        }
    }
}

/// One place in the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell {
    pub(crate) class: Class,
    pub(crate) phase: Phase,
    /// A name of [`catalogue`](crate::catalogue).
    pub(crate) fault: &'static str,
    pub(crate) mode: Mode,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, phase, fault, mode } = self;
        write!(f, "{} / {} / {fault} / {}", class.name(), phase.name(), mode.name())
    }
}
