//! The object of a cell, with the settings that its phase needs.

use native_api::Value;
use native_api_host::{Host, Library, Object, locate};

use super::world::World;
use crate::axes::{Cell, Class, Mode, Phase};
use crate::catalogue::{Trouble, trouble};

/// The library that cargo built for this test.
fn library() -> Library {
    let file = locate("vestnik").expect("cargo builds the library with its tests");
    Library::load(file).expect("the library loads")
}

/// An object that is not connected.
pub(super) fn made(cell: Cell, world: &World, host: Host) -> Object {
    let object = library().create(cell.class.name(), host).expect("the object is created");
    let set = |property: &str, value: Value| object.set(property, value).expect("a setting");
    match cell.mode {
        Mode::Event => {}
        Mode::Notify => set("РежимДоставки", "Notify".into()),
        Mode::Server => set("Таймаут", 30.into()),
    }
    let trouble = trouble(cell.fault);
    if matches!(trouble, Trouble::Http(_) | Trouble::Socks(_)) && cell.phase != Phase::Reconnecting {
        set("Прокси", world.proxy_url().into());
    }
    match cell.class {
        Class::Rom => {}
        Class::WebSocket => {
            let pause = match cell.phase {
                Phase::Reconnecting => Some(0.1),
                // Nothing comes after it but what 1C does.
                Phase::Waiting => Some(3600.0),
                _ => None,
            };
            if let Some(pause) = pause {
                set("ПопыткиПереподключения", (-1).into());
                set("ПаузаПереподключения", pause.into());
                set("МаксимальнаяПауза", pause.into());
            }
            set("Сжатие", world.compresses().into());
        }
        Class::BitrixPull => {
            object.call("УстановитьТокены", world.tokens()).expect("tokens");
            set("СерверАвторизации", world.portal_url().into());
            if matches!(trouble, Trouble::Socket(_)) {
                set("Транспорт", "WebSocket".into());
                // Without a position a poll comes first, to see where the history ends.
                set("Позиция", "0".into());
            }
        }
    }
    object
}
