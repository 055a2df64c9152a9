//! System records: what the client says beside the conversation.

use serde_json::{Map, Value};

use super::prompt::{self, Circumstances, Piece};
use super::record::{Content, Preserved};
use super::value::{flag, text};
use super::{Body, Notice};

/// Subtypes that say nothing to a reader.
const SILENT: [&str; 4] = ["turn_duration", "stop_hook_summary", "microcompact_boundary", "file_snapshot"];

/// Reads a system record.
pub(super) fn read(fields: &Map<String, Value>) -> Content {
    let content = text(fields, "content").unwrap_or_default();
    let piece = |notice| Piece::Body(Body::Notice(notice));
    let pieces = match fields.get("subtype").and_then(Value::as_str).unwrap_or_default() {
        "compact_boundary" => return boundary(fields),
        "model_refusal_fallback" => vec![piece(Notice::ModelChanged {
            from: text(fields, "originalModel").unwrap_or_default(),
            to: text(fields, "fallbackModel").unwrap_or_default(),
        })],
        "api_error" => vec![piece(Notice::Info(api_error(fields)))],
        "local_command" => prompt::pieces(&content, &Circumstances::default()),
        subtype if SILENT.contains(&subtype) || flag(fields, "isMeta") => return Content::Link,
        _ if content.trim().is_empty() => return Content::Link,
        _ => vec![piece(Notice::Info(content.trim().to_owned()))],
    };
    Content::Told { results: Vec::new(), pieces }
}

fn boundary(fields: &Map<String, Value>) -> Content {
    let metadata = fields.get("compactMetadata").and_then(Value::as_object);
    let notice = Notice::Compacted {
        trigger: metadata.and_then(|metadata| text(metadata, "trigger")),
        tokens_before: metadata.and_then(|metadata| metadata.get("preTokens")?.as_u64()),
        summary: String::new(),
    };
    let segment = metadata.and_then(|metadata| metadata.get("preservedSegment")?.as_object());
    let preserved = segment.and_then(|segment| {
        let [head, tail, anchor] = ["headUuid", "tailUuid", "anchorUuid"].map(|key| text(segment, key));
        Some(Preserved { head: head?, tail: tail?, anchor: anchor? })
    });
    Content::Boundary { notice, preserved }
}

/// One line on a failed request: what the API said, and which attempt it was.
fn api_error(fields: &Map<String, Value>) -> String {
    let error = fields.get("error").and_then(Value::as_object);
    let status = error.and_then(|error| error.get("status")?.as_u64());
    let inner = error.and_then(|error| error.get("error")?.get("error")?.get("message")?.as_str());
    let said = inner.map(str::to_owned).or_else(|| error.and_then(|error| text(error, "message")));
    let said = said.or_else(|| text(fields, "error")).or_else(|| text(fields, "content"));
    let attempt = |key: &str| fields.get(key).and_then(Value::as_u64);
    let attempts = attempt("retryAttempt").zip(attempt("maxRetries"));
    let parts = [
        Some("API error".to_owned()),
        status.map(|status| format!(" {status}")),
        said.map(|said| format!(": {said}")),
        attempts.map(|(attempt, most)| format!(" (attempt {attempt} of {most})")),
    ];
    parts.into_iter().flatten().collect()
}
