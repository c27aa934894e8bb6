//! The REST methods around offline events.

use serde_json::{Value, json};

use crate::push_pull::{
    offline_queue::{Binding, Selection},
    parameters::Parameters,
    rest::Answer,
    rest_error::RestError,
    site::Site,
};

/// How many events are given unless told, and how many are on a page of the list.
const PAGE: usize = 50;

/// `event.bind`, for offline events only.
pub(super) fn bind(site: &Site, asked: &Parameters) -> Result<Answer, RestError> {
    let binding = binding(asked)?;
    if asked.text("event_type").is_none_or(|kind| !kind.eq_ignore_ascii_case("offline")) {
        return Err(RestError::new(400, "ERROR_ARGUMENT", "This portal binds offline events only"));
    }
    if !binding.event.starts_with("ON") || binding.event == "ONOFFLINEEVENT" {
        return Err(RestError::new(400, "ERROR_EVENT_NOT_FOUND", "Event not found"));
    }
    if !site.records().queue.bind(binding) {
        let text = "Unable to set event handler: Handler already binded";
        return Err(RestError::new(400, "ERROR_CORE", text));
    }
    Ok(true.into())
}

/// `event.unbind`.
pub(super) fn unbind(site: &Site, asked: &Parameters) -> Result<Answer, RestError> {
    let count = site.records().queue.unbind(&binding(asked)?);
    Ok(json!({"count": count}).into())
}

/// `event.get`.
pub(super) fn bindings(site: &Site) -> Answer {
    let records = site.records();
    let row =
        |binding: &Binding| json!({"event": binding.event, "connector_id": binding.connector, "offline": 1});
    records.queue.bindings().iter().map(row).collect::<Value>().into()
}

/// `event.offline.get`.
pub(super) fn get(site: &Site, asked: &Parameters, extended: bool) -> Result<Answer, RestError> {
    let keeps = asked.text("clear").is_some_and(|clear| matches!(clear.as_str(), "0" | "N"));
    if keeps && !extended {
        return Err(RestError::wrong_license());
    }
    let error = asked.text("error").is_some_and(|error| matches!(error.as_str(), "1" | "Y"));
    let limit = asked.number("limit").filter(|limit| *limit > 0).unwrap_or(PAGE);
    let connector = asked.text("auth_connector").unwrap_or_default();
    let selection = Selection { connector: &connector, filter: asked.value("filter") };
    let queue = &mut site.records().queue;
    let (process_id, events) = match asked.text("process_id").filter(|process_id| !process_id.is_empty()) {
        Some(process_id) => {
            let events = queue.reserved(&selection, &process_id);
            (Some(process_id), events)
        }
        None if keeps => {
            let (process_id, events) = queue.reserve(&selection, error, limit);
            (Some(process_id), events)
        }
        None => (None, queue.take(&selection, error, limit)),
    };
    Ok(json!({"process_id": process_id, "events": events}).into())
}

/// `event.offline.clear`.
pub(super) fn clear(site: &Site, asked: &Parameters) -> Result<Answer, RestError> {
    let (messages, ids) = (asked.list("message_id"), asked.list("id"));
    site.records().queue.clear(&process_id(asked)?, messages.as_deref(), ids.as_deref());
    Ok(true.into())
}

/// `event.offline.error`.
pub(super) fn fail(site: &Site, asked: &Parameters) -> Result<Answer, RestError> {
    let messages = asked.list("message_id").ok_or_else(|| RestError::argument("message_id"))?;
    site.records().queue.fail(&process_id(asked)?, &messages);
    Ok(true.into())
}

/// `event.offline.list`.
pub(super) fn list(site: &Site, asked: &Parameters) -> Answer {
    let connector = asked.text("auth_connector").unwrap_or_default();
    let selection = Selection { connector: &connector, filter: asked.value("filter") };
    let rows = site.records().queue.list(&selection);
    let start = asked.number("start").unwrap_or_default();
    let page: Vec<_> = rows.iter().skip(start).take(PAGE).cloned().collect();
    let next = Some(start + PAGE).filter(|next| *next < rows.len());
    Answer { result: page.into(), total: Some(rows.len()), next }
}

fn binding(asked: &Parameters) -> Result<Binding, RestError> {
    let event =
        asked.text("event").filter(|event| !event.is_empty()).ok_or_else(|| RestError::argument("EVENT"))?;
    Ok(Binding { event: event.to_uppercase(), connector: asked.text("auth_connector").unwrap_or_default() })
}

fn process_id(asked: &Parameters) -> Result<String, RestError> {
    asked.text("process_id").filter(|text| !text.is_empty()).ok_or_else(|| RestError::argument("process_id"))
}
