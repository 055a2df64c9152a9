//! Reading what people, the archive and other machines say about the sessions.

use std::collections::HashMap;

use archive::Archive;
use config::Paths;
use notes::Notes;
use search::Marks;
use store::SessionRow;
use store::retention::Kept;
use transcript::SessionId;

use crate::machines;

/// What people, the archive and other machines say about the sessions of `rows`, and when Claude Code deletes their transcripts; and what of
/// it could not be read.
pub fn marks(paths: &Paths, rows: &[SessionRow], notes: &Notes) -> (HashMap<SessionId, Marks>, Option<String>) {
    let mut kept = Kept::default();
    let mut marks: HashMap<SessionId, Marks> = HashMap::new();
    for row in rows.iter().filter(|row| row.transcript.is_some()) {
        let (Some(root), Some(modified)) = (&row.root, row.modified) else { continue };
        marks.entry(row.id().clone()).or_default().deleted_at = kept.until(root, modified);
    }
    for (session, said) in notes.marked() {
        say(said, marks.entry(session.into()).or_default());
    }
    let elsewhere: Vec<_> = rows.iter().filter_map(|row| Some((row.id(), row.counts_for?))).collect();
    if !elsewhere.is_empty() {
        let names = machines::others(paths);
        for (session, device) in elsewhere {
            let name = names.get(&device).cloned().unwrap_or_else(|| device.to_string());
            marks.entry(session.clone()).or_default().device = Some(name);
        }
    }
    let packs = Archive::at(&paths.archive()).sessions();
    let problem = packs.as_ref().err().map(ToString::to_string);
    for pack in packs.unwrap_or_default() {
        marks.entry(SessionId(pack)).or_default().archived = true;
    }
    (marks, problem)
}

/// Writes what people say about a session over what they said before; what else is known of it stays.
pub(crate) fn say(said: notes::Marks<'_>, marks: &mut Marks) {
    marks.starred = said.is_starred();
    marks.hidden = said.is_hidden();
    marks.deleted = said.is_deleted();
    marks.title = said.name().map(str::to_owned);
    marks.tags = said.tags().into_iter().map(str::to_owned).collect();
    marks.note = said.notes().last().map(|note| note.text.clone());
}
