//! Operations on sessions: what their files told, for when the files are gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use duckdb::arrow::array::Int64Array;
use duckdb::{Connection, params};
use journal::{Operation, ReplicaId, Scope};
use pricing::PriceTable;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use transcript::SessionId;

use super::packed::{FileSaid, Unpacker};
use crate::StoreError;
use crate::columns::bytes;
use crate::ingest::{self, Columnar, Columns, Folded, Touched};
use crate::projects::{self, ToldProject};
use crate::resolve::{Copy, Place};

/// The body of an operation on a session. `session` and `hours` are for readers that know nothing of transcripts; `packed`
/// is what the store is filled from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SessionBody {
    pub(crate) v: u32,
    pub(crate) kind: String,
    pub(crate) at_ms: u64,
    /// Who wrote the operation.
    pub(crate) by: String,
    /// The session.
    pub(crate) id: SessionId,
    /// Who worked in it.
    pub(crate) author: String,
    /// What it came to, see `noting`.
    pub(crate) state: String,
    /// The project of the directory that it began in, where it was seen there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<ToldProject>,
    /// Its row.
    pub(crate) session: Value,
    /// Its usage by model and hour.
    pub(crate) hours: Value,
    /// Its files.
    pub(crate) files: Vec<FileHead>,
    /// What each of them tells.
    pub(crate) packed: String,
}

/// A file of a session: its row, without what it tells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FileHead {
    pub(crate) path: String,
    pub(crate) root: Option<String>,
    pub(crate) role: String,
    pub(crate) agent: Option<String>,
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
    pub(crate) read_to: u64,
    pub(crate) head: Option<i64>,
    pub(crate) tail: i64,
    pub(crate) problems: u32,
}

impl SessionBody {
    /// The kind of its operations.
    pub(crate) const KIND: &'static str = "session";

    /// The body of an operation, if it is of this kind.
    pub(super) fn read(operation: &Operation) -> Option<Self> {
        let is_kind = operation.head().is_some_and(|head| head.kind == Self::KIND);
        if is_kind { serde_json::from_slice(&operation.body).ok() } else { None }
    }
}

/// Folds the operations on sessions among some operations in. Files of ours that are here, or of which more is known, stay
/// as they are.
pub(super) fn take(
    connection: &Connection,
    prices: &PriceTable,
    own: &[ReplicaId],
    operations: &[Operation],
) -> Result<Folded, StoreError> {
    // The later operation on a session tells everything that the earlier one told.
    let mut latest: FxHashMap<(ReplicaId, String), (u64, SessionBody)> = FxHashMap::default();
    for operation in operations {
        // Among others nobody tells of sessions.
        if !matches!(operation.stream.scope, Scope::Here | Scope::Private) {
            continue;
        }
        // What others are told of our sessions is an outline of what we know.
        if operation.stream.scope != Scope::Here && own.contains(&operation.stream.replica) {
            continue;
        }
        if let Some(body) = SessionBody::read(operation) {
            latest.insert((operation.stream.replica, body.id.0.clone()), (operation.seq, body));
        }
    }
    let mut latest: Vec<Told> =
        latest.into_iter().map(|((replica, _), (seq, body))| Told { replica, seq, body }).collect();
    latest.sort_by_key(|told| (told.replica, told.seq));
    let projects = latest
        .iter()
        .filter_map(|told| Some((prefix_of(told.replica, own).unwrap_or_default(), told.body.project.clone()?)));
    projects::note_told(connection, projects)?;
    note(connection, latest.iter().map(|told| (told.replica, told.seq, &told.body)))?;
    let mut touched = Touched::default();
    let new = unknown_files(connection, &latest, own, &mut touched)?;
    if new.is_empty() {
        return Ok(Folded::default());
    }
    add(connection, new, &mut touched)?;
    ingest::drop_superseded(connection, &mut touched)?;
    ingest::recount(connection, prices, &mut touched)?;
    ingest::seal(connection)?;
    ingest::fold(connection, &touched.sessions)
}

/// An operation on a session.
struct Told {
    replica: ReplicaId,
    seq: u64,
    body: SessionBody,
}

/// Notes that replicas told of sessions, and what these came to.
pub(crate) fn note<'a>(
    connection: &Connection,
    told: impl Iterator<Item = (ReplicaId, u64, &'a SessionBody)> + Clone,
) -> Result<(), StoreError> {
    ingest::pick_texts(connection, told.clone().map(|(_, _, body)| &body.id.0))?;
    let replicas: BTreeSet<ReplicaId> = told.clone().map(|(replica, ..)| replica).collect();
    for replica in replicas {
        let earlier = "replica = ? AND session_id IN (SELECT name FROM picked)";
        connection.execute(&format!("DELETE FROM session_operations WHERE {earlier}"), params![replica.to_string()])?;
    }
    let mut rows = Columnar::into_table(connection, "session_operations")?;
    for (replica, seq, body) in told {
        let made_at = i64::try_from(body.at_ms).ok().and_then(DateTime::from_timestamp_millis);
        rows.row(|row| {
            row.text(body.id.as_str()).text(replica.to_string().as_str()).number(bytes(seq)).time(made_at);
            row.text(body.state.as_str()).text(body.author.as_str());
        })?;
    }
    rows.finish()
}

