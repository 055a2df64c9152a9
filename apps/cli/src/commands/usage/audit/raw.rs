//! A request as its transcript has it.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use archive::Archive;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::sheet::Entry;

/// What the transcript says.
#[derive(Debug, Serialize)]
pub(super) struct Raw {
    /// The fields of the record that counting looks at.
    pub(super) record: Option<Value>,
    /// Why there is none.
    pub(super) problem: Option<String>,
    /// All lines of the same file that tell the request.
    pub(super) lines: Vec<Told>,
}

/// A line that tells a request.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Told {
    /// Its number, from 1.
    pub(super) line: u64,
    pub(super) output_tokens: Option<u64>,
    pub(super) stop_reason: Option<String>,
}

/// Members of the record that are shown.
const OF_RECORD: [&str; 10] = [
    "type",
    "uuid",
    "requestId",
    "timestamp",
    "sessionId",
    "agentId",
    "isSidechain",
    "forkedFrom",
    "requestSessionId",
    "costUSD",
];

/// Members of the message that are shown.
const OF_MESSAGE: [&str; 4] = ["id", "model", "stop_reason", "usage"];

/// Reads the line whose usage counts, and finds all others of its file that tell the request.
pub(super) fn read(entry: &Entry, archive: &Archive) -> Raw {
    let telling = entry.winner();
    let id = telling.request.key.0.split('|').next().unwrap_or_default();
    let record = match record_at(archive, &telling.path, telling.request.offset) {
        Ok(record) => record.filter(|record| is_it(record, id)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Raw::without("The transcript is gone; what was counted from it is kept.".to_owned());
        }
        Err(error) => return Raw::without(format!("The transcript cannot be read: {error}.")),
    };
    match record {
        None => {
            Raw::without("The transcript was changed since it was read: the request is not there any more.".to_owned())
        }
        Some(record) => Raw {
            record: Some(fields(&record)),
            problem: None,
            lines: told(archive, &telling.path, id).unwrap_or_default(),
        },
    }
}

impl Raw {
    fn without(problem: String) -> Self {
        Self { record: None, problem: Some(problem), lines: Vec::new() }
    }
}

/// The record that begins at a byte of a file.
fn record_at(archive: &Archive, path: &Path, offset: u64) -> io::Result<Option<Value>> {
    let mut file = archive.open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut line = Vec::new();
    BufReader::new(file.take(u64::MAX)).read_until(b'\n', &mut line)?;
    Ok(record_in(&line))
}

fn record_in(line: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_start_matches(['\0', '\u{feff}', ' ', '\t']);
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

/// The API message of a record: its own, or that of the record inside a progress record.
fn message(record: &Value) -> Option<&Value> {
    [record.get("message"), record.pointer("/data/message/message")].into_iter().flatten().find(|at| at.is_object())
}

fn is_it(record: &Value, id: &str) -> bool {
    let Some(message) = message(record) else { return false };
    let named = message.get("id").and_then(Value::as_str);
    message.get("usage").is_some_and(Value::is_object) && (!id.starts_with("msg_") || named == Some(id))
}

fn fields(record: &Value) -> Value {
    let nested = record.pointer("/data/message").filter(|_| record.get("message").is_none_or(|own| !own.is_object()));
    let mut shown = pick(nested.unwrap_or(record), &OF_RECORD);
    let message = message(record).map(|message| {
        let mut shown = pick(message, &OF_MESSAGE);
        if let Some(paused) = message.get("pausedResponses").and_then(Value::as_array) {
            let usages = paused.iter().map(|response| Value::Object(pick(response, &["model", "usage"]))).collect();
            shown.insert("pausedResponses".to_owned(), Value::Array(usages));
        }
        Value::Object(shown)
    });
    shown.insert("message".to_owned(), json!(message));
    Value::Object(shown)
}

fn pick(value: &Value, names: &[&str]) -> Map<String, Value> {
    let members = names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())));
    members.collect()
}

/// All lines of a file that tell the request with an id.
fn told(archive: &Archive, path: &Path, id: &str) -> io::Result<Vec<Told>> {
    let mut reader = BufReader::new(archive.open(path)?);
    let (mut line, mut number, mut found) = (Vec::new(), 0, Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        let text = String::from_utf8_lossy(&line);
        if text.contains(id)
            && let Some(record) = record_in(&line).filter(|record| is_it(record, id))
            && let Some(message) = message(&record).filter(|message| message["id"] == id)
        {
            found.push(Told {
                line: number,
                output_tokens: message.pointer("/usage/output_tokens").and_then(Value::as_u64),
                stop_reason: message.get("stop_reason").and_then(Value::as_str).map(str::to_owned),
            });
        }
        line.clear();
    }
    Ok(found)
}
