//! What came of syncing with a remote, in exact numbers.

use crate::{Fault, Step};

/// What came of syncing with a remote.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Operations that the remote took.
    pub sent: u64,
    /// Bytes of their bodies.
    pub sent_bytes: u64,
    /// Operations that came from it and are new here.
    pub taken: u64,
    /// Operations of streams in whose name two wrote, or of which no key opens what is there, which were carried over into our own.
    pub carried: u64,
    /// Whether this machine goes on under a new name, because the remote has something else in the old one.
    pub is_renamed: bool,
    /// What still has to be passed; nothing where `fault` is none and `problems` is empty.
    pub left: Left,
    /// What stopped it.
    pub fault: Option<Fault>,
    /// What kept single streams from being passed.
    pub problems: Vec<Fault>,
}

/// How many operations still have to be passed, as far as the last heads tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Left {
    /// From here to the remote.
    pub to_send: u64,
    /// From the remote to here.
    pub to_take: u64,
    /// Streams in whose name two wrote.
    pub to_heal: u64,
}

impl Left {
    /// What steps have to pass.
    pub fn of(steps: &[Step]) -> Self {
        let mut left = Self::default();
        for step in steps {
            match step {
                Step::Heal { .. } => left.to_heal += 1,
                Step::Pull { after, to, .. } => left.to_take += to.seq.saturating_sub(after.seq),
                Step::Push { after, to, .. } => left.to_send += to.seq.saturating_sub(after.seq),
            }
        }
        left
    }

    /// Whether nothing is left.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Outcome {
    /// Whether both sides have the same now.
    pub fn is_complete(&self) -> bool {
        self.fault.is_none() && self.problems.is_empty() && self.left.is_nothing()
    }

    /// What came of this and of syncing once more after it.
    #[must_use]
    pub fn followed_by(self, next: Self) -> Self {
        Self {
            sent: self.sent + next.sent,
            sent_bytes: self.sent_bytes + next.sent_bytes,
            taken: self.taken + next.taken,
            carried: self.carried + next.carried,
            is_renamed: self.is_renamed || next.is_renamed,
            left: next.left,
            fault: next.fault,
            problems: next.problems,
        }
    }

    /// Whether anything was passed.
    pub fn changed_anything(&self) -> bool {
        self.sent + self.taken + self.carried > 0 || self.is_renamed
    }
}
