//! What a reader of a conversation can rely on.

mod answers;
mod chain;
mod corpus;
mod damage;
mod prompts;
mod subagents;
mod text;
mod written;
