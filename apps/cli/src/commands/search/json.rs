//! What was found, for scripts.

use serde_json::{Value, json};
use transcript::TextKind;

use super::finder::{Answer, Place};
use crate::context::Context;
use crate::schema;

/// Writes everything as one object.
pub(super) fn write(answers: &[Answer], context: &mut Context) -> color_eyre::Result<()> {
    let sessions: Vec<Value> = answers.iter().map(session).collect();
    let mut answer = json!({ "schema": 1, "sessions": sessions });
    if context.is_demo() {
        answer["demo"] = json!(true);
    }
    context.output.json(&answer)
}

fn session(answer: &Answer) -> Value {
    let hits: Vec<Value> = answer.hits.iter().map(|place| hit(answer, place)).collect();
    json!({ "session": schema::Session::from(&answer.row), "lines": answer.lines, "hits": hits })
}

fn hit(answer: &Answer, place: &Place) -> Value {
    let passage = &place.passage;
    let marks: Vec<[usize; 2]> = passage.excerpt.marks.iter().map(|mark| [mark.start, mark.end]).collect();
    json!({
        "ref": format!("{}#{}", answer.row.id(), place.turn),
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
