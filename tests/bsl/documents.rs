//! What the documents say of a class, compared with the class.

use std::fs;
use std::path::Path;
use std::time::Duration;

use native_api::{Language, Text};
use native_api_host::Table;
use vestnik::events::{Wording, rom_websocket, websocket};
use vestnik::message::{Closing, Failure, FailureKind, Occurrence, Opening, Payload, Side};

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

    /// What is missing of the events that `wording` makes: each stands in a row, byte for byte.
    pub(crate) fn missing_events(&self, wording: Wording) -> Vec<String> {
        let occurrences = occurrences();
        let texts = occurrences.iter().filter_map(|occurrence| {
            let texts = wording(occurrence, Language::Russian)?;
            let is_payload = matches!(occurrence, Occurrence::Message(_)) || texts.data.is_empty();
            let data = if is_payload { String::new() } else { format!("`{}` |", texts.data) };
            Some(format!(" | `{}` | {data}", texts.event))
        });
        let missing = texts.filter(|cells| self.count(|row| row.contains(cells)) != 1);
        missing.map(|cells| format!("{}: {cells}", self.name)).collect()
    }

    fn count(&self, is_it: impl Fn(&str) -> bool) -> usize {
        self.rows.iter().filter(|row| is_it(row)).count()
    }
}

/// The documents, and how the events of their classes are worded.
pub(crate) const DOCUMENTS: [(&str, &str, Wording); 2] =
    [("ROM-WebSocket", "rom-websocket.md", rom_websocket), ("WebSocket", "websocket.md", websocket)];

/// Whether a row begins with a method and its parameters: `| Alias(Первый, Второй = "") | Name | `.
fn is_row_of(row: &str, alias: &str, name: &str, parameters: usize) -> bool {
    let rest = row.strip_prefix("| ").and_then(|row| row.strip_prefix(alias)?.strip_prefix('('));
    rest.and_then(|rest| rest.split_once(')')).is_some_and(|(listed, rest)| {
        let count = if listed.is_empty() { 0 } else { listed.split(", ").count() };
        count == parameters && rest.starts_with(&format!(" | {name} | "))
    })
}

/// One of each kind, with the values that the documents show.
fn occurrences() -> Vec<Occurrence> {
    let closing =
        |side, code, reason: &str| Closing { side, code, reason: native_api::Text::made(reason, reason) };
    let refused = Text::fixed("Сервер отказал в подключении: HTTP 401", "The server refused: HTTP 401");
    let failure = Failure { kind: FailureKind::Auth, status: Some(401), text: refused };
    vec![
        Occurrence::Opened(Opening { attempt: 2, subprotocol: "ari".to_owned() }),
        Occurrence::Closed(closing(Side::Us, 1000, "")),
        Occurrence::Closed(closing(Side::Peer, 1011, "сбой")),
        Occurrence::Failed { failure, retry_in: Some(Duration::from_secs(60)) },
        Occurrence::Waiting { attempt: 3, retry_in: Duration::from_millis(1875) },
        Occurrence::Message(Payload::Text(String::new())),
        Occurrence::Message(Payload::Binary(Vec::new())),
        Occurrence::QueueFull,
        Occurrence::QueueFree { lost: 7 },
        Occurrence::Available { count: 5 },
    ]
}
