//! What was said and done in a record, text by text, for searching.
//!
//! Nothing is decoded here: a text is handed over as it is written, and who takes it decodes it if it can match.
//! Left out is what nobody said: keys, ids, pictures, snapshots, copies of requests, reminders, titles.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::lines::{Behind, behind};
use crate::prompt::{BESIDE, MACHINE};
use crate::skim::{Broken, Members, Raw};
use crate::wire::{self, Block};

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

/// Hands over the texts of all records in a line of a transcript. What cannot be understood is passed over. Of a torn
/// record nothing is taken, and what stands behind it only if the line has its end.
pub fn texts(line: &[u8], on: &mut impl FnMut(Text<'_>)) {
    let checked = simdutf8::basic::from_utf8(line);
    let line = checked.map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
    let mut rest = line.trim_start_matches(['\u{feff}', '\0', ' ', '\t', '\r', '\n']);
    let mut tell = |rest: &str| {
        let (telling, used) = Telling::cut(rest)?;
        let record = line.len() - rest.len();
        Said { record, timestamp: telling.timestamp, result: "", on: &mut *on }.read(&telling);
        Ok::<_, Broken>(used)
    };
    while rest.starts_with('{') {
        let Ok(used) = tell(rest) else {
            // the line may still be being written: nothing is read twice
            let behind = if line.ends_with('\n') { behind(rest) } else { Vec::new() };
            for part in behind {
                if let Behind::Whole(at) = part {
                    let _ = tell(&rest[at..]);
                }
            }
            return;
        };
        rest = rest[used..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
}

/// A record with what it tells, cut in one pass: nearly all of a transcript is what is told.
#[derive(Default)]
struct Telling<'a> {
    text: &'a str,
    kind: Option<Raw<'a>>,
    timestamp: Option<Raw<'a>>,
    /// Whether it is the summary of a compaction.
    summary: bool,
    /// Whether the client wrote it for the model or for itself.
    injected: bool,
    /// The content of its message; none if it has no message.
    content: Option<Parts<'a>>,
    /// Output in the client's own record of a result.
    output: Vec<Raw<'a>>,
    attachment: Option<Raw<'a>>,
    /// `data` of a progress record.
    data: Option<Raw<'a>>,
}

impl<'a> Telling<'a> {
    fn cut(text: &'a str) -> Result<(Self, usize), Broken> {
        let mut telling = Self { text, ..Self::default() };
        let mut members = Members::at_start_of(text);
        while let Some(key) = members.key() {
            let is_taken = match key {
                "message" => members.object(|message| telling.content = Parts::of_message(message)).is_some(),
                "toolUseResult" => members.object(|result| telling.output = printed(result)).is_some(),
                _ => false,
            };
            if let Some(value) = Some(&mut members).filter(|_| !is_taken).and_then(Members::value) {
                telling.take(key, value);
            }
        }
        let used = members.end()?;
        telling.text = &text[..used];
        Ok((telling, used))
    }

    fn take(&mut self, key: &str, value: Raw<'a>) {
        match key {
            "type" => self.kind = Some(value),
            "timestamp" => self.timestamp = Some(value),
            "attachment" => self.attachment = Some(value),
            "data" => self.data = Some(value),
            "isCompactSummary" => self.summary = value.is_true(),
            "isMeta" | "isVisibleInTranscriptOnly" => self.injected |= value.is_true(),
            _ => {}
        }
    }

    /// Any other member.
    fn get(&self, name: &str) -> Option<Raw<'a>> {
        Members::at_start_of(self.text).filter(|(key, _)| *key == name).map(|(_, value)| value).last()
    }
}

fn printed<'a>(result: &mut Members<'a>) -> Vec<Raw<'a>> {
    result.filter(|(key, _)| matches!(*key, "stdout" | "stderr")).map(|(_, value)| value).collect()
}

struct Said<'a, 'f, F> {
    record: usize,
    timestamp: Option<Raw<'a>>,
    /// The last result that was handed over, as it is written.
    result: &'a str,
    on: &'f mut F,
}

