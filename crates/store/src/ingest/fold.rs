//! Sessions, folded from what their files say and summed over their requests.

use std::cmp::Reverse;

use duckdb::Connection;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{FileFacts, FileRole, Session, SessionFile};

use super::Piece;
use super::columnar::{Columnar, Columns};
use super::keys::pick_texts;
use crate::StoreError;
use crate::columns::{COST, bytes, joined, ledger_text, list_of, title_word};

/// Sessions that are folded at once: what their files say is in memory meanwhile.
const PAGE: usize = 1000;

/// Folded sessions, before they are joined with their sums.
const FOLDED: &str = "CREATE OR REPLACE TEMP TABLE folded (
    session_id VARCHAR, title VARCHAR, title_source VARCHAR, project VARCHAR, cwd_first VARCHAR,
    cwd_last VARCHAR, git_branch VARCHAR, entrypoint VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP,
    active_ms BIGINT, prompts BIGINT, answers BIGINT, tool_calls BIGINT, subagents BIGINT, problems BIGINT,
    parent_session_id VARCHAR, first_prompt VARCHAR, last_prompt VARCHAR, versions VARCHAR, models VARCHAR,
    skills VARCHAR, files_touched VARCHAR, pr_links VARCHAR,
    transcript VARCHAR, root VARCHAR, bytes BIGINT, modified_at TIMESTAMP, ledger_nano_usd BIGINT,
    ledger_models VARCHAR)";

/// Which sessions were folded.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// New ones.
    pub(crate) new: FxHashSet<String>,
    /// All others.
    pub(crate) changed: FxHashSet<String>,
}

/// A file of a session.
#[derive(Debug)]
pub(super) struct File {
    path: String,
    root: Option<String>,
    main: bool,
    size: i64,
    mtime_ns: i64,
    present: bool,
    facts: FileFacts,
}

impl File {
    /// The file that a piece is the last one of.
    pub(super) fn of(piece: Piece) -> Self {
        Self {
            path: piece.found.path,
            root: piece.found.root,
            main: matches!(piece.found.role, FileRole::Session(_)),
            size: bytes(piece.found.size),
            mtime_ns: piece.found.mtime_ns,
            present: true,
            facts: piece.facts,
        }
    }
}

/// Folds sessions anew. One that has no file any more is removed.
pub(crate) fn fold(connection: &Connection, sessions: &FxHashSet<String>) -> Result<Folded, StoreError> {
    fold_with(connection, sessions, FxHashMap::default())
}

/// Folds sessions anew; of some of them, which have no row yet, all files are given.
pub(super) fn fold_with(
    connection: &Connection,
    sessions: &FxHashSet<String>,
    mut fresh: FxHashMap<String, Vec<File>>,
) -> Result<Folded, StoreError> {
    fresh.retain(|session, _| !session.is_empty());
    let known = |session: &&String| !session.is_empty() && !fresh.contains_key(*session);
    let mut stored: Vec<&String> = sessions.iter().filter(known).collect();
    if stored.is_empty() && fresh.is_empty() {
        return Ok(Folded::default());
    }
    stored.sort_unstable();
    connection.execute_batch(FOLDED)?;
    append(connection, &fresh)?;
    let mut found = Vec::new();
    for page in stored.chunks(PAGE) {
        pick_texts(connection, page.iter().copied())?;
        let files = files(connection)?;
        append(connection, &files)?;
        found.extend(files.into_keys());
    }
    let before = if stored.is_empty() { FxHashSet::default() } else { remove(connection, &stored)? };
    pick_texts(connection, stored.into_iter().chain(fresh.keys()))?;
    connection.execute(&insert(), [])?;
    let (changed, mut new): (_, FxHashSet<String>) = found.into_iter().partition(|session| before.contains(session));
    new.extend(fresh.into_keys());
    Ok(Folded { new, changed })
}

/// Removes the rows of sessions; says which had one.
fn remove(connection: &Connection, sessions: &[&String]) -> Result<FxHashSet<String>, StoreError> {
    pick_texts(connection, sessions.iter().copied())?;
    let before = existing(connection)?;
    connection.execute("DELETE FROM sessions WHERE session_id IN (SELECT name FROM picked)", [])?;
    Ok(before)
}

