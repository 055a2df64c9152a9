//! What lies beside the operations of an encrypted remote: its keys, closed for devices and by a passphrase.
//!
//! Whoever makes a key, the first or a new one, says so in one stream that nobody's name is on, so that of two who do it at once one
//! is refused. Everything else a device says in a stream of its own, where the last word holds: nobody changes what somebody else
//! may change.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Operation, ReplicaId, Scope, Stream};
use serde::{Deserialize, Serialize};

use crate::sealed::envelope;
use crate::sealed::keyring::{Member, Recovery};
use crate::{Fault, Head, Heads, Page, Remote};

/// Version of the form.
const VERSION: u32 = 2;

/// Whose stream tells that a remote is locked: no device has this name.
const NOBODY: &str = "00000000000000000000000000";

/// The scope of all these streams.
const LOCK: &str = "lock";

/// What is read at once of what was said of keys: a place changes them a few times in its life.
const ALL: Page = Page { operations: 10_000, bytes: 16 << 20 };

/// What is said about a lock: the body of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Statement {
    pub(super) v: u32,
    pub(super) kind: String,
    /// Which lock; drawn by chance.
    pub(super) lock: String,
    /// How many keys there were. Anybody can write a number: it proves nothing.
    #[serde(default)]
    pub(super) generation: usize,
    /// The marks of the keys that were followed by a newer one: these prove it to whoever has one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) retired: Vec<String>,
    /// The keys, closed by the passphrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recovery: Option<String>,
    /// The keys, closed for every device that is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<String>,
    /// The [`Roster`], closed by the newest key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) roster: Option<String>,
    /// The device that says this and wants to be let in, closed by the code that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asks: Option<String>,
}

/// Who is in, and how a new device gets in by the passphrase.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Roster {
    pub(super) devices: Vec<Member>,
    pub(super) recovery: Option<Recovery>,
}

/// Whether a stream tells about a lock.
pub(crate) fn is_lock(stream: &Stream) -> bool {
    matches!(&stream.scope, Scope::Publish(name) if name == LOCK)
}

/// The stream in which a device says what it has to say.
pub(super) fn stream_of(replica: ReplicaId) -> Stream {
    Stream { replica, scope: Scope::Publish(LOCK.to_owned()) }
}

/// The stream of whoever locked the remote first.
pub(super) fn founding_stream() -> Stream {
    stream_of(NOBODY.parse().expect("26 digits are a name"))
}

/// What is said of keys, as operations.
pub(super) fn chained(chain: &[String]) -> Vec<Operation> {
    let mut head = Head::START;
    let operation = |body: &String| {
        let operation = Operation::follow(&founding_stream(), head.seq + 1, head.hash, body.clone().into_bytes());
        head = Head::after(&operation);
        operation
    };
    chain.iter().map(operation).collect()
}

/// Bytes as they stand in a statement.
pub(super) fn written(file: &[u8]) -> String {
    STANDARD.encode(file)
}

