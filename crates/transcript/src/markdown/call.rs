//! Tool calls as Markdown.

use serde_json::{Map, Value};

use super::fence::{fenced, span};
use super::{picture, sanitize};
use crate::{ToolCall, ToolResult};

/// Most characters of an error in the line of its call.
const LONGEST_ERROR: usize = 100;

/// One line: the tool, what it is about, and how it ended.
pub(super) fn line(call: &ToolCall) -> String {
    let subject = if call.subject.is_empty() { String::new() } else { format!("  {}", span(&call.subject)) };
    let end = match &call.result {
        None => "no result".to_owned(),
        Some(result) if result.is_error => format!("error{}", reason(result)),
        Some(_) => "ok".to_owned(),
    };
    format!("> {}{subject}  → {end}", call.name)
}

fn reason(result: &ToolResult) -> String {
    let text = sanitize(unwrapped(&result.text)).into_owned();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let whole = match lines.next().filter(|_| first.starts_with("Exit code")) {
        Some(second) => format!(": {first}: {second}"),
        None if first.is_empty() => String::new(),
        None => format!(": {first}"),
    };
    let mut line: String = whole.chars().take(LONGEST_ERROR).collect();
    if line.len() < whole.len() {
        line.push('…');
    }
    line
}

/// Its input and its result, as blocks.
pub(super) fn parts(call: &ToolCall) -> Vec<String> {
    let result = call.result.as_ref();
    let text = result.map(|result| sanitize(unwrapped(&result.text)).into_owned()).unwrap_or_default();
    let text = text.trim_matches('\n');
    let field = |key: &str| call.input.get(key).and_then(Value::as_str).map(sanitize);
    let mut parts = Vec::new();
    if let Some(diff) = result.and_then(patch) {
        parts.push(fenced(&sanitize(&diff), "diff"));
    } else if let ("Bash", Some(command)) = (call.name.as_str(), field("command")) {
        parts.push(fenced(format!("$ {command}\n{text}").trim_end(), "console"));
    } else {
        match (call.name.as_str(), field("content"), field("old_string").zip(field("new_string"))) {
            ("Write", Some(content), _) => parts.push(fenced(content.trim_end_matches('\n'), "")),
            ("Edit", _, Some((old, new))) => parts.push(fenced(&change(&old, &new), "diff")),
            _ => parts.append(&mut input(call)),
        }
        parts.extend(output(text));
    }
    parts.extend(result.into_iter().flat_map(|result| &result.images).map(picture));
    parts
}

/// The input as JSON, without what the line of the call says already; texts of several lines stand on their own.
fn input(call: &ToolCall) -> Vec<String> {
    let Value::Object(fields) = &call.input else {
        return (!call.input.is_null())
            .then(|| fenced(&sanitize(&call.input.to_string()), "json"))
            .into_iter()
            .collect();
    };
    let (mut texts, mut rest) = (Vec::new(), Map::new());
    for (key, value) in fields {
        match value.as_str() {
            Some(text) if text.trim() == call.subject => {}
            Some(text) if text.contains('\n') => texts.push(format!("{key}:\n\n{}", fenced(&sanitize(text), ""))),
            _ => {
                rest.insert(key.clone(), value.clone());
            }
        }
    }
    let json = || serde_json::to_string_pretty(&rest).unwrap_or_default();
    let json = (!rest.is_empty()).then(|| fenced(&sanitize(&json()), "json"));
    json.into_iter().chain(texts).collect()
}

fn output(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| fenced(text, ""))
}

/// The text of an error without the tag around it.
fn unwrapped(text: &str) -> &str {
    let inner = text.trim().strip_prefix("<tool_use_error>");
    inner.map_or(text, |inner| inner.strip_suffix("</tool_use_error>").unwrap_or(inner))
}

/// The change of a file (`structuredPatch` of the client's own record), as a unified diff.
fn patch(result: &ToolResult) -> Option<String> {
    let hunks = result.detail.get("structuredPatch")?.as_array().filter(|hunks| !hunks.is_empty())?;
    let mut lines = Vec::new();
    for hunk in hunks {
        let number = |key: &str| hunk.get(key).and_then(Value::as_u64).unwrap_or_default();
        let (old, new) = (number("oldStart"), number("newStart"));
        lines.push(format!("@@ -{old},{} +{new},{} @@", number("oldLines"), number("newLines")));
        let changed = hunk.get("lines").and_then(Value::as_array).into_iter().flatten();
        lines.extend(changed.filter_map(Value::as_str).map(str::to_owned));
    }
    Some(lines.join("\n"))
}

/// A replacement that the client kept no diff of.
fn change(old: &str, new: &str) -> String {
    let lines = old.lines().map(|line| format!("-{line}")).chain(new.lines().map(|line| format!("+{line}")));
    lines.collect::<Vec<_>>().join("\n")
}
