//! Telling the journal what sessions came to, so that it outlives their transcripts.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug, Formatter};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use duckdb::Connection;
use journal::{Journal, ReplicaId, Scope, Stream};
use serde_json::{Value, json};
use transcript::{AgentType, ChangedLines, RequestKey, Session, SessionId, ToolUse};

use crate::columns::{At, counted, counted_small};
use crate::fold::{self, FileHead, FileSaid, Packer, SessionBody, ToldRequest, ToldTool};
use crate::ingest;
use crate::open::{Access, Opened};
use crate::projects::{self, ToldProject};
use crate::questions::picked_sessions;
use crate::{SessionRow, Store, StoreError};

/// Sessions that are told of at once: the store is held meanwhile.
const BATCH: usize = 1000;

/// Time between two batches in which others get their turn with the store.
const GAP: Duration = Duration::from_millis(20);

/// A session in which nothing happened for so long rests, and is told of.
const REST: TimeDelta = TimeDelta::minutes(10);

/// One that goes on is told of so often.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// What a session came to, in one text: as long as it is the same, nothing has to be told.
const STATE: &str = "concat_ws('|', bytes, requests, total_tokens, prompts, answers, tool_calls, problems,
    epoch_us(ended_at), md5(concat_ws('|', title, title_source, project, cwd_last, git_branch)))";

/// Whose turn it is, and who worked there.
pub struct Noting<'a> {
    /// The present moment.
    pub now: DateTime<Utc>,
    /// Whether sessions that go on are told of as well.
    pub all: bool,
    /// Who worked in a session, by the directory that it ran in last; asked where nothing is recorded.
    pub author: &'a mut dyn FnMut(Option<&Path>) -> String,
}

impl Debug for Noting<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Noting").field("now", &self.now).field("all", &self.all).finish_non_exhaustive()
    }
}

/// Tells the journal of every session whose turn it is, some at a time; returns how many.
pub(crate) fn note(
    store: &Store,
    journal: &Journal,
    noting: &mut Noting<'_>,
    cancel: &AtomicBool,
) -> Result<u64, StoreError> {
    let due = due(noting.now, noting.all, &journal.own_replicas());
    let look = Opened::existing(store.path(), Access::Read, store.patience())?;
    let mut left = look.ask(|connection| ingest::texts(connection, &due))?;
    drop(look);
    let mut noted = 0;
    while !left.is_empty() && !cancel.load(Ordering::Relaxed) {
        let rest = left.split_off(left.len().min(BATCH));
        let batch = std::mem::replace(&mut left, rest);
        if noted > 0 {
            thread::sleep(GAP);
        }
        noted += tell(store, journal, noting, &batch)?;
    }
    Ok(noted)
}

/// Sessions of which the journal was not told what they came to, as far as the store knows.
pub(crate) fn untold(store: &Store, journal: &Journal, now: DateTime<Utc>) -> Result<Vec<SessionId>, StoreError> {
    let due = due(now, true, &journal.own_replicas());
    let look = Opened::existing(store.path(), Access::Read, store.patience())?;
    Ok(look.ask(|connection| ingest::texts(connection, &due))?.into_iter().map(SessionId).collect())
}

/// The question for sessions whose turn it is. A session that ended by its own hook does not have to rest.
fn due(now: DateTime<Utc>, all: bool, own: &[ReplicaId]) -> String {
    let own: Vec<String> = own.iter().map(|replica| format!("'{replica}'")).collect();
    let before = |ago: TimeDelta| format!("make_timestamp({})", (now - ago).timestamp_micros());
    let condition = if all {
        "true".to_owned()
    } else {
        format!(
            "coalesce(s.ended_at, s.modified_at, make_timestamp(0)) < {rest} OR told.made_at < {every}
             OR (told.made_at IS NULL AND s.started_at < {every})
             OR s.session_id IN (SELECT session_id FROM events WHERE event = 'session-end' AND made_at >= s.ended_at)",
            rest = before(REST),
            every = before(EVERY),
        )
    };
    format!(
        "WITH told AS (
             SELECT session_id, max(made_at) AS made_at, arg_max(state, made_at) AS state
             FROM session_operations WHERE replica IN ({}) GROUP BY session_id
         ), stated AS (SELECT *, {STATE} AS state FROM sessions)
         SELECT s.session_id FROM stated s LEFT JOIN told USING (session_id)
         WHERE told.state IS DISTINCT FROM s.state AND ({condition})
             AND s.session_id IN (SELECT session_id FROM files WHERE {OURS})
         ORDER BY s.ended_at, s.session_id",
        own.join(", ")
    )
}

