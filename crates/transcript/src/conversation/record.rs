//! One record of a transcript, as far as a conversation needs it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::prompt::{Circumstances, Piece};
use super::sketch::{CallSketch, Sketch};
use super::stretches::Spot;
use super::value::fields;
use super::{Body, Notice, Prompt, notice, prompt};
use crate::skim::Raw;
use crate::wire;

/// A record that has a place in a conversation.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) uuid: Option<String>,
    /// What it follows: `parentUuid`, or `logicalParentUuid` behind a compaction.
    pub(super) parent: Option<String>,
    pub(super) at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub(super) spot: Spot,
    /// How long it is, in bytes.
    pub(super) length: u32,
    pub(super) content: Content,
}

/// What a record adds.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// A piece of an answer; its blocks are read when somebody wants to see them.
    Answer(Box<Sketch>),
    /// Results of tools, and what was said or happened.
    Told {
        /// The calls whose results stand here.
        results: Vec<String>,
        /// The rest.
        pieces: Vec<Piece>,
    },
    /// The boundary of a compaction.
    Boundary {
        /// The notice for the reader.
        notice: Notice,
        /// What was kept in front of the model.
        preserved: Option<Preserved>,
    },
    /// Nothing for a reader; other records hang off it.
    Link,
}

/// The stretch that a compaction left as it was (`compactMetadata.preservedSegment`, since 2.1.197).
#[derive(Debug, PartialEq, Clone)]
pub(super) struct Preserved {
    /// Its first record.
    pub(super) head: String,
    /// Its last record.
    pub(super) tail: String,
    /// The record behind which the client hangs it when it loads the file.
    pub(super) anchor: String,
}

/// Whose conversation a record belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// That of the file.
    Main,
    /// That of a subagent whose records stand between those of the session.
    Side(Option<String>),
}

/// What a line of a transcript turned out to be.
#[derive(Debug)]
pub(super) enum Line {
    /// A record with its lane.
    Record(Box<Record>, Lane),
    /// A report on a subagent: a link of the main chain, and what the subagent said.
    Progress {
        /// The link.
        link: Box<Record>,
        /// Tool call that started the subagent.
        call: Option<String>,
        /// Id of the subagent.
        agent: Option<String>,
        /// What was said.
        said: Option<Box<Record>>,
    },
    /// The client's note on where the conversation ends (`last-prompt`).
    Leaf {
        /// The record.
        uuid: String,
        /// Whether the person went back to it.
        explicit: bool,
    },
    /// Nothing that a conversation needs.
    Noise,
    /// A record of a known type whose shape is not known; at most a link.
    Odd(Option<Box<Record>>),
}

/// Reads a record.
pub(super) fn read(record: &wire::Record<'_>, offset: u64) -> Line {
    let kind = record.kind();
    let has =
        |part: Option<Raw<'_>>, kind: &str| part.and_then(|part| part.get("type")).is_some_and(|own| own.is(kind));
    match kind.as_ref() {
        "user" | "assistant" | "system" => match content(&kind, record) {
            Some(content) => Line::Record(Box::new(place(record, Spot::at(offset), content)), lane(record)),
            None => Line::Odd(link(record, offset)),
        },
        "attachment" if has(record.attachment, "queued_command") => {
            let content = Content::Told { results: Vec::new(), pieces: queued(record.attachment) };
            Line::Record(Box::new(place(record, Spot::at(offset), content)), lane(record))
        }
        "progress" if has(record.data, "agent_progress") => progress(record, offset),
        "last-prompt" => match record.get_text("leafUuid") {
            Some(uuid) => {
                Line::Leaf { uuid: uuid.into_owned(), explicit: record.get("explicit").is_some_and(Raw::is_true) }
            }
            None => Line::Noise,
        },
        _ => link(record, offset).map_or(Line::Noise, |link| Line::Record(link, lane(record))),
    }
}

fn lane(record: &wire::Record<'_>) -> Lane {
    if record.is_sidechain() { Lane::Side(record.agent().map(Cow::into_owned)) } else { Lane::Main }
}

