//! Class `WebSocket`: the complete client.

mod connection;
mod credentials;
mod methods;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use native_api::class::{Method, Property};
use native_api::{Class, Platform, Text};

use super::common::{Basics, Face, observing, queue, receiving, security, session};
use crate::client::Client;
use crate::delivery::{DeliverySettings, EVENT_BUFFER_DEPTH};
use crate::events;

/// An object of the class.
pub struct WebSocket {
    platform: Platform,
    client: Client,
    basics: Basics,
    /// The list as 1C has worded it.
    subprotocols: Mutex<String>,
}

impl Face for WebSocket {
    fn client(&self) -> &Client {
        &self.client
    }

    fn basics(&self) -> &Basics {
        &self.basics
    }
}

impl Class for WebSocket {
    const NAME: &'static str = "WebSocket";

    const PROPERTIES: &'static [Property<Self>] = &[
        session::connected(),
        session::timeout(),
        receiving::listen(),
        observing::version(),
        receiving::regex(),
        session::state(),
        session::last_error(),
        receiving::source(),
        connection::SUBPROTOCOLS,
        connection::SELECTED_SUBPROTOCOL,
        security::proxy(),
        security::verify_certificate(),
        security::verify_host_name(),
        security::min_tls_version(),
        connection::COMPRESSION,
        connection::PING_INTERVAL,
        connection::PONG_TIMEOUT,
        connection::RECONNECT_ATTEMPTS,
        connection::RECONNECT_DELAY,
        connection::MAX_RECONNECT_DELAY,
        connection::MAX_MESSAGE_SIZE,
        queue::queue_size(),
        queue::queue_bytes(),
        queue::overflow_policy(),
        queue::queue_length(),
        queue::delivery_mode(),
        queue::event_interval(),
        observing::statistics(),
        observing::log_file(),
        observing::log_level(),
    ];

    const METHODS: &'static [Method<Self>] = &[
        methods::CONNECT,
        methods::DISCONNECT,
        methods::SEND,
        methods::SEND_BINARY,
        methods::SET_HEADER,
        methods::CLEAR_HEADERS,
        credentials::SET_CREDENTIALS,
        credentials::SET_TOKEN,
        security::set_trusted_certificates(),
        security::set_client_certificate(),
        methods::SET_GREETING,
        receiving::receive(),
        receiving::receive_batch(),
        methods::REQUEST,
        methods::PING,
        receiving::clear_queue(),
    ];

    fn new(platform: Platform) -> Self {
        let settings = DeliverySettings::new(true);
        let client = Client::new(platform.clone(), Self::NAME, events::websocket, settings);
        Self { platform, client, basics: Basics::new(Self::NAME), subprotocols: Mutex::default() }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(EVENT_BUFFER_DEPTH);
    }

    fn done(&self, deadline: Instant) {
        self.client.done(deadline);
    }

    fn misused(&self, text: &str) {
        self.client.set_last_error(Text::made(text, text));
    }
}

impl WebSocket {
    fn subprotocols(&self) -> MutexGuard<'_, String> {
        self.subprotocols.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
