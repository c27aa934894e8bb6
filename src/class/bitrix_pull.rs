//! Class `BitrixPull`: Bitrix24's Push & Pull and offline events.

mod offline_events;
mod portal;
mod settings;

use std::time::Instant;

use native_api::class::{Method, Property};
use native_api::{Class, Platform, Text};

use super::common::{Basics, Face, observing, queue, receiving, security, session};
use crate::client::Client;
use crate::delivery::EVENT_BUFFER_DEPTH;
use crate::pull::Pull;

/// An object of the class.
pub struct BitrixPull {
    platform: Platform,
    pull: Pull,
    basics: Basics,
}

impl Face for BitrixPull {
    fn client(&self) -> &Client {
        self.pull.client()
    }

    fn basics(&self) -> &Basics {
        &self.basics
    }
}

impl Class for BitrixPull {
    const NAME: &'static str = "BitrixPull";

    const PROPERTIES: &'static [Property<Self>] = &[
        session::connected(),
        session::timeout(),
        receiving::listen(),
        observing::version(),
        receiving::regex(),
        session::state(),
        session::last_error(),
        receiving::source(),
        security::proxy(),
        security::verify_certificate(),
        security::verify_host_name(),
        security::min_tls_version(),
        queue::queue_size(),
        queue::queue_bytes(),
        queue::overflow_policy(),
        queue::queue_length(),
        queue::delivery_mode(),
        queue::event_interval(),
        observing::statistics(),
        observing::log_file(),
        observing::log_level(),
        settings::AUTH_SERVER,
        settings::TRANSPORT,
        settings::CONNECTOR,
        settings::POSITION,
        settings::CHECK_INTERVAL,
    ];

    const METHODS: &'static [Method<Self>] = &[
        portal::SET_TOKENS,
        portal::GET_TOKENS,
        portal::CONNECT,
        session::disconnect(),
        security::set_trusted_certificates(),
        security::set_client_certificate(),
        receiving::receive(),
        receiving::receive_batch(),
        receiving::clear_queue(),
        portal::CALL_METHOD,
        offline_events::BIND,
        offline_events::UNBIND,
        offline_events::GET,
        offline_events::CONFIRM,
        offline_events::FAIL,
        offline_events::LIST,
    ];

    fn new(platform: Platform) -> Self {
        let pull = Pull::new(platform.clone(), Self::NAME);
        Self { platform, pull, basics: Basics::new(Self::NAME) }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(EVENT_BUFFER_DEPTH);
    }

    fn done(&self, deadline: Instant) {
        self.pull.done(deadline);
    }

    fn misused(&self, text: &str) {
        self.pull.client().set_last_error(Text::made(text, text));
    }
}
