//! What a tool gave back.

use serde_json::{Map, Value};

use super::ToolResult;
use super::picture::{drop_data, picture};
use super::record::said;
use super::value::{flag, text, value};
use crate::wire::{self, Block, Record};

/// The result of a call in a record that holds it (`tool_result`, or one of the API's own tools'). The client's own
/// record of a result belongs to the first one.
pub(super) fn find(record: &Record<'_>, call: &str) -> Option<ToolResult> {
    let content = said(record)?;
    let single = content.is_object().then_some(content);
    let results = content.elements().chain(single).filter(|raw| Block::of(*raw).kind().ends_with("tool_result"));
    let (at, raw) = results.enumerate().find(|(_, raw)| Block::of(*raw).tool_use_id().is_some_and(|id| id == call))?;
    let Value::Object(block) = value(raw) else { return None };
    let detail = record.result.filter(|_| at == 0).map(value).unwrap_or_default();
    Some(ToolResult { at: record.at(), ..read(block, detail) })
}

/// The subagent that the client's record of a result names.
pub(super) fn agent_in(record: &Record<'_>) -> Option<String> {
    wire::text(record.result?.get("agentId")).map(std::borrow::Cow::into_owned)
}

fn read(mut block: Map<String, Value>, mut detail: Value) -> ToolResult {
    drop_data(&mut detail);
    let mut result = ToolResult { is_error: flag(&block, "is_error"), detail, ..ToolResult::default() };
    match block.remove("content").unwrap_or_default() {
        Value::String(content) => result.text = content,
        Value::Array(blocks) => blocks.into_iter().for_each(|part| add(&mut result, part)),
        Value::Null => {}
        part => add(&mut result, part),
    }
    result
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
