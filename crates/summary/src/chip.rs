//! What requests are asked by, and what filters them.

use crate::Kind;

/// What a row of a breakdown stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// A project.
    Project,
    /// A model.
    Model,
    /// A kind of tokens, or web searches: why a total is large.
    Kind,
    /// A type of session, by the person's rules.
    Type,
    /// A branch of a project.
    Branch,
    /// A tool. A request that calls several is shared between them by the number of calls.
    Tool,
    /// The main conversation, or a kind of subagent.
    Agent,
    /// The device that a session ran on.
    Device,
}

/// What makes a row of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A name; none: what has none.
    Named(Option<String>),
    /// A branch and the project that it is of.
    Branch {
        /// The project.
        project: Option<String>,
        /// The branch; none outside of repositories.
        branch: Option<String>,
    },
    /// A kind.
    Kind(Kind),
}

/// A filter: only what is of this row. Of a kind, only the tokens and the cost of that kind; of a tool, the requests that
/// call it, whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chip {
    /// The dimension.
    pub dimension: Dimension,
    /// The row.
    pub key: Key,
}

impl Dimension {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] =
        [Self::Project, Self::Model, Self::Kind, Self::Type, Self::Branch, Self::Tool, Self::Agent, Self::Device];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Model => "model",
            Self::Kind => "kind",
            Self::Type => "type",
            Self::Branch => "branch",
            Self::Tool => "tool",
            Self::Agent => "agent",
            Self::Device => "device",
        }
    }
}
