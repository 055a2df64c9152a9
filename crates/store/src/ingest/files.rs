//! The rows of the files table.

use duckdb::Connection;
use rustc_hash::FxHashSet;
use transcript::FileRole;

use super::Touched;
use super::columnar::{Columnar, Columns};
use super::keys::{pick_ids, texts};
use super::ledger::Accepted;
use crate::{StoreError, adopting, columns};

/// Files whose rows change without anything being read.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// Gone from disk.
    pub(crate) gone: Vec<i64>,
    /// Back again, unchanged.
    pub(crate) seen: Vec<i64>,
}

impl Marks {
    /// Whether there is nothing to mark.
    pub(crate) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.seen.is_empty()
    }
}

/// Writes the rows of a batch.
pub(super) fn write(connection: &Connection, pieces: &[Accepted], touched: &mut Touched) -> Result<(), StoreError> {
    touch_renamed_sessions(connection, pieces, touched)?;
    let old = pieces.iter().filter(|accepted| accepted.entry.revision > 1).map(|accepted| accepted.entry.file_id);
    let mut old = old.peekable();
    if old.peek().is_some() {
        pick_ids(connection, old)?;
        connection.execute("DELETE FROM files WHERE file_id IN (SELECT id FROM picked_ids)", [])?;
    }
    let mut rows = Columnar::into_table(connection, "files")?;
    let mut written = FxHashSet::default();
    for accepted in pieces.iter().rev() {
        if written.insert(accepted.entry.file_id) {
            rows.row(|row| fill(row, accepted))?;
        }
        touched.sessions.insert(accepted.piece.session.clone());
    }
    rows.finish()
}

pub(super) fn fill(row: &mut Columns, Accepted { piece, entry }: &Accepted) {
    let (role, agent) = match &piece.found.role {
        FileRole::Session(_) => ("session", None),
        FileRole::Subagent { agent, .. } => ("subagent", Some(agent)),
        FileRole::FlatAgent(agent) => ("flat-agent", Some(agent)),
    };
    row.number(entry.file_id).text(piece.found.path.as_str()).maybe_text(piece.found.root.as_ref()).text(role);
    row.text(piece.session.as_str()).maybe_text(agent);
    row.number(columns::bytes(piece.found.size)).number(piece.found.mtime_ns);
    row.number(columns::bytes(piece.facts.read_to)).number(piece.head).number(piece.tail);
    row.number(entry.revision).flag(!piece.found.kept).number(i64::from(piece.facts.problems())).bytes(&piece.stored);
}

/// A flat agent file belongs to the session that most of its records name: that may change as it grows.
fn touch_renamed_sessions(
    connection: &Connection,
    pieces: &[Accepted],
    touched: &mut Touched,
) -> Result<(), StoreError> {
    for accepted in pieces.iter().filter(|accepted| matches!(accepted.piece.found.role, FileRole::FlatAgent(_))) {
        let (file_id, session) = (accepted.entry.file_id, &accepted.piece.session);
        let condition = format!("FROM files WHERE file_id = {file_id} AND session_id <> ");
        let mut statement = connection.prepare(&format!("SELECT session_id {condition} ?"))?;
        let renamed: Vec<String> = statement.query_map([session], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if !renamed.is_empty() {
            touched.sessions.extend(renamed);
            let keys = format!("SELECT DISTINCT request_key FROM tellings WHERE file_id = {file_id}");
            touched.keys.extend(texts(connection, &keys)?);
        }
    }
    Ok(())
}

/// Removes all that some files said.
pub(crate) fn forget_copies(
    connection: &Connection,
    files: impl Iterator<Item = i64>,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    pick_ids(connection, files)?;
    let chosen = "WHERE file_id IN (SELECT id FROM picked_ids)";
    touched.keys.extend(texts(connection, &format!("SELECT DISTINCT request_key FROM tellings {chosen}"))?);
    touched.keys.extend(texts(connection, &linked_with(chosen))?);
    touched.sessions.extend(texts(connection, &format!("SELECT DISTINCT session_id FROM files {chosen}"))?);
    for copies in ["request_copies", "tool_call_copies", "agent_type_copies"] {
        connection.execute(&format!("DELETE FROM {copies} {chosen}"), [])?;
    }
    connection.execute(&format!("DELETE FROM requests {chosen} AND sole"), [])?;
    Ok(())
}

/// Keys that stand for the same request as one of some files by their line alone, see `resolve::same_requests`.
fn linked_with(chosen: &str) -> String {
    let local = "NOT starts_with(request_key, 'msg_') AND NOT starts_with(request_key, 'uuid:')";
    format!(
        "SELECT DISTINCT request_key FROM request_copies
         WHERE {local} AND uuid IN (SELECT uuid FROM request_copies {chosen} AND {local})"
    )
}

/// Notes which files are gone and which are back.
pub(crate) fn mark(connection: &Connection, marks: &Marks, touched: &mut Touched) -> Result<(), StoreError> {
    let chosen = "WHERE file_id IN (SELECT id FROM picked_ids)";
    pick_ids(connection, marks.gone.iter().copied())?;
    connection.execute(&format!("UPDATE files SET present = false, revision = revision + 1 {chosen}"), [])?;
    touched.sessions.extend(texts(connection, &format!("SELECT DISTINCT session_id FROM files {chosen}"))?);
    pick_ids(connection, marks.seen.iter().copied())?;
    connection.execute(&format!("UPDATE files SET present = true, revision = revision + 1 {chosen}"), [])?;
    touched.sessions.extend(texts(connection, &format!("SELECT DISTINCT session_id FROM files {chosen}"))?);
    Ok(())
}

/// Drops files that are gone because they were moved: another file of the same session and agent begins with the
/// same bytes, exists, and is at least as long. Those of other machines stay: the session may count for one of these. And what
/// another program recorded of a session that has a transcript.
pub(crate) fn drop_superseded(connection: &Connection, touched: &mut Touched) -> Result<(), StoreError> {
    let moved = "SELECT DISTINCT gone.file_id FROM files gone JOIN files moved
        ON moved.session_id = gone.session_id AND moved.agent IS NOT DISTINCT FROM gone.agent AND moved.head = gone.head
        WHERE NOT gone.present AND starts_with(gone.path, '/') AND moved.present AND moved.read_to >= gone.read_to";
    let mut statement = connection.prepare(moved)?;
    let mut moved: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    moved.extend(adopting::replaced(connection)?);
    if moved.is_empty() {
        return Ok(());
    }
    forget_copies(connection, moved.into_iter(), touched)?;
    connection.execute("DELETE FROM files WHERE file_id IN (SELECT id FROM picked_ids)", [])?;
    Ok(())
}