/// The bytes of a text that [`written`] made; nothing where it is something else.
pub(super) fn read(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

impl Statement {
    /// One that says nothing yet.
    pub(super) fn of(lock: &str, generation: usize) -> Self {
        Self {
            v: VERSION,
            kind: LOCK.to_owned(),
            lock: lock.to_owned(),
            generation,
            retired: Vec::new(),
            recovery: None,
            keys: None,
            roster: None,
            asks: None,
        }
    }

    /// Whether there are keys in it, for whomever.
    pub(super) fn has_keys(&self) -> bool {
        read(self.keys.as_deref().unwrap_or_default()).starts_with(envelope::BEGINNING)
    }

    /// It as the body of an operation.
    pub(super) fn body(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers can be written as JSON")
    }
}

/// All that lies at a remote about its lock.
#[derive(Debug)]
pub(super) struct Locks {
    /// What was said of its keys, from the first on; none in the place of what is no statement.
    pub(super) chain: Vec<Option<Statement>>,
    /// The same, as it stands there.
    pub(super) bodies: Vec<String>,
    /// Where that ends.
    pub(super) end: Head,
    /// The last word of each device.
    pub(super) said: BTreeMap<ReplicaId, Statement>,
    /// Whether nothing was left out that should be there.
    pub(super) is_whole: bool,
    /// A newer form in which something is said there that was passed over.
    pub(super) newer: Option<u32>,
}

impl Locks {
    /// Reads them.
    pub(super) fn read(remote: &mut dyn Remote, heads: &Heads) -> Result<Self, Fault> {
        let (chain, bodies, said) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut locks = Self { chain, bodies, end: Head::START, said, is_whole: true, newer: None };
        for (stream, head) in heads.iter().filter(|(stream, _)| is_lock(stream)) {
            if *stream == founding_stream() {
                locks.end = *head;
                let operations = all_of(remote, stream, *head)?;
                locks.is_whole &= operations.len() as u64 == head.seq;
                // whoever locked the place says in which form
                operations.first().map_or(Ok(()), must_be_known)?;
                locks.chain = operations.iter().map(|operation| locks.statement(operation)).collect();
                let body = |operation: Operation| String::from_utf8_lossy(&operation.body).into_owned();
                locks.bodies = operations.into_iter().map(body).collect();
                continue;
            }
            let last = remote.read(stream, head.seq.saturating_sub(1), Page::ONE)?;
            locks.is_whole &= !last.is_empty();
            let said = last.first().and_then(|last| locks.statement(last));
            locks.said.extend(said.map(|statement| (stream.replica, statement)));
        }
        Ok(locks)
    }

    /// What an operation says; none where it is no statement, or one in another form: anybody can write a number.
    fn statement(&mut self, operation: &Operation) -> Option<Statement> {
        match form(operation) {
            Some(form) if form != VERSION => {
                self.newer = self.newer.max(Some(form).filter(|form| *form > VERSION));
                None
            }
            _ => serde_json::from_slice(&operation.body).ok().filter(|_| operation.is_true()),
        }
    }

    /// Why nothing opens.
    pub(super) fn damage(&self) -> Fault {
        self.newer.map_or(Fault::LockDamaged, newer)
    }

    /// The same without what was said of another lock: somebody locked the place before, or a request came very late.
    pub(super) fn of(mut self, lock: &str) -> Self {
        self.said.retain(|_, statement| statement.lock == lock);
        for statement in &mut self.chain {
            statement.take_if(|statement| statement.lock != lock);
        }
        self
    }

    /// Everything that can be read.
    pub(super) fn all(&self) -> impl Iterator<Item = &Statement> {
        self.chain.iter().flatten().chain(self.said.values())
    }

    /// What passphrases open, what was said last first, each once.
    pub(super) fn recoveries(&self) -> Vec<&String> {
        let mut closed: Vec<&String> = Vec::new();
        for recovery in
            self.chain.iter().rev().flatten().chain(self.said.values()).filter_map(|said| said.recovery.as_ref())
        {
            if !closed.contains(&recovery) {
                closed.push(recovery);
            }
        }
        closed
    }

    /// What devices said that want to be let in.
    pub(super) fn requests(&self) -> impl Iterator<Item = &String> {
        self.all().filter_map(|statement| statement.asks.as_ref())
    }

    /// What was said when a key was made: that after the one of a mark, else the first one; none where nothing tells. Whoever says
    /// later that a key follows the same one, says so in vain.
    pub(super) fn making(&self, after: Option<&String>) -> Option<&Statement> {
        match after {
            None => self.chain.first()?.as_ref(),
            Some(mark) => self.chain.iter().flatten().find(|said| said.retired.contains(mark) && said.has_keys()),
        }
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.end == Head::START && self.said.is_empty() && self.newer.is_none()
    }

    /// Which lock it is, by whoever locked it, else by any device; none where nobody tells.
    pub(super) fn lock(&self) -> Option<&str> {
        self.all().next().map(|statement| statement.lock.as_str())
    }
}

/// The operations of a stream up to its head, as far as the place hands them out.
fn all_of(remote: &mut dyn Remote, stream: &Stream, head: Head) -> Result<Vec<Operation>, Fault> {
    let mut operations = Vec::new();
    while (operations.len() as u64) < head.seq {
        let more = remote.read(stream, operations.len() as u64, ALL)?;
        if more.is_empty() {
            break;
        }
        operations.extend(more);
    }
    Ok(operations)
}

/// In which form an operation says something; none where that cannot be read.
fn form(operation: &Operation) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    serde_json::from_slice(&operation.body).ok().map(|Version { v }| v)
}

/// Refuses what was locked in a form that is not read here.
fn must_be_known(first: &Operation) -> Result<(), Fault> {
    match form(first) {
        Some(form) if form < VERSION => {
            Err(Fault::Unusable("it was encrypted in a form that is read no more; an empty place is needed".to_owned()))
        }
        Some(form) if form > VERSION => Err(newer(form)),
        _ => Ok(()),
    }
}

fn newer(form: u32) -> Fault {
    Fault::Newer { found: i64::from(form), known: i64::from(VERSION) }
}

/// The next operation of a device's stream.
pub(super) fn next(replica: ReplicaId, heads: &Heads, statement: &Statement) -> Operation {
    let stream = stream_of(replica);
    let head = heads.get(&stream).copied().unwrap_or(Head::START);
    Operation::follow(&stream, head.seq + 1, head.hash, statement.body().into_bytes())
}
