//! A conversation as scripts read it.

use serde_json::{Value, json};
use transcript::{
    Answer, Block, Body, Command, Conversation, Image, Item, Notice, Parsed, Prompt, ToolCall, ToolResult,
};

use crate::schema::TokenCounts;

/// The whole conversation, with what could not be understood of its file.
pub(super) fn conversation(parsed: &Parsed<Conversation>) -> Value {
    let mut value = talk(&parsed.value);
    value["problems"] = json!(parsed.problems);
    value
}

/// What was said, with the subagents that are told in the same file.
fn talk(conversation: &Conversation) -> Value {
    let branches = conversation.branches.iter();
    let agents = conversation.agents.iter();
    json!({
        "items": conversation.items.iter().map(item).collect::<Vec<_>>(),
        "branches": branches
            .map(|branch| json!({
                "after": branch.after,
                "items": branch.items.iter().map(item).collect::<Vec<_>>(),
            }))
            .collect::<Vec<_>>(),
        "agents": agents
            .map(|agent| json!({ "id": agent.id, "conversation": talk(&agent.conversation) }))
            .collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    let mut value = match &item.body {
        Body::Prompt(body) => prompt(body),
        Body::Answer(body) => answer(body),
        Body::Command(body) => command(body),
        Body::Notice(body) => notice(body),
    };
    value["turn"] = json!(item.turn);
    value["at"] = json!(item.at);
    value["uuid"] = json!(item.uuid);
    value["offset"] = json!(item.offset);
    value
}

fn prompt(prompt: &Prompt) -> Value {
    json!({ "kind": "prompt", "text": prompt.text, "images": images(&prompt.images), "from": prompt.from })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "kind": "answer",
        "model": answer.model,
        "message_id": answer.message_id,
        "stop_reason": answer.stop_reason,
        "is_error": answer.is_error,
        "tokens": answer.tokens.map(TokenCounts::from),
        "blocks": answer.blocks.iter().map(block).collect::<Vec<_>>(),
    })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Text(text) => json!({ "kind": "text", "text": text }),
        Block::Thinking(thinking) => {
            json!({ "kind": "thinking", "text": thinking.text, "redacted": thinking.redacted })
        }
        Block::Tool(call) => tool(call),
        Block::Image(picture) => {
            json!({ "kind": "image", "media_type": picture.media_type, "bytes": picture.bytes })
        }
        Block::Other(name) => json!({ "kind": "other", "type": name }),
    }
}

fn tool(call: &ToolCall) -> Value {
    json!({
        "kind": "tool",
        "id": call.id,
        "name": call.name,
        "subject": call.subject,
        "input": call.input,
        "agent": call.agent,
        "result": call.result.as_ref().map(result),
    })
}

fn result(result: &ToolResult) -> Value {
    json!({
        "text": result.text,
        "images": images(&result.images),
        "is_error": result.is_error,
        "at": result.at,
        "detail": result.detail,
    })
}

fn command(command: &Command) -> Value {
    json!({ "kind": "command", "name": command.name, "args": command.args, "output": command.output })
}

fn notice(notice: &Notice) -> Value {
    let (name, mut value) = match notice {
        Notice::Compacted { trigger, tokens_before, summary } => {
            ("compacted", json!({ "trigger": trigger, "tokens_before": tokens_before, "summary": summary }))
        }
        Notice::Interrupted => ("interrupted", json!({})),
        Notice::TaskFinished { summary, result } => ("task-finished", json!({ "summary": summary, "result": result })),
        Notice::ModelChanged { from, to } => ("model-changed", json!({ "from": from, "to": to })),
        Notice::Injected(text) => ("injected", json!({ "text": text })),
        Notice::Info(text) => ("info", json!({ "text": text })),
    };
    value["kind"] = json!("notice");
    value["notice"] = json!(name);
    value
}

fn images(images: &[Image]) -> Vec<Value> {
    images.iter().map(|image| json!({ "media_type": image.media_type, "bytes": image.bytes })).collect()
}