/// Files that were read on this machine: those of others have their replica in front.
const OURS: &str = "starts_with(path, '/')";

/// Tells the journal of some sessions, and notes in the store that it was told. If that is lost, the operations are met again
/// when the journal is folded in. Nobody waits for the store meanwhile: it is open while it is asked and while it is written,
/// and not while who worked there is looked up, what was found is packed, and the journal is written through to the disk.
fn tell(store: &Store, journal: &Journal, noting: &mut Noting<'_>, sessions: &[String]) -> Result<u64, StoreError> {
    let look = Opened::existing(store.path(), Access::Read, store.patience())?;
    let found = look.ask(|connection| found(connection, sessions))?;
    drop(look);
    let bodies = found.into_bodies(noting)?;
    let written = bodies.iter().map(serde_json::to_vec).collect::<Result<Vec<_>, _>>();
    let written = written.map_err(|error| unwritable(journal, error.into()))?;
    let operations = journal.append(&Scope::Here, &written)?;
    drop(written);
    let (Some(first), Some(last)) = (operations.first(), operations.last()) else { return Ok(0) };
    let mut opened = Opened::existing(store.path(), Access::Write, store.patience())?;
    opened.transaction(|connection| {
        let told = operations.iter().zip(&bodies);
        fold::note(connection, told.map(|(operation, body)| (operation.stream.replica, operation.seq, body)))?;
        let stream: &Stream = &first.stream;
        if fold::offset(connection, stream)? + 1 == first.seq {
            fold::note_offset(connection, stream, last.seq)?;
        }
        Ok(operations.len() as u64)
    })
}

fn unwritable(journal: &Journal, source: std::io::Error) -> StoreError {
    StoreError::Io { action: "write", path: journal.folder().to_owned(), source }
}

/// What is stored of sessions that the journal is told of.
struct Found {
    rows: Vec<SessionRow>,
    states: HashMap<String, String>,
    hours: HashMap<String, Vec<Value>>,
    files: HashMap<String, Vec<(FileHead, FileSaid)>>,
    projects: BTreeMap<String, ToldProject>,
}

fn found(connection: &Connection, sessions: &[String]) -> Result<Found, StoreError> {
    ingest::pick_texts(connection, sessions.iter())?;
    Ok(Found {
        rows: picked_sessions(connection)?,
        states: states(connection)?,
        hours: hours(connection)?,
        files: files(connection)?,
        projects: projects::of_picked(connection)?,
    })
}

impl Found {
    fn into_bodies(mut self, noting: &mut Noting<'_>) -> Result<Vec<SessionBody>, StoreError> {
        let failed = |source| StoreError::Io { action: "pack", path: "what a session tells".into(), source };
        let mut press = Packer::new().map_err(failed)?;
        let mut bodies = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let id = row.id().0.clone();
            let author = match row.created_by.clone() {
                Some(author) => author,
                None => (noting.author)(row.session.cwd_last.as_deref().map(Path::new)),
            };
            let (heads, said): (Vec<FileHead>, Vec<FileSaid>) =
                self.files.remove(&id).unwrap_or_default().into_iter().unzip();
            let packed = press.pack(&said).map_err(failed)?;
            bodies.push(SessionBody {
                v: 1,
                kind: SessionBody::KIND.to_owned(),
                at_ms: u64::try_from(noting.now.timestamp_millis()).unwrap_or_default(),
                by: author.clone(),
                author,
                state: self.states.remove(&id).unwrap_or_default(),
                project: self.projects.remove(&id),
                session: summary(&row),
                hours: Value::Array(self.hours.remove(&id).unwrap_or_default()),
                files: heads,
                packed,
                id: SessionId(id),
            });
        }
        Ok(bodies)
    }
}

/// A session's row, for readers that know nothing of transcripts. Prompts stand in what is packed.
fn summary(row: &SessionRow) -> Value {
    let mut value = json!(Session { first_prompt: None, last_prompt: None, ..row.session.clone() });
    value["tokens"] = json!(row.tokens);
    value["requests"] = json!(row.requests);
    value["cost_nano_usd"] = json!(row.cost.0);
    value["unknown_cost_requests"] = json!(row.unknown_cost_requests);
    value["incomplete_requests"] = json!(row.incomplete_requests);
    value["bytes"] = json!(row.bytes);
    value["modified"] = json!(row.modified);
    value
}

