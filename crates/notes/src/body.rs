//! Operations of entries and marks as the journal holds them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::register::WriteId;

/// Version of the bodies that are written. Those of a later one are read as far as they are understood.
const VERSION: u32 = 1;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something that was written down; the subject is its id.
    Entry,
    /// A mark on a session; the subject is the id of the session. Also how far a person has read the inbox.
    Mark,
}

/// The body of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    v: u32,
    pub(crate) kind: Kind,
    pub(crate) at_ms: u64,
    pub(crate) by: String,
    /// Whether the name was said by the person, see [`crate::Author::said`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) said: bool,
    pub(crate) subject: String,
    /// Fields that are set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) set: BTreeMap<String, Set>,
    /// Notes that are added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Added>,
    /// How far each stream has been read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) read: BTreeMap<String, u64>,
}

/// A field that is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) to: Value,
    pub(crate) revision: u64,
    /// What was seen there and is replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) over: Vec<WriteId>,
}

/// A note that is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) id: String,
    pub(crate) text: String,
    /// When it was written, if that is not when the operation was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) turn: Option<Turn>,
}

/// A turn of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Turn {
    /// Its number as it was shown, from 1.
    pub number: u64,
    /// The id of its prompt, which stays when the number changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

impl Body {
    pub(crate) fn new(kind: Kind, subject: &str, by: &str, said: bool, at_ms: u64) -> Self {
        Self {
            v: VERSION,
            kind,
            at_ms,
            by: by.to_owned(),
            said,
            subject: subject.to_owned(),
            set: BTreeMap::new(),
            notes: Vec::new(),
            read: BTreeMap::new(),
        }
    }

    /// Reads a body; none where it is of another kind, or nothing that this version understands.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        // most operations tell of sessions and are long
        if !holds(bytes, b"\"entry\"") && !holds(bytes, b"\"mark\"") {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and maps with text keys can be written as JSON")
    }
}

/// Bytes of a body in which its kind is looked for; writers put it in front.
const KIND_WITHIN: usize = 256;

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes[..bytes.len().min(KIND_WITHIN)].windows(part.len()).any(|window| window == part)
}
