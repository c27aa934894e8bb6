//! Class `WebSocket`: the complete client.

mod connection;
mod methods;
mod receiving;
mod security;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use native_api::class::{Method, Property};
use native_api::{Class, Platform, Text};

use super::common::{self, Basics, Face};
use crate::client::Client;
use crate::delivery::{DeliverySettings, EVENT_BUFFER_DEPTH};
use crate::events;

/// An object of the class.
pub struct WebSocket {
    platform: Platform,
    client: Client,
    basics: Basics,
    words: Mutex<Words>,
}

/// Settings as 1C has worded them, to be read back.
#[derive(Clone, Debug)]
struct Words {
    source: String,
    subprotocols: String,
    proxy: String,
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
        common::connected(),
        common::timeout(),
        common::listen(),
        common::version(),
        common::regex(),
        connection::STATE,
        connection::LAST_ERROR,
        connection::SOURCE,
        connection::SUBPROTOCOLS,
        connection::SELECTED_SUBPROTOCOL,
        security::PROXY,
        security::VERIFY_CERTIFICATE,
        security::VERIFY_HOST_NAME,
        security::MIN_TLS_VERSION,
        connection::COMPRESSION,
        connection::PING_INTERVAL,
        connection::PONG_TIMEOUT,
        connection::RECONNECT_ATTEMPTS,
        connection::RECONNECT_DELAY,
        connection::MAX_RECONNECT_DELAY,
        connection::MAX_MESSAGE_SIZE,
        receiving::QUEUE_SIZE,
        receiving::QUEUE_BYTES,
        receiving::OVERFLOW_POLICY,
        receiving::QUEUE_LENGTH,
        receiving::DELIVERY_MODE,
        receiving::EVENT_INTERVAL,
        connection::STATISTICS,
        connection::LOG_FILE,
        connection::LOG_LEVEL,
    ];

    const METHODS: &'static [Method<Self>] = &[
        methods::CONNECT,
        methods::DISCONNECT,
        methods::SEND,
        methods::SEND_BINARY,
        methods::SET_HEADER,
        methods::CLEAR_HEADERS,
        security::SET_CREDENTIALS,
        security::SET_TOKEN,
        security::SET_TRUSTED_CERTIFICATES,
        security::SET_CLIENT_CERTIFICATE,
        methods::SET_GREETING,
        receiving::RECEIVE,
        receiving::RECEIVE_BATCH,
        methods::REQUEST,
        methods::PING,
        receiving::CLEAR_QUEUE,
    ];

    fn new(platform: Platform) -> Self {
        let settings = DeliverySettings::new(true);
        let client = Client::new(platform.clone(), Self::NAME, events::websocket, settings);
        let words =
            Words { source: Self::NAME.to_owned(), subprotocols: String::new(), proxy: String::new() };
        Self { platform, client, basics: Basics::default(), words: Mutex::new(words) }
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
    fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
