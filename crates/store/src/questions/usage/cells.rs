//! Requests that the engine has summed up as far as rows can share them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use pricing::PicoUsd;
use transcript::Tokens;

use crate::columns::{At, COST, RECORDED, counted};
use crate::projects::NAMED;
use crate::questions::elsewhere::COUNTED_ELSEWHERE;
use crate::usage::{Grouping, Usage, UsageFilter};
use crate::{Spending, StoreError};

/// Times are grouped inside the engine by quarters of an hour: every zone is off by whole ones.
const QUARTER_US: i64 = 15 * 60_000_000;

macro_rules! agent_kind {
    () => {
        "CASE WHEN r.agent IS NULL AND NOT coalesce(r.sidechain, false) THEN 'main'
             ELSE coalesce(a.agent_type, 'subagent') END"
    };
}

/// The main conversation, or the kind of subagent that made a request `r`; it needs [`AGENTS`].
pub(in crate::questions) const AGENT_KIND: &str = agent_kind!();

/// What [`AGENT_KIND`] is found by.
pub(in crate::questions) const AGENTS: &str = "LEFT JOIN agents a USING (agent)";

/// The tools that a request `r` calls, as `t.tools`: [`crate::usage::tools_of`] reads them. Several files may tell a call;
/// most requests make one call, for which nothing has to be counted.
pub(in crate::questions) const TOOLS: &str = "LEFT JOIN (
         WITH told AS (
             SELECT request_key, any_value(name) AS name, min(hash(tool_call_id)) = max(hash(tool_call_id)) AS one
             FROM tool_call_copies GROUP BY request_key
         )
         SELECT request_key, name || chr(31) || 1 AS tools FROM told WHERE one
         UNION ALL
         SELECT request_key, string_agg(name || chr(31) || calls, chr(30) ORDER BY name) AS tools
         FROM (
             SELECT request_key, name, count(DISTINCT tool_call_id) AS calls
             FROM tool_call_copies
             WHERE request_key IN (SELECT request_key FROM told WHERE NOT one) GROUP BY ALL
         ) GROUP BY request_key
     ) t USING (request_key)";

/// Requests that are the same in everything that a row needs.
#[derive(Debug)]
pub(in crate::questions) struct Cell {
    /// Start of its stretch in microseconds since 1970, for rows of time.
    pub(super) slot_us: Option<i64>,
    /// What the row is found by.
    pub(super) key: [Option<String>; 2],
    pub(super) model: String,
    pub(super) usage: Usage,
    pub(super) first: Option<DateTime<Utc>>,
    pub(super) last: Option<DateTime<Utc>>,
}

impl Cell {
    /// The same without its model; none without a time.
    pub(in crate::questions) fn spending(&self) -> Option<Spending> {
        Some(Spending { first: self.first?, last: self.last?, usage: self.usage })
    }
}

