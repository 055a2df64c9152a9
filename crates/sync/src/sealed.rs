//! A remote whose owner cannot read what is in it: bodies, hashes and the names of projects are encrypted before they leave.
//!
//! One key for each remote. It lies there too, wrapped by a passphrase, so that a new device joins with the passphrase alone; each
//! device keeps it in a file of its own from then on. What an owner sees: how many devices there are, which of their streams belong
//! to one project, how many operations of what size came when. Changes are noticed; what is taken away is filled again by the others.

use std::fmt::{self, Debug, Formatter};
use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use journal::{Hash, Operation, ReplicaId, Scope, Stream};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::{Fault, Head, Heads, Page, Remote};

const KEY_BYTES: usize = 32;

/// Rounds of PBKDF2 with HMAC-SHA-256 for a new lock: some tenths of a second (OWASP asks for 600,000).
const ROUNDS: u32 = 1_000_000;

/// The sealed name of a project is no longer, bytes; the name of one that is longer stands in each of its operations.
const NAME_MAX: usize = 1_000;

/// How the name of such a project begins.
const LONG: &str = "long-";

/// More are not waited for: whoever wrote that means no good.
const ROUNDS_MAX: u32 = 20_000_000;

/// Whose stream the lock is: no device has this name.
const NOBODY: &str = "00000000000000000000000000";

/// What opens a remote.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey {
    key: [u8; KEY_BYTES],
    /// The lock as it lies there, to know it again and to put it back.
    lock: Vec<u8>,
}

/// The key of a remote, wrapped: the body of the one operation of its stream.
#[derive(Debug, Serialize, Deserialize)]
struct Lock {
    v: u32,
    kind: String,
    rounds: u32,
    salt: String,
    wrapped: String,
}

/// The stream that holds the lock of an encrypted remote.
pub(crate) fn lock_stream() -> Stream {
    let replica: ReplicaId = NOBODY.parse().expect("26 digits are a name");
    Stream { replica, scope: Scope::Publish("lock".to_owned()) }
}

/// The lock of a remote, as it lies there.
fn lock_there(remote: &mut dyn Remote) -> Result<Option<Vec<u8>>, Fault> {
    let first = remote.read(&lock_stream(), 0, Page::ONE)?.into_iter().next();
    Ok(first.map(|operation| operation.body))
}

impl SealKey {
    /// Opens the lock of a remote with its passphrase; an empty remote gets one.
    ///
    /// # Panics
    ///
    /// Never: 26 digits are a name, texts and numbers can be written as JSON.
    pub fn unlock(remote: &mut dyn Remote, passphrase: &str) -> Result<Self, Fault> {
        let heads = remote.heads()?;
        if !heads.contains_key(&lock_stream()) {
            if !heads.is_empty() {
                return Err(Fault::Unusable(
                    "it holds operations that are not encrypted; an empty one is needed".to_owned(),
                ));
            }
            let key = Self::fresh(passphrase, ROUNDS)?;
            match remote.append(&[key.lock_operation()]) {
                Ok(()) => return Ok(key),
                // another device was faster
                Err(Fault::Moved) => {}
                Err(fault) => return Err(fault),
            }
        }
        let body = lock_there(remote)?.ok_or(Fault::Damaged { stream: lock_stream(), seq: 1 })?;
        let lock: Lock = serde_json::from_slice(&body).map_err(|_| Fault::Damaged { stream: lock_stream(), seq: 1 })?;
        if lock.v != 1 {
            return Err(Fault::Newer { found: i64::from(lock.v), known: 1 });
        }
        let key = lock.open(passphrase).ok_or_else(|| Fault::Denied("the passphrase is another one".to_owned()))?;
        Ok(Self { key, lock: body })
    }

    fn lock_operation(&self) -> Operation {
        Operation::follow(&lock_stream(), 1, Hash::START, self.lock.clone())
    }

    fn fresh(passphrase: &str, rounds: u32) -> Result<Self, Fault> {
        let (mut key, mut salt) = ([0; KEY_BYTES], [0; 16]);
        let filled = SystemRandom::new().fill(&mut key).and_then(|()| SystemRandom::new().fill(&mut salt));
        filled.map_err(|_| Fault::Unreachable("the system has no chance to give".to_owned()))?;
        let mut wrapped = key.to_vec();
        seal(&derived(passphrase, &salt, rounds), [0; NONCE_LEN], &salt, &mut wrapped);
        let (salt, wrapped) = (STANDARD.encode(salt), STANDARD.encode(wrapped));
        let lock = Lock { v: 1, kind: "lock".to_owned(), rounds, salt, wrapped };
        let lock = serde_json::to_vec(&lock).expect("texts and numbers can be written as JSON");
        Ok(Self { key, lock })
    }

