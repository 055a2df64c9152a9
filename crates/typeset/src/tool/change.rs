//! Tool calls that change a file.

use serde_json::Value;
use transcript::ToolCall;

use crate::diff::Change;

/// What a call changed: as the client recorded it, else by what it was asked for.
pub(super) fn of(call: &ToolCall) -> Option<Change<'_>> {
    if !matches!(call.name.as_str(), "Edit" | "Write" | "MultiEdit" | "NotebookEdit") {
        return None;
    }
    let detail = call.result.as_ref().map(|result| &result.detail);
    if let Some(change) = detail.and_then(|detail| Change::recorded(detail.get("structuredPatch")?)) {
        return Some(change);
    }
    let input = &call.input;
    match call.name.as_str() {
        "Write" => field(input, "content").map(Change::created),
        "NotebookEdit" => field(input, "new_source").map(Change::created),
        "MultiEdit" => Some(Change::between(input.get("edits")?.as_array()?.iter().filter_map(replaced))),
        _ => Some(Change::between([replaced(input)?])),
    }
}

fn replaced(edit: &Value) -> Option<(&str, &str)> {
    Some((field(edit, "old_string").unwrap_or_default(), field(edit, "new_string")?))
}

fn field<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
