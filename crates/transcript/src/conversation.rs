//! The conversation as people read it.

mod agents;
mod answer;
mod assembly;
mod chain;
mod intake;
mod notice;
mod outline;
mod picture;
mod prompt;
mod record;
mod sketch;
mod stretches;
mod subject;
mod tool_result;
mod turns;
mod value;

use chrono::{DateTime, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

pub use intake::Reading;
pub use outline::{AnswerSketch, Entry, Outline, OutlineAgent, OutlineBranch, Sketched};
pub use stretches::Stretches;
pub use turns::Turns;

use crate::{Parsed, Tokens};

/// A conversation in reading order.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Conversation {
    /// The active chain: what the client itself would show after a resume, compacted parts included.
    pub items: Vec<Item>,
    /// What was said and then abandoned (a rewind, an edited prompt).
    pub branches: Vec<Branch>,
    /// Conversations of subagents that are told in this very file (those of clients before 2.0.65 whole, those of
    /// 2.1.12 to 2.1.63 as progress). A tool call whose `agent` is the id of one of them started it.
    pub agents: Vec<Agent>,
}

/// A subagent's conversation inside the file of its session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agent {
    /// The subagent's id; where the client gave it none, the id of the tool call that started it, or of its first
    /// record.
    pub id: String,
    /// What was said in it.
    pub conversation: Conversation,
}

/// A stretch that was abandoned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// Index of the item in the active chain after which it hangs; none at the very start.
    pub after: Option<usize>,
    /// Its items.
    pub items: Vec<Item>,
}

/// One thing that was said or happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Record `uuid`, of the first record if it is made of several.
    pub uuid: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Offset of its first record in the file, in bytes.
    pub offset: u64,
    /// Number of the turn: 1 for everything from the first prompt to the second, 0 before the first. A slash command
    /// that a model answered counts as a prompt.
    pub turn: u32,
    /// What it is.
    #[serde(flatten)]
    pub body: Body,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// What the person said (in a subagent: what it was told).
    Prompt(Prompt),
    /// What the model said and did, one API message.
    Answer(Answer),
    /// A slash command or a `!` command of the person, with its output.
    Command(Command),
    /// Something that happened beside the conversation.
    Notice(Notice),
}

/// A prompt.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Prompt {
    /// Text as the person wrote it.
    pub text: String,
    /// Pictures given with it.
    pub images: Vec<Image>,
    /// Who said it, when it was not the person at the keyboard (a teammate, a coordinator).
    pub from: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Answer {
    /// API message id.
    pub message_id: Option<String>,
    /// Model name as written.
    pub model: Option<String>,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// Its tokens (by the same rule as the request's).
    pub tokens: Option<Tokens>,
    /// Why it stopped.
    pub stop_reason: Option<String>,
    /// Whether the client wrote it to say that the API failed.
    pub is_error: bool,
}

/// A block of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Block {
    /// Markdown text.
    #[serde(serialize_with = "text_field")]
    Text(String),
    /// Thinking.
    Thinking(Thinking),
    /// A tool call, with its result when there is one.
    Tool(Box<ToolCall>),
    /// A picture.
    Image(Image),
    /// A block of a type that is not known: that type.
    #[serde(serialize_with = "name_field")]
    Other(String),
}

/// Thinking.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Thinking {
    /// Text; empty when only a signature was kept.
    pub text: String,
    /// Whether it was redacted by the API.
    pub redacted: bool,
}

/// A tool call with its result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolCall {
    /// `tool_use.id`.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// Its input as written.
    pub input: Value,
    /// One line that says what it is about (a path, a command, a description).
    pub subject: String,
    /// Its result.
    pub result: Option<ToolResult>,
    /// Id of the subagent that it started.
    pub agent: Option<String>,
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ToolResult {
    /// Text given to the model.
    pub text: String,
    /// Pictures given to the model.
    pub images: Vec<Image>,
    /// Whether it failed.
    pub is_error: bool,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The client's own record of the result (`toolUseResult`), as written.
    pub detail: Value,
}

/// A picture: what it is, not its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Image {
    /// Media type (`image/png`).
    pub media_type: String,
    /// Size of the picture in bytes (of the file, not of its base64 text).
    pub bytes: u64,
}

/// A command that the person ran in the client.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Command {
    /// `/model`, or `!` for a shell command.
    pub name: String,
    /// What followed.
    pub args: String,
    /// What it printed.
    pub output: String,
}

/// Something that happened beside the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
pub enum Notice {
    /// The history was summarised here.
    Compacted {
        /// `manual` or `auto`.
        trigger: Option<String>,
        /// Tokens before it.
        tokens_before: Option<u64>,
        /// The summary.
        summary: String,
    },
    /// The person stopped the model.
    Interrupted,
    /// A background task or agent finished.
    TaskFinished {
        /// One line.
        summary: String,
        /// What it gave back.
        result: String,
    },
    /// The model was changed by the client (a refusal, a fallback).
    ModelChanged {
        /// Model before.
        from: String,
        /// Model after.
        to: String,
    },
    /// Text that the client put in for the model (reminders, skill bodies, caveats).
    #[serde(serialize_with = "text_field")]
    Injected(String),
    /// Anything else that the client wrote for the person.
    #[serde(serialize_with = "text_field")]
    Info(String),
}

impl Conversation {
    /// Reads a whole transcript (or a subagent's).
    pub fn read(bytes: &[u8]) -> Parsed<Self> {
        let mut reading = Reading::default();
        reading.feed(bytes, true);
        let bytes = Stretches::whole(bytes);
        Parsed { value: reading.outline(&bytes).read_all(&bytes), problems: reading.problems().to_vec() }
    }
}

fn text_field<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    field(serializer, "text", text)
}

fn name_field<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    field(serializer, "name", name)
}

/// Writes a string as an object with one field, because a bare string has no place for the tag of its variant.
fn field<S: Serializer>(serializer: S, key: &'static str, text: &str) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("Text", 1)?;
    object.serialize_field(key, text)?;
    object.end()
}
