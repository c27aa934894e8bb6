//! The texts of one external event, in memory that the next one uses again.

use std::borrow::Cow;
use std::sync::Arc;

use native_api::{EventAnswer, Turn, WideText};

/// UTF-16 units of `Данные` that are kept while there are no events.
const KEPT: usize = 32 << 10;

/// What the thread says to 1C next.
#[derive(Debug, Default)]
pub struct Page {
    source: Arc<WideText>,
    event: WideText,
    /// What `event` holds: most events have the text of the one before.
    event_text: Cow<'static, str>,
    data: WideText,
}

impl Page {
    /// Names the source, `Источник`.
    pub fn set_source(&mut self, source: &Arc<WideText>) {
        if !Arc::ptr_eq(&self.source, source) {
            self.source = Arc::clone(source);
        }
    }

    /// Writes the other two, `Событие` and `Данные`.
    pub fn set(&mut self, event: Cow<'static, str>, data: &str) {
        if self.event_text != event {
            self.event.set(&event);
            self.event_text = event;
        }
        self.data.set(data);
    }

    /// Says it.
    pub fn offer(&self, turn: &Turn<'_>) -> EventAnswer {
        turn.external_event(&self.source, &self.event, &self.data)
    }

    /// Whether it holds the memory of a large event.
    #[must_use]
    pub const fn is_large(&self) -> bool {
        self.data.room() > KEPT
    }

    /// Gives the memory of a large event back.
    pub fn rest(&mut self) {
        self.data.set("");
        self.data.shrink_to(KEPT);
    }
}
