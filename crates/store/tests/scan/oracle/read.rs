//! The lines that tell of a request, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::usage::figure;

/// One line that tells of a request.
#[derive(Debug, Clone)]
pub(crate) struct Telling {
    pub(crate) file: usize,
    /// The session that the file belongs to.
    pub(crate) session: String,
    pub(crate) record_session: String,
    pub(crate) copied: bool,
    /// When the file begins with something of its own.
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) key: String,
    pub(crate) uuid: Option<String>,
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) message: Value,
    pub(crate) tool_searches: u64,
    sidechain: bool,
    place: u64,
}

impl Telling {
    /// Rule 4.
    pub(crate) fn rank(&self) -> (bool, bool, u64, u64) {
        let output = figure(&self.message["usage"]["output_tokens"]);
        (!self.sidechain, is_text(&self.message["stop_reason"]), output, self.place)
    }
}

/// Whether a value is a string with something in it.
pub(crate) fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Everything that tells of a request below a folder.
pub(crate) fn tellings(projects: &Path) -> Vec<Telling> {
    let mut files = Vec::new();
    list(projects, &mut files);
    files.sort();
    files.iter().enumerate().flat_map(|(file, path)| file_tellings(file, path, projects)).collect()
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, found) } else { found.push(path) }
    }
}

fn file_tellings(file: usize, path: &Path, projects: &Path) -> Vec<Telling> {
    let records = records(&fs::read(path).expect("a file can be read"));
    let below = path.strip_prefix(projects).expect("it lies below");
    let parts: Vec<&str> = below.iter().filter_map(|part| part.to_str()).collect();
    let Some(session) = session_of(&parts, &records) else { return Vec::new() };
    let mut tellings = Vec::new();
    let mut since = None;
    let mut last_session = BTreeMap::new();
    for (place, record) in &records {
        let copied = is_copied(record);
        since = since.or_else(|| time(record).filter(|_| !copied));
        count_session(record, &mut last_session);
        let Some(inner) = answer(record) else { continue };
        let message = &inner["message"];
        if message["model"] == "<synthetic>" || inner["isUnmetered"] == true || record["isUnmetered"] == true {
            continue;
        }
        let named = named_session(record).unwrap_or_else(|| most(&last_session).unwrap_or_default());
        let original = copied_from(record).filter(|from| !from.is_empty()).unwrap_or_else(|| named.clone());
        tellings.push(Telling {
            file,
            session: session.clone(),
            record_session: named,
            copied,
            since,
            key: key(inner, &original, *place),
            uuid: text(&inner["uuid"]),
            at: time(inner).or_else(|| time(record)),
            message: message.clone(),
            tool_searches: 0,
            sidechain: inner["isSidechain"] == true || record["type"] == "progress",
            place: *place,
        });
    }
    add_searches(&records, &mut tellings);
    tellings
}

/// Rule 1: leading NUL bytes are nothing, a torn line loses only itself, glued objects are records of their own.
fn records(bytes: &[u8]) -> Vec<(u64, Value)> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = String::from_utf8_lossy(piece);
        let text = text.trim_start_matches('\u{feff}').trim_start_matches('\0').trim();
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let mut line = Vec::new();
        let torn = loop {
            let at = start + stream.byte_offset() as u64;
            match stream.next() {
                Some(Ok(value)) if value.is_object() => line.push((at, value)),
                Some(_) => break true,
                None => break false,
            }
        };
        if piece.ends_with(b"\n") || !torn {
            found.append(&mut line);
        }
        start += piece.len() as u64;
    }
    found
}

/// Rules 5 and 14: a subagent's requests belong to the session that started it.
fn session_of(parts: &[&str], records: &[(u64, Value)]) -> Option<String> {
    let name = parts.last()?.strip_suffix(".jsonl").filter(|name| !name.is_empty() && !name.starts_with('.'))?;
    let is_agent = name.len() > 6 && name.starts_with("agent-");
    match parts {
        [_, _] if is_agent => {
            let mut named = BTreeMap::new();
            for (_, record) in records {
                count_session(record, &mut named);
            }
            Some(most(&named).unwrap_or_default())
        }
        [_, _] => (name != "journal").then(|| name.to_owned()),
        [_, session, "subagents", ..] if is_agent => Some((*session).to_owned()),
        _ => None,
    }
}

