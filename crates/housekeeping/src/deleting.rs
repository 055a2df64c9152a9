//! Deleting sessions one after the other, and bringing them back. Who deleted them is told by an operation of the journal, which the
//! callers append: this crate knows nothing of it.

use std::collections::BTreeSet;

use archive::Archive;

use crate::HousekeepingError;
use crate::deletion::Deletion;
use crate::trash::{Item, Trash};

/// So long a deletion may be in the trash before the journal is told of it, in milliseconds.
const UNTOLD_MS: u64 = 10 * 60_000;

/// A session that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The session.
    pub session: String,
    /// When it was deleted, in milliseconds since 1970.
    pub at_ms: u64,
    /// What of it can be put back; none of one of which nothing was on this disk, or not any more. It is only listed again.
    pub item: Option<Item>,
}

impl Trash {
    /// Deletes sessions; what stands in the way of one does not keep the others. `runs` is asked at the last moment whether a client has a
    /// session open, `mark` told of each whose files are gone; an error of it ends everything.
    pub fn delete<E>(
        &self,
        deletions: &[Deletion],
        archive: &Archive,
        now_ms: u64,
        runs: &dyn Fn(&str) -> bool,
        mark: &mut dyn FnMut(&str) -> Result<(), E>,
    ) -> Result<Vec<Result<Option<Item>, HousekeepingError>>, E> {
        let mut outcomes = Vec::new();
        for deletion in deletions {
            let session = deletion.session.as_str();
            let outcome = if runs(session) {
                Err(HousekeepingError::Runs { session: session.to_owned() })
            } else {
                self.take(deletion, archive, now_ms)
            };
            if outcome.is_ok() {
                mark(session)?;
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Puts back what lies in the trash and is not deleted: the deletion was taken back on another machine, or cut off before it was
    /// told. `said` knows of a session whether it was said to be deleted, and when; what came of each comes back.
    pub fn put_back_undeleted(
        &self,
        archive: &Archive,
        now_ms: u64,
        said: &dyn Fn(&str) -> Option<(bool, u64)>,
    ) -> Vec<(String, Result<Vec<Item>, HousekeepingError>)> {
        let is_undeleted = |item: &Item| {
            let was_cut_off = now_ms.saturating_sub(item.deleted_at_ms) >= UNTOLD_MS;
            match said(&item.session) {
                Some((true, _)) => false,
                Some((false, at_ms)) => was_cut_off || at_ms > item.deleted_at_ms,
                None => was_cut_off,
            }
        };
        let sessions: BTreeSet<String> =
            self.items().into_iter().filter(is_undeleted).map(|item| item.session).collect();
        let put_back = |session: String| {
            let outcome = self.put_back(&session, archive);
            (session, outcome)
        };
        sessions.into_iter().map(put_back).collect()
    }

    /// Sessions that were deleted, the latest first: those in the trash, and others of which the journal says so, each with the
    /// moment in milliseconds since 1970.
    pub fn deleted<'a>(&self, marked: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Deleted> {
        let mut deleted: Vec<Deleted> = Vec::new();
        for item in self.items() {
            if deleted.iter().all(|one| one.session != item.session) {
                deleted.push(Deleted { session: item.session.clone(), at_ms: item.deleted_at_ms, item: Some(item) });
            }
        }
        for (session, at_ms) in marked {
            if deleted.iter().all(|one| one.session != session) {
                deleted.push(Deleted { session: session.to_owned(), at_ms, item: None });
            }
        }
        deleted.sort_by_key(|one| std::cmp::Reverse(one.at_ms));
        deleted
    }
}
