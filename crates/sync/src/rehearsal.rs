//! A journal and a remote in memory that fail as they are told: for tests, and for simulations of many machines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::PathBuf;

use journal::{Hash, JournalError, Operation, Received, Refusal, ReplicaId, Scope, Stream};

use crate::head::linked;
use crate::{Fault, Head, Heads, Local, Page, Remote};

/// Streams in memory.
pub type Streams = BTreeMap<Stream, Vec<Operation>>;

/// A journal in memory that keeps the rules of the real one.
#[derive(Debug, Clone)]
pub struct Memory {
    /// What is here.
    pub streams: Streams,
    names: Vec<ReplicaId>,
    /// Where a number for the next name comes from; copies of a machine must not share them.
    pub next_name: u64,
    /// How many more calls succeed, for a machine that loses its power.
    pub fuse: Option<u32>,
}

impl Memory {
    /// A machine with a first name.
    pub fn new(name: u64) -> Self {
        Self { streams: BTreeMap::new(), names: vec![name_of(name)], next_name: name + 1, fuse: None }
    }

    /// Everything that is here, each operation once, carried ones as what they were.
    pub fn told(&self) -> BTreeMap<Hash, Operation> {
        let operations = self.streams.values().flatten();
        let told = operations.map(|operation| operation.carried().unwrap_or_else(|| operation.clone()));
        told.map(|operation| (operation.hash, operation)).collect()
    }

