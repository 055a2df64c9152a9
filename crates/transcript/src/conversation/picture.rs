//! Pictures and documents: what they are, without their bytes.

use serde_json::{Map, Value};

use super::Image;

/// A picture or document block.
pub(super) fn picture(block: &Map<String, Value>) -> Image {
    let source = block.get("source").and_then(Value::as_object);
    let field = |key: &str| source.and_then(|source| source.get(key)).and_then(Value::as_str);
    let kind = block.get("type").and_then(Value::as_str).unwrap_or("image");
    let media_type = field("media_type").unwrap_or(kind).to_owned();
    let data = field("data").unwrap_or_default();
    let bytes = if field("type") == Some("text") { data.len() as u64 } else { decoded_len(data) };
    Image { media_type, bytes }
}

/// The size of what base64 text stands for, in bytes.
fn decoded_len(base64: &str) -> u64 {
    let digits = base64.trim_end_matches('=').len() as u64;
    digits * 3 / 4
}

/// Replaces base64 data anywhere in a value by its size.
pub(super) fn drop_data(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let encoded = fields.get("type").and_then(Value::as_str) == Some("base64");
            for (key, field) in fields.iter_mut() {
                match field {
                    Value::String(data) if key == "base64" || (encoded && key == "data") => {
                        *data = format!("({} bytes left out)", decoded_len(data));
                    }
                    _ => drop_data(field),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(drop_data),
        _ => {}
    }
}
