//! Class `ROM-WebSocket`: a drop-in replacement for the closed add-in of that name.

use std::time::Instant;

use native_api::class::{Method, Property};
use native_api::{Class, Platform};

use super::common::{Basics, Face, name, observing, receiving, required, session};
use crate::client::Client;
use crate::delivery::{DeliverySettings, EVENT_BUFFER_DEPTH};
use crate::events;
use crate::message::Payload;
use crate::transport::address::Address;

/// An object of the class.
pub struct RomWebSocket {
    platform: Platform,
    client: Client,
    basics: Basics,
}

impl Face for RomWebSocket {
    fn client(&self) -> &Client {
        &self.client
    }

    fn basics(&self) -> &Basics {
        &self.basics
    }
}

impl Class for RomWebSocket {
    const NAME: &'static str = "ROM-WebSocket";

    const PROPERTIES: &'static [Property<Self>] = &[
        session::connected(),
        session::timeout(),
        receiving::listen(),
        observing::version(),
        receiving::regex(),
    ];

    const METHODS: &'static [Method<Self>] = &[
        Method {
            name: name("Connect", "Подключиться"),
            parameters: &[required("URI", "URI")],
            returns: true,
            run: |this, arguments| {
                // Its original throws nothing: a malformed address is an attempt that has failed.
                let connected = match Address::parse(arguments.string(0)?) {
                    Ok(address) => this.client.connect(address, this.basics.timeout()),
                    Err(why) => {
                        this.client.refuse(&why);
                        false
                    }
                };
                Ok(connected.into())
            },
        },
        session::disconnect(),
        Method {
            name: name("Send", "Отправить"),
            parameters: &[required("Message", "Сообщение")],
            returns: true,
            run: |this, arguments| {
                let payload = Payload::Text(arguments.string(0)?);
                Ok(this.client.send(payload, this.basics.timeout()).into())
            },
        },
    ];

    fn new(platform: Platform) -> Self {
        let settings = DeliverySettings::new(false);
        let client = Client::new(platform.clone(), Self::NAME, events::rom_websocket, settings);
        Self { platform, client, basics: Basics::new(Self::NAME) }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(EVENT_BUFFER_DEPTH);
    }

    fn done(&self, deadline: Instant) {
        self.client.done(deadline);
    }
}