impl<'a, F: FnMut(Text<'_>)> Said<'a, '_, F> {
    fn read(&mut self, telling: &Telling<'a>) {
        match &*telling.kind.and_then(Raw::string).unwrap_or_default() {
            "user" => self.user(telling),
            "assistant" => self.content(telling, Self::answer),
            "system" => self.system(telling),
            "attachment" => self.attachment(telling),
            "progress" => self.progress(telling),
            "tag" => self.give(TextKind::Tag, telling.get("tag")),
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
    fn content(&mut self, telling: &Telling<'a>, part: fn(&mut Self, Part<'a>)) {
        let bare = || telling.get("content").map(Parts::of);
        let bare = if telling.content.is_none() { bare() } else { None };
        for told in telling.content.iter().chain(&bare).flat_map(Parts::all) {
            part(self, *told);
        }
    }

    fn user(&mut self, telling: &Telling<'a>) {
        if telling.summary {
            return self.content(telling, Self::summary);
        }
        if telling.injected {
            // a skill's body or a reminder; results are never marked so
            return;
        }
        self.content(telling, Self::told);
        for output in &telling.output {
            self.give(TextKind::ToolDetail, Some(*output));
        }
    }

    fn summary(&mut self, part: Part<'a>) {
        self.give(TextKind::Notice, part.text());
    }

    /// A block of what the model was told.
    fn told(&mut self, part: Part<'a>) {
        let block = match part {
            Part::Block(block) => block,
            Part::Other(text) => return self.give_told(text),
        };
        if block.is("tool_result") {
            self.result(block.content);
        } else if let Some(text) = block.text {
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
            Parts::of(content).all().for_each(|part| self.give(TextKind::ToolResult, part.text()));
        } else {
            self.give(TextKind::ToolResult, Some(content));
        }
    }

    /// A block of what the model said.
    fn answer(&mut self, part: Part<'a>) {
        let block = match part {
            Part::Block(block) => block,
            Part::Other(text) => return self.give(TextKind::Answer, Some(text)),
        };
        match &*block.kind() {
            "text" => self.give(TextKind::Answer, block.text),
            "thinking" => self.give(TextKind::Thinking, block.thinking),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                if let Some(input) = block.input {
                    self.leaves(input, 0);
                }
            }
            kind if kind.ends_with("_tool_result") => self.found(block.content, 0),
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

    fn system(&mut self, telling: &Telling<'a>) {
        const SILENT: [&str; 6] = [
            "turn_duration",
            "stop_hook_summary",
            "compact_boundary",
            "microcompact_boundary",
            "file_snapshot",
            "model_refusal_fallback",
        ];
        let silent = telling.get("subtype").is_some_and(|subtype| SILENT.iter().any(|silent| subtype.is(silent)));
        if !silent && !telling.injected && !telling.summary {
            self.give(TextKind::Notice, telling.get("content"));
        }
    }

    /// A prompt that was typed while the model worked.
    fn attachment(&mut self, telling: &Telling<'a>) {
        let Some(attachment) = telling.attachment else { return };
        let is = |key: &str, value: &str| attachment.get(key).is_some_and(|own| own.is(value));
        if !is("type", "queued_command") || attachment.get("isMeta").is_some_and(Raw::is_true) {
            return;
        }
        let Some(prompt) = attachment.get("prompt") else { return };
        Parts::of(prompt).all().for_each(|part| self.told(*part));
    }

    /// What a subagent said, as old clients report it in the file of its session.
    fn progress(&mut self, telling: &Telling<'a>) {
        let Some(data) = telling.data.filter(|data| data.get("type").is_some_and(|kind| kind.is("agent_progress")))
        else {
            return;
        };
        let nested = data.get("message").and_then(|message| Telling::cut(message.as_written()).ok());
        if let Some((nested, _)) = nested.filter(|(nested, _)| !nested.kind.is_some_and(|kind| kind.is("progress"))) {
            self.timestamp = nested.timestamp.or(self.timestamp);
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
    let closed = |name| {
        let inside =
            written.trim_end_matches("\\n").trim_end().strip_suffix('>').and_then(|text| text.strip_suffix(name));
        inside.is_some_and(|text| text.ends_with("</"))
    };
    BESIDE.iter().any(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(['>', ' '])) && closed(*name))
}

/// An element of a content.
#[derive(Clone, Copy)]
enum Part<'a> {
    Block(Block<'a>),
    Other(Raw<'a>),
}

impl<'a> Part<'a> {
    /// Its text.
    fn text(self) -> Option<Raw<'a>> {
        match self {
            Self::Block(block) => block.text,
            Self::Other(text) => Some(text),
        }
    }
}

/// The elements of a content that is a list, or the one that is none. Mostly there is one.
#[derive(Default)]
struct Parts<'a> {
    first: Option<Part<'a>>,
    others: Vec<Part<'a>>,
}

impl<'a> Parts<'a> {
    /// Those of a content.
    fn of(content: Raw<'a>) -> Self {
        let mut parts = Self::default();
        if content.is_object() {
            parts.add(Part::Block(Block::of(content)));
        } else if content.as_written().starts_with('[') {
            let mut elements = content.elements();
            while let Some(part) = elements.next_as(|members| Part::Block(Block::take(members)), Part::Other) {
                parts.add(part);
            }
        } else {
            parts.add(Part::Other(content));
        }
        parts
    }

    /// Those of the content of a message; none if it has no content.
    fn of_message(message: &mut Members<'a>) -> Option<Self> {
        let mut content = None;
        while let Some(key) = message.key() {
            if key != "content" {
                message.value();
                continue;
            }
            let mut parts = Self::default();
            let list = message.list(|block| Part::Block(Block::take(block)), Part::Other, |part| parts.add(part));
            content = if list.is_some() { Some(parts) } else { message.value().map(Self::of) };
        }
        content
    }

    fn add(&mut self, part: Part<'a>) {
        if self.first.is_none() {
            self.first = Some(part);
        } else {
            self.others.push(part);
        }
    }

    fn all(&self) -> impl Iterator<Item = &Part<'a>> {
        self.first.iter().chain(&self.others)
    }
}

#[cfg(test)]
mod tests;