/// How often each session is named, and when first.
type Named = BTreeMap<String, (usize, usize)>;

fn count_session(record: &Value, named: &mut Named) {
    if let Some(session) = named_session(record) {
        let next = named.len();
        named.entry(session).or_insert((0, next)).0 += 1;
    }
}

fn most(named: &Named) -> Option<String> {
    named.iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first))).map(|(name, _)| name.clone())
}

fn named_session(record: &Value) -> Option<String> {
    text(&record["sessionId"]).or_else(|| text(&record["session_id"]))
}

/// Rule 1: an answer is an assistant line, or one inside an `agent_progress` record.
fn answer(record: &Value) -> Option<&Value> {
    let inner = match record["type"].as_str()? {
        "assistant" => record,
        "progress" if record["data"]["type"] == "agent_progress" => &record["data"]["message"],
        _ => return None,
    };
    (inner["type"] == "assistant" && inner["message"]["usage"].is_object()).then_some(inner)
}

/// Rule 3.
fn key(inner: &Value, session: &str, place: u64) -> String {
    match (text(&inner["message"]["id"]), text(&inner["requestId"]), text(&inner["uuid"])) {
        (Some(id), _, _) if id.starts_with("msg_") => id,
        (Some(id), Some(request), _) => format!("{id}|{request}|{session}"),
        (Some(id), None, _) => format!("{id}||{session}"),
        (None, _, Some(uuid)) => format!("uuid:{uuid}"),
        (None, _, None) => format!("at:{session}:{place}"),
    }
}

/// The session that a record says it was copied from; empty if it says only that it was.
fn copied_from(record: &Value) -> Option<String> {
    if record["forkedFrom"].is_object() {
        return Some(text(&record["forkedFrom"]["sessionId"]).unwrap_or_default());
    }
    text(&record["requestSessionId"]).filter(|from| named_session(record).is_none_or(|own| own != *from))
}

fn is_copied(record: &Value) -> bool {
    copied_from(record).is_some()
}

/// Rule 9: the searches that the `WebSearch` tool tells of belong to the request that called it.
fn add_searches(records: &[(u64, Value)], tellings: &mut [Telling]) {
    let mut calls = BTreeMap::<String, u64>::new();
    let mut seen = BTreeSet::new();
    for (place, record) in records {
        let inner = answer(record).unwrap_or(record);
        for block in inner["message"]["content"].as_array().into_iter().flatten() {
            if let Some(id) = text(&block["id"]).filter(|_| block["type"] == "tool_use")
                && seen.insert(id.clone())
                && block["name"] == "WebSearch"
            {
                calls.insert(id, *place);
            }
        }
        let nested = &record["data"]["message"];
        let told = if record["type"] == "progress" { nested } else { record };
        for block in told["message"]["content"].as_array().into_iter().flatten() {
            let called = text(&block["tool_use_id"]).and_then(|id| calls.remove(&id));
            let Some(at) = called.filter(|_| block["type"] == "tool_result" && told["type"] == "user") else {
                continue;
            };
            let Some(key) = tellings.iter().find(|telling| telling.place == at).map(|telling| telling.key.clone())
            else {
                continue;
            };
            let count = figure(&told["toolUseResult"]["searchCount"]);
            tellings.iter_mut().filter(|telling| telling.key == key).for_each(|telling| telling.tool_searches += count);
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn time(record: &Value) -> Option<DateTime<Utc>> {
    let timestamp = &record["timestamp"];
    if let Some(text) = timestamp.as_str() {
        return DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    }
    timestamp.as_i64().filter(|ms| (0..=253_402_300_799_999).contains(ms)).and_then(DateTime::from_timestamp_millis)
}
