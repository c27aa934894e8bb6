//! Connecting, closing, sending and asking.

use native_api::class::{Default, Method};
use native_api::{Arguments, Kind, Misuse, MisuseKind, Text, Value};
use wire::{CloseCode, Request, RequestError};

use super::WebSocket;
use crate::class::common::arguments::{filter, seconds_or, strings, syntax};
use crate::class::common::receiving::hand_over;
use crate::class::common::{name, optional, required};
use crate::message::Payload;
use crate::transport::address::Address;
use crate::transport::session::CloseRequest;

/// Longest reason of a close, in bytes of UTF-8 (RFC 6455, section 5.5).
const LONGEST_REASON: usize = 123;
/// Most headers, and most texts of a greeting.
const MOST: usize = 1000;

pub(super) const CONNECT: Method<WebSocket> = Method {
    name: name("Connect", "Подключиться"),
    parameters: &[required("URI", "URI")],
    returns: true,
    run: |this, arguments| {
        let address = Address::parse(arguments.string(0)?)
            .map_err(|why| syntax(0, "адрес ws:// или wss://", "an address ws:// or wss://", why))?;
        Ok(this.client.connect(address, this.basics.timeout()).into())
    },
};

pub(super) const DISCONNECT: Method<WebSocket> = Method {
    name: name("Disconnect", "Отключиться"),
    parameters: &[
        optional("Code", "Код", Default::Number(1000.0)),
        optional("Reason", "Причина", Default::String("")),
    ],
    returns: true,
    run: |this, arguments| {
        let number = arguments.whole(0, 1000.0..=4999.0)?;
        let code = u16::try_from(number).ok().and_then(CloseCode::new).ok_or_else(|| {
            let got = Text::made(number.to_string(), number.to_string());
            let expected = Text::fixed(
                "код, который можно отправить: 1000-1003, 1007-1014, 3000-4999",
                "a code that may be sent: 1000-1003, 1007-1014, 3000-4999",
            );
            Misuse::bad_value(MisuseKind::Range, 0, expected, got)
        })?;
        let reason = arguments.string(1)?.to_owned();
        if reason.len() > LONGEST_REASON {
            let got = Text::fixed("более длинная строка", "a longer string");
            return Err(syntax(1, "не более 123 байт в UTF-8", "123 bytes of UTF-8 at most", got));
        }
        let request = |deadline| CloseRequest { deadline, code, reason };
        Ok(this.client.disconnect(this.basics.timeout(), request).into())
    },
};

pub(super) const SEND: Method<WebSocket> = Method {
    name: name("Send", "Отправить"),
    parameters: &[required("Message", "Сообщение")],
    returns: true,
    run: |this, arguments| Ok(this.client.send(payload(arguments, 0)?, this.basics.timeout()).into()),
};

pub(super) const SEND_BINARY: Method<WebSocket> = Method {
    name: name("SendBinary", "ОтправитьДвоичныеДанные"),
    parameters: &[required("Data", "Данные")],
    returns: true,
    run: |this, arguments| match arguments.value(0) {
        Value::Blob(bytes) => {
            Ok(this.client.send(Payload::Binary(bytes.clone()), this.basics.timeout()).into())
        }
        other => Err(Misuse::wrong_type(0, Kind::Blob, other)),
    },
};

pub(super) const REQUEST: Method<WebSocket> = Method {
    name: name("Request", "Запросить"),
    parameters: &[
        required("Message", "Сообщение"),
        required("ReplyRegex", "ВыражениеОтвета"),
        optional("Timeout", "Таймаут", Default::Empty),
    ],
    returns: true,
    run: |this, arguments| {
        let (payload, filter) = (payload(arguments, 0)?, filter(arguments, 1)?);
        let timeout = seconds_or(arguments, 2, this.basics.answer_limit())?;
        Ok(this.client.request(payload, filter, timeout).map_or(Value::Empty.into(), hand_over))
    },
};

pub(super) const PING: Method<WebSocket> = Method {
    name: name("Ping", "Пинг"),
    parameters: &[optional("Timeout", "Таймаут", Default::Empty)],
    returns: true,
    run: |this, arguments| {
        let timeout = seconds_or(arguments, 0, this.basics.answer_limit())?;
        let round_trip = this.client.ping(timeout);
        let milliseconds = round_trip.map(|time| time.as_secs_f64() * 1000.0);
        Ok(milliseconds.map_or(Value::Empty, Value::Number).into())
    },
};

pub(super) const SET_HEADER: Method<WebSocket> = Method {
    name: name("SetHeader", "УстановитьЗаголовок"),
    parameters: &[required("Name", "Имя"), required("Value", "Значение")],
    returns: false,
    run: |this, arguments| {
        let (header, value) = (arguments.string(0)?, arguments.string(1)?);
        let mut request = Request::new(false, "host", 80, "/").expect("a well-formed address");
        request.header(header, value).map_err(|error| bad_header(&error))?;
        let mut full = false;
        this.client.change(|settings| {
            settings.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
            full = settings.headers.len() >= MOST;
            if !full {
                settings.headers.push((header.to_owned(), value.to_owned()));
            }
        });
        if full {
            return Err(too_many(0));
        }
        Ok(Value::Empty.into())
    },
};

pub(super) const CLEAR_HEADERS: Method<WebSocket> = Method {
    name: name("ClearHeaders", "ОчиститьЗаголовки"),
    parameters: &[],
    returns: false,
    run: |this, _| {
        this.client.change(|settings| settings.headers.clear());
        Ok(Value::Empty.into())
    },
};

pub(super) const SET_GREETING: Method<WebSocket> = Method {
    name: name("SetGreeting", "УстановитьПриветствие"),
    parameters: &[required("Messages", "Сообщения")],
    returns: false,
    run: |this, arguments| {
        let greeting = match arguments.string(0)? {
            "" => Vec::new(),
            _ => strings(arguments, 0)?,
        };
        if greeting.len() > MOST {
            return Err(too_many(0));
        }
        this.client.change(|settings| settings.greeting = greeting);
        Ok(Value::Empty.into())
    },
};

/// A message among the arguments: text or binary.
fn payload<'a>(arguments: &Arguments<'a>, index: usize) -> Result<Payload<&'a str>, Misuse> {
    match arguments.value(index) {
        Value::String(text) => Ok(Payload::Text(text)),
        Value::Blob(bytes) => Ok(Payload::Binary(bytes.clone())),
        other => Err(Misuse::wrong_type(index, Kind::String, other)),
    }
}

fn bad_header(error: &RequestError) -> Misuse {
    match error {
        RequestError::HeaderValue(_) => syntax(
            1,
            "значение без управляющих символов",
            "a value without control characters",
            Text::fixed("значение с управляющим символом", "a value with a control character"),
        ),
        RequestError::ReservedHeader(_) => syntax(
            0,
            "заголовок, который не относится к самому подключению",
            "a header that is not the handshake's own",
            Text::fixed("служебный заголовок", "a header of the handshake"),
        ),
        _ => syntax(
            0,
            "имя заголовка из букв, цифр и дефисов",
            "the name of a header: letters, digits and hyphens",
            Text::fixed("имя с запрещенными знаками", "a name with forbidden characters"),
        ),
    }
}

fn too_many(index: usize) -> Misuse {
    Misuse::bad_value(
        MisuseKind::Range,
        index,
        Text::made(format!("не более {MOST}"), format!("{MOST} at most")),
        Text::fixed("больше", "more"),
    )
}
