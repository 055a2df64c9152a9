//! Databases of other programs, read only: that of `claude-session-logger`.

use std::collections::HashMap;
use std::path::Path;

use duckdb::{AccessMode, Config, Connection, Row};

use crate::StoreError;
use crate::columns::counted;
use crate::open::explain;

/// What a database of `claude-session-logger` holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Logged {
    /// What was written down.
    pub entries: Vec<LoggedEntry>,
    /// Sessions that it recorded.
    pub sessions: Vec<LoggedSession>,
    /// Up to when the inbox was read, in milliseconds since 1970.
    pub inbox_read_ms: Option<u64>,
}

/// An entry; times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "columns, named as in the database")]
pub struct LoggedEntry {
    pub id: String,
    pub session_id: Option<String>,
    pub category: String,
    pub status: String,
    pub title: String,
    pub body: String,
    pub project: Option<String>,
    /// The directory of its session.
    pub cwd: Option<String>,
    pub logged_at_ms: u64,
    pub updated_at_ms: Option<u64>,
    pub created_by: Option<String>,
    pub updated_by: Option<String>,
}

/// A session as it was recorded; times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "columns, named as in the database")]
pub struct LoggedSession {
    pub session_id: String,
    pub cwd: Option<String>,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub tool_call_count: u64,
    /// Names with commas between them, or a list as JSON.
    pub skills_used: Option<String>,
    pub git_branch: Option<String>,
    pub cc_version: Option<String>,
    pub title: Option<String>,
    pub created_by: Option<String>,
    /// Its usage; where the database has none by model, that of all under the one model that it names.
    pub models: Vec<LoggedModel>,
}

/// What a model was used for in a session, in tokens.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "columns, named as in the database")]
pub struct LoggedModel {
    pub model: String,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_write_tokens: u64,
    pub cache_read_tokens: u64,
    pub cost_usd: Option<f64>,
}

/// Columns of entries, in the order of [`LoggedEntry`]; versions before have fewer.
const COLUMNS: [&str; 11] = [
    "id",
    "session_id",
    "category",
    "status",
    "title",
    "body",
    "project",
    "logged_at",
    "updated_at",
    "created_by",
    "updated_by",
];

impl Logged {
    /// Reads a database. Nothing in it is changed; a program that is writing to it has to be done first.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let ask = || -> Result<Self, duckdb::Error> {
            let config = Config::default()
                .access_mode(AccessMode::ReadOnly)?
                .threads(1)?
                .enable_autoload_extension(false)?
                .enable_external_access(false)?;
            let connection = Connection::open_with_flags(path, config)?;
            let sessions = sessions(&connection)?;
            Ok(Self { entries: entries(&connection)?, sessions, inbox_read_ms: inbox_read(&connection)? })
        };
        ask().map_err(|error| explain(path, error))
    }
}

fn texts(connection: &Connection, question: &str) -> Result<Vec<String>, duckdb::Error> {
    connection.prepare(question)?.query_map([], |row| row.get(0))?.collect()
}

/// The columns of a table as they are asked for: times in milliseconds, nothing for those that it does not have.
fn columns(connection: &Connection, table: &str, alias: &str, wanted: &[&str]) -> Result<String, duckdb::Error> {
    let question = format!("SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'");
    let there = texts(connection, &question)?;
    let column = |name: &&str| match (there.iter().any(|column| column == name), name.ends_with("_at")) {
        (false, _) => "NULL".to_owned(),
        (true, true) => format!("CAST(epoch_ms({alias}.{name}) AS BIGINT)"),
        (true, false) => format!("{alias}.{name}"),
    };
    Ok(wanted.iter().map(column).collect::<Vec<_>>().join(", "))
}

/// Columns of sessions.
const SESSION: [&str; 15] = [
    "session_id",
    "cwd",
    "started_at",
    "ended_at",
    "tool_call_count",
    "skills_used",
    "git_branch",
    "cc_version",
    "title",
    "created_by",
    "models",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
];

/// Columns of the usage by model.
const MODEL: [&str; 7] =
    ["session_id", "model", "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens", "cost_usd"];

