//! A remote whose owner cannot read what is in it: every operation lies there as an age file, under a name that only those with
//! the key can make.
//!
//! What passes on is a chain of operations like any other, over what is encrypted, so that every engine carries it as it is. What an
//! owner sees: which devices there are, which of their streams belong to one project, how many operations of what size came when.

mod access;
mod asking;
mod entering;
mod envelope;
#[cfg(test)]
mod forged;
mod keyring;
mod leaving;
mod members;
mod order;
mod seen;
mod statement;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use journal::{Hash, Operation, Scope, Stream};
use serde::{Deserialize, Serialize};

use self::seen::Known;
use crate::{Fault, Head, Heads, Page, Remote};

pub use access::Access;
pub use entering::is_encrypted;
pub use envelope::Effort;
pub use keyring::{Keyring, Member, Who};
pub use seen::Seen;
pub(crate) use statement::is_lock;

/// What the key for names is derived for.
const NAMES: &str = "sessions 2026 names of hidden scopes";

/// Digits of a hidden name: 128 bits, so that no two are the same.
const NAME_DIGITS: usize = 32;

/// A remote through which nothing readable passes.
pub struct Sealed<R: Remote = Box<dyn Remote>> {
    remote: R,
    keyring: Keyring,
    seen: Seen,
    veil: Option<Veil>,
    /// Streams as they are called there.
    known: BTreeMap<Stream, Known>,
    /// Streams there whose end cannot be opened.
    strange: BTreeSet<Stream>,
    /// Those of them that are as somebody wrote them, so that they will never be opened.
    opaque: BTreeSet<Stream>,
    /// Whether this device has all keys of which anything is said there.
    is_whole: bool,
}

impl<R: Remote> Debug for Sealed<R> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sealed").field("keyring", &self.keyring).finish_non_exhaustive()
    }
}

impl<R: Remote> Sealed<R> {
    /// That in front of a remote. What is learned of it is kept where keyring and memory are kept.
    pub fn new(remote: R, keyring: Keyring, seen: Seen) -> Self {
        let (known, strange, opaque) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { remote, keyring, seen, veil: None, known, strange, opaque, is_whole: false }
    }

    /// The keyring and the memory, as they are now.
    pub fn into_parts(self) -> (Keyring, Seen) {
        (self.keyring, self.seen)
    }

    /// The heads there, those of the lock left out, when everything about the lock is agreed.
    fn admitted(&mut self) -> Result<Heads, Fault> {
        let mut there = self.remote.heads()?;
        let of_lock = |heads: &Heads| -> Heads {
            heads.iter().filter(|(stream, _)| is_lock(stream)).map(|(stream, head)| (stream.clone(), *head)).collect()
        };
        if self.veil.is_none() {
            self.remember();
        }
        let locks = of_lock(&there);
        self.is_whole = !self.keyring.is_renamed() && self.seen.is_agreed(&locks);
        if !self.is_whole {
            self.is_whole = self.keyring.agree(&mut self.remote, &there)?;
            // what this device had to say lies there now
            there = self.remote.heads()?;
            let now = of_lock(&there);
            // somebody may have made a key meanwhile
            self.is_whole &= now == locks;
            if self.is_whole {
                self.seen.agree(now);
            }
        }
        if self.veil.as_ref().is_none_or(|veil| veil.keys.len() != self.keyring.generation()) {
            self.remember();
            self.veil = Some(Veil::of(&self.keyring).ok_or(Fault::Sealed)?);
        }
        there.retain(|stream, _| !is_lock(stream));
        Ok(there)
    }

    fn remember(&mut self) {
        self.known = self.seen.of(&self.keyring.held.devices[0].recipient, self.keyring.generation());
    }

    fn veil(&mut self) -> Result<&Veil, Fault> {
        if self.veil.is_none() {
            self.heads()?;
        }
        self.veil.as_ref().ok_or(Fault::Sealed)
    }

    /// Opens the last operation of a stream.
    fn look(&mut self, hidden: &Stream, there: Head) -> Result<Look, Fault> {
        let last = self.remote.read(hidden, there.seq.saturating_sub(1), Page::ONE)?.into_iter().next();
        let veil = self.veil()?;
        let is_true = last.as_ref().is_some_and(|last| last.is_true() && Head::after(last) == there);
        if let Some(last) = last {
            if let Some(operation) = veil.show(&last).filter(|_| Head::after(&last) == there) {
                let here = Head::after(&operation);
                return Ok(Look::Open(Known { there, stream: operation.stream, here }));
            }
            if !last.body.starts_with(envelope::BEGINNING) {
                let why = "it holds operations that are not encrypted beside those that are";
                return Err(Fault::Unusable(why.to_owned()));
            }
        }
        let first = self.remote.read(hidden, 0, Page::ONE)?.into_iter().next();
        let is_opaque = is_true && self.is_whole && first.as_ref().is_some_and(Operation::is_true);
        let first = first.and_then(|first| self.veil.as_ref()?.show(&first));
        Ok(first.map_or(Look::Strange { is_opaque }, |first| Look::Damaged(first.stream)))
    }

    /// The head there after which operations of a stream can be appended that follow `before`.
    fn place(&self, hidden: &Stream, before: Head) -> Option<Head> {
        match self.known.get(hidden) {
            Some(known) => (known.here == before).then_some(known.there),
            None => (before == Head::START).then_some(Head::START),
        }
    }
}