    /// The key of a text that [`Self::written`] made.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, lock) = text.trim().split_once('\n')?;
        Some(Self { key: STANDARD.decode(key).ok()?.try_into().ok()?, lock: lock.as_bytes().to_vec() })
    }

    /// It as text, for a file that its owner alone reads.
    pub fn written(&self) -> String {
        format!("{}\n{}\n", STANDARD.encode(self.key), String::from_utf8_lossy(&self.lock))
    }

    fn for_use(&self, purpose: &str) -> [u8; KEY_BYTES] {
        blake3::derive_key(purpose, &self.key)
    }
}

impl Debug for SealKey {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealKey")
    }
}

impl Lock {
    fn open(&self, passphrase: &str) -> Option<[u8; KEY_BYTES]> {
        if self.rounds == 0 || self.rounds > ROUNDS_MAX {
            return None;
        }
        let (salt, mut wrapped) = (STANDARD.decode(&self.salt).ok()?, STANDARD.decode(&self.wrapped).ok()?);
        unseal(&derived(passphrase, &salt, self.rounds), [0; NONCE_LEN], &salt, &mut wrapped)?.try_into().ok()
    }
}

/// A remote through which nothing readable passes.
pub struct Sealed {
    remote: Box<dyn Remote>,
    key: SealKey,
    veil: Veil,
    /// Whether the lock that lies there is the one of the key.
    is_checked: bool,
}

/// What is derived from the key.
struct Veil {
    bodies: [u8; KEY_BYTES],
    nonces: [u8; KEY_BYTES],
    hashes: [u8; KEY_BYTES],
    names: [u8; KEY_BYTES],
}

impl Debug for Sealed {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sealed").finish_non_exhaustive()
    }
}

impl Sealed {
    /// That in front of a remote.
    pub fn new(remote: Box<dyn Remote>, key: &SealKey) -> Self {
        Self { remote, key: key.clone(), veil: Veil::of(key), is_checked: false }
    }

    /// Puts the lock back where it was lost; a remote that was locked anew is opened by another key.
    fn check(&mut self) -> Result<(), Fault> {
        if self.is_checked {
            return Ok(());
        }
        match lock_there(&mut self.remote)? {
            Some(lock) if lock != self.key.lock => return Err(Fault::Sealed),
            Some(_) => {}
            None => self.remote.append(&[self.key.lock_operation()])?,
        }
        self.is_checked = true;
        Ok(())
    }
}

impl Remote for Sealed {
    fn heads(&mut self) -> Result<Heads, Fault> {
        let (there, mut heads) = (self.remote.heads()?, Heads::new());
        self.check()?;
        for (hidden, head) in there {
            let stream = if is_long(&hidden) {
                let first = self.remote.read(&hidden, 0, Page::ONE)?.into_iter().next();
                first.and_then(|first| self.veil.named_in(&first))
            } else {
                self.veil.shown_stream(&hidden)
            };
            // What cannot be opened was written by somebody who has no key.
            heads.extend(stream.map(|stream| (stream, Head { hash: self.veil.shown_hash(head.hash), ..head })));
        }
        Ok(heads)
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let sealed: Vec<Operation> = operations.iter().map(|operation| self.veil.hide(operation)).collect();
        self.remote.append(&sealed)
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        let sealed = self.remote.read(&self.veil.hidden_stream(stream), after, page)?;
        Ok(sealed.iter().map_while(|operation| self.veil.show(stream, operation)).collect())
    }
}

impl Veil {
    fn of(key: &SealKey) -> Self {
        Self {
            bodies: key.for_use("sessions 2026 remote bodies"),
            nonces: key.for_use("sessions 2026 remote nonces"),
            hashes: key.for_use("sessions 2026 remote hashes"),
            names: key.for_use("sessions 2026 remote names"),
        }
    }

