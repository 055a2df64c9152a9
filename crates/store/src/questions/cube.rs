//! All requests, put together by hour and by everything that they can be asked by.

use std::collections::BTreeMap;
use std::thread;

use config::SessionTypes;
use duckdb::Connection;
use duckdb::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use duckdb::arrow::datatypes::{Decimal128Type, Int64Type};
use journal::ReplicaId;
use pricing::{NanoUsd, PicoUsd, PriceTable};
use summary::{Builder, Cube, Request, Session, Usage};
use transcript::{ChangedLines, SessionId, Tokens};

use super::carrying::CARRYING;
use super::elsewhere::counted_elsewhere;
use super::usage::{AGENT_KIND, AGENTS, TOOLS, type_columns, type_of};
use crate::columns::{COST, RECORDED, counted, counted_small};
use crate::projects::NAMED;
use crate::{StoreError, ingest};

/// Threads of the engine for this question at most.
const MOST_THREADS: usize = 4;

/// What a cube is asked for.
#[derive(Debug, Clone, Copy)]
pub struct CubeQuery<'a> {
    /// Minutes that are put together, see [`summary::Calendar::grain`].
    pub grain: u32,
    /// Whether it says which tools each request calls. That takes several times as long.
    pub tools: bool,
    /// The rules that give a session its type.
    pub types: &'a SessionTypes,
    /// The name of this machine.
    pub device: Option<&'a str>,
    /// The names of others; one that has none is named by its number.
    pub devices: &'a BTreeMap<ReplicaId, String>,
    /// List prices, by which costs are divided into kinds.
    pub prices: &'a PriceTable,
}

/// Asks for all requests. The engine sums them up, and hands over columns: rows one by one would take longer than the sums.
///
/// It is the one question over all rows that a person waits for: the engine may use more than one core.
pub(crate) fn cube(connection: &Connection, query: &CubeQuery<'_>) -> Result<Cube, StoreError> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    connection.execute_batch(&format!("SET threads = {cores}"))?;
    let mut builder = Builder::new(sessions(connection, query)?, query.grain, query.prices);
    let sum = |column: &str| format!("CAST(sum({column}) AS HUGEINT)");
    let tokens = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];
    let sums = tokens.map(|kind| sum(&format!("r.{kind}_tokens"))).join(", ");
    let (tools, join) = if query.tools { ("coalesce(t.tools, '')", TOOLS) } else { ("''", "") };
    let sql = format!(
        "SELECT epoch_us(r.made_at) // {grain_us}, r.session_id, r.model, {AGENT_KIND}, r.git_branch, {tools}, count(*),
             {sums}, {searches}, coalesce({cost}, 0), coalesce({recorded}, 0), count(*) FILTER (WHERE {COST} IS NULL),
             count(*) FILTER (WHERE r.incomplete)
         FROM requests r {AGENTS} {join} GROUP BY ALL",
        grain_us = i64::from(query.grain.max(1)) * 60_000_000,
        searches = sum("r.web_searches"),
        cost = sum(COST),
        recorded = sum(RECORDED),
    );
    let mut statement = connection.prepare(&sql)?;
    for batch in statement.query_arrow([])? {
        add(&mut builder, &batch);
    }
    Ok(builder.finish(ingest::followed(connection)?, query.tools))
}

fn add(builder: &mut Builder<'_>, batch: &RecordBatch) {
    let numbers = |column: usize| batch.column(column).as_primitive::<Int64Type>();
    let texts = |column: usize| batch.column(column).as_string::<i32>();
    let sums = |column: usize| batch.column(column).as_primitive::<Decimal128Type>();
    let (slots, requests, unknown, incomplete) = (numbers(0), numbers(6), numbers(15), numbers(16));
    let (sessions, models, agents, branches, tools) = (texts(1), texts(2), texts(3), texts(4), texts(5));
    let large = |column: usize, row: usize| u64::try_from(sums(column).value(row).max(0)).unwrap_or(u64::MAX);
    let money = |column: usize, row: usize| PicoUsd(sums(column).value(row));
    for row in 0..batch.num_rows() {
        builder.add(Request {
            slot: slots.is_valid(row).then(|| slots.value(row)),
            session: sessions.value(row),
            model: models.value(row),
            agent: agents.value(row),
            branch: text(branches, row),
            tools: tools.value(row),
            usage: Usage {
                requests: counted(requests.value(row)),
                tokens: Tokens {
                    input: large(7, row),
                    output: large(8, row),
                    cache_write_5m: large(9, row),
                    cache_write_1h: large(10, row),
                    cache_read: large(11, row),
                },
                web_searches: large(12, row),
                cost: money(13, row),
                recorded: money(14, row),
                unknown_cost_requests: counted(unknown.value(row)),
                incomplete_requests: counted(incomplete.value(row)),
            },
        });
    }
}

fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

fn sessions(connection: &Connection, query: &CubeQuery<'_>) -> Result<Vec<Session>, StoreError> {
    let sql = format!(
        "SELECT session_id, project, {}, active_ms, prompts, requests, ledger_nano_usd, session_id IN ({CARRYING}),
             lines_added, lines_removed
         FROM {NAMED} sessions",
        type_columns()
    );
    let elsewhere = counted_elsewhere(connection)?;
    let named = |device: &ReplicaId| query.devices.get(device).cloned().unwrap_or_else(|| device.to_string());
    let device_of = |session: &str| elsewhere.get(session).map(named).or_else(|| query.device.map(str::to_owned));
    let mut statement = connection.prepare(&sql)?;
    let mut sessions = Vec::new();
    for batch in statement.query_arrow([])? {
        let texts = |column: usize| batch.column(column).as_string::<i32>();
        let numbers = |column: usize| batch.column(column).as_primitive::<Int64Type>();
        let (ids, projects, skills, places) = (texts(0), texts(1), texts(2), texts(3));
        let (ledgers, carrying) = (numbers(7), batch.column(8).as_boolean());
        sessions.extend((0..batch.num_rows()).map(|row| Session {
            id: SessionId(ids.value(row).to_owned()),
            project: text(projects, row).map(str::to_owned),
            session_type: Some(type_of(query.types, skills.value(row), places.value(row))),
            device: device_of(ids.value(row)),
            active_ms: counted(numbers(4).value(row)),
            prompts: counted(numbers(5).value(row)),
            lines: ChangedLines {
                added: counted_small(numbers(9).value(row)),
                removed: counted_small(numbers(10).value(row)),
            },
            requests: counted(numbers(6).value(row)),
            ledger: ledgers.is_valid(row).then(|| NanoUsd(ledgers.value(row))),
            carries_on: carrying.is_valid(row) && carrying.value(row),
        }));
    }
    Ok(sessions)
}
