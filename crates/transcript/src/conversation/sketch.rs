//! What the order of a conversation needs to know of an answer, without its blocks.

use std::borrow::Cow;

use crate::Tokens;
use crate::request::Usage;
use crate::skim::Raw;
use crate::wire::{Block, Record};

/// What one line holds of an answer, its blocks left where they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sketch {
    pub(super) message_id: Option<String>,
    pub(super) model: Option<String>,
    pub(super) tokens: Option<Tokens>,
    /// Whether the line says why the answer stopped.
    pub(super) stopped: bool,
    pub(super) calls: Vec<CallSketch>,
    /// The calls whose results the API itself wrote here.
    pub(super) results: Vec<String>,
}

/// A tool call, without its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CallSketch {
    pub(super) id: String,
    /// What it tells a subagent.
    pub(super) told: Option<String>,
}

impl Sketch {
    pub(super) fn read(record: &Record<'_>, content: Raw<'_>) -> Self {
        let message = record.message.unwrap_or_default();
        let mut sketch = Self {
            message_id: message.id().map(Cow::into_owned),
            model: message.model().map(Cow::into_owned),
            tokens: message.usage.filter(|usage| usage.is_object()).map(|usage| Usage::cut(usage).tokens),
            stopped: message.stop_reason().is_some(),
            ..Self::default()
        };
        if content.is_object() {
            sketch.block(&Block::of(content));
        } else {
            Block::all(content).for_each(|block| sketch.block(&block));
        }
        sketch
    }

    fn block(&mut self, block: &Block<'_>) {
        let kind = block.kind();
        match kind.as_ref() {
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                let told = block.input.and_then(|input| input.get("prompt")?.string());
                let told = told.map(|prompt| prompt.trim().to_owned());
                self.calls.push(CallSketch { id: block.id().unwrap_or_default().into_owned(), told });
            }
            kind if kind.ends_with("_tool_result") => self.results.extend(block.tool_use_id().map(Cow::into_owned)),
            _ => {}
        }
    }

    /// Puts another line of the same message to it.
    pub(super) fn merge(&mut self, other: &Self) {
        let rank = |sketch: &Self| (sketch.stopped, sketch.tokens.map_or(0, |tokens| tokens.output));
        if rank(other) >= rank(self) {
            self.tokens = other.tokens.or(self.tokens);
            self.stopped |= other.stopped;
        }
        if self.model.is_none() {
            self.model.clone_from(&other.model);
        }
        self.calls.extend(other.calls.iter().cloned());
    }
}
