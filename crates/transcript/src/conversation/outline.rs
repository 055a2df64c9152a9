//! The order of a conversation, from which each item is read when somebody wants to see it.
//!
//! Prompts, commands and notices are small and held whole. Answers and the results of tools, which make up nearly all of
//! a transcript, stay in the file: an entry knows where.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::answer::{self, Results};
use super::sketch::Sketch;
use super::stretches::Spot;
use super::{Agent, Answer, Body, Branch, Conversation, Item, Stretches, tool_result};
use crate::Tokens;

/// The order of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The active chain.
    pub entries: Vec<Entry>,
    /// What was abandoned.
    pub branches: Vec<OutlineBranch>,
    /// Subagents that are told in this file.
    pub agents: Vec<OutlineAgent>,
    /// Where the results of calls stand.
    pub(super) results: Arc<FxHashMap<String, Spot>>,
    /// Subagents by the calls that started them, where no result says so.
    pub(super) started: Arc<FxHashMap<String, String>>,
}

/// A stretch that was abandoned.
#[derive(Debug, Clone)]
pub struct OutlineBranch {
    /// Index of the entry of the active chain after which it hangs; none at the very start.
    pub after: Option<usize>,
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// A subagent's conversation inside the file of its session.
#[derive(Debug, Clone)]
pub struct OutlineAgent {
    /// Its id.
    pub id: String,
    /// What was said in it.
    pub outline: Outline,
}

/// One thing that was said or happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Record `uuid`, of the first record if it is made of several.
    pub uuid: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Offset of its first record in the file, in bytes.
    pub offset: u64,
    /// Number of the turn.
    pub turn: u32,
    /// What it is, as far as it is held.
    pub sketched: Sketched,
}

/// What is held of an entry.
#[derive(Debug, Clone)]
pub enum Sketched {
    /// All of it; never an answer.
    Whole(Body),
    /// An answer, without its blocks.
    Answer(AnswerSketch),
}

/// An answer, without its blocks.
#[derive(Debug, Clone)]
pub struct AnswerSketch {
    pub(super) sketch: Sketch,
    pub(super) lines: Vec<Spot>,
    /// Length of its records in bytes.
    pub bytes: u64,
}

impl AnswerSketch {
    /// Model name as written.
    pub fn model(&self) -> Option<&str> {
        self.sketch.model.as_deref()
    }

    /// Its tokens.
    pub fn tokens(&self) -> Option<Tokens> {
        self.sketch.tokens
    }

    /// Ids of its tool calls.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.sketch.calls.iter().map(|call| call.id.as_str())
    }

    /// Offsets of its records.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().map(|spot| spot.offset)
    }
}

impl Outline {
    /// Reads an item; `bytes` are those that the outline was made of.
    pub fn item(&self, bytes: &Stretches<'_>, entry: &Entry) -> Item {
        let body = match &entry.sketched {
            Sketched::Whole(body) => body.clone(),
            Sketched::Answer(sketch) => Body::Answer(self.answer(bytes, sketch)),
        };
        Item { uuid: entry.uuid.clone(), at: entry.at, offset: entry.offset, turn: entry.turn, body }
    }

    /// Where the result of a call stands, in bytes from the start of the file.
    pub fn result_of(&self, call: &str) -> Option<u64> {
        self.results.get(call).map(|spot| spot.offset)
    }

    fn answer(&self, bytes: &Stretches<'_>, sketch: &AnswerSketch) -> Answer {
        let lines = sketch.lines.iter().filter_map(|spot| bytes.with(*spot, answer::read)).collect();
        let mut answer = Answer::gather(lines);
        let results = sketch.calls().filter_map(|call| {
            let result = bytes.with(*self.results.get(call)?, |record| tool_result::find(record, call)).flatten()?;
            Some((call.to_owned(), result))
        });
        let mut results: Results = results.collect();
        answer.pair(&mut results);
        for call in answer.calls_mut().filter(|call| call.agent.is_none()) {
            call.agent = self.started.get(&call.id).cloned();
        }
        answer
    }

    /// Reads everything.
    pub fn read_all(&self, bytes: &Stretches<'_>) -> Conversation {
        let items = |entries: &[Entry]| entries.iter().map(|entry| self.item(bytes, entry)).collect();
        let branch = |branch: &OutlineBranch| Branch { after: branch.after, items: items(&branch.entries) };
        let agent = |agent: &OutlineAgent| Agent { id: agent.id.clone(), conversation: agent.outline.read_all(bytes) };
        Conversation {
            items: items(&self.entries),
            branches: self.branches.iter().map(branch).collect(),
            agents: self.agents.iter().map(agent).collect(),
        }
    }
}
