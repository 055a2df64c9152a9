//! How far a stream has come somewhere.

use std::collections::BTreeMap;

use journal::{Hash, Operation, Stream};
use serde::{Deserialize, Serialize};

/// No stream is longer, so that sums of what others tell cannot overflow.
const SEQ_MAX: u64 = 1 << 40;

/// The last operation of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Head {
    /// Its place; 0 where there is none yet.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// Before the first operation.
    pub const START: Self = Self { seq: 0, hash: Hash::START };

    /// That of a stream as a remote tells it; none where no stream is so long, or where it would have no operation.
    pub(crate) fn told(seq: u64, hash: Hash) -> Option<Self> {
        (1..=SEQ_MAX).contains(&seq).then_some(Self { seq, hash })
    }

    /// The head after an operation.
    pub fn after(operation: &Operation) -> Self {
        Self { seq: operation.seq, hash: operation.hash }
    }

    /// What precedes an operation.
    pub fn before(operation: &Operation) -> Self {
        Self { seq: operation.seq.saturating_sub(1), hash: operation.prev }
    }
}

/// The head of every stream that is somewhere.
pub type Heads = BTreeMap<Stream, Head>;

/// The operations, from the first on, that follow a head link by link and are true.
pub(crate) fn linked(stream: &Stream, mut head: Head, operations: Vec<Operation>) -> Vec<Operation> {
    let follows = move |operation: &Operation| {
        let fits = operation.stream == *stream && operation.seq == head.seq + 1 && operation.prev == head.hash;
        head = Head::after(operation);
        fits && operation.is_true()
    };
    operations.into_iter().take_while(follows).collect()
}
