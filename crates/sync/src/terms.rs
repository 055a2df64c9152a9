//! What passes between this machine and a remote, and what was settled about it before.

use std::collections::BTreeMap;

use journal::{Scope, Stream};

use crate::Head;

/// What may pass between this machine and a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// Whether others read it: then nothing private passes, in neither direction, and nobody speaks for another.
    pub is_shared: bool,
    /// Whether the person said that what is there is theirs, although this machine knows nothing of it.
    pub is_joined: bool,
}

impl Terms {
    /// Whether operations of a scope pass. Those of [`Scope::Here`] pass nowhere.
    pub fn allow(self, scope: &Scope) -> bool {
        match scope {
            Scope::Here => false,
            Scope::Private => !self.is_shared,
            Scope::Project(_) | Scope::Publish(_) => true,
        }
    }
}

/// Streams in whose name two wrote, and whose operations on both sides are carried on elsewhere: the head here and there.
pub type Settled = BTreeMap<Stream, (Head, Head)>;
