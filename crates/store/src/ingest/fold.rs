//! Sessions, folded from what their files say and summed over their requests.

use std::cmp::Reverse;

use duckdb::Connection;
use duckdb::types::ToSql;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{FileFacts, Session, SessionFile};

use super::keys::pick_texts;
use crate::StoreError;
use crate::columns::{At, COST, bytes, joined, ledger_text, list_of, title_word};

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
struct File {
    path: String,
    root: Option<String>,
    main: bool,
    size: i64,
    mtime_ns: i64,
    read_to: i64,
    present: bool,
    facts: FileFacts,
}

/// Folds sessions anew. One that has no file any more is removed.
pub(crate) fn fold(connection: &Connection, sessions: &FxHashSet<String>) -> Result<Folded, StoreError> {
    let mut names: Vec<&String> = sessions.iter().filter(|session| !session.is_empty()).collect();
    if names.is_empty() {
        return Ok(Folded::default());
    }
    names.sort_unstable();
    connection.execute_batch(FOLDED)?;
    let mut found = Vec::new();
    for page in names.chunks(PAGE) {
        pick_texts(connection, page.iter().copied())?;
        let files = files(connection)?;
        append(connection, &files)?;
        found.extend(files.into_keys());
    }
    pick_texts(connection, names.into_iter())?;
    let before = existing(connection)?;
    connection.execute("DELETE FROM sessions WHERE session_id IN (SELECT name FROM picked)", [])?;
    connection.execute(&insert(), [])?;
    let (changed, new) = found.into_iter().partition(|session| before.contains(session));
    Ok(Folded { new, changed })
}

fn existing(connection: &Connection) -> Result<FxHashSet<String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT session_id FROM sessions WHERE session_id IN (SELECT name FROM picked)")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn files(connection: &Connection) -> Result<FxHashMap<String, Vec<File>>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT session_id, path, root, role = 'session', size, mtime_ns, read_to, present, facts
         FROM files WHERE session_id IN (SELECT name FROM picked)",
    )?;
    let mut rows = statement.query([])?;
    let mut files: FxHashMap<String, Vec<File>> = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let facts: Vec<u8> = row.get(8)?;
        let path: String = row.get(1)?;
        let facts = postcard::from_bytes(&facts)
            .map_err(|source| StoreError::Damaged { path: path.clone().into(), message: source.to_string() })?;
        files.entry(row.get(0)?).or_default().push(File {
            path,
            root: row.get(2)?,
            main: row.get(3)?,
            size: row.get(4)?,
            mtime_ns: row.get(5)?,
            read_to: row.get(6)?,
            present: row.get(7)?,
            facts,
        });
    }
    Ok(files)
}

fn append(connection: &Connection, sessions: &FxHashMap<String, Vec<File>>) -> Result<(), StoreError> {
    let mut appender = connection.appender("folded")?;
    for (id, files) in sessions {
        let parts: Vec<SessionFile<'_>> =
            files.iter().map(|file| SessionFile { main: file.main, facts: &file.facts }).collect();
        append_one(&mut appender, &Session::fold(id.as_str().into(), &parts), files)?;
    }
    Ok(appender.flush()?)
}

fn append_one(appender: &mut duckdb::Appender<'_>, session: &Session, files: &[File]) -> Result<(), StoreError> {
    let title = session.title.as_ref();
    let present = files.iter().filter(|file| file.main && file.present);
    let own = present.max_by_key(|file| (file.read_to, Reverse(&file.path)));
    let modified = files.iter().map(|file| file.mtime_ns).max().map(chrono::DateTime::from_timestamp_nanos);
    let ledger = session.ledger.as_ref();
    let row: [&dyn ToSql; 30] = [
        &session.id.0,
        &title.map(|title| &title.text),
        &title.map(|title| title_word(title.source)),
        &session.project,
        &session.cwd_first,
        &session.cwd_last,
        &session.branch,
        &session.entrypoint,
        &At(session.started),
        &At(session.ended),
        &bytes(session.active_ms),
        &i64::from(session.prompts),
        &i64::from(session.answers),
        &i64::from(session.tool_calls),
        &i64::from(session.subagents),
        &i64::from(session.problems),
        &session.parent.as_ref().map(|parent| &parent.0),
        &session.first_prompt,
        &session.last_prompt,
        &joined(&session.versions),
        &joined(&session.models),
        &joined(&session.skills),
        &joined(&session.files_touched),
        &joined(&session.pr_links),
        &own.map(|file| &file.path),
        &own.and_then(|file| file.root.as_ref()),
        &files.iter().map(|file| file.size).sum::<i64>(),
        &At(modified),
        &ledger.map(|ledger| ledger.nano_usd),
        &ledger.map(ledger_text),
    ];
    Ok(appender.append_row(row.as_slice())?)
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
