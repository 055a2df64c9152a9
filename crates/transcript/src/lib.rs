//! Claude Code's transcripts: records, requests and their usage, the conversation.
//!
//! This crate knows nothing of files, clocks, environment or threads: bytes and names are handed in.
//! Reading never fails: every reader returns what it understood and a list of problems.

mod conversation;
mod facts;
mod layout;
mod lines;
mod markdown;
mod parsed;
mod prompt;
mod request;
mod session;
mod skim;
mod slug;
mod texts;
mod tokens;
mod wire;

pub use conversation::{
    Agent, Answer, AnswerSketch, Block, Body, Branch, Command, Conversation, Entry, Image, Item, Notice, Outline,
    OutlineAgent, OutlineBranch, Prompt, Reading, Sketched, Stretches, Thinking, ToolCall, ToolResult, Turns,
};
pub use facts::{AgentType, Batch, ChangedLines, FileFacts, Ledger, LedgerModel, Reader, ToolUse};
pub use layout::{FileRole, classify, project_name, project_root};
pub use markdown::{Detail, sanitize, to_markdown};
pub use parsed::{Parsed, Problem, ProblemKind};
pub use request::{Part, PartKind, Precedence, Request, RequestKey};
pub use session::{Session, SessionFile, SessionId, Title, TitleSource};
pub use slug::{slug, slug_matches};
pub use texts::{Text, TextKind, texts};
pub use tokens::Tokens;
