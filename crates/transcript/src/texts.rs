//! What was said and done in a record, text by text, for searching.
//!
//! Nothing is decoded here: a text is handed over as it is written, and who takes it decodes it if it can match.
//! Left out is what nobody said: keys, ids, pictures, snapshots, copies of requests, reminders, titles.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::prompt::{BESIDE, MACHINE};
use crate::skim::{Members, Raw};
use crate::wire::{self, Record};

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextKind {
    /// What the person said (in a subagent: what it was told).
    Prompt,
    /// What the model said.
    Answer,
    /// What it thought.
    Thinking,
    /// What a tool was given.
    ToolInput,
    /// What a tool gave back.
    ToolResult,
    /// The client's own record of what a tool gave back; mostly the same as the result, sometimes more of it.
    ToolDetail,
    /// What the client told the person: output of commands, tasks that finished, the summary of a compaction.
    Notice,
    /// A tag that the person gave the session; the last one in a file holds.
    Tag,
}

/// A text of a record.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Whose it is.
    pub kind: TextKind,
    /// Where its record begins, in bytes from the start of the line.
    pub record: usize,
    /// Whether it is the client's record of a result that is the same as the result, which was handed over before it.
    pub repeats: bool,
    written: &'a str,
    timestamp: Option<Raw<'a>>,
}

impl<'a> Text<'a> {
    /// The text as it is written between the quotes, with its escapes.
    pub fn written(&self) -> &'a str {
        self.written
    }

    /// The text itself.
    pub fn decoded(&self) -> Cow<'a, str> {
        crate::skim::decode(self.written)
    }

    /// A stretch of it as it is written, decoded; no escape may go over its ends.
    pub fn decoded_in(&self, stretch: Range<usize>) -> Cow<'a, str> {
        crate::skim::decode(&self.written[stretch])
    }

    /// When it was said.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.timestamp.and_then(wire::time)
    }
}

/// Hands over the texts of all records in a line of a transcript. What cannot be understood is passed over.
pub fn texts(line: &[u8], on: &mut impl FnMut(Text<'_>)) {
    let checked = simdutf8::basic::from_utf8(line);
    let line = checked.map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
    let blank = |text: &str| line.len() - text.len();
    let mut rest = line.trim_start_matches(['\u{feff}', '\0', ' ', '\t', '\r', '\n']);
    while rest.starts_with('{') {
        let Ok((record, used)) = Record::cut(rest) else { return };
        let mut said = Said { record: blank(rest), timestamp: record.timestamp(), result: "", on };
        said.read(&record);
        rest = rest[used..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
}

struct Said<'a, 'f, F> {
    record: usize,
    timestamp: Option<Raw<'a>>,
    /// The last result that was handed over, as it is written.
    result: &'a str,
    on: &'f mut F,
}

impl<'a, F: FnMut(Text<'_>)> Said<'a, '_, F> {
    fn read(&mut self, record: &Record<'a>) {
        match &*record.kind() {
            "user" => self.user(record),
            "assistant" => self.content(record, Self::answer),
            "system" => self.system(record),
            "attachment" => self.attachment(record),
            "progress" => self.progress(record),
            "tag" => self.give(TextKind::Tag, record.get("tag")),
            _ => {}
        }
    }

    fn give(&mut self, kind: TextKind, text: Option<Raw<'a>>) {
        let inside = |raw: Raw<'a>| raw.as_written().strip_prefix('"')?.strip_suffix('"');
        if let Some(written) = text.and_then(inside).filter(|written| !written.is_empty()) {
            let is_same = || without_end(written) == without_end(self.result);
            let repeats = kind == TextKind::ToolDetail && is_same();
            if kind == TextKind::ToolResult {
                self.result = written;
            }
            (self.on)(Text { kind, record: self.record, repeats, written, timestamp: self.timestamp });
        }
    }

    /// Goes over the content of a message: a string, or blocks.
    fn content(&mut self, record: &Record<'a>, block: fn(&mut Self, Part<'a>)) {
        let message = record.message.and_then(|message| message.content);
        let Some(content) = message.or_else(|| record.get("content")) else { return };
        Part::each(content, |part| block(self, part));
    }

    fn user(&mut self, record: &Record<'a>) {
        if record.is_compact_summary() {
            return self.content(record, Self::summary);
        }
        if record.is_injected() {
            // a skill's body or a reminder; results are never marked so
            return;
        }
        self.content(record, Self::told);
        for (key, value) in record.result.into_iter().flat_map(Raw::members) {
            if matches!(key, "stdout" | "stderr") {
                self.give(TextKind::ToolDetail, Some(value));
            }
        }
    }

    fn summary(&mut self, part: Part<'a>) {
        self.give(TextKind::Notice, part.text());
    }

    /// A block of what the model was told.
    fn told(&mut self, part: Part<'a>) {
        let Block { kind, text, content, .. } = match part {
            Part::Block(block) => block,
            Part::Other(text) => return self.give_told(text),
        };
        if kind.is_some_and(|kind| kind.is("tool_result")) {
            self.result(content);
        } else if let Some(text) = text {
            self.give_told(text);
        }
    }

    fn give_told(&mut self, text: Raw<'a>) {
        let written = text.as_written().trim_start_matches('"').trim_start_matches("\\n").trim_start();
        if written.starts_with("[Request interrupted")
            || written.starts_with("<local-command-caveat")
            || is_beside(text)
        {
            return;
        }
        let by_client = MACHINE.iter().any(|start| written.starts_with(start));
        let typed = written.starts_with("<command-message>") || written.starts_with("<bash-input>");
        self.give(if by_client && !typed { TextKind::Notice } else { TextKind::Prompt }, Some(text));
    }

    fn result(&mut self, content: Option<Raw<'a>>) {
        let Some(content) = content else { return };
        if content.as_written().starts_with('[') {
            Part::each(content, |part| self.give(TextKind::ToolResult, part.text()));
        } else {
            self.give(TextKind::ToolResult, Some(content));
        }
    }

    /// A block of what the model said.
    fn answer(&mut self, part: Part<'a>) {
        let Block { kind, text, content, thinking, input } = match part {
            Part::Block(block) => block,
            Part::Other(text) => return self.give(TextKind::Answer, Some(text)),
        };
        let kind = kind.and_then(Raw::string).unwrap_or_default();
        match &*kind {
            "text" => self.give(TextKind::Answer, text),
            "thinking" => self.give(TextKind::Thinking, thinking),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                if let Some(input) = input {
                    self.leaves(input, 0);
                }
            }
            kind if kind.ends_with("_tool_result") => self.found(content, 0),
            _ => {}
        }
    }

    /// Every string in what a tool was given.
    fn leaves(&mut self, value: Raw<'a>, depth: usize) {
        const DEEPEST: usize = 64;
        match value.as_written().as_bytes().first() {
            Some(b'"') => self.give(TextKind::ToolInput, Some(value)),
            Some(b'{') if depth < DEEPEST => value.members().for_each(|(_, value)| self.leaves(value, depth + 1)),
            Some(b'[') if depth < DEEPEST => value.elements().for_each(|value| self.leaves(value, depth + 1)),
            _ => {}
        }
    }

    /// What a tool of the API itself gave back.
    fn found(&mut self, value: Option<Raw<'a>>, depth: usize) {
        const DEEPEST: usize = 8;
        let Some(value) = value.filter(|_| depth < DEEPEST) else { return };
        for element in value.elements() {
            self.found(Some(element), depth + 1);
        }
        for (key, value) in value.members() {
            match key {
                "text" | "title" | "url" | "stdout" | "stderr" => self.give(TextKind::ToolResult, Some(value)),
                "content" => self.found(Some(value), depth + 1),
                _ => {}
            }
        }
    }

    fn system(&mut self, record: &Record<'a>) {
        const SILENT: [&str; 6] = [
            "turn_duration",
            "stop_hook_summary",
            "compact_boundary",
            "microcompact_boundary",
            "file_snapshot",
            "model_refusal_fallback",
        ];
        let silent = record.get("subtype").is_some_and(|subtype| SILENT.iter().any(|silent| subtype.is(silent)));
        if !silent && !record.is_injected() {
            self.give(TextKind::Notice, record.get("content"));
        }
    }

    /// A prompt that was typed while the model worked.
    fn attachment(&mut self, record: &Record<'a>) {
        let Some(attachment) = record.attachment else { return };
        let is = |key: &str, value: &str| attachment.get(key).is_some_and(|own| own.is(value));
        if !is("type", "queued_command") || attachment.get("isMeta").is_some_and(Raw::is_true) {
            return;
        }
        let Some(prompt) = attachment.get("prompt") else { return };
        Part::each(prompt, |part| self.told(part));
    }

    /// What a subagent said, as old clients report it in the file of its session.
    fn progress(&mut self, record: &Record<'a>) {
        let Some(data) = record.data.filter(|data| data.get("type").is_some_and(|kind| kind.is("agent_progress")))
        else {
            return;
        };
        let nested = data.get("message").and_then(|message| Record::cut(message.as_written()).ok());
        if let Some((nested, _)) = nested.filter(|(nested, _)| nested.kind() != "progress") {
            self.timestamp = nested.timestamp().or(self.timestamp);
            self.read(&nested);
        }
    }
}

