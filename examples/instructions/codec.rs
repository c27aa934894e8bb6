//! The codec alone: no sockets and no threads.

use std::error::Error;
use std::hint::black_box;

use bytes::BufMut;
use native_api::utf16;
use wire::{DeflateParameters, Limits, Received, Receiver, Sender, SystemRandom};

use crate::frames::{Kind, MESSAGES};

/// Messages that are written out together.
const BATCH: usize = 64;

/// A page that one text after another is encoded on.
#[derive(Default)]
struct Page(Vec<u16>);

impl Page {
    fn write(&mut self, text: &str) {
        let room = utf16::room(text.len());
        if self.0.len() < room {
            self.0.resize(room, 0);
        }
        let count = utf16::encode(text, &mut self.0);
        black_box(&self.0[..count]);
    }
}

pub(crate) fn receive(kind: Kind, messages: usize) -> Result<(), Box<dyn Error>> {
    let deflate = (kind == Kind::Deflate1K).then(DeflateParameters::default);
    let mut receiver = Receiver::new(deflate, Limits::default(), Vec::new());
    let frames = kind.frames();
    let mut page = Page::default();
    for _ in 0..messages / MESSAGES {
        let mut rest = &frames[..];
        while !rest.is_empty() {
            let mut space = receiver.space();
            let (now, later) = rest.split_at(rest.len().min(space.remaining_mut()));
            space.put_slice(now);
            drop(space);
            rest = later;
            while let Some(received) = receiver.receive()? {
                if let Received::Text(text) = received {
                    page.write(&text.into_string());
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn send(messages: usize) -> Result<(), Box<dyn Error>> {
    let mut sender = Sender::new(None, SystemRandom::new()?);
    let texts = Kind::Text64.texts().collect::<Vec<_>>();
    let mut out = Vec::new();
    for (number, text) in texts.iter().cycle().take(messages).enumerate() {
        sender.text(text, &mut out)?;
        if number % BATCH == 0 {
            black_box(&out);
            out.clear();
        }
    }
    Ok(())
}

pub(crate) fn encode(messages: usize) -> Result<(), Box<dyn Error>> {
    let texts = Kind::Text1K.texts().collect::<Vec<_>>();
    let mut page = Page::default();
    for text in texts.iter().cycle().take(messages) {
        page.write(text);
    }
    Ok(())
}
