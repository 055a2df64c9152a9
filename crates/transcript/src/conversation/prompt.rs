//! What a user record says: the person's words apart from everything else that the client writes there.

use std::borrow::Cow;

use serde_json::Value;

mod markup;

use super::picture::picture;
use super::value::value;
use super::{Body, Command, Image, Notice, Prompt};
use crate::prompt::{BESIDE, MACHINE};
use crate::skim::Raw;
use crate::wire::{Block, Record, text};
use markup::{between, cut, unwrap};

/// A piece of a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// An item of its own.
    Body(Body),
    /// Output of the command before it.
    Output(String),
    /// Summary of the compaction before it.
    Summary(String),
}

/// Kinds of `origin` that are neither the person nor the client.
const OTHERS: [&str; 4] = ["peer", "channel", "coordinator", "teammate"];

/// What the record says about its text.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    /// The client wrote it for the model.
    meta: bool,
    /// It is the summary of a compaction.
    summary: bool,
    /// Who said it, if not the person.
    from: Option<String>,
}

impl Circumstances {
    pub(super) fn of(record: &Record<'_>) -> Self {
        let is = |key: &str| record.get(key).is_some_and(Raw::is_true);
        let by_client = record.prompt_source.is_some_and(|source| source.is("system"));
        Self { meta: is("isMeta") || by_client, summary: is("isCompactSummary"), from: record.origin.and_then(speaker) }
    }

    /// Those of a prompt that waited in the queue.
    pub(super) fn of_attachment(attachment: Raw<'_>) -> Self {
        let meta = attachment.get("isMeta").is_some_and(Raw::is_true);
        Self { meta, summary: false, from: attachment.get("origin").and_then(speaker) }
    }
}

/// Who speaks, by `origin`, if it is neither the person nor the client.
fn speaker(origin: Raw<'_>) -> Option<String> {
    let kind = text(origin.get("kind")).filter(|kind| OTHERS.contains(&kind.as_ref()))?;
    let name = ["from", "name", "server"].iter().find_map(|key| text(origin.get(key)));
    Some(name.unwrap_or(kind).into_owned())
}

/// Reads the content of a user message: the calls whose results stand there, and everything else.
pub(super) fn read(content: Raw<'_>, circumstances: &Circumstances) -> (Vec<String>, Vec<Piece>) {
    let mut told = Told { results: Vec::new(), pieces: Vec::new() };
    if let Some(text) = content.string() {
        told.pieces.append(&mut pieces(&text, circumstances));
    } else if content.as_written().starts_with('[') {
        content.elements().for_each(|block| told.element(block, circumstances));
    } else if content.as_written() != "null" {
        told.element(content, circumstances);
    }
    (told.results, joined(told.pieces))
}

struct Told {
    results: Vec<String>,
    pieces: Vec<Piece>,
}

impl Told {
    fn element(&mut self, raw: Raw<'_>, circumstances: &Circumstances) {
        let block = Block::of(raw);
        if block.is("tool_result") {
            self.results.extend(block.tool_use_id().map(Cow::into_owned));
        } else {
            self.block(value(raw), circumstances);
        }
    }

    fn block(&mut self, block: Value, circumstances: &Circumstances) {
        let mut block = match block {
            Value::Object(block) => block,
            Value::String(text) => return self.pieces.append(&mut pieces(&text, circumstances)),
            other => return self.pieces.append(&mut pieces(&other.to_string(), circumstances)),
        };
        let kind = block.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        match (kind.as_str(), block.remove("text")) {
            ("image" | "document", _) => self.pieces.push(shown(picture(&block), circumstances)),
            (_, Some(Value::String(text))) => self.pieces.append(&mut pieces(&text, circumstances)),
            _ => self.pieces.push(injected(&format!("[{kind}]"))),
        }
    }
}

fn shown(image: Image, circumstances: &Circumstances) -> Piece {
    if circumstances.meta {
        return injected(&format!("[{}]", image.media_type));
    }
    Piece::Body(Body::Prompt(Prompt { images: vec![image], from: circumstances.from.clone(), ..Prompt::default() }))
}

/// Prompts of one record that follow one another are one prompt, unless different people speak.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Body(Body::Prompt(last))), Piece::Body(Body::Prompt(mut next))) if last.from == next.from => {
                if !last.text.is_empty() && !next.text.is_empty() {
                    last.text.push_str("\n\n");
                }
                last.text.push_str(&next.text);
                last.images.append(&mut next.images);
            }
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// The pieces of a text.
pub(super) fn pieces(text: &str, circumstances: &Circumstances) -> Vec<Piece> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Vec::new();
    }
    if circumstances.summary || (!circumstances.meta && trimmed.starts_with(CONTINUED)) {
        return vec![Piece::Summary(trimmed.to_owned())];
    }
    if let Some(pieces) = command(trimmed).or_else(|| happening(trimmed)) {
        return pieces;
    }
    let by_client = MACHINE.iter().any(|start| trimmed.starts_with(start));
    words(text, circumstances.meta || by_client, circumstances.from.as_ref())
}

