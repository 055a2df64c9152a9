//! What became of operations that others handed over.

use std::collections::BTreeMap;

use crate::operation::Hash;
use crate::{JournalError, Operation, ReplicaId, Stream};

/// What became of operations that others handed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// How many are new and kept.
    pub taken: usize,
    /// How many were here already.
    pub known: usize,
    /// Streams of which the rest was refused, with the place of the first operation that was, and why.
    pub refused: Vec<(Stream, u64, Refusal)>,
}

/// Why an operation, and what follows it in its stream, was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// One before it is missing: ask again from the head on.
    Gap,
    /// Its hash is not that of what it says.
    Hash,
    /// It does not follow the one before it, or another one stands in its place here: somebody wrote twice in one name.
    Fork,
    /// It is in our own name, and we never wrote it: this folder was copied, or is an older state of itself. See
    /// [`crate::Journal::renew_replica`].
    Ours,
    /// Its scope has no key, or one that is too long.
    Scope,
}

impl Received {
    pub(crate) fn refuse(&mut self, stream: &Stream, seq: u64, why: Refusal) {
        self.refused.push((stream.clone(), seq, why));
    }

    /// Bodies that go on after the head of a stream; counts the others.
    pub(crate) fn sift(
        &mut self,
        stream: &Stream,
        operations: &[&Operation],
        head: (u64, Hash),
        own: ReplicaId,
        hash_at: impl Fn(u64) -> Result<Option<Hash>, JournalError>,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let ((mut seq, mut hash), mut fresh) = (head, Vec::new());
        for operation in operations {
            let refusal = if !operation.is_true() {
                Some(Refusal::Hash)
            } else if operation.seq <= head.0 {
                if hash_at(operation.seq)? == Some(operation.hash) {
                    self.known += 1;
                    continue;
                }
                Some(Refusal::Fork)
            } else if operation.seq == seq && operation.hash == hash {
                // handed over twice
                self.known += 1;
                continue;
            } else if stream.replica == own {
                Some(Refusal::Ours)
            } else if operation.seq > seq + 1 {
                Some(Refusal::Gap)
            } else {
                (operation.seq != seq + 1 || operation.prev != hash).then_some(Refusal::Fork)
            };
            if let Some(why) = refusal {
                self.refuse(stream, operation.seq, why);
                break;
            }
            (seq, hash) = (operation.seq, operation.hash);
            fresh.push(operation.body.clone());
        }
        self.taken += fresh.len();
        Ok(fresh)
    }
}

/// Operations by stream, each stream in order.
pub(crate) fn by_stream(operations: &[Operation]) -> BTreeMap<&Stream, Vec<&Operation>> {
    let mut streams: BTreeMap<&Stream, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        streams.entry(&operation.stream).or_default().push(operation);
    }
    for operations in streams.values_mut() {
        operations.sort_by_key(|operation| operation.seq);
    }
    streams
}
