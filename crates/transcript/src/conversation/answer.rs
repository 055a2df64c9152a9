//! Answers: the pieces of one API message, which stand on lines of their own, put together again.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use serde_json::{Map, Value};

use super::picture::{drop_data, picture};
use super::record::said;
use super::subject::subject;
use super::value::{text, value};
use super::{Answer, Block, Thinking, ToolCall, ToolResult};
use crate::Tokens;
use crate::request::{SYNTHETIC, Usage};
use crate::skim::Raw;
use crate::wire::{Message, Record};

/// Results by the ids of their calls.
pub(super) type Results = FxHashMap<String, ToolResult>;

/// What the client writes when a command needs no answer.
const NO_ANSWER: &str = "No response requested.";

/// What one line holds of an answer.
pub(super) fn read(record: &Record<'_>) -> Answer {
    let message = record.message.unwrap_or_default();
    let failed = record.get("isApiErrorMessage").is_some_and(Raw::is_true);
    let tokens = message.usage.filter(|usage| usage.is_object()).map(|usage| Usage::cut(usage).tokens);
    Answer::of_line(&message, said(record).map(value).unwrap_or_default(), tokens, failed)
}

impl Answer {
    fn of_line(message: &Message<'_>, content: Value, tokens: Option<Tokens>, failed: bool) -> Self {
        let own = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let mut answer = Self {
            message_id: own(message.id()),
            model: own(message.model()),
            tokens,
            stop_reason: own(message.stop_reason()),
            ..Self::default()
        };
        match content {
            Value::Array(blocks) => blocks.into_iter().for_each(|block| answer.block(block)),
            Value::String(text) if !text.is_empty() => answer.blocks.push(Block::Text(text)),
            Value::Object(_) => answer.block(content),
            _ => {}
        }
        let synthetic = answer.model.as_deref() == Some(SYNTHETIC);
        answer.is_error = failed || (synthetic && answer.blocks != [Block::Text(NO_ANSWER.to_owned())]);
        answer
    }

    fn block(&mut self, block: Value) {
        let mut block = match block {
            Value::Object(block) => block,
            Value::String(text) => return self.blocks.push(Block::Text(text)),
            _ => return,
        };
        let kind = text(&block, "type").unwrap_or_default();
        let field = |key| text(&block, key).unwrap_or_default();
        let read = match kind.as_str() {
            "text" => Block::Text(field("text")),
            "thinking" => Block::Thinking(Thinking { text: field("thinking"), redacted: false }),
            "redacted_thinking" => Block::Thinking(Thinking { text: String::new(), redacted: true }),
            "image" => Block::Image(picture(&block)),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                let input = block.remove("input").unwrap_or_default();
                Block::Tool(Box::new(call(&block, input)))
            }
            _ if kind.ends_with("_tool_result") => return,
            _ => Block::Other(kind),
        };
        self.blocks.push(read);
    }

    /// Puts the lines of one message together. A block that is there already (a history that was copied within one
    /// file repeats them) is not taken twice.
    pub(super) fn gather(lines: Vec<Self>) -> Self {
        let mut lines = lines.into_iter();
        let mut whole = lines.next().unwrap_or_default();
        let mut seen: FxHashSet<u64> = whole.blocks.iter().map(mark).collect();
        for line in lines {
            whole.merge(line, &mut seen);
        }
        whole
    }

    fn merge(&mut self, other: Self, seen: &mut FxHashSet<u64>) {
        let rank = |answer: &Self| (answer.stop_reason.is_some(), answer.tokens.map_or(0, |tokens| tokens.output));
        if rank(&other) >= rank(self) {
            self.tokens = other.tokens.or(self.tokens);
            self.stop_reason = other.stop_reason.or_else(|| self.stop_reason.take());
        }
        self.model = self.model.take().or(other.model);
        self.is_error |= other.is_error;
        self.blocks.extend(other.blocks.into_iter().filter(|block| seen.insert(mark(block))));
    }

    /// Gives every tool call its result.
    pub(super) fn pair(&mut self, results: &mut Results) {
        for block in &mut self.blocks {
            let Block::Tool(call) = block else { continue };
            let Some(result) = results.remove(&call.id) else { continue };
            call.agent = result.detail.as_object().and_then(|detail| text(detail, "agentId"));
            call.result = Some(result);
        }
    }

    /// Its tool calls, to be changed.
    pub(super) fn calls_mut(&mut self) -> impl Iterator<Item = &mut ToolCall> {
        self.blocks.iter_mut().filter_map(|block| match block {
            Block::Tool(call) => Some(call.as_mut()),
            _ => None,
        })
    }
}

fn call(block: &Map<String, Value>, mut input: Value) -> ToolCall {
    drop_data(&mut input);
    let name = text(block, "name").unwrap_or_default();
    let subject = subject(&name, &input);
    ToolCall { id: text(block, "id").unwrap_or_default(), name, input, subject, result: None, agent: None }
}

/// What makes two blocks of one message the same.
fn mark(block: &Block) -> u64 {
    let mut hasher = FxHasher::default();
    match block {
        Block::Text(text) => ("text", text).hash(&mut hasher),
        Block::Thinking(thinking) => ("thinking", &thinking.text, thinking.redacted).hash(&mut hasher),
        Block::Tool(call) if call.id.is_empty() => ("call", &call.name, call.input.to_string()).hash(&mut hasher),
        Block::Tool(call) => ("tool", &call.id).hash(&mut hasher),
        Block::Image(image) => ("image", &image.media_type, image.bytes).hash(&mut hasher),
        Block::Other(kind) => ("other", kind).hash(&mut hasher),
    }
    hasher.finish()
}