    fn hide(&self, operation: &Operation) -> Operation {
        let Operation { stream, seq, prev, hash, body } = operation;
        let hidden = self.hidden_stream(stream);
        let name = if is_long(&hidden) { beginning(&stream.scope) } else { Vec::new() };
        let mut body = [name, body.clone()].concat();
        seal(&self.bodies, self.nonce(&hash.0), &hash.0, &mut body);
        let (prev, hash) = (self.hidden_hash(*prev), self.hidden_hash(*hash));
        Operation { stream: hidden, seq: *seq, prev, hash, body }
    }

    fn show(&self, stream: &Stream, operation: &Operation) -> Option<Operation> {
        let mut body = self.text_of(operation)?;
        if is_long(&operation.stream) {
            body = body.split_off(beginning(&stream.scope).len().min(body.len()));
        }
        let (prev, hash) = (self.shown_hash(operation.prev), self.shown_hash(operation.hash));
        let operation = Operation { stream: stream.clone(), seq: operation.seq, prev, hash, body };
        operation.is_true().then_some(operation)
    }

    fn text_of(&self, operation: &Operation) -> Option<Vec<u8>> {
        let hash = self.shown_hash(operation.hash);
        unseal(&self.bodies, self.nonce(&hash.0), &hash.0, &mut operation.body.clone())
    }

    /// The stream that an operation names itself, as those do whose project has a long name.
    fn named_in(&self, operation: &Operation) -> Option<Stream> {
        let text = self.text_of(operation)?;
        let (length, text) = text.split_first_chunk()?;
        let scope = text.get(..u32::from_be_bytes(*length) as usize)?;
        let scope = std::str::from_utf8(scope).ok()?.parse().ok()?;
        let stream = Stream { scope, ..operation.stream.clone() };
        (self.hidden_stream(&stream) == operation.stream).then_some(stream)
    }

    /// One for each text that is sealed: two have the same only where they are the same.
    fn nonce(&self, of: &[u8]) -> [u8; NONCE_LEN] {
        let hash = blake3::keyed_hash(&self.nonces, of);
        std::array::from_fn(|place| hash.as_bytes()[place])
    }

    fn hidden_stream(&self, stream: &Stream) -> Stream {
        let hide = |key: &str| {
            let nonce = self.nonce(key.as_bytes());
            let mut name = key.as_bytes().to_vec();
            seal(&self.names, nonce, b"", &mut name);
            let name = URL_SAFE_NO_PAD.encode([&nonce[..], &name].concat());
            if name.len() <= NAME_MAX {
                name
            } else {
                format!("{LONG}{}", blake3::keyed_hash(&self.names, key.as_bytes()))
            }
        };
        let scope = match &stream.scope {
            Scope::Project(key) => Scope::Project(hide(key)),
            Scope::Publish(key) => Scope::Publish(hide(key)),
            other => other.clone(),
        };
        Stream { scope, ..stream.clone() }
    }

    fn shown_stream(&self, stream: &Stream) -> Option<Stream> {
        let show = |key: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
            let (nonce, name) = bytes.split_at_checked(NONCE_LEN)?;
            let name = unseal(&self.names, nonce.try_into().ok()?, b"", &mut name.to_vec())?;
            String::from_utf8(name).ok()
        };
        let scope = match &stream.scope {
            Scope::Project(key) => Scope::Project(show(key)?),
            Scope::Publish(key) => Scope::Publish(show(key)?),
            other => other.clone(),
        };
        Some(Stream { scope, ..stream.clone() })
    }

    /// A hash as others see it: by a permutation that needs the key (four rounds of Luby and Rackoff), so that nobody can try which
    /// text has it. The beginning of a stream stays what it is.
    fn hidden_hash(&self, hash: Hash) -> Hash {
        self.permuted(hash, [0, 1, 2, 3])
    }

    fn shown_hash(&self, hash: Hash) -> Hash {
        let swapped = |hash: Hash| Hash(std::array::from_fn(|place| hash.0[(place + 16) % 32]));
        swapped(self.permuted(swapped(hash), [3, 2, 1, 0]))
    }

    fn permuted(&self, hash: Hash, rounds: [u8; 4]) -> Hash {
        if hash == Hash::START {
            return hash;
        }
        let (mut left, mut right): ([u8; 16], [u8; 16]) =
            (std::array::from_fn(|place| hash.0[place]), std::array::from_fn(|place| hash.0[place + 16]));
        for round in rounds {
            let mixed = blake3::keyed_hash(&self.hashes, &[&[round][..], &right].concat());
            let next = std::array::from_fn(|place| left[place] ^ mixed.as_bytes()[place]);
            (left, right) = (right, next);
        }
        Hash(std::array::from_fn(|place| if place < 16 { left[place] } else { right[place - 16] }))
    }
}

