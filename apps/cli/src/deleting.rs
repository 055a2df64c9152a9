//! Deleting sessions: what there is of one, the trash, and the mark that keeps it from coming back.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use housekeeping::{Deleted, Deletion, Item, KEPT_FOR_MS, Trash};
use notes::{Desk, Draft, Notes};
use store::SessionRow;

use crate::archiving;
use crate::context::Context;
use crate::notebook::{self, moment};
use crate::report::Fault;
use crate::syncing;

/// The trash.
pub(crate) fn trash(context: &Context) -> Trash {
    Trash::at(&context.paths.trash())
}

/// What deleting a session takes away.
pub(crate) fn deletion(context: &Context, row: &SessionRow) -> color_eyre::Result<Deletion> {
    let detail = context.store.session(row.id())?;
    let files: Vec<PathBuf> = detail.into_iter().flat_map(|detail| detail.files).map(|file| file.path).collect();
    Ok(Deletion::find(&context.paths.known_roots(), &archiving::archive(context), row.id().as_str(), &files))
}

/// Marks a session as deleted, or not any more: on every machine.
pub(crate) fn mark(context: &Context, desk: &mut Desk, session: &str, deleted: bool) -> color_eyre::Result<()> {
    let draft = Draft::default().delete(deleted);
    desk.change_marks([session], &draft, &notebook::author(context), notebook::now_ms(context))?;
    Ok(())
}

/// What was deleted and can be brought back, the latest first: with its files, or listed again at least.
pub(crate) fn deleted(context: &Context, notes: &Notes) -> Vec<Deleted> {
    trash(context).deleted(notes.deleted())
}

/// Refuses a session that was deleted: it is only spoken of to bring it back.
pub(crate) fn refuse_deleted(context: &Context, id: &str) -> Result<(), Fault> {
    let notes = notebook::notes_if_readable(context);
    if !notes.marks(id).is_some_and(|marks| marks.is_deleted()) {
        return Ok(());
    }
    let kept = trash(context).items().into_iter().find(|item| item.session == id);
    let step = match kept {
        Some(item) => format!("`sessions undelete {id}` brings it back until {}.", until(context, &item)),
        None => format!("`sessions undelete {id}` shows what is left of it, on every machine."),
    };
    Err(Fault::new("deleted", format!("The session {id} was deleted.")).next(step))
}

/// Until when something can be brought back, as people read it.
pub(crate) fn until(context: &Context, item: &Item) -> String {
    let end: Option<DateTime<Utc>> = moment(item.ends_at_ms());
    end.map(|end| end.with_timezone(&context.zone).format("%b %e %H:%M").to_string()).unwrap_or_default()
}

/// Puts back what is deleted no more, and empties the trash of what is older than a day.
pub(crate) fn empty(context: &Context) -> color_eyre::Result<()> {
    if trash(context).is_empty() {
        return Ok(());
    }
    // what was taken back elsewhere may be coming in at this moment: the next tick knows
    let syncing = if context.settings.remotes.is_empty() { None } else { Some(syncing::lock(context)?) };
    if matches!(syncing, Some(None)) {
        return Ok(());
    }
    let now_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    // where it cannot be read what was deleted, nothing is put back and nothing is removed
    let notes = notebook::notes_now(context)?;
    let said = |session: &str| notes.marks(session).and_then(|marks| marks.deletion());
    let mut spared = BTreeSet::new();
    for (session, outcome) in trash(context).put_back_undeleted(&archiving::archive(context), now_ms, &said) {
        match outcome {
            Ok(_) => tracing::info!(session, "its deletion was taken back, so its files are where they were"),
            Err(error) => tracing::warn!(session, "its deletion was taken back, and its files are not: {error}"),
        }
        // what is still there of one that is not deleted waits until it can be put back
        spared.insert(session);
    }
    let removed = trash(context).empty(now_ms.saturating_sub(KEPT_FOR_MS), &spared)?;
    if removed > 0 {
        tracing::info!(removed, "what was deleted a day ago is gone for good");
    }
    Ok(())
}