fn place(record: &wire::Record<'_>, spot: Spot, content: Content) -> Record {
    let parent = record.parent().or_else(|| match content {
        Content::Boundary { .. } => record.get_text("logicalParentUuid"),
        _ => None,
    });
    let [uuid, parent] = [record.uuid(), parent].map(|text| text.map(Cow::into_owned));
    let length = u32::try_from(record.whole().len()).unwrap_or(u32::MAX);
    Record { uuid, parent, at: record.at(), spot, length, content }
}

/// The record without content; none when nothing can hang off it.
fn link(record: &wire::Record<'_>, offset: u64) -> Option<Box<Record>> {
    record.uuid().map(|_| Box::new(place(record, Spot::at(offset), Content::Link)))
}

fn progress(record: &wire::Record<'_>, offset: u64) -> Line {
    let Some(link) = link(record, offset) else { return Line::Noise };
    let nested = record.data.and_then(|data| data.get("message")).map(Raw::as_written);
    let nested = nested.and_then(|text| wire::Record::cut(text).ok()).map(|(nested, _)| nested);
    let said = nested.and_then(|nested| Some(place(&nested, Spot::nested(offset), content(&nested.kind(), &nested)?)));
    let agent = record.data.and_then(|data| wire::text(data.get("agentId")));
    Line::Progress {
        link,
        call: record.get_text("parentToolUseID").map(Cow::into_owned),
        agent: agent.map(Cow::into_owned),
        said: said.map(Box::new),
    }
}

fn content(kind: &str, record: &wire::Record<'_>) -> Option<Content> {
    match kind {
        "user" => {
            let (results, pieces) = prompt::read(said(record)?, &Circumstances::of(record));
            Some(Content::Told { results, pieces })
        }
        "assistant" => Some(Content::Answer(Box::new(Sketch::read(record, said(record)?)))),
        "system" => Some(notice::read(&fields(record.whole()))),
        _ => None,
    }
}

/// The content of a message. Of the shapes that occur, an object with content, a bare string or list, or content
/// without a message.
pub(super) fn said<'a>(record: &wire::Record<'a>) -> Option<Raw<'a>> {
    if let Some(message) = record.message {
        return Some(message.content.unwrap_or(Raw::NULL));
    }
    match record.get("message") {
        Some(message) if message.as_written() != "null" => Some(message),
        _ => record.get("content"),
    }
}

/// A prompt that waited in the queue and was given to the model in the middle of a turn.
fn queued(attachment: Option<Raw<'_>>) -> Vec<Piece> {
    let prompt = attachment.and_then(|attachment| attachment.get("prompt")).unwrap_or(Raw::NULL);
    let circumstances = attachment.map(Circumstances::of_attachment).unwrap_or_default();
    prompt::read(prompt, &circumstances).1
}

impl Record {
    /// Whether a person would see something of it.
    pub(super) fn is_shown(&self) -> bool {
        match &self.content {
            Content::Answer(_) | Content::Boundary { .. } => true,
            Content::Told { results, pieces } => !results.is_empty() || !pieces.is_empty(),
            Content::Link => false,
        }
    }

    /// Whether somebody speaks in it: a prompt or an answer.
    pub(super) fn is_talk(&self) -> bool {
        matches!(self.content, Content::Answer(_)) || self.is_prompt()
    }

    /// Tool calls in it.
    pub(super) fn calls(&self) -> &[CallSketch] {
        match &self.content {
            Content::Answer(sketch) => &sketch.calls,
            _ => &[],
        }
    }

    fn is_prompt(&self) -> bool {
        self.prompts().next().is_some()
    }

    /// Whether it can be a new beginning of the conversation: a prompt, though not one that the client makes of a
    /// plan when the person lets it clear the context.
    pub(super) fn is_restart(&self) -> bool {
        self.is_prompt() && !self.prompts().any(|prompt| prompt.text.starts_with("Implement the following plan:"))
    }

    fn prompts(&self) -> impl Iterator<Item = &Prompt> {
        let pieces = match &self.content {
            Content::Told { pieces, .. } => pieces.as_slice(),
            _ => &[],
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Body(Body::Prompt(prompt)) => Some(prompt),
            _ => None,
        })
    }
}
