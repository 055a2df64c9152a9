//! The text of a block as it was written, to be copied.

use serde_json::Value;
use transcript::{Block, Body, Item, Notice, ToolCall};

/// The text of a part; for the line that says who speaks, that of everything that is said there.
pub(crate) fn source(item: &Item, part: u32) -> Option<String> {
    let text = match &item.body {
        Body::Prompt(prompt) => prompt.text.clone(),
        Body::Command(command) => {
            let line = format!("{} {}", command.name, command.args);
            format!("{}\n{}", line.trim(), command.output)
        }
        Body::Notice(notice) => match notice {
            Notice::Compacted { summary, .. } => summary.clone(),
            Notice::TaskFinished { summary, result } => format!("{summary}\n{result}"),
            Notice::Injected(text) | Notice::Info(text) => text.clone(),
            Notice::ModelChanged { from, to } => format!("{from} → {to}"),
            Notice::Interrupted => String::new(),
        },
        Body::Answer(answer) => match answer.blocks.get(part as usize) {
            Some(block) => of_block(block),
            None => answer.blocks.iter().filter(|block| matches!(block, Block::Text(_))).map(of_block).collect(),
        },
    };
    let text = transcript::sanitize(text.trim()).into_owned();
    (!text.is_empty()).then_some(text)
}

fn of_block(block: &Block) -> String {
    match block {
        Block::Text(text) => text.clone(),
        Block::Thinking(thinking) => thinking.text.clone(),
        Block::Tool(call) => of_call(call),
        Block::Image(image) => image.media_type.clone(),
        Block::Other(kind) => kind.clone(),
    }
}

fn of_call(call: &ToolCall) -> String {
    let field = |key: &str| call.input.get(key).and_then(Value::as_str);
    let given = match call.name.as_str() {
        "Bash" | "PowerShell" => field("command").map(str::to_owned),
        "Write" => field("content").map(str::to_owned),
        "Edit" => field("new_string").map(str::to_owned),
        _ => None,
    };
    let given = given.unwrap_or_else(|| serde_json::to_string_pretty(&call.input).unwrap_or_default());
    let result = call.result.as_ref().map(|result| result.text.trim()).filter(|text| !text.is_empty());
    match (call.name.as_str(), result) {
        ("Write" | "Edit", _) | (_, None) => given,
        (_, Some(result)) => format!("{given}\n{result}"),
    }
}