impl<R: Remote> Remote for Sealed<R> {
    fn heads(&mut self) -> Result<Heads, Fault> {
        let there = self.admitted()?;
        let mut heads = Heads::new();
        self.strange.clear();
        self.opaque.clear();
        self.known.retain(|hidden, known| there.get(hidden) == Some(&known.there));
        for (hidden, head) in there {
            if let Some(known) = self.known.get(&hidden) {
                heads.insert(known.stream.clone(), known.here);
                continue;
            }
            match self.look(&hidden, head)? {
                Look::Open(known) => {
                    heads.insert(known.stream.clone(), known.here);
                    self.known.insert(hidden, known);
                }
                // Its end is nothing that is known here: whoever reads on meets what is damaged.
                Look::Damaged(stream) => {
                    heads.insert(stream, head);
                    self.strange.insert(hidden);
                }
                Look::Strange { is_opaque } => {
                    self.opaque.extend(is_opaque.then(|| hidden.clone()));
                    self.strange.insert(hidden);
                }
            }
        }
        self.seen.remember(&self.known);
        Ok(heads)
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let (Some(first), Some(last)) = (operations.first(), operations.last()) else { return Ok(()) };
        let hidden = self.veil()?.hidden(&first.stream);
        let before = Head::before(first);
        if self.place(&hidden, before).is_none() {
            self.heads()?;
        }
        if self.opaque.contains(&hidden) {
            return Err(Fault::Opaque { stream: first.stream.clone(), seq: 1 });
        }
        if self.strange.contains(&hidden) {
            return Err(Fault::Damaged { stream: first.stream.clone(), seq: 1 });
        }
        let mut there = self.place(&hidden, before).ok_or(Fault::Moved)?;
        let veil = self.veil()?;
        let mut sealed = Vec::with_capacity(operations.len());
        for operation in operations {
            let operation = Operation::follow(&hidden, there.seq + 1, there.hash, veil.close(operation));
            there = Head::after(&operation);
            sealed.push(operation);
        }
        self.remote.append(&sealed)?;
        self.known.insert(hidden, Known { there, stream: first.stream.clone(), here: Head::after(last) });
        Ok(())
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        let hidden = self.veil()?.hidden(stream);
        let sealed = self.remote.read(&hidden, after, page)?;
        let veil = self.veil()?;
        let shown = sealed.iter().map_while(|operation| veil.show(operation));
        let shown: Vec<_> = shown.take_while(|operation| operation.stream == *stream).collect();
        let is_opaque = shown.is_empty() && self.is_whole;
        match sealed.first() {
            Some(first) if is_opaque && first.is_true() => {
                Err(Fault::Opaque { stream: stream.clone(), seq: after + 1 })
            }
            _ => Ok(shown),
        }
    }
}

/// What is found at the end of a stream.
enum Look {
    /// It is as it was.
    Open(Known),
    /// It cannot be opened, the beginning can.
    Damaged(Stream),
    /// Nothing of it can be opened: whoever wrote it has no key.
    Strange {
        /// Whether it is as somebody wrote it.
        is_opaque: bool,
    },
}

/// What hides and shows.
struct Veil {
    /// Newest first.
    keys: Vec<Identity>,
    newest: Recipient,
    names: [u8; 32],
}

/// What stands before a body in its file: what the rest of the operation does not tell.
#[derive(Serialize, Deserialize)]
struct Beginning {
    scope: String,
    prev: Hash,
}

impl Veil {
    /// That of a keyring; none where it has no key yet.
    fn of(keyring: &Keyring) -> Option<Self> {
        let keys = keyring.identities();
        let (newest, oldest) = (keys.first()?.to_public(), keys.last()?.to_string());
        // the first one, so that a stream keeps its name when a new key comes
        let names = blake3::derive_key(NAMES, oldest.expose_secret().as_bytes());
        Some(Self { keys, newest, names })
    }

    /// What a stream is called there: its device's number, and a name for its project.
    fn hidden(&self, stream: &Stream) -> Stream {
        let name = |scope: &Scope| {
            blake3::keyed_hash(&self.names, scope.to_string().as_bytes()).to_hex()[..NAME_DIGITS].to_owned()
        };
        let scope = match &stream.scope {
            Scope::Project(_) => Scope::Project(name(&stream.scope)),
            Scope::Publish(_) => Scope::Publish(name(&stream.scope)),
            open => open.clone(),
        };
        Stream { scope, ..stream.clone() }
    }

    fn close(&self, operation: &Operation) -> Vec<u8> {
        let beginning = Beginning { scope: operation.stream.scope.to_string(), prev: operation.prev };
        let mut text = serde_json::to_vec(&beginning).expect("texts can be written as JSON");
        text.push(b'\n');
        text.extend(&operation.body);
        envelope::close_for([&self.newest].into_iter(), &text)
    }

    /// The operation in a file; none where it is not as it was, or was put into another place.
    fn show(&self, sealed: &Operation) -> Option<Operation> {
        let text = envelope::open_with(self.keys.iter(), &sealed.body).filter(|_| sealed.is_true())?;
        let end = text.iter().position(|byte| *byte == b'\n')?;
        let beginning: Beginning = serde_json::from_slice(&text[..end]).ok()?;
        let stream = Stream { scope: beginning.scope.parse().ok()?, replica: sealed.stream.replica };
        let is_there = self.hidden(&stream) == sealed.stream;
        is_there.then(|| Operation::follow(&stream, sealed.seq, beginning.prev, text[end + 1..].to_vec()))
    }
}