    fn burn(&mut self) -> Result<(), JournalError> {
        match &mut self.fuse {
            None => Ok(()),
            Some(0) => Err(power_lost()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

/// A replica by its number.
///
/// # Panics
///
/// Never: 26 digits of the alphabet are a name.
pub fn name_of(number: u64) -> ReplicaId {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |place: u32| char::from(DIGITS[usize::try_from(number >> (5 * place) & 31).unwrap_or(0)]);
    let text: String = "0".repeat(14).chars().chain((0..12).rev().map(digit)).collect();
    text.parse().expect("26 digits of the alphabet are a name")
}

fn power_lost() -> JournalError {
    JournalError::Io { action: "use", path: PathBuf::from("memory"), source: io::Error::other("the power is lost") }
}

impl Local for Memory {
    fn replica(&self) -> ReplicaId {
        *self.names.last().expect("a machine has a name from the start")
    }

    fn owns(&self, replica: ReplicaId) -> bool {
        self.names.contains(&replica)
    }

    fn heads(&mut self) -> Result<Heads, JournalError> {
        self.burn()?;
        Ok(heads(&self.streams))
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, JournalError> {
        self.burn()?;
        Ok(read(&self.streams, stream, after, page))
    }

    fn receive(&mut self, operations: &[Operation]) -> Result<Received, JournalError> {
        let burnt = self.burn();
        // what was received before the power was lost stays
        let kept = if burnt.is_err() { operations.len() / 2 } else { operations.len() };
        let mut received = Received::default();
        let streams: BTreeSet<&Stream> = operations.iter().map(|operation| &operation.stream).collect();
        for stream in streams {
            let known = self.streams.entry(stream.clone()).or_default();
            for operation in operations[..kept].iter().filter(|operation| operation.stream == *stream) {
                let head = known.last().map_or(Head::START, Head::after);
                let at =
                    |seq: u64| known.get(usize::try_from(seq).unwrap_or(0).wrapping_sub(1)).map(|known| known.hash);
                let why = if !operation.is_true() {
                    Refusal::Hash
                } else if at(operation.seq) == Some(operation.hash) {
                    received.known += 1;
                    continue;
                } else if operation.seq <= head.seq {
                    Refusal::Fork
                } else if self.names.last() == Some(&stream.replica) {
                    Refusal::Ours
                } else if operation.seq > head.seq + 1 {
                    Refusal::Gap
                } else if operation.prev != head.hash {
                    Refusal::Fork
                } else {
                    known.push(operation.clone());
                    received.taken += 1;
                    continue;
                };
                received.refused.push((stream.clone(), operation.seq, why));
                break;
            }
        }
        self.streams.retain(|_, operations| !operations.is_empty());
        burnt.map(|()| received)
    }

    fn append(&mut self, scope: &Scope, bodies: &[Vec<u8>]) -> Result<(), JournalError> {
        self.burn()?;
        let stream = Stream { replica: self.replica(), scope: scope.clone() };
        let operations = self.streams.entry(stream.clone()).or_default();
        for body in bodies {
            let head = operations.last().map_or(Head::START, Head::after);
            operations.push(Operation::follow(&stream, head.seq + 1, head.hash, body.clone()));
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), JournalError> {
        self.burn()?;
        self.names.push(name_of(self.next_name));
        self.next_name += 1;
        Ok(())
    }
}

/// What becomes of a call to a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done and answered.
    Fine,
    /// It never arrives.
    RequestLost,
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// It arrives long after, when nobody waits for it any more.
    Late,
    /// It arrives twice.
    Twice,
    /// A part of the answer arrives; of what is appended, nothing.
    Partial,
}

/// A remote in memory, behind a network that does to each call what it is told.
pub struct Shelf {
    /// What it keeps.
    pub streams: Streams,
    /// Requests that are still under way.
    late: Vec<Vec<Operation>>,
    fate: Box<dyn FnMut() -> Fate>,
}

impl Debug for Shelf {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shelf")
            .field("streams", &self.streams)
            .field("late", &self.late)
            .finish_non_exhaustive()
    }
}

impl Shelf {
    /// An empty one.
    pub fn new(fate: impl FnMut() -> Fate + 'static) -> Self {
        Self { streams: BTreeMap::new(), late: Vec::new(), fate: Box::new(fate) }
    }

    /// One where everything goes well.
    pub fn reliable() -> Self {
        Self::new(|| Fate::Fine)
    }

    /// Changes what becomes of calls.
    pub fn set_fate(&mut self, fate: impl FnMut() -> Fate + 'static) {
        self.fate = Box::new(fate);
    }

    /// What is still under way arrives.
    pub fn deliver_late(&mut self) {
        for operations in std::mem::take(&mut self.late) {
            // whoever sent it has stopped listening
            let _ = self.put(&operations);
        }
    }

    fn put(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let Some(first) = operations.first() else { return Ok(()) };
        let known = self.streams.get(&first.stream).and_then(|known| known.last()).map_or(Head::START, Head::after);
        if Head::before(first) != known {
            return Err(Fault::Moved);
        }
        let linked = linked(&first.stream, known, operations.to_vec());
        if linked.len() < operations.len() {
            return Err(Fault::Denied("these operations do not follow each other".to_owned()));
        }
        self.streams.entry(first.stream.clone()).or_default().extend(linked);
        Ok(())
    }
}

fn lost() -> Fault {
    Fault::Unanswered("the connection was lost".to_owned())
}

impl Remote for Shelf {
    fn heads(&mut self) -> Result<Heads, Fault> {
        match (self.fate)() {
            Fate::Fine | Fate::Twice | Fate::Partial => Ok(heads(&self.streams)),
            Fate::RequestLost | Fate::AnswerLost | Fate::Late => Err(lost()),
        }
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        match (self.fate)() {
            Fate::Fine => self.put(operations),
            Fate::RequestLost | Fate::Partial => Err(lost()),
            Fate::AnswerLost => {
                let _ = self.put(operations);
                Err(lost())
            }
            Fate::Late => {
                self.late.push(operations.to_vec());
                Err(lost())
            }
            Fate::Twice => {
                self.late.push(operations.to_vec());
                self.put(operations)
            }
        }
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        let mut operations = read(&self.streams, stream, after, page);
        match (self.fate)() {
            Fate::Fine | Fate::Twice => Ok(operations),
            Fate::Partial => {
                operations.truncate(operations.len().div_ceil(2));
                Ok(operations)
            }
            Fate::RequestLost | Fate::AnswerLost | Fate::Late => Err(lost()),
        }
    }
}

fn heads(streams: &Streams) -> Heads {
    let last = |operations: &Vec<Operation>| operations.last().map(Head::after);
    streams.iter().filter_map(|(stream, operations)| Some((stream.clone(), last(operations)?))).collect()
}

fn read(streams: &Streams, stream: &Stream, after: u64, page: Page) -> Vec<Operation> {
    let operations = streams.get(stream).map(Vec::as_slice).unwrap_or_default();
    let after = usize::try_from(after).unwrap_or(usize::MAX).min(operations.len());
    let read: Result<_, std::convert::Infallible> = page.of(operations[after..].iter().cloned().map(Ok));
    read.unwrap_or_default()
}