fn states(connection: &Connection) -> Result<HashMap<String, String>, StoreError> {
    let sql = format!("SELECT session_id, {STATE} FROM sessions WHERE session_id IN (SELECT name FROM picked)");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Usage of the picked sessions by hour and model.
fn hours(connection: &Connection) -> Result<HashMap<String, Vec<Value>>, StoreError> {
    let kinds = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];
    let sums: Vec<String> = kinds.iter().map(|kind| format!("CAST(sum({kind}_tokens) AS BIGINT)")).collect();
    let sql = format!(
        "SELECT session_id, date_trunc('hour', made_at) AS hour, model, count(*), {},
             CAST(sum(web_searches) AS BIGINT), CAST(coalesce(sum(cost_pico_usd), 0) AS VARCHAR)
         FROM requests WHERE session_id IN (SELECT name FROM picked)
         GROUP BY ALL ORDER BY session_id, hour, model",
        sums.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut hours: HashMap<String, Vec<Value>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let number = |index: usize| row.get::<_, i64>(index).map(counted);
        hours.entry(row.get(0)?).or_default().push(json!({
            "hour": row.get::<_, At>(1)?.0,
            "model": row.get::<_, String>(2)?,
            "requests": number(3)?,
            "input": number(4)?,
            "output": number(5)?,
            "cache_write_5m": number(6)?,
            "cache_write_1h": number(7)?,
            "cache_read": number(8)?,
            "web_searches": number(9)?,
            "cost_pico_usd": row.get::<_, String>(10)?,
        }));
    }
    Ok(hours)
}

/// The files of the picked sessions that were read on this machine, with all that they tell; by session.
fn files(connection: &Connection) -> Result<HashMap<String, Vec<(FileHead, FileSaid)>>, StoreError> {
    let mut said = told(connection)?;
    let mut statement = connection.prepare(&format!(
        "SELECT file_id, session_id, path, root, role, agent, size, mtime_ns, read_to, head, tail, problems, facts
         FROM files WHERE {OURS} AND session_id IN (SELECT name FROM picked) ORDER BY path"
    ))?;
    let mut rows = statement.query([])?;
    let mut files: HashMap<String, Vec<(FileHead, FileSaid)>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let path: String = row.get(2)?;
        let facts: Vec<u8> = row.get(12)?;
        let facts = postcard::from_bytes(&facts)
            .map_err(|source| StoreError::Damaged { path: path.clone().into(), message: source.to_string() })?;
        let head = FileHead {
            path,
            root: row.get(3)?,
            role: row.get(4)?,
            agent: row.get(5)?,
            size: counted(row.get(6)?),
            mtime_ns: row.get(7)?,
            read_to: counted(row.get(8)?),
            head: row.get(9)?,
            tail: row.get(10)?,
            problems: counted_small(row.get(11)?),
        };
        let said = FileSaid { facts, ..said.remove(&row.get(0)?).unwrap_or_default() };
        files.entry(row.get(1)?).or_default().push((head, said));
    }
    Ok(files)
}

/// What the files of the picked sessions tell of requests, tool calls and subagents, by file.
fn told(connection: &Connection) -> Result<HashMap<i64, FileSaid>, StoreError> {
    let mut said: HashMap<i64, FileSaid> = HashMap::new();
    ingest::each_stored(connection, "f.session_id IN (SELECT name FROM picked)", |copy, _| {
        said.entry(copy.place.file_id).or_default().requests.push(ToldRequest::of(copy.request));
    })?;
    let chosen = "file_id IN (SELECT file_id FROM files WHERE session_id IN (SELECT name FROM picked))";
    let mut statement = connection.prepare(&format!(
        "SELECT file_id, tool_call_id, name, request_key, agent, made_at, subject, is_error, lines_added, lines_removed
         FROM tool_call_copies WHERE {chosen}"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let small = |index: usize| row.get::<_, Option<i64>>(index).map(|number| number.map(counted_small));
        let lines = small(8)?.zip(small(9)?).map(|(added, removed)| ChangedLines { added, removed });
        let tool = ToolUse {
            id: row.get(1)?,
            name: row.get(2)?,
            request: RequestKey(row.get(3)?),
            agent: row.get(4)?,
            at: row.get::<_, At>(5)?.0,
            subject: row.get(6)?,
            is_error: row.get(7)?,
            lines,
        };
        said.entry(row.get(0)?).or_default().tools.push(ToldTool::of(tool));
    }
    let mut statement =
        connection.prepare(&format!("SELECT file_id, agent, agent_type FROM agent_type_copies WHERE {chosen}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let told = AgentType { agent: row.get(1)?, agent_type: row.get(2)? };
        said.entry(row.get(0)?).or_default().agent_types.push(told);
    }
    Ok(said)
}