fn sessions(connection: &Connection) -> Result<Vec<LoggedSession>, duckdb::Error> {
    let mut models = models(connection)?;
    let question = format!(
        "SELECT {}, {} FROM sessions s ORDER BY s.session_id",
        columns(connection, "sessions", "s", &SESSION)?,
        columns(connection, "sessions", "s", &["cost_usd"])?
    );
    let mut statement = connection.prepare(&question)?;
    let mut rows = statement.query([])?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get::<_, Option<String>>(at);
        let session_id: String = row.get(0)?;
        let by_model = models.remove(&session_id).unwrap_or_default();
        let whole = LoggedModel { model: one_model(text(10)?.as_deref()), ..usage(row, 11)? };
        let has_some =
            whole.input_tokens + whole.output_tokens + whole.cache_write_tokens + whole.cache_read_tokens > 0;
        sessions.push(LoggedSession {
            cwd: text(1)?,
            started_at_ms: row.get(2)?,
            ended_at_ms: row.get(3)?,
            tool_call_count: row.get::<_, Option<i64>>(4)?.map(counted).unwrap_or_default(),
            skills_used: text(5)?,
            git_branch: text(6)?,
            cc_version: text(7)?,
            title: text(8)?,
            created_by: text(9)?,
            models: if by_model.is_empty() && has_some { vec![whole] } else { by_model },
            session_id,
        });
    }
    Ok(sessions)
}

/// The model of a session that names one; of several nobody knows which one did what.
fn one_model(models: Option<&str>) -> String {
    let listed = names(models.unwrap_or_default());
    if let [only] = listed.as_slice() { only.clone() } else { "unknown".to_owned() }
}

/// Names in a column: a list as JSON, or with commas between them.
pub(crate) fn names(text: &str) -> Vec<String> {
    let listed = serde_json::from_str::<Vec<String>>(text);
    let listed = listed.unwrap_or_else(|_| text.split(',').map(|name| name.trim().to_owned()).collect());
    listed.into_iter().filter(|name| !name.is_empty()).collect()
}

fn models(connection: &Connection) -> Result<HashMap<String, Vec<LoggedModel>>, duckdb::Error> {
    let there = "SELECT table_name FROM information_schema.tables WHERE table_name = 'session_models'";
    if texts(connection, there)?.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = columns(connection, "session_models", "m", &MODEL)?;
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM session_models m ORDER BY ALL"))?;
    let mut rows = statement.query([])?;
    let mut models: HashMap<String, Vec<LoggedModel>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let model = LoggedModel { model: row.get(1)?, ..usage(row, 2)? };
        models.entry(row.get(0)?).or_default().push(model);
    }
    Ok(models)
}

/// Four kinds of tokens and what they cost, from a column on.
fn usage(row: &Row<'_>, at: usize) -> duckdb::Result<LoggedModel> {
    let number = |at: usize| Ok::<_, duckdb::Error>(row.get::<_, Option<i64>>(at)?.map(counted).unwrap_or_default());
    Ok(LoggedModel {
        model: String::new(),
        input_tokens: number(at)?,
        output_tokens: number(at + 1)?,
        cache_write_tokens: number(at + 2)?,
        cache_read_tokens: number(at + 3)?,
        cost_usd: row.get(at + 4)?,
    })
}

fn entries(connection: &Connection) -> Result<Vec<LoggedEntry>, duckdb::Error> {
    let question = format!(
        "SELECT {}, s.cwd FROM log_entries e LEFT JOIN sessions s USING (session_id) ORDER BY e.logged_at, e.id",
        columns(connection, "log_entries", "e", &COLUMNS)?
    );
    connection.prepare(&question)?.query_map([], entry)?.collect()
}

fn entry(row: &Row<'_>) -> duckdb::Result<LoggedEntry> {
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let time = |at: usize| Ok::<_, duckdb::Error>(row.get::<_, Option<i64>>(at)?.and_then(|ms| u64::try_from(ms).ok()));
    Ok(LoggedEntry {
        id: text(0)?.unwrap_or_default(),
        session_id: text(1)?,
        category: text(2)?.unwrap_or_default(),
        status: text(3)?.unwrap_or_default(),
        title: text(4)?.unwrap_or_default(),
        body: text(5)?.unwrap_or_default(),
        project: text(6)?,
        logged_at_ms: time(7)?.unwrap_or_default(),
        updated_at_ms: time(8)?,
        created_by: text(9)?,
        updated_by: text(10)?,
        cwd: text(11)?,
    })
}

/// The watermark; older versions have none.
fn inbox_read(connection: &Connection) -> Result<Option<u64>, duckdb::Error> {
    let there = texts(connection, "SELECT table_name FROM information_schema.tables WHERE table_name = 'meta'")?;
    if there.is_empty() {
        return Ok(None);
    }
    let question = "SELECT CAST(epoch_ms(try_cast(value AS TIMESTAMP)) AS VARCHAR) FROM meta
                    WHERE key = 'inbox_watermark' AND try_cast(value AS TIMESTAMP) IS NOT NULL";
    Ok(texts(connection, question)?.first().and_then(|ms| ms.parse().ok()))
}