fn existing(connection: &Connection) -> Result<FxHashSet<String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT session_id FROM sessions WHERE session_id IN (SELECT name FROM picked)")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn files(connection: &Connection) -> Result<FxHashMap<String, Vec<File>>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT session_id, path, root, role = 'session', size, mtime_ns, present, facts
         FROM files WHERE session_id IN (SELECT name FROM picked)",
    )?;
    let mut rows = statement.query([])?;
    let mut files: FxHashMap<String, Vec<File>> = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let facts: Vec<u8> = row.get(7)?;
        let path: String = row.get(1)?;
        let facts = postcard::from_bytes(&facts)
            .map_err(|source| StoreError::Damaged { path: path.clone().into(), message: source.to_string() })?;
        files.entry(row.get(0)?).or_default().push(File {
            path,
            root: row.get(2)?,
            main: row.get(3)?,
            size: row.get(4)?,
            mtime_ns: row.get(5)?,
            present: row.get(6)?,
            facts,
        });
    }
    Ok(files)
}

fn append(connection: &Connection, sessions: &FxHashMap<String, Vec<File>>) -> Result<(), StoreError> {
    let mut rows = Columnar::into_temporary(connection, "folded")?;
    for (id, files) in sessions {
        let parts: Vec<SessionFile<'_>> =
            files.iter().map(|file| SessionFile { main: file.main, facts: &file.facts }).collect();
        let session = Session::fold(id.as_str().into(), &parts);
        rows.row(|row| fill(row, &session, files))?;
    }
    rows.finish()
}

fn fill(row: &mut Columns, session: &Session, files: &[File]) {
    let title = session.title.as_ref();
    let present = files.iter().filter(|file| file.main && file.present);
    let own = present.max_by_key(|file| (file.facts.read_to, Reverse(&file.path)));
    let modified = files.iter().map(|file| file.mtime_ns).max().map(chrono::DateTime::from_timestamp_nanos);
    let ledger = session.ledger.as_ref();
    row.text(session.id.as_str()).maybe_text(title.map(|title| &title.text));
    row.text(title.map(|title| title_word(title.source))).maybe_text(session.project.as_ref());
    row.maybe_text(session.cwd_first.as_ref()).maybe_text(session.cwd_last.as_ref());
    row.maybe_text(session.branch.as_ref()).maybe_text(session.entrypoint.as_ref());
    row.time(session.started).time(session.ended).number(bytes(session.active_ms));
    row.number(i64::from(session.prompts)).number(i64::from(session.answers));
    row.number(i64::from(session.tool_calls)).number(i64::from(session.subagents));
    row.number(i64::from(session.problems)).maybe_text(session.parent.as_ref().map(|parent| &parent.0));
    row.maybe_text(session.first_prompt.as_ref()).maybe_text(session.last_prompt.as_ref());
    let lists = [&session.versions, &session.models, &session.skills, &session.files_touched, &session.pr_links]
        .map(|list| joined(list));
    for list in &lists {
        row.text(list.as_str());
    }
    row.maybe_text(own.map(|file| &file.path)).maybe_text(own.and_then(|file| file.root.as_ref()));
    row.number(files.iter().map(|file| file.size).sum::<i64>()).time(modified);
    row.number(ledger.map(|ledger| ledger.nano_usd)).maybe_text(ledger.map(ledger_text).as_ref());
}

/// The statement that joins folded sessions with the sums over their requests.
fn insert() -> String {
    let lists: Vec<String> =
        ["versions", "models", "skills", "files_touched", "pr_links"].map(|name| list_of(&format!("s.{name}"))).into();
    let tokens = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];
    let sums: Vec<String> = tokens.map(|kind| format!("coalesce(u.{kind}_tokens, 0)")).into();
    let total = sums.join(" + ");
    let summed: Vec<String> = tokens.map(|kind| format!("CAST(sum({kind}_tokens) AS BIGINT) AS {kind}_tokens")).into();
    format!(
        "INSERT INTO sessions
         SELECT s.session_id, s.title, s.title_source, s.project, s.cwd_first, s.cwd_last, s.git_branch, s.entrypoint,
             s.started_at, s.ended_at, s.active_ms, s.prompts, s.answers, s.tool_calls, s.subagents, s.problems,
             s.parent_session_id, s.first_prompt, s.last_prompt, {lists},
             coalesce(u.requests, 0), {sums}, {total}, coalesce(u.cost, 0),
             coalesce(u.unknown_cost, 0), coalesce(u.incomplete, 0),
             s.transcript, s.root, s.bytes, s.modified_at, s.ledger_nano_usd, s.ledger_models
         FROM folded s LEFT JOIN (
             SELECT session_id, count(*) AS requests, {summed},
                 CAST(least(coalesce(sum({COST}), 0), 9000000000000000000) AS BIGINT) AS cost,
                 count(*) FILTER (WHERE {COST} IS NULL) AS unknown_cost,
                 count(*) FILTER (WHERE incomplete) AS incomplete
             FROM requests r WHERE session_id IN (SELECT name FROM picked) GROUP BY session_id
         ) u USING (session_id)",
        lists = lists.join(", "),
        sums = sums.join(", "),
        summed = summed.join(", "),
    )
}
