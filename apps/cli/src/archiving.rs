//! Keeping transcripts: what the archive is told by the settings and the clock.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use archive::{Archive, ArchiveError, Bounds, Kept, Place};
use chrono::{TimeDelta, Utc};
use config::{Excluded, Keep};
use notes::Notes;

use crate::commands::tick::find_transcript;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::notebook;

/// So long a tick keeps transcripts at most: a first archive is made over several.
const IN_A_TICK: Duration = Duration::from_secs(20);

/// So long a command waits for a tick that is at the archive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The archive, for a command.
pub(crate) fn archive(context: &Context) -> Archive {
    Archive::at(&context.paths.archive()).patient(PATIENCE)
}

/// Keeps what is new, if the settings want that; none if they do not.
pub(crate) fn keep(
    context: &Context,
    archive: &Archive,
    until: Option<Instant>,
    threads: usize,
    stop: &AtomicBool,
) -> Result<Option<Kept>, ArchiveError> {
    let now = Utc::now();
    let since = match context.settings.archive_keep {
        Keep::Off => return Ok(None),
        Keep::All => None,
        Keep::Days(days) => now.checked_sub_signed(TimeDelta::days(days.into())),
    };
    let roots: Vec<PathBuf> = context.paths.known_roots();
    let since_ms = since.map(|since| since.timestamp_millis());
    let bounds = Bounds { roots: &roots, now_ms: now.timestamp_millis(), since_ms, until, threads, stop };
    let unwanted = Unwanted::new(context);
    archive.keep_where(&bounds, &|place| !unwanted.holds(place)).map(Some)
}

/// Sessions that are not kept: those that were deleted, and those of excluded projects.
struct Unwanted<'a> {
    context: &'a Context,
    notes: Rc<Notes>,
    excluded: Excluded,
    /// What was found out of sessions so far.
    known: RefCell<HashMap<String, bool>>,
}

impl<'a> Unwanted<'a> {
    fn new(context: &'a Context) -> Self {
        // what cannot be read forbids nothing
        let notes = notebook::notes(context).unwrap_or_default();
        Self { context, notes, excluded: context.not_recorded(), known: RefCell::default() }
    }

    fn holds(&self, place: &Place) -> bool {
        let Some(session) = place.pack() else { return false };
        if self.notes.marks(session).is_some_and(|marks| marks.is_deleted()) {
            return true;
        }
        if self.excluded.is_empty() {
            return false;
        }
        *self.known.borrow_mut().entry(session.to_owned()).or_insert_with(|| {
            let own = Some(place).filter(|place| place.is_session()).map(Place::path);
            let transcript = own.or_else(|| find_transcript(&self.context.paths, session));
            transcript.is_some_and(|path| self.excluded.holds_transcript(&path))
        })
    }
}

/// Keeps what is new as far as a tick has time for it; whether nothing is left for the next.
pub(crate) fn in_a_tick(context: &Context) -> color_eyre::Result<bool> {
    let listening = Listening::begin()?;
    let archive = Archive::at(&context.paths.archive());
    let kept = match keep(context, &archive, Some(Instant::now() + IN_A_TICK), 1, listening.flag()) {
        // somebody else is at it
        Err(ArchiveError::Busy { .. }) => return Ok(true),
        kept => kept?,
    };
    let mut all_kept = true;
    if let Some(kept) = kept {
        all_kept = kept.sessions_left == 0;
        for (path, problem) in &kept.problems {
            tracing::warn!("{} is not kept: {problem}", path.display());
        }
        if kept.files + kept.compacted + kept.dropped > 0 {
            let Kept { files, bytes, bytes_packed, sessions_left, compacted, dropped, .. } = kept;
            tracing::info!(files, bytes, bytes_packed, sessions_left, compacted, dropped, "transcripts kept");
        }
    }
    Ok(all_kept)
}
