//! The sessions behind a bar or a row of the summary, for the list.

use std::collections::HashSet;

use transcript::SessionId;

/// Sessions that the list shows alone, and what they have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behind {
    /// What they have in common.
    pub(crate) label: String,
    /// The sessions.
    pub(crate) sessions: HashSet<SessionId>,
}
