//! What was opened of an encrypted remote before: which hidden head is which, so that heads are not opened each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use journal::Stream;
use serde::{Deserialize, Serialize};

use crate::{Head, Heads};

/// A stream at an encrypted remote, as it is called there and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// Its head there.
    pub(super) there: Head,
    /// The stream that is hidden in it.
    pub(super) stream: Stream,
    /// The head of that.
    pub(super) here: Head,
}

/// What was opened of an encrypted remote before. It holds names of projects and is kept on this machine alone; it may be thrown
/// away. A hash there stands for all that came before it, so what is remembered of it stays true.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    memory: Memory,
    /// What the file holds.
    saved: Memory,
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    /// Whose memory it is, by what is closed for whoever that is, and how many keys there were: another one may see less.
    whose: String,
    generation: usize,
    /// What lay there about its lock when everything was agreed.
    locks: Vec<(Stream, Head)>,
    known: Vec<(Stream, Known)>,
}

impl Seen {
    /// What a file remembers; nothing where there is none.
    pub fn load(file: &Path) -> Self {
        let memory: Memory =
            fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { saved: memory.clone(), memory, file: Some(file.to_owned()) }
    }

    /// What somebody with so many keys remembers.
    pub(super) fn of(&mut self, whose: &str, generation: usize) -> BTreeMap<Stream, Known> {
        if self.memory.whose != whose || self.memory.generation != generation {
            self.memory = Memory { whose: whose.to_owned(), generation, ..Memory::default() };
        }
        self.memory.known.iter().cloned().collect()
    }

    /// Whether everything about the lock was agreed when so much lay there.
    pub(super) fn is_agreed(&self, locks: &Heads) -> bool {
        let known = self.memory.locks.iter().map(|(stream, head)| (stream, head));
        !locks.is_empty() && known.eq(locks.iter())
    }

    /// Everything about the lock is agreed.
    pub(super) fn agree(&mut self, locks: Heads) {
        self.memory.locks = locks.into_iter().collect();
    }

    /// Remembers streams; where that cannot be written, the next one opens more.
    pub(super) fn remember(&mut self, known: &BTreeMap<Stream, Known>) {
        self.memory.known = known.iter().map(|(hidden, known)| (hidden.clone(), known.clone())).collect();
        if self.memory == self.saved {
            return;
        }
        if let (Some(file), Ok(text)) = (&self.file, serde_json::to_vec(&self.memory))
            && config::replace_file(file, &text).is_ok()
        {
            self.saved = self.memory.clone();
        }
    }
}
