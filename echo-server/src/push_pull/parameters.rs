//! What a request asks with: in the query, as a form, or as JSON.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// Names and values. The names are in lower case, because the portal does not care about it; what is inside a value
/// stays as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Those of a query or a form, where PHP makes structures of `a[b]=1` and lists of `a[]=1`.
    pub(super) fn from_form(text: &str) -> Self {
        let mut parameters = Map::new();
        for (key, value) in form_urlencoded::parse(text.as_bytes()) {
            let (name, path) = key.split_once('[').unwrap_or((&key, ""));
            let path: Vec<_> = path.split_terminator('[').map(|part| part.trim_end_matches(']')).collect();
            put(&mut parameters, &name.to_lowercase(), &path, value.into_owned());
        }
        Self(parameters)
    }

    /// Those of a JSON object; none of anything else.
    pub(super) fn from_json(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Value::Object(map)) => {
                Self(map.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect())
            }
            _ => Self::default(),
        }
    }

    /// Both; where a name is in both, the other's value counts.
    pub(super) fn overridden_by(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value as a text, if it is a text, a number or a Boolean.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text_of)
    }

    /// The value as a whole number that is not negative.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }

    /// The texts in a list, or in an object whose names are the places in a list; one text is a list of one.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        Some(match self.value(name)? {
            Value::Array(items) => items.iter().filter_map(text_of).collect(),
            Value::Object(map) => map.values().filter_map(text_of).collect(),
            value => text_of(value).into_iter().collect(),
        })
    }
}

/// The text of a scalar; a Boolean is 1 or 0, as PHP's clients send it.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_true) => Some(u8::from(*is_true).to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn put(map: &mut Map<String, Value>, name: &str, path: &[&str], value: String) {
    let name = if name.is_empty() { map.len().to_string() } else { name.to_owned() };
    let Some((next, rest)) = path.split_first() else {
        map.insert(name, Value::String(value));
        return;
    };
    let inner = map.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, next, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_have_brackets_as_in_php() {
        let form = "Event=A%20b&filter[!%3DPROCESS_ID]=&message_id[]=x&message_id[]=y&a[b][c]=1";
        let parameters = Parameters::from_form(form);
        assert_eq!(parameters.text("event").as_deref(), Some("A b"));
        assert_eq!(parameters.list("message_id").unwrap(), ["x", "y"]);
        assert_eq!(parameters.value("filter").unwrap()["!=PROCESS_ID"], "");
        assert_eq!(parameters.value("a").unwrap()["b"]["c"], "1");
    }

    #[test]
    fn json_overrides_the_query() {
        let query = Parameters::from_form("clear=1&limit=2");
        let both = query.overridden_by(Parameters::from_json(r#"{"CLEAR":0,"error":true,"ids":[1,"2"]}"#));
        assert_eq!((both.number("clear"), both.number("limit")), (Some(0), Some(2)));
        assert_eq!(both.text("error").as_deref(), Some("1"));
        assert_eq!(both.list("ids").unwrap(), ["1", "2"]);
        assert!(Parameters::from_json("[1]").value("clear").is_none());
    }
}
