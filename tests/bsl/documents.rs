//! What the documents say of a class, compared with the class.

use std::fs;
use std::path::Path;
use std::time::Duration;

use native_api::{Language, Text};
use native_api_host::Table;
use vestnik::events::{Wording, bitrix_pull, rom_websocket, websocket};
use vestnik::message::{
    Cause, Closing, Failure, FailureKind, Occurrence, OfflineEvent, Opening, Payload, Publication, Receipt,
    Side, Tokens,
};

/// A class, its document, and the events that the document names.
pub(crate) struct Documented {
    pub(crate) class: &'static str,
    pub(crate) file: &'static str,
    wording: Wording,
    /// What not every class tells, or not in the same way.
    own: fn() -> Vec<Occurrence>,
}

/// Every class of the library.
pub(crate) const DOCUMENTED: [Documented; 3] = [
    Documented {
        class: "ROM-WebSocket",
        file: "rom-websocket.md",
        wording: rom_websocket,
        own: of_websockets,
    },
    Documented { class: "WebSocket", file: "websocket.md", wording: websocket, own: of_websockets },
    Documented { class: "BitrixPull", file: "bitrix-pull.md", wording: bitrix_pull, own: of_bitrix_pull },
];

/// The document of a class; its lines that are rows of tables.
pub(crate) struct Document {
    name: &'static str,
    rows: Vec<String>,
}

impl Document {
    /// The document at `docs/<name>` of the repository at `root`.
    pub(crate) fn read(root: &Path, name: &'static str) -> Self {
        let text = fs::read_to_string(root.join("docs").join(name)).expect("a readable document");
        Self { name, rows: text.lines().filter(|line| line.starts_with("| ")).map(str::to_owned).collect() }
    }

    /// What is missing of the members of a class: each has a row of its own that begins with both its names.
    pub(crate) fn missing_members(&self, members: &Table) -> Vec<String> {
        let properties = members.properties.iter().map(|it| format!("| {} | {} | ", it.alias, it.name));
        let missing_properties = properties.filter(|row| self.count(|found| found.starts_with(row)) != 1);
        let methods = members.methods.iter().filter(|method| {
            let count = method.parameters.len();
            self.count(|row| is_row_of(row, &method.alias, &method.name, count)) != 1
        });
        let missing_methods = methods.map(|it| format!("{}, {} parameters", it.alias, it.parameters.len()));
        missing_properties.chain(missing_methods).map(|what| format!("{}: {what}", self.name)).collect()
    }

    /// What is missing of the events of a class: each stands in a row, byte for byte.
    pub(crate) fn missing_events(&self, documented: &Documented) -> Vec<String> {
        let occurrences = (documented.own)().into_iter().chain(occurrences());
        let missing = occurrences.filter_map(|occurrence| {
            let texts = (documented.wording)(&occurrence, 0, Language::Russian)?;
            let data = if has_own_data(&occurrence) || texts.data.is_empty() {
                String::new()
            } else {
                format!("`{}` |", texts.data)
            };
            let cells = format!(" | `{}` | {data}", texts.event);
            (self.count(|row| row.contains(&cells)) != 1).then(|| format!("{}: {cells}", self.name))
        });
        missing.collect()
    }

    fn count(&self, is_it: impl Fn(&str) -> bool) -> usize {
        self.rows.iter().filter(|row| is_it(row)).count()
    }
}

/// Whether a row begins with a method and its parameters: `| Alias(Первый, Второй = "") | Name | `.
fn is_row_of(row: &str, alias: &str, name: &str, parameters: usize) -> bool {
    let rest = row.strip_prefix("| ").and_then(|row| row.strip_prefix(alias)?.strip_prefix('('));
    rest.and_then(|rest| rest.split_once(')')).is_some_and(|(listed, rest)| {
        let count = if listed.is_empty() { 0 } else { listed.split(", ").count() };
        count == parameters && rest.starts_with(&format!(" | {name} | "))
    })
}

/// Whether what is in `Данные` came from outside: documents describe it.
fn has_own_data(occurrence: &Occurrence) -> bool {
    occurrence.is_message() || matches!(occurrence, Occurrence::Tokens(_))
}

/// One of each kind that all tell alike, with the values that the documents show.
fn occurrences() -> Vec<Occurrence> {
    vec![
        closed(Side::Us, 1000, ""),
        Occurrence::QueueFull,
        Occurrence::QueueFree { lost: 7 },
        Occurrence::Available { count: 5 },
    ]
}

fn of_websockets() -> Vec<Occurrence> {
    vec![
        Occurrence::Opened(Opening { attempt: 2, subprotocol: "ari".to_owned() }),
        closed(Side::Peer, 1011, "сбой"),
        failed("Сервер отказал в подключении: HTTP 401", 60_000),
        Occurrence::Waiting { attempt: 3, retry_in: Duration::from_millis(1875) },
        Occurrence::Message(Payload::Text("".into())),
        Occurrence::Message(Payload::Binary(Vec::new())),
    ]
}

fn of_bitrix_pull() -> Vec<Occurrence> {
    let published = |offline| {
        Occurrence::Published(Publication { text: String::new(), offline, receipt: Receipt::default() })
    };
    let told = OfflineEvent { connector: "OneC".to_owned(), count: 1 };
    vec![
        Occurrence::Opened(Opening { attempt: 2, subprotocol: String::new() }),
        closed(Side::Peer, 1006, "Сервер очередей молчал 60 с"),
        failed("портал не принял токен: invalid_token (HTTP 401)", 60_500),
        Occurrence::Waiting { attempt: 3, retry_in: Duration::from_millis(5250) },
        published(Vec::new()),
        published(vec![told]),
        Occurrence::CheckQueue(Cause::Start),
        Occurrence::CheckQueue(Cause::Reconnect),
        Occurrence::CheckQueue(Cause::Channel),
        Occurrence::CheckQueue(Cause::Timer),
        Occurrence::Tokens(Tokens::default()),
    ]
}

fn closed(side: Side, code: u16, reason: &str) -> Occurrence {
    Occurrence::Closed(Closing { side, code, reason: Text::made(reason, reason) })
}

fn failed(text: &str, retry_in: u64) -> Occurrence {
    let failure = Failure { kind: FailureKind::Auth, status: Some(401), text: Text::made(text, text) };
    Occurrence::Failed { failure, retry_in: Some(Duration::from_millis(retry_in)) }
}
