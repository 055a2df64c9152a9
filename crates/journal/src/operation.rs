//! An operation: one link of a stream's chain.

use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Stream;

/// A hash of 32 bytes (BLAKE3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first operation of a stream follows.
    pub const START: Self = Self([0; 32]);
}

impl Display for Hash {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl Debug for Hash {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

/// The text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct NoHash;

impl FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        blake3::Hash::from_hex(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| NoHash)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// One change, which is never changed itself. Its hash covers everything before it in its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Where it belongs.
    pub stream: Stream,
    /// Its place there: 1, 2, 3 and so on without gaps.
    pub seq: u64,
    /// Hash of the operation before, [`Hash::START`] for the first.
    pub prev: Hash,
    /// Hash of `prev`, the stream, `seq` and the body.
    pub hash: Hash,
    /// What it says: JSON whose `kind` names its owner. Whoever does not know the kind keeps it and passes it on.
    pub body: Vec<u8>,
}

/// The kind of a body that carries another operation.
const COPY: &str = "copy";

/// How such a body begins.
const COPY_BEGINNING: &[u8] = b"{\"v\":1,\"kind\":\"copy\",";

/// A body that carries another operation. Its hash follows from the rest.
#[derive(Debug, Serialize, Deserialize)]
struct Copy {
    v: u32,
    kind: String,
    stream: Stream,
    seq: u64,
    prev: Hash,
    body: String,
}

/// What every body says, whatever its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BodyHead {
    /// Version of the kind's format.
    #[serde(default)]
    pub v: u32,
    /// What it is about: `session`, `event`, `entry`, `mark`, `memory`, or what a later version knows.
    #[serde(default)]
    pub kind: String,
    /// When it was made, in milliseconds since 1970 UTC, by the clock of whoever made it.
    #[serde(default)]
    pub at_ms: u64,
    /// Who made it; empty when nobody said.
    #[serde(default)]
    pub by: String,
}

impl Operation {
    /// What is next in a stream after the operation whose hash is `prev`.
    pub fn follow(stream: &Stream, seq: u64, prev: Hash, body: Vec<u8>) -> Self {
        let hash = hash_of(stream, seq, prev, &body);
        Self { stream: stream.clone(), seq, prev, hash, body }
    }

    /// Whether its hash is that of what it says.
    pub fn is_true(&self) -> bool {
        hash_of(&self.stream, self.seq, self.prev, &self.body) == self.hash
    }

    /// A body that carries this operation as it is in another stream. Two who wrote in one name (a machine and its copy, or
    /// its restored backup) cannot both be continued there; what they said is carried on in streams of their own.
    ///
    /// # Panics
    ///
    /// Never: texts and numbers can be written as JSON.
    pub fn as_body(&self) -> Vec<u8> {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let copy =
            Copy { v: 1, kind: COPY.to_owned(), stream: self.stream.clone(), seq: self.seq, prev: self.prev, body };
        serde_json::to_vec(&copy).expect("texts and numbers can be written as JSON")
    }

    /// The operation that this one carries, if it is a true one and of the same circle of readers. A fold takes that in its
    /// place: the same operation counts once, however often it is carried.
    pub fn carried(&self) -> Option<Self> {
        if !self.body.starts_with(COPY_BEGINNING) {
            return None;
        }
        let copy: Copy = serde_json::from_slice(&self.body).ok()?;
        let carried = Self::follow(&copy.stream, copy.seq, copy.prev, copy.body.into_bytes());
        (carried.stream.scope == self.stream.scope).then_some(carried)
    }

    /// What its body says of itself; none if that is no JSON object.
    pub fn head(&self) -> Option<BodyHead> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Each part with a fixed size or its length before it, so that no two operations are hashed as the same bytes.
fn hash_of(stream: &Stream, seq: u64, prev: Hash, body: &[u8]) -> Hash {
    let scope = stream.scope.to_string();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&prev.0).update(&stream.replica.bytes());
    hasher.update(&(scope.len() as u64).to_le_bytes()).update(scope.as_bytes());
    hasher.update(&seq.to_le_bytes()).update(body);
    Hash(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReplicaId, Scope};

    #[test]
    fn the_hash_covers_every_part() {
        let stream = Stream { replica: ReplicaId::fresh(), scope: Scope::Private };
        let first = Operation::follow(&stream, 1, Hash::START, b"{}".to_vec());
        assert!(first.is_true());
        let elsewhere = Stream { scope: Scope::Project("p".into()), ..stream.clone() };
        let another = Stream { replica: ReplicaId::fresh(), ..stream };
        for changed in [
            Operation { stream: elsewhere, ..first.clone() },
            Operation { stream: another, ..first.clone() },
            Operation { seq: 2, ..first.clone() },
            Operation { prev: first.hash, ..first.clone() },
            Operation { body: b"{} ".to_vec(), ..first.clone() },
        ] {
            assert!(!changed.is_true(), "{changed:?}");
        }
        assert_eq!(first.hash.to_string().parse(), Ok(first.hash));
    }

    #[test]
    fn a_carried_operation_is_the_one_that_was_carried() {
        let stream = |scope: Scope| Stream { replica: ReplicaId::fresh(), scope };
        let first = Operation::follow(&stream(Scope::Private), 3, Hash([7; 32]), br#"{"kind":"mark"}"#.to_vec());
        let carrier = |scope: Scope| Operation::follow(&stream(scope), 1, Hash::START, first.as_body());
        assert_eq!(carrier(Scope::Private).carried(), Some(first.clone()));
        assert_eq!(carrier(Scope::Publish("team".into())).carried(), None, "private stays private");
        assert_eq!(first.carried(), None);
    }

    #[test]
    fn a_body_of_a_later_version_says_what_it_is_about() {
        let stream = Stream { replica: ReplicaId::fresh(), scope: Scope::Private };
        let head = |body: &str| Operation::follow(&stream, 1, Hash::START, body.as_bytes().to_vec()).head();
        let later = head(r#"{"v":9,"kind":"weather","at_ms":7,"by":"ada","sky":["blue"]}"#);
        assert_eq!(later, Some(BodyHead { v: 9, kind: "weather".into(), at_ms: 7, by: "ada".into() }));
        assert_eq!(head("{}"), Some(BodyHead::default()));
        assert_eq!(head("garbage"), None);
    }
}
