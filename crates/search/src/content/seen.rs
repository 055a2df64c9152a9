//! What earlier searches showed: texts that a file cannot hold, because they go on from texts that it does not hold,
//! and what was found in it, where the next texts can only be in that.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Wanted;
use super::kept::Kept;
use super::wanted::Key;
use crate::query::TermKind;

/// Bytes that may be kept of what was found. The sessions that are searched first, and shown first, are kept.
const ROOM: usize = 128_000_000;

/// For each file the texts of a query that may be in it. Numbers of files must not change meanwhile.
#[derive(Debug, Default)]
pub struct Seen {
    texts: Vec<Key>,
    thinking: bool,
    may: Vec<AtomicU32>,
    kept: Vec<Mutex<Option<Arc<Kept>>>>,
    room: AtomicUsize,
}

impl Seen {
    /// Nothing is known of so many files.
    pub fn nothing(files: usize) -> Self {
        Self {
            texts: Vec::new(),
            thinking: false,
            may: (0..files).map(|_| AtomicU32::new(u32::MAX)).collect(),
            kept: (0..files).map(|_| Mutex::default()).collect(),
            room: AtomicUsize::new(ROOM),
        }
    }

    /// What is known when the next query is searched.
    #[must_use]
    pub fn narrowed(&self, wanted: &Wanted) -> Self {
        let texts: Vec<Key> = wanted.texts.iter().map(|wish| wish.key.clone()).collect();
        // without thinking there is less to be found, with it there may be more
        let usable = self.thinking || !wanted.thinking;
        let parents = |key: &Key| -> u32 {
            let known = self.texts.iter().enumerate().filter(|(_, old)| usable && goes_on(old, key));
            known.fold(0, |bits, (bit, _)| bits | 1 << bit)
        };
        let parents: Vec<u32> = texts.iter().map(parents).collect();
        let may = self.may.iter().map(|may| {
            let may = may.load(Ordering::Relaxed);
            let mut bits = u32::MAX;
            for (bit, parents) in parents.iter().enumerate() {
                if may & parents != *parents {
                    bits &= !(1 << bit);
                }
            }
            AtomicU32::new(bits)
        });
        let may = may.collect();
        let all_go_on = parents.iter().all(|parents| *parents != 0);
        let kept: Vec<_> = (0..self.kept.len()).map(|file| self.kept(file).filter(|_| all_go_on)).collect();
        let taken: usize = kept.iter().flatten().map(|kept| kept.size()).sum();
        Self {
            may,
            texts,
            thinking: wanted.thinking,
            kept: kept.into_iter().map(Mutex::new).collect(),
            room: AtomicUsize::new(ROOM.saturating_sub(taken)),
        }
    }

    /// Texts that may be in a file.
    pub(super) fn may(&self, file: usize) -> u32 {
        self.may.get(file).map_or(u32::MAX, |may| may.load(Ordering::Relaxed))
    }

    /// Notes that of `texts` a file holds only `found`.
    pub(super) fn learn(&self, file: usize, texts: u32, found: u32) {
        if let Some(may) = self.may.get(file) {
            may.fetch_and(found | !texts, Ordering::Relaxed);
        }
    }

    /// What was found in a file by a search that this one goes on from.
    pub(super) fn kept(&self, file: usize) -> Option<Arc<Kept>> {
        self.kept.get(file)?.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes that are left for what is found in a file; none if nothing is kept of it.
    pub(super) fn room(&self, file: usize) -> usize {
        self.kept.get(file).map_or(0, |_| self.room.load(Ordering::Relaxed))
    }

    /// Keeps what was found in a file, as much of it as there is room for.
    pub(super) fn keep(&self, file: usize, mut found: Kept) {
        let Some(slot) = self.kept.get(file) else { return };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let before = slot.take().map_or(0, |kept| kept.size());
        self.room.fetch_add(before, Ordering::Relaxed);
        found.shrink();
        if !self.take(found.size()) {
            found.lines = None;
            if !self.take(found.size()) {
                return;
            }
        }
        *slot = Some(Arc::new(found));
    }

    fn take(&self, bytes: usize) -> bool {
        let taken = self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(bytes));
        taken.is_ok()
    }
}

/// Whether every text that holds `new` holds `old`.
fn goes_on(old: &Key, new: &Key) -> bool {
    if old.term.kind == TermKind::Regex || new.term.kind == TermKind::Regex {
        return old == new;
    }
    let [old_text, new_text] = [old, new].map(|key| key.term.text.split_whitespace().collect::<Vec<_>>().join(" "));
    if old.exact {
        new.exact && new_text.contains(&old_text)
    } else {
        new_text.to_lowercase().contains(&old_text.to_lowercase())
    }
}
