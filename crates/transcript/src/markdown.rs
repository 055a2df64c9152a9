//! A conversation as Markdown text.

use crate::Conversation;

/// How much of a conversation is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Prompts and answers only.
    Talk,
    /// And one line per tool call.
    #[default]
    Tools,
    /// And thinking, tool inputs and results.
    Everything,
}

/// Markdown text of a conversation. No control sequence of the transcript survives in it.
pub fn to_markdown(conversation: &Conversation, detail: Detail) -> String {
    let _ = (conversation, detail);
    String::new()
}
