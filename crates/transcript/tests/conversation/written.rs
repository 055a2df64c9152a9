//! Transcripts written by hand, and conversations written down in few words.

use serde_json::{Value, json};
use transcript::{Answer, Block, Body, Command, Conversation, Image, Item, Notice, Prompt};

/// A transcript that grows line by line; every line is a minute later than the one before.
#[derive(Default)]
pub(crate) struct Transcript {
    text: String,
    minute: u32,
}

impl Transcript {
    /// Adds a record with the usual envelope; `more` wins.
    pub(crate) fn record(mut self, kind: &str, uuid: &str, parent: &str, more: Value) -> Self {
        let parent = if parent.is_empty() { Value::Null } else { parent.into() };
        let at = format!("2026-11-20T09:{:02}:00.000Z", self.minute);
        let mut record =
            json!({"parentUuid": parent, "isSidechain": false, "type": kind, "uuid": uuid, "timestamp": at});
        let (Value::Object(own), Value::Object(more)) = (&mut record, more) else { return self };
        own.extend(more);
        self.minute += 1;
        self.line(&record.to_string())
    }

    /// Adds a line as it is.
    pub(crate) fn line(mut self, line: &str) -> Self {
        self.text.push_str(line);
        self.text.push('\n');
        self
    }

    /// Adds a user record that says this.
    pub(crate) fn says(self, uuid: &str, parent: &str, content: impl Into<Value>) -> Self {
        let content: Value = content.into();
        self.record("user", uuid, parent, json!({"message": {"role": "user", "content": content}}))
    }

    /// Adds a line of an API message with one block.
    pub(crate) fn answers(self, uuid: &str, parent: &str, message: &str, block: &Value) -> Self {
        let message = json!({"id": message, "role": "assistant", "model": "claude-opus-5", "content": [block]});
        self.record("assistant", uuid, parent, json!({"message": message}))
    }

    /// Adds a line of an API message that is text.
    pub(crate) fn writes(self, uuid: &str, parent: &str, message: &str, text: &str) -> Self {
        self.answers(uuid, parent, message, &json!({"type": "text", "text": text}))
    }

    /// Adds a line of an API message that calls `Bash`.
    pub(crate) fn runs(self, uuid: &str, parent: &str, message: &str, id: &str) -> Self {
        let input = json!({"command": format!("run {id}")});
        self.answers(uuid, parent, message, &json!({"type": "tool_use", "id": id, "name": "Bash", "input": input}))
    }

    /// Adds the result of a call.
    pub(crate) fn gives(self, uuid: &str, parent: &str, call: &str, text: &str) -> Self {
        self.says(uuid, parent, json!([{"type": "tool_result", "tool_use_id": call, "content": text}]))
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn read(&self) -> Conversation {
        Conversation::read(self.text.as_bytes()).value
    }
}

/// What a transcript tells, one line per item, with the number of its turn.
pub(crate) fn told(transcript: &Transcript) -> String {
    in_words(&transcript.read())
}

/// A conversation, one line per item, with the number of its turn.
pub(crate) fn in_words(conversation: &Conversation) -> String {
    let mut lines: Vec<String> = conversation.items.iter().map(item).collect();
    for branch in &conversation.branches {
        lines.push(branch.after.map_or("branch at the start".to_owned(), |after| format!("branch after item {after}")));
        lines.extend(branch.items.iter().map(|own| format!("  {}", item(own))));
    }
    for agent in &conversation.agents {
        lines.push(format!("agent {}", agent.id));
        lines.extend(in_words(&agent.conversation).lines().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

fn item(item: &Item) -> String {
    let said = match &item.body {
        Body::Prompt(Prompt { text, images, from }) => {
            let images: Vec<String> = images.iter().map(picture).collect();
            let images = images.concat();
            format!("{}: {text}{images}", from.as_deref().unwrap_or("person"))
        }
        Body::Answer(Answer { blocks, is_error, .. }) => {
            let blocks: Vec<String> = blocks.iter().map(block).collect();
            format!("{}: {}", if *is_error { "error" } else { "model" }, blocks.join(" | "))
        }
        Body::Command(Command { name, args, output }) => format!("command {name} ({args}) gave {output:?}"),
        Body::Notice(notice) => match notice {
            Notice::Compacted { trigger, tokens_before, summary } => {
                format!("compacted {trigger:?} {tokens_before:?}: {summary}")
            }
            Notice::Interrupted => "interrupted".to_owned(),
            Notice::TaskFinished { summary, result } => format!("task: {summary} gave {result:?}"),
            Notice::ModelChanged { from, to } => format!("model {from} -> {to}"),
            Notice::Injected(text) => format!("injected: {text}"),
            Notice::Info(text) => format!("info: {text}"),
        },
    };
    format!("{} {said}", item.turn)
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => text.clone(),
        Block::Thinking(thinking) if thinking.redacted => "(redacted)".to_owned(),
        Block::Thinking(thinking) => format!("({})", thinking.text),
        Block::Tool(call) => {
            let result = call.result.as_ref().map_or("nothing".to_owned(), |result| {
                let error = if result.is_error { "error " } else { "" };
                format!("{error}{:?}", result.text)
            });
            let agent = call.agent.as_ref().map(|agent| format!(" by {agent}")).unwrap_or_default();
            format!("{} {}{agent} -> {result}", call.name, call.subject)
        }
        Block::Image(image) => picture(image),
        Block::Other(kind) => format!("[{kind}]"),
    }
}

fn picture(image: &Image) -> String {
    format!(" [{} {}]", image.media_type, image.bytes)
}
