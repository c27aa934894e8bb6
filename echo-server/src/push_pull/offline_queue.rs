//! The queue of offline events in the portal's database.

use openssl::hash::{MessageDigest, hash};
use serde_json::{Value, json};

use crate::push_pull::{
    clock::iso,
    parameters::text_of,
    signature::{hexadecimal, random_id},
};

/// What is bound, and what has happened to it.
#[derive(Default)]
pub(super) struct OfflineQueue {
    bindings: Vec<Binding>,
    rows: Vec<Row>,
    last_id: u64,
}

/// An event that is recorded for a connector.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Binding {
    pub(super) event: String,
    pub(super) connector: String,
}

#[derive(Clone)]
struct Row {
    id: u64,
    time: u64,
    event: String,
    data: Value,
    connector: String,
    message_id: String,
    /// Empty while nobody has reserved it.
    process_id: String,
    error: bool,
}

/// Which rows are asked for.
pub(super) struct Selection<'a> {
    pub(super) connector: &'a str,
    /// Field and value, with `!`, `=` or `!=` before the field.
    pub(super) filter: Option<&'a Value>,
}

impl Selection<'_> {
    fn takes(&self, row: &Row) -> bool {
        let Some(Value::Object(filter)) = self.filter else { return row.connector == self.connector };
        let fields = row.json_with_state();
        let fits = |(key, value): (&String, &Value)| {
            let name = key.trim_start_matches(['!', '=']).to_uppercase();
            let text = |value: &Value| text_of(value).unwrap_or_default();
            let is_equal = match value {
                Value::Array(any) => any.iter().any(|one| text(one) == text(&fields[&name])),
                one => text(one) == text(&fields[&name]),
            };
            is_equal != key.starts_with('!')
        };
        row.connector == self.connector && filter.iter().all(fits)
    }
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "ID": self.id.to_string(),
            "TIMESTAMP_X": iso(self.time),
            "EVENT_NAME": self.event,
            "EVENT_DATA": self.data,
            "EVENT_ADDITIONAL": {"user_id": "1"},
            "MESSAGE_ID": self.message_id,
        })
    }

    fn json_with_state(&self) -> Value {
        let mut value = self.json();
        value["PROCESS_ID"] = self.process_id.as_str().into();
        value["ERROR"] = u8::from(self.error).to_string().into();
        value
    }
}

impl OfflineQueue {
    /// Whether it was not bound before.
    pub(super) fn bind(&mut self, binding: Binding) -> bool {
        let is_new = !self.bindings.contains(&binding);
        if is_new {
            self.bindings.push(binding);
        }
        is_new
    }

    /// How many bindings there were.
    pub(super) fn unbind(&mut self, binding: &Binding) -> usize {
        let before = self.bindings.len();
        self.bindings.retain(|bound| bound != binding);
        before - self.bindings.len()
    }

    pub(super) fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Records an event for all who bound it; their connectors. One that is recorded already and not reserved only
    /// gets a new time.
    pub(super) fn record(&mut self, event: &str, data: &Value, now: u64) -> Vec<String> {
        let event = event.to_uppercase();
        let bound = self.bindings.iter().filter(|binding| binding.event.eq_ignore_ascii_case(&event));
        let connectors: Vec<_> = bound.map(|binding| binding.connector.clone()).collect();
        for connector in &connectors {
            let digest = hash(MessageDigest::md5(), format!("{event}{data}{connector}").as_bytes());
            let message_id = hexadecimal(&digest.expect("MD5 is built in"));
            let known = |row: &&mut Row| row.message_id == message_id && row.process_id.is_empty();
            if let Some(row) = self.rows.iter_mut().find(known) {
                row.time = now;
                continue;
            }
            self.last_id += 1;
            self.rows.push(Row {
                id: self.last_id,
                time: now,
                event: event.clone(),
                data: data.clone(),
                connector: connector.clone(),
                message_id,
                process_id: String::new(),
                error: false,
            });
        }
        connectors
    }

    /// Takes the first rows that are free and deletes them.
    pub(super) fn take(&mut self, selection: &Selection<'_>, error: bool, limit: usize) -> Vec<Value> {
        let free: Vec<_> = self.free(selection, error, limit).map(|row| row.id).collect();
        let taken = self.rows.extract_if(.., |row| free.contains(&row.id));
        taken.map(|row| row.json()).collect()
    }