/// Sums up the requests that a filter chooses.
pub(in crate::questions) fn cells(
    connection: &Connection,
    by: Grouping,
    filter: &UsageFilter,
) -> Result<Vec<Cell>, StoreError> {
    let (condition, params) = condition(filter);
    let (slot, key, more) = grouped(by);
    let sum = |column: &str| format!("CAST(sum({column}) AS HUGEINT)");
    let tokens = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];
    let sums = tokens.map(|kind| sum(&format!("r.{kind}_tokens"))).join(", ");
    let sql = format!(
        "SELECT {slot}, {key}, r.model, count(*), {sums}, {searches}, coalesce({cost}, 0),
             coalesce({recorded}, 0), count(*) FILTER (WHERE {COST} IS NULL), count(*) FILTER (WHERE r.incomplete),
             min(r.made_at), max(r.made_at)
         FROM requests r {more} {condition} GROUP BY ALL",
        searches = sum("r.web_searches"),
        cost = sum(COST),
        recorded = sum(RECORDED),
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(params), cell)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What cells are made by: the start of a stretch of time, two keys, and the tables that these need.
fn grouped(by: Grouping) -> (String, &'static str, Cow<'static, str>) {
    let slot = || format!("epoch_us(r.made_at) // {QUARTER_US} * {QUARTER_US}");
    let none = || "NULL::BIGINT".to_owned();
    let sessions = || Cow::Owned(format!("LEFT JOIN {NAMED} s USING (session_id)"));
    match by {
        Grouping::Total | Grouping::Model => (none(), "r.model, NULL", "".into()),
        Grouping::Period(_) | Grouping::Block => (slot(), "NULL, NULL", "".into()),
        Grouping::Session | Grouping::Type => (none(), "r.session_id, NULL", "".into()),
        Grouping::Project => (none(), "s.project, NULL", sessions()),
        Grouping::Branch => (none(), "s.project, r.git_branch", sessions()),
        Grouping::Agent => (none(), concat!(agent_kind!(), ", NULL"), AGENTS.into()),
        Grouping::Device => {
            (none(), "d.device, NULL", Cow::Owned(format!("LEFT JOIN ({COUNTED_ELSEWHERE}) d USING (session_id)")))
        }
        Grouping::Tool => (none(), "t.tools, NULL", TOOLS.into()),
    }
}

fn cell(row: &Row<'_>) -> duckdb::Result<Cell> {
    let large = |index: usize| -> duckdb::Result<u64> {
        Ok(u64::try_from(row.get::<_, i128>(index)?.max(0)).unwrap_or(u64::MAX))
    };
    let tokens = Tokens {
        input: large(5)?,
        output: large(6)?,
        cache_write_5m: large(7)?,
        cache_write_1h: large(8)?,
        cache_read: large(9)?,
    };
    Ok(Cell {
        slot_us: row.get(0)?,
        key: [row.get(1)?, row.get(2)?],
        model: row.get(3)?,
        usage: Usage {
            requests: counted(row.get(4)?),
            tokens,
            web_searches: large(10)?,
            cost: PicoUsd(row.get(11)?),
            recorded: PicoUsd(row.get(12)?),
            unknown_cost_requests: counted(row.get(13)?),
            incomplete_requests: counted(row.get(14)?),
        },
        first: row.get::<_, At>(15)?.0,
        last: row.get::<_, At>(16)?.0,
    })
}

/// The condition that chooses requests `r`, and its parameters.
pub(in crate::questions) fn condition(filter: &UsageFilter) -> (String, Vec<Value>) {
    let mut conditions = Vec::new();
    let mut params = Vec::new();
    let moment = |at: DateTime<Utc>| Value::Timestamp(duckdb::types::TimeUnit::Microsecond, at.timestamp_micros());
    if let Some(since) = filter.since {
        conditions.push("r.made_at >= ?".to_owned());
        params.push(moment(since));
    }
    if let Some(until) = filter.until {
        conditions.push("r.made_at < ?".to_owned());
        params.push(moment(until));
    }
    let mut one_of = |template: &str, names: Vec<String>| {
        if !names.is_empty() {
            let marks = vec!["?"; names.len()].join(", ");
            conditions.push(template.replace("{}", &marks));
            params.extend(names.into_iter().map(Value::Text));
        }
    };
    one_of("r.model IN ({})", filter.models.clone());
    one_of("r.session_id IN ({})", filter.sessions.iter().map(|id| id.0.clone()).collect());
    let of_projects = format!("r.session_id IN (SELECT session_id FROM {NAMED} WHERE project IN ({{}}))");
    one_of(&of_projects, filter.projects.clone());
    let devices = filter.devices.iter().map(|device| device.map_or_else(String::new, |other| other.to_string()));
    let ran_on = format!(
        "r.session_id IN (SELECT session_id FROM sessions LEFT JOIN ({COUNTED_ELSEWHERE}) d USING (session_id)
         WHERE coalesce(d.device, '') IN ({{}}))"
    );
    one_of(&ran_on, devices.collect());
    let text = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    (text, params)
}
