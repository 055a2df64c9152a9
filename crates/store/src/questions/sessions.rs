//! All sessions, latest first.

use chrono::{DateTime, Utc};
use duckdb::{Connection, Params, Row};
use pricing::PicoUsd;
use transcript::{ChangedLines, Session, SessionId, Title, Tokens};

use super::elsewhere::{counted_elsewhere, elsewhere};
use crate::adopting::is_adopted;
use crate::columns::{At, counted, counted_small, joined_of, ledger_of, split, title_source};
use crate::projects::NAMED;
use crate::{SessionRow, StoreError};

/// All sessions, the one with the latest record first.
pub(crate) fn sessions(connection: &Connection) -> Result<Vec<SessionRow>, StoreError> {
    select(connection, "", [])
}

/// The sessions of the temporary table `picked`.
pub(crate) fn picked_sessions(connection: &Connection) -> Result<Vec<SessionRow>, StoreError> {
    select(connection, "WHERE session_id IN (SELECT name FROM picked)", [])
}

/// The sessions that a condition chooses, latest first.
pub(super) fn select(
    connection: &Connection,
    condition: &str,
    params: impl Params,
) -> Result<Vec<SessionRow>, StoreError> {
    let lists = ["versions", "models", "skills", "files_touched", "pr_links"].map(joined_of).join(", ");
    let sql = format!(
        "SELECT session_id, title, title_source, project, cwd_first, cwd_last, git_branch, entrypoint, started_at,
             ended_at, active_ms, prompts, answers, tool_calls, subagents, problems, parent_session_id, first_prompt,
             last_prompt, {lists}, requests, input_tokens, output_tokens, cache_write_5m_tokens,
             cache_write_1h_tokens, cache_read_tokens, cost_pico_usd, unknown_cost_requests, incomplete_requests,
             transcript, root, bytes, modified_at, ledger_nano_usd, ledger_models, lines_added, lines_removed,
             ledger_lines_added, ledger_lines_removed,
             transcript IS NOT NULL OR session_id IN (SELECT session_id FROM files WHERE role = 'session'),
             (SELECT author FROM authors WHERE authors.session_id = sessions.session_id),
             regexp_replace(home, '^[0-9A-Z]{{26}}:', ''), project_key,
             session_id IN (SELECT session_id FROM files WHERE {})
         FROM {NAMED} sessions {condition}",
        is_adopted("files")
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params, session_row)?;
    let mut rows: Vec<SessionRow> = rows.collect::<Result<_, _>>()?;
    let (elsewhere, counted) = (elsewhere(connection)?, counted_elsewhere(connection)?);
    for row in &mut rows {
        row.device = elsewhere.get(row.id().as_str()).copied();
        row.counts_for = counted.get(row.id().as_str()).copied();
    }
    // Wide rows are sorted faster here than by the engine, which would copy them twice.
    rows.sort_by(|a, b| (latest(b), a.id()).cmp(&(latest(a), b.id())));
    Ok(rows)
}

/// When something last happened in a session; none sorts last.
fn latest(row: &SessionRow) -> Option<DateTime<Utc>> {
    row.session.ended.or(row.modified)
}

fn session_row(row: &Row<'_>) -> duckdb::Result<SessionRow> {
    let session = session(row)?;
    let tokens = Tokens {
        input: counted(row.get(25)?),
        output: counted(row.get(26)?),
        cache_write_5m: counted(row.get(27)?),
        cache_write_1h: counted(row.get(28)?),
        cache_read: counted(row.get(29)?),
    };
    Ok(SessionRow {
        session,
        tokens,
        requests: counted_small(row.get(24)?),
        cost: PicoUsd(row.get::<_, i64>(30)?.into()).nano(),
        unknown_cost_requests: counted_small(row.get(31)?),
        incomplete_requests: counted_small(row.get(32)?),
        transcript: row.get::<_, Option<String>>(33)?.map(Into::into),
        device: None,
        counts_for: None,
        had_transcript: row.get(43)?,
        created_by: row.get(44)?,
        project_key: row.get(46)?,
        adopted: row.get(47)?,
        root: row.get::<_, Option<String>>(34)?.map(Into::into),
        bytes: counted(row.get(35)?),
        modified: row.get::<_, At>(36)?.0,
        lines: lines(row, 39)?.unwrap_or_default(),
    })
}

fn session(row: &Row<'_>) -> duckdb::Result<Session> {
    let list = |index: usize| -> duckdb::Result<Vec<String>> {
        Ok(split(row.get_ref(index)?.as_str().map_err(duckdb::Error::from)?))
    };
    let text: Option<String> = row.get(1)?;
    let source: Option<String> = row.get(2)?;
    let title = text.map(|text| Title { text, source: title_source(source.as_deref().unwrap_or_default()) });
    Ok(Session {
        id: SessionId(row.get(0)?),
        title,
        home: row.get(45)?,
        project: row.get(3)?,
        cwd_first: row.get(4)?,
        cwd_last: row.get(5)?,
        branch: row.get(6)?,
        entrypoint: row.get(7)?,
        started: row.get::<_, At>(8)?.0,
        ended: row.get::<_, At>(9)?.0,
        active_ms: counted(row.get(10)?),
        prompts: counted_small(row.get(11)?),
        answers: counted_small(row.get(12)?),
        tool_calls: counted_small(row.get(13)?),
        subagents: counted_small(row.get(14)?),
        problems: counted_small(row.get(15)?),
        parent: row.get::<_, Option<String>>(16)?.map(SessionId),
        first_prompt: row.get(17)?,
        last_prompt: row.get(18)?,
        versions: list(19)?,
        models: list(20)?,
        skills: list(21)?,
        files_touched: list(22)?,
        pr_links: list(23)?,
        ledger: ledger_of(row.get(37)?, row.get::<_, Option<String>>(38)?.as_deref()),
        ledger_lines: lines(row, 41)?,
    })
}

/// Changed lines, from two columns.
fn lines(row: &Row<'_>, at: usize) -> duckdb::Result<Option<ChangedLines>> {
    let (added, removed): (Option<i64>, Option<i64>) = (row.get(at)?, row.get(at + 1)?);
    let count = |number: Option<i64>| counted_small(number.unwrap_or(0));
    Ok((added.is_some() || removed.is_some()).then(|| ChangedLines { added: count(added), removed: count(removed) }))
}