/// A text as it is written without the line ends at its end, which the client cuts off.
fn without_end(written: &str) -> &str {
    written.trim_end_matches("\\n")
}

/// Whether a text is only what stands beside a prompt: reminders, what the editor shows.
fn is_beside(text: Raw<'_>) -> bool {
    let written = text.as_written().trim_matches('"');
    let Some(tag) = written.trim_start().strip_prefix('<') else { return false };
    BESIDE.iter().any(|name| {
        tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(['>', ' ']))
            && written.trim_end_matches("\\n").trim_end().ends_with(&format!("</{name}>"))
    })
}

/// An element of a content.
enum Part<'a> {
    Block(Block<'a>),
    Other(Raw<'a>),
}

impl<'a> Part<'a> {
    /// The elements of a list, or what is none.
    fn each(content: Raw<'a>, mut on: impl FnMut(Self)) {
        if content.is_object() {
            return on(Self::Block(Block::of(&mut content.members())));
        }
        if !content.as_written().starts_with('[') {
            return on(Self::Other(content));
        }
        let mut elements = content.elements();
        while let Some(part) = elements.next_as(|members| Self::Block(Block::of(members)), Self::Other) {
            on(part);
        }
    }

    /// Its text.
    fn text(self) -> Option<Raw<'a>> {
        match self {
            Self::Block(block) => block.text,
            Self::Other(text) => Some(text),
        }
    }
}

/// The parts of a block that hold texts.
#[derive(Default)]
struct Block<'a> {
    kind: Option<Raw<'a>>,
    text: Option<Raw<'a>>,
    content: Option<Raw<'a>>,
    thinking: Option<Raw<'a>>,
    input: Option<Raw<'a>>,
}

impl<'a> Block<'a> {
    fn of(members: &mut Members<'a>) -> Self {
        let mut parts = Self::default();
        for (key, value) in members {
            let slot = match key {
                "type" => &mut parts.kind,
                "text" => &mut parts.text,
                "content" => &mut parts.content,
                "thinking" => &mut parts.thinking,
                "input" => &mut parts.input,
                _ => continue,
            };
            *slot = Some(value);
        }
        parts
    }
}

#[cfg(test)]
mod tests;
