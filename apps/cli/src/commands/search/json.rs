//! What was found, for scripts.

use search::Together;
use serde_json::{Value, json};
use transcript::TextKind;

use super::finder::{Answer, Place};
use crate::context::Context;
use crate::schema;

/// One object. It is written when all of it is there: a fault on the way leaves no half of it.
#[derive(Default)]
pub(super) struct Document {
    text: String,
}

impl Document {
    /// Adds a session.
    pub(super) fn add(&mut self, answer: &Answer) {
        self.text += if self.text.is_empty() { BEGINNING } else { "," };
        self.text += &session(answer).to_string();
    }

    /// Writes it.
    pub(super) fn end(mut self, context: &mut Context) -> color_eyre::Result<()> {
        if self.text.is_empty() {
            self.text += BEGINNING;
        }
        self.text += if context.is_demo() { "],\"demo\":true}" } else { "]}" };
        Ok(context.output.line(&self.text)?)
    }
}

/// What stands before the first session.
const BEGINNING: &str = "{\"schema\":1,\"sessions\":[";

fn session(answer: &Answer) -> Value {
    let hits: Vec<Value> = answer.hits.iter().map(|place| hit(answer, place)).collect();
    let (together, messages) = match answer.together {
        Together::Line => ("line", None),
        Together::Message(messages) => ("message", Some(messages)),
        Together::Apart => ("apart", None),
    };
    json!({
        "session": schema::Session::from(&answer.row),
        "together": together,
        "lines": answer.lines,
        "messages": messages,
        "hits": hits,
    })
}

fn hit(answer: &Answer, place: &Place) -> Value {
    let passage = &place.passage;
    let marks: Vec<[usize; 2]> = passage.excerpt.marks.iter().map(|mark| [mark.start, mark.end]).collect();
    json!({
        "ref": format!("{}{}", answer.row.id(), place.reference()),
        "turn": place.turn,
        "agent": place.agent,
        "at": passage.at,
        "kind": word(passage.kind),
        "offset": passage.offset,
        "text": passage.excerpt.text,
        "marks": marks,
        "before": passage.excerpt.context.before,
        "after": passage.excerpt.context.after,
    })
}

/// Whose a text is, in one word.
pub(super) fn word(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Prompt => "prompt",
        TextKind::Answer => "answer",
        TextKind::Thinking => "thinking",
        TextKind::ToolInput => "tool-input",
        TextKind::ToolResult | TextKind::ToolDetail => "tool-result",
        TextKind::Notice => "notice",
        TextKind::Tag => "tag",
    }
}
