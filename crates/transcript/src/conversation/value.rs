//! JSON values of a record, whatever JSON would say to them.

use serde_json::{Map, Value};

use crate::skim::Raw;

/// How deep a value may be nested that no parser of JSON wants; what is deeper stays text.
const DEEPEST: usize = 100;

/// The value; where JSON forbids it (half a surrogate pair, a raw control character), as much of it as can be read.
pub(super) fn value(raw: Raw<'_>) -> Value {
    serde_json::from_str(raw.as_written()).unwrap_or_else(|_| mended(raw, 0))
}

/// The members of a whole record.
pub(super) fn fields(record: &str) -> Map<String, Value> {
    match Raw::cut(record).map(|(raw, _)| value(raw)) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn mended(raw: Raw<'_>, depth: usize) -> Value {
    if let Some(text) = raw.string() {
        return Value::String(text.into_owned());
    }
    let written = raw.as_written();
    if depth >= DEEPEST {
        return Value::String(written.to_owned());
    }
    match written.as_bytes().first() {
        Some(b'{') => raw.members().map(|(key, value)| (key.to_owned(), mended(value, depth + 1))).collect(),
        Some(b'[') => raw.elements().map(|value| mended(value, depth + 1)).collect(),
        _ => serde_json::from_str(written).unwrap_or_default(),
    }
}

/// A field that is a string with something in it.
pub(super) fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Whether a field is `true`.
pub(super) fn flag(fields: &Map<String, Value>, key: &str) -> bool {
    fields.get(key).and_then(Value::as_bool).unwrap_or_default()
}