fn is_long(hidden: &Stream) -> bool {
    matches!(&hidden.scope, Scope::Project(key) | Scope::Publish(key) if key.starts_with(LONG))
}

/// What stands before the body of an operation that names its project itself.
fn beginning(scope: &Scope) -> Vec<u8> {
    let name = scope.to_string().into_bytes();
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &name].concat()
}

fn derived(passphrase: &str, salt: &[u8], rounds: u32) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, passphrase.as_bytes(), &mut key);
    key
}

fn sealing(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has its length"))
}

fn seal(key: &[u8; KEY_BYTES], nonce: [u8; NONCE_LEN], about: &[u8], text: &mut Vec<u8>) {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let sealed = sealing(key).seal_in_place_append_tag(nonce, Aad::from(about), text);
    sealed.expect("a body is shorter than 256 gigabytes");
}

fn unseal(key: &[u8; KEY_BYTES], nonce: [u8; NONCE_LEN], about: &[u8], text: &mut [u8]) -> Option<Vec<u8>> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    sealing(key).open_in_place(nonce, Aad::from(about), text).ok().map(|text| text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::name_of;

    fn veil(number: u8) -> Veil {
        Veil::of(&SealKey { key: [number; KEY_BYTES], lock: Vec::new() })
    }

    #[test]
    fn what_is_hidden_is_shown_as_it_was_to_whoever_has_the_key() {
        let (ours, theirs) = (veil(1), veil(2));
        for scope in [
            Scope::Private,
            Scope::Project("github.com/ada/loom".into()),
            Scope::Publish("é".into()),
            Scope::Project("loom\n".repeat(150)),
        ] {
            let stream = Stream { replica: name_of(7), scope };
            let mut head = Head::START;
            for body in ["{\"title\":\"Fix it\"}", "", "x"] {
                let operation = Operation::follow(&stream, head.seq + 1, head.hash, body.as_bytes().to_vec());
                head = Head::after(&operation);
                let hidden = ours.hide(&operation);
                let named =
                    if is_long(&hidden.stream) { ours.named_in(&hidden) } else { ours.shown_stream(&hidden.stream) };
                assert_eq!(named, Some(stream.clone()));
                assert_eq!(ours.show(&stream, &hidden), Some(operation.clone()));
                assert_eq!(ours.hide(&operation), hidden, "the same for every device");
                assert_eq!(theirs.show(&stream, &hidden), None);
                assert_ne!(hidden.hash, operation.hash);
                assert!(body.len() < 5 || !String::from_utf8_lossy(&hidden.body).contains(body));
                assert!(!hidden.stream.to_string().contains("loom"));
                let mut changed = hidden.clone();
                changed.body[0] ^= 1;
                assert_eq!(ours.show(&stream, &changed), None);
                let moved = Operation { hash: Hash([9; 32]), ..hidden };
                assert_eq!(ours.show(&stream, &moved), None);
            }
        }
    }

    #[test]
    fn hashes_are_permuted_and_the_beginning_stays() {
        let veil = veil(1);
        for number in 1..=255 {
            let hash = Hash([number; 32]);
            assert_eq!(veil.shown_hash(veil.hidden_hash(hash)), hash);
        }
        assert_eq!((veil.hidden_hash(Hash::START), veil.shown_hash(Hash::START)), (Hash::START, Hash::START));
    }

    #[test]
    fn a_lock_opens_for_its_passphrase_alone() {
        let key = SealKey::fresh("correct horse", 10).expect("the system has chance to give");
        let mut lock: Lock = serde_json::from_slice(&key.lock).expect("it was just written");
        assert_eq!((lock.open("correct horse"), lock.open("correct horsf")), (Some(key.key), None));
        lock.rounds = u32::MAX;
        assert_eq!(lock.open("correct horse"), None, "nobody waits for that");
        assert_eq!(SealKey::parse(&key.written()), Some(key.clone()));
        assert_eq!((SealKey::parse("short"), format!("{key:?}").as_str()), (None, "SealKey"));
    }
}