/// How the client begins the summary that stands for the history.
const CONTINUED: &str = "This session is being continued from a previous conversation";

/// A slash command, a shell command, or what one of them printed.
fn command(text: &str) -> Option<Vec<Piece>> {
    let tag = |name| between(text, name).map(str::trim);
    if starts(text, &["command-name", "command-message", "command-args"]) {
        let name = tag("command-name").or_else(|| tag("command-message")).unwrap_or_default();
        let name = format!("/{}", name.trim_start_matches('/'));
        return Some(ran(name, tag("command-args"), tag("local-command-stdout")));
    }
    if starts(text, &["bash-input"]) {
        return Some(ran("!".to_owned(), tag("bash-input"), printed(text, "bash-stdout", "bash-stderr").as_deref()));
    }
    if starts(text, &["user-memory-input"]) {
        return Some(ran("#".to_owned(), tag("user-memory-input"), None));
    }
    if starts(text, &["local-command-stdout", "local-command-stderr"]) {
        return printed(text, "local-command-stdout", "local-command-stderr").map(|output| vec![Piece::Output(output)]);
    }
    if starts(text, &["bash-stdout", "bash-stderr"]) {
        return printed(text, "bash-stdout", "bash-stderr").map(|output| vec![Piece::Output(output)]);
    }
    None
}

fn ran(name: String, args: Option<&str>, output: Option<&str>) -> Vec<Piece> {
    let [args, output] = [args, output].map(|text| text.unwrap_or_default().to_owned());
    vec![Piece::Body(Body::Command(Command { name, args, output }))]
}

fn printed(text: &str, out: &str, err: &str) -> Option<String> {
    let parts = [between(text, out), between(text, err)];
    let lines = parts.iter().flatten().map(|part| part.trim_matches('\n')).filter(|part| !part.trim().is_empty());
    parts.iter().any(Option::is_some).then(|| lines.collect::<Vec<_>>().join("\n"))
}

/// Something that happened, told in the place of a prompt.
fn happening(text: &str) -> Option<Vec<Piece>> {
    if text.starts_with("[Request interrupted by user") && text.ends_with(']') && !text.contains('\n') {
        return Some(vec![notice(Notice::Interrupted)]);
    }
    let (finished, rest) = cut(text, &["task-notification"]);
    if finished.is_empty() || !text.starts_with('<') {
        return None;
    }
    let mut pieces: Vec<Piece> = finished.into_iter().map(|task| notice(finish(task))).collect();
    pieces.extend((!rest.trim().is_empty()).then(|| injected(rest.trim())));
    Some(pieces)
}

fn finish(task: &str) -> Notice {
    let tag = |name| between(task, name).map(|part| part.trim().to_owned());
    let named = || format!("Task {} {}", tag("task-id").unwrap_or_default(), tag("status").unwrap_or_default());
    let summary = tag("summary").unwrap_or_else(named);
    Notice::TaskFinished { summary, result: tag("result").unwrap_or_default() }
}

/// What was written, apart from what the client put around it.
fn words(text: &str, by_client: bool, from: Option<&String>) -> Vec<Piece> {
    let (beside, rest) = cut(text, &BESIDE);
    let mut pieces: Vec<Piece> = beside.into_iter().map(|part| injected(part.trim())).collect();
    if by_client {
        let rest = unwrap(&rest, "local-command-caveat");
        pieces.extend((!rest.trim().is_empty()).then(|| injected(rest.trim())));
        return pieces;
    }
    let mut rest = rest.as_str();
    while let Some((before, letter, after)) = markup::split(rest, "teammate-message") {
        pieces.extend(said(before, from.cloned()));
        let teammate = markup::attribute(letter, "teammate_id").map(str::to_owned);
        pieces.extend(said(between(letter, "teammate-message").unwrap_or_default(), teammate));
        rest = after;
    }
    pieces.extend(said(rest, from.cloned()));
    pieces
}

fn said(text: &str, from: Option<String>) -> Option<Piece> {
    let text = unwrap(text, "pasted_content").trim().to_owned();
    (!text.is_empty()).then(|| Piece::Body(Body::Prompt(Prompt { text, images: Vec::new(), from })))
}

fn injected(text: &str) -> Piece {
    notice(Notice::Injected(text.to_owned()))
}

fn notice(notice: Notice) -> Piece {
    Piece::Body(Body::Notice(notice))
}

fn starts(text: &str, tags: &[&str]) -> bool {
    let Some(tag) = text.strip_prefix('<') else { return false };
    tags.iter().any(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(['>', ' '])))
}
