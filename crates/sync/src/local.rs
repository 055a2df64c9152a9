//! This machine's side: its journal.

use std::collections::BTreeMap;

use journal::{Journal, JournalError, Operation, Received, ReplicaId, Scope, Stream};

use crate::{Head, Heads};

/// How much is passed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Operations at most.
    pub operations: usize,
    /// Bytes of bodies at most; one operation is passed however large it is.
    pub bytes: usize,
}

impl Page {
    /// One operation.
    pub(crate) const ONE: Self = Self { operations: 1, bytes: 0 };

    /// Takes from operations as many as fit.
    pub fn of<E>(self, operations: impl Iterator<Item = Result<Operation, E>>) -> Result<Vec<Operation>, E> {
        let (mut page, mut bytes) = (Vec::new(), 0);
        for operation in operations {
            let operation = operation?;
            bytes += operation.body.len();
            if page.len() >= self.operations || (!page.is_empty() && bytes > self.bytes) {
                break;
            }
            page.push(operation);
            if page.len() >= self.operations {
                break;
            }
        }
        Ok(page)
    }
}

/// The journal as syncing needs it. It is [`Journal`], and one in memory for [rehearsals](crate::rehearsal).
pub trait Local {
    /// In whose name this machine writes now.
    fn replica(&self) -> ReplicaId;

    /// Whether a replica is this machine, or was it.
    fn owns(&self, replica: ReplicaId) -> bool;

    /// How far every stream has come.
    fn heads(&mut self) -> Result<Heads, JournalError>;

    /// Operations of a stream after a place.
    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, JournalError>;

    /// Takes in operations of others: those that follow what is here and are true.
    fn receive(&mut self, operations: &[Operation]) -> Result<Received, JournalError>;

    /// Says something in this machine's own name.
    fn append(&mut self, scope: &Scope, bodies: &[Vec<u8>]) -> Result<(), JournalError>;

    /// Goes on under a new name.
    fn renew(&mut self) -> Result<(), JournalError>;
}

impl Local for Journal {
    fn replica(&self) -> ReplicaId {
        Journal::replica(self)
    }

    fn owns(&self, replica: ReplicaId) -> bool {
        self.own_replicas().contains(&replica)
    }

    fn heads(&mut self) -> Result<Heads, JournalError> {
        let heads: BTreeMap<Stream, Head> =
            Journal::heads(self).into_iter().map(|(stream, seq, hash)| (stream, Head { seq, hash })).collect();
        Ok(heads)
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, JournalError> {
        page.of(Journal::read(self, stream, after))
    }

    fn receive(&mut self, operations: &[Operation]) -> Result<Received, JournalError> {
        Journal::receive(self, operations)
    }

    fn append(&mut self, scope: &Scope, bodies: &[Vec<u8>]) -> Result<(), JournalError> {
        Journal::append(self, scope, bodies).map(drop)
    }

    fn renew(&mut self) -> Result<(), JournalError> {
        self.renew_replica().map(drop)
    }
}