/// What paths of another machine's files begin with here, so that they are never taken for files of this one. None: they
/// are ours.
fn prefix_of(replica: ReplicaId, own: &[ReplicaId]) -> Option<String> {
    (!own.contains(&replica)).then(|| format!("{replica}:"))
}

/// A file that is added, and the session that it belongs to.
struct NewFile {
    session: String,
    head: FileHead,
    said: FileSaid,
}

/// The files of sessions of which nothing or less is known. What is known of these is removed.
fn unknown_files(
    connection: &Connection,
    told: &[Told],
    own: &[ReplicaId],
    touched: &mut Touched,
) -> Result<Vec<NewFile>, StoreError> {
    let mut named = Vec::new();
    for (index, Told { replica, body, .. }) in told.iter().enumerate() {
        let prefix = prefix_of(*replica, own).unwrap_or_default();
        named.extend((0..body.files.len()).map(|file| (index, file, format!("{prefix}{}", body.files[file].path))));
    }
    let known = known(connection, named.iter().map(|(_, _, path)| path))?;
    named.retain(|(index, file, path)| {
        let read_to = bytes(told[*index].body.files[*file].read_to);
        known.get(path).is_none_or(|known| !known.present && known.read_to < read_to)
    });
    let less: Vec<i64> = named.iter().filter_map(|(_, _, path)| known.get(path)).map(|known| known.file_id).collect();
    if !less.is_empty() {
        ingest::forget_copies(connection, less.into_iter(), touched)?;
        connection.execute("DELETE FROM files WHERE file_id IN (SELECT id FROM picked_ids)", [])?;
    }
    let mut unpacker = Unpacker::new();
    let mut content: Option<(usize, Vec<FileSaid>)> = None;
    let mut files = Vec::new();
    for (index, file, path) in named {
        let body = &told[index].body;
        if content.as_ref().is_none_or(|(of, _)| *of != index) {
            // What cannot be unpacked says nothing: the operation stays in the journal.
            content = Some((index, unpacker.unpack(&body.packed).unwrap_or_default()));
        }
        let said = content.as_mut().and_then(|(_, said)| said.get_mut(file)).map(std::mem::take);
        let head = &body.files[file];
        let root = head.root.clone().filter(|_| path == head.path);
        let session = body.id.0.clone();
        files.extend(said.map(|said| NewFile { session, head: FileHead { path, root, ..head.clone() }, said }));
    }
    Ok(files)
}

/// What is known of a file.
struct Known {
    file_id: i64,
    present: bool,
    read_to: i64,
}

fn known<'a>(
    connection: &Connection,
    paths: impl Iterator<Item = &'a String>,
) -> Result<FxHashMap<String, Known>, StoreError> {
    ingest::pick_texts(connection, paths)?;
    let sql = "SELECT path, file_id, present, read_to FROM files WHERE path IN (SELECT name FROM picked)";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, Known { file_id: row.get(1)?, present: row.get(2)?, read_to: row.get(3)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds files as if they had been read and were gone since.
fn add(connection: &Connection, files: Vec<NewFile>, touched: &mut Touched) -> Result<(), StoreError> {
    let highest: i64 = connection.query_row("SELECT coalesce(max(file_id), 0) FROM files", [], |row| row.get(0))?;
    let mut rows = Columnar::into_table(connection, "files")?;
    let mut agents = Columnar::into_table(connection, "agent_type_copies")?;
    let (mut copies, mut tools, mut tool_files) = (Vec::new(), Columns::default(), Vec::new());
    for (file_id, file) in (highest + 1..).zip(files) {
        let NewFile { session, head, said } = file;
        let facts = postcard::to_stdvec(&said.facts).unwrap_or_default();
        rows.row(|row| {
            row.number(file_id).text(head.path.as_str()).maybe_text(head.root.as_ref()).text(head.role.as_str());
            row.text(session.as_str()).maybe_text(head.agent.as_ref());
            row.number(bytes(head.size)).number(head.mtime_ns).number(bytes(head.read_to));
            row.number(head.head)
                .number(head.tail)
                .number(1)
                .flag(false)
                .number(i64::from(head.problems))
                .bytes(&facts);
        })?;
        for told in said.agent_types {
            agents.row(|row| {
                row.number(file_id).text(told.agent.as_str()).text(told.agent_type.as_str());
            })?;
        }
        for tool in said.tools {
            ingest::tool_row(&mut tools, &tool.into_tool());
            tools.end_row();
            tool_files.push(file_id);
        }
        touched.sessions.insert(session.clone());
        copies.extend(said.requests.into_iter().map(|told| {
            let place = Place { session: session.clone(), path: head.path.clone(), file_id };
            Copy { place, request: told.into_request() }
        }));
    }
    rows.finish()?;
    agents.finish()?;
    touched.keys.extend(copies.iter().map(|copy| copy.request.key.0.clone()));
    ingest::append(connection, copies.iter())?;
    if !tool_files.is_empty() {
        let mut columns = tools.take();
        columns[ingest::TOOL_FILE_ID] = Arc::new(Int64Array::from(tool_files));
        let mut table = Columnar::into_table(connection, "tool_call_copies")?;
        table.rows(columns)?;
        table.finish()?;
    }
    Ok(())
}
