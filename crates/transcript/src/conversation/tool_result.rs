//! What a tool gave back.

use serde_json::{Map, Value};

use super::ToolResult;
use super::picture::{drop_data, picture};
use super::value::{flag, text};

/// A result with the id of its call.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) call: String,
    pub(super) result: ToolResult,
}

/// A block that holds a result (`tool_result`, or one of the API's own tools'); `None` without the id of a call.
pub(super) fn read(mut block: Map<String, Value>, mut detail: Value) -> Option<Outcome> {
    let call = text(&block, "tool_use_id")?;
    drop_data(&mut detail);
    let mut result = ToolResult { is_error: flag(&block, "is_error"), detail, ..ToolResult::default() };
    match block.remove("content").unwrap_or_default() {
        Value::String(content) => result.text = content,
        Value::Array(blocks) => blocks.into_iter().for_each(|part| add(&mut result, part)),
        Value::Null => {}
        part => add(&mut result, part),
    }
    Some(Outcome { call, result })
}

fn add(result: &mut ToolResult, part: Value) {
    let Value::Object(mut part) = part else { return line(&mut result.text, &part.to_string()) };
    let kind = text(&part, "type").unwrap_or_default();
    match (kind.as_str(), part.remove("text")) {
        (_, Some(Value::String(content))) => line(&mut result.text, &content),
        ("image" | "document", _) => result.images.push(picture(&part)),
        ("tool_reference", _) => line(&mut result.text, &text(&part, "tool_name").unwrap_or(kind)),
        ("web_search_result", _) => line(&mut result.text, &link(&part)),
        _ => {
            result.is_error |= kind.ends_with("_error");
            let mut whole = Value::Object(part);
            drop_data(&mut whole);
            line(&mut result.text, &whole.to_string());
        }
    }
}

fn link(found: &Map<String, Value>) -> String {
    let field = |key: &str| text(found, key).unwrap_or_default();
    format!("{} {}", field("title"), field("url"))
}

fn line(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}