    /// Reserves the first rows that are free, for a process whose new id comes with them.
    pub(super) fn reserve(
        &mut self,
        selection: &Selection<'_>,
        error: bool,
        limit: usize,
    ) -> (String, Vec<Value>) {
        let process_id = random_id();
        let free: Vec<_> = self.free(selection, error, limit).map(|row| row.id).collect();
        for row in self.rows.iter_mut().filter(|row| free.contains(&row.id)) {
            row.process_id.clone_from(&process_id);
        }
        let events = self.reserved(selection, &process_id);
        (process_id, events)
    }

    /// What that process has reserved.
    pub(super) fn reserved(&self, selection: &Selection<'_>, process_id: &str) -> Vec<Value> {
        let reserved = self.rows.iter().filter(|row| row.process_id == process_id && selection.takes(row));
        reserved.map(Row::json).collect()
    }

    /// Deletes what that process has reserved: these messages or ids, or all.
    pub(super) fn clear(&mut self, process_id: &str, messages: Option<&[String]>, ids: Option<&[String]>) {
        let is_meant = |row: &Row| match (messages, ids) {
            (Some(messages), _) => messages.contains(&row.message_id),
            (None, Some(ids)) => ids.contains(&row.id.to_string()),
            (None, None) => true,
        };
        self.rows.retain(|row| row.process_id != process_id || !is_meant(row));
    }

    /// Gives these messages of that process back, marked as failed.
    pub(super) fn fail(&mut self, process_id: &str, messages: &[String]) {
        for row in &mut self.rows {
            if row.process_id == process_id && messages.contains(&row.message_id) {
                row.process_id.clear();
                row.error = true;
            }
        }
    }

    /// All rows, reserved or not.
    pub(super) fn list(&self, selection: &Selection<'_>) -> Vec<Value> {
        self.rows.iter().filter(|row| selection.takes(row)).map(Row::json_with_state).collect()
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn free(&self, selection: &Selection<'_>, error: bool, limit: usize) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(move |row| row.process_id.is_empty() && row.error == error && selection.takes(row))
            .take(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Selection<'_> = Selection { connector: "OneC", filter: None };

    fn with(events: u64) -> OfflineQueue {
        let mut queue = OfflineQueue::default();
        queue.bind(Binding { event: "ONX".to_owned(), connector: "OneC".to_owned() });
        for id in 0..events {
            assert_eq!(queue.record("ONX", &json!({"FIELDS": {"ID": id}}), id), ["OneC"]);
        }
        queue
    }

    #[test]
    fn an_edit_of_the_same_object_is_one_row() {
        let mut queue = with(1);
        queue.record("onx", &json!({"FIELDS": {"ID": 0}}), 7);
        queue.record("ONUNBOUND", &json!({}), 7);
        assert_eq!(queue.len(), 1);
        queue.reserve(&ALL, false, 50);
        queue.record("ONX", &json!({"FIELDS": {"ID": 0}}), 8);
        assert_eq!(queue.len(), 2, "what is reserved is no longer merged with");
    }

    #[test]
    fn what_is_reserved_is_given_to_nobody_else_and_found_by_its_process() {
        let mut queue = with(3);
        let (first, events) = queue.reserve(&ALL, false, 2);
        assert_eq!(events.len(), 2);
        let (second, rest) = queue.reserve(&ALL, false, 2);
        assert_eq!((rest.len(), queue.reserve(&ALL, false, 2).1.len()), (1, 0));
        assert_eq!(queue.reserved(&ALL, &first), events);
        let filter = json!({"!=process_id": "", "ERROR": 0});
        assert_eq!(queue.list(&Selection { connector: "OneC", filter: Some(&filter) }).len(), 3);
        assert!(queue.list(&Selection { connector: "", filter: None }).is_empty());
        queue.clear(&first, None, Some(&["1".to_owned()]));
        queue.clear(&second, None, None);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn what_failed_is_free_again_and_asked_for_by_its_error() {
        let mut queue = with(1);
        let (process, events) = queue.reserve(&ALL, false, 50);
        queue.fail(&process, &[events[0]["MESSAGE_ID"].as_str().unwrap().to_owned()]);
        assert!(queue.take(&ALL, false, 50).is_empty());
        assert_eq!(queue.take(&ALL, true, 50).len(), 1);
        assert_eq!(queue.len(), 0);
    }
}
