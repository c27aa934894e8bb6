//! Messages of 16 MiB, text and binary, compared byte for byte.

use native_api::Value;
use native_api_host::Instance;

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{ROM, Stage, connect, echo, finish, truly};

const SIZE: usize = 16 << 20;

pub(crate) fn large(stage: &Stage) -> Outcome {
    let (text, bytes) = (text(), bytes());
    let object = stage.trusting()?;
    object.set("РежимПрослушивания", false)?;
    object.set("Таймаут", 60)?;
    for url in [&stage.servers.echo, &stage.servers.secure] {
        truly(&object, "Подключиться", [url.as_str()])?;
        back(&object, "Отправить", &text.as_str().into())?;
        back(&object, "ОтправитьДвоичныеДанные", &bytes.clone().into())?;
        truly(&object, "Отключиться", ())?;
    }
    finish(object)?;
    let object = stage.object(ROM)?;
    connect(&object, &stage.servers.echo)?;
    echo(&object, &text)?;
    finish(object)?;
    Ok("текст и двоичные данные по ws и wss, текст событием".to_owned())
}

fn back(object: &Instance, method: &str, message: &Value) -> Checked {
    truly(object, method, [message.clone()])?;
    let answer = object.call("Получить", [60])?;
    ensure(answer == *message, || format!("{method}: вернулось не то, что ушло"))
}

/// Characters of one to four bytes, at every offset.
fn text() -> String {
    let mut text = String::with_capacity(SIZE);
    while text.len() < SIZE {
        text.push_str("a я € 😀 ");
    }
    text.truncate((0..=SIZE).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0));
    text
}

/// All values, in a row whose period is prime.
fn bytes() -> Vec<u8> {
    (0..=u8::MAX)
        .cycle()
        .enumerate()
        .filter(|(index, _)| index % 251 != 0)
        .map(|(_, byte)| byte)
        .take(SIZE)
        .collect()
}
