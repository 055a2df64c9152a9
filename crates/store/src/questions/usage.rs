//! Usage over time and by what it was for.

mod cells;

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use chrono::{DateTime, Utc};
use config::SessionTypes;
use duckdb::{Connection, params_from_iter};
use pricing::NanoUsd;
use rustc_hash::FxHashMap;
use transcript::SessionId;

use super::carrying::CARRYING;
use super::spendings::windows;
use crate::columns::{counted, joined_of, split};
use crate::projects::NAMED;
use crate::usage::{
    Calendar, Grouping, SessionUsage, Subject, Sum, UsageFilter, UsageQuery, UsageReport, UsageRow, costlier, shares,
    tools_of,
};
use crate::{Block, StoreError, ingest};
pub(super) use cells::{AGENT_KIND, AGENTS, Cell, TOOLS, cells, condition};

/// Answers a question on usage.
pub(crate) fn usage(connection: &Connection, query: &UsageQuery) -> Result<UsageReport, StoreError> {
    let cells = cells(connection, query.by, &query.filter)?;
    let total = sum(&cells).into_row(Subject::Total);
    let rows = match query.by {
        Grouping::Total => vec![total.clone()],
        Grouping::Period(period) => {
            let calendar = Calendar { zone: query.zone, week_start: query.week_start };
            let name = |cell: &Cell| cell.slot_us.and_then(DateTime::from_timestamp_micros);
            by_subject(&cells, |cell| name(cell).map_or(Subject::Undated, |at| calendar.period(period, at).into()))
        }
        Grouping::Session => sessions(connection, cells)?,
        Grouping::Device => {
            let name = |number: &String| number.parse().ok().and_then(|number| query.devices.get(&number)).cloned();
            let called = |number: &String| name(number).unwrap_or_else(|| number.clone());
            by_key(cells, |cell| cell.key[0].as_ref().map(called), |name, _| Subject::Named(name))
        }
        Grouping::Project | Grouping::Model | Grouping::Agent => {
            by_key(cells, |cell| cell.key[0].clone(), |name, _| Subject::Named(name))
        }
        Grouping::Branch => {
            let subject = |[project, branch]: [Option<String>; 2], _: &[Cell]| Subject::Branch { project, branch };
            by_key(cells, |cell| cell.key.clone(), subject)
        }
        Grouping::Type => {
            let types = types(connection, &query.types)?;
            let of = |cell: &Cell| cell.key[0].as_ref().and_then(|session| types.get(session)).cloned();
            by_key(cells, of, |name, _| Subject::Named(name))
        }
        Grouping::Tool => tools(cells),
        Grouping::Block => in_blocks(connection, cells)?,
    };
    let unknown_models = unknown_models(connection, &query.filter)?;
    let ledger = super::ledger::ledger(connection, &query.filter)?;
    let prices = ingest::followed(connection)?;
    Ok(UsageReport { rows: in_order(rows), total, unknown_models, ledger, prices })
}

/// Usage by model of one session, the costliest first.
pub(super) fn of_session(connection: &Connection, id: &SessionId) -> Result<UsageRow, StoreError> {
    let filter = UsageFilter { sessions: vec![id.clone()], ..UsageFilter::default() };
    Ok(sum(&cells(connection, Grouping::Total, &filter)?).into_row(Subject::Total))
}

fn sum(cells: &[Cell]) -> Sum {
    let mut sum = Sum::default();
    for cell in cells {
        sum.add(&cell.model, cell.usage, cell.first, cell.last);
    }
    sum
}

fn by_key<K: Eq + Hash>(
    cells: Vec<Cell>,
    key: impl Fn(&Cell) -> K,
    subject: impl Fn(K, &[Cell]) -> Subject,
) -> Vec<UsageRow> {
    let mut groups: HashMap<K, Vec<Cell>> = HashMap::new();
    for cell in cells {
        groups.entry(key(&cell)).or_default().push(cell);
    }
    let row = |(key, cells): (K, Vec<Cell>)| sum(&cells).into_row(subject(key, &cells));
    groups.into_iter().map(row).collect()
}

/// Rows of time: few subjects, each with many cells.
fn by_subject(cells: &[Cell], subject: impl Fn(&Cell) -> Subject) -> Vec<UsageRow> {
    let mut sums: HashMap<Option<DateTime<Utc>>, (Subject, Sum)> = HashMap::new();
    for cell in cells {
        let subject = subject(cell);
        let start = if let Subject::Period { start, .. } = &subject { Some(*start) } else { None };
        let (_, sum) = sums.entry(start).or_insert_with(|| (subject, Sum::default()));
        sum.add(&cell.model, cell.usage, cell.first, cell.last);
    }
    sums.into_values().map(|(subject, sum)| sum.into_row(subject)).collect()
}

fn sessions(connection: &Connection, cells: Vec<Cell>) -> Result<Vec<UsageRow>, StoreError> {
    let sql = format!(
        "SELECT session_id, title, project, ledger_nano_usd, parent_session_id, requests, session_id IN ({CARRYING})
         FROM {NAMED} sessions"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        let session = SessionUsage {
            id: SessionId(row.get(0)?),
            title: row.get(1)?,
            project: row.get(2)?,
            ledger: row.get::<_, Option<i64>>(3)?.map(NanoUsd),
            parent: row.get::<_, Option<String>>(4)?.map(SessionId),
            carries_on: row.get(6)?,
            whole: false,
        };
        Ok((session.id.0.clone(), (session, counted(row.get(5)?))))
    })?;
    let known: FxHashMap<String, (SessionUsage, u64)> = rows.collect::<Result<_, _>>()?;
    let subject = |key: Option<String>, cells: &[Cell]| {
        let id = key.unwrap_or_default();
        let unknown = || (SessionUsage { id: SessionId(id.clone()), ..SessionUsage::default() }, 0);
        let (session, requests) = known.get(&id).cloned().unwrap_or_else(unknown);
        let counted: u64 = cells.iter().map(|cell| cell.usage.requests).sum();
        Subject::Session(Box::new(SessionUsage { whole: counted == requests, ..session }))
    };
    Ok(by_key(cells, |cell| cell.key[0].clone(), subject))
}

/// The columns that the type of a session follows from, see [`type_of`].
pub(super) fn type_columns() -> String {
    format!("{}, concat_ws(' ', project, cwd_first)", joined_of("skills"))
}

/// The type of a session, from its [`type_columns`].
pub(super) fn type_of(types: &SessionTypes, skills: &str, place: &str) -> String {
    types.of(&split(skills), place).to_owned()
}

/// The type of every session.
fn types(connection: &Connection, types: &SessionTypes) -> Result<FxHashMap<String, String>, StoreError> {
    let mut statement = connection.prepare(&format!("SELECT session_id, {} FROM {NAMED} sessions", type_columns()))?;
    let rows = statement.query_map([], |row| {
        let (id, skills, place): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((id, type_of(types, &skills, &place)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn tools(cells: Vec<Cell>) -> Vec<UsageRow> {
    let mut sums: HashMap<Option<String>, (u64, Sum)> = HashMap::new();
    for cell in cells {
        let tools = cell.key[0].as_deref().map(tools_of).unwrap_or_default();
        if tools.is_empty() {
            let (_, sum) = sums.entry(None).or_default();
            sum.add(&cell.model, cell.usage, cell.first, cell.last);
            continue;
        }
        let weights: Vec<u64> = tools.iter().map(|tool| tool.weight).collect();
        for (tool, share) in tools.into_iter().zip(shares(&cell.usage, &weights)) {
            let (called, sum) = sums.entry(Some(tool.name)).or_default();
            *called += tool.weight * cell.usage.requests;
            sum.add(&cell.model, share, cell.first, cell.last);
        }
    }
    sums.into_iter().map(|(name, (calls, sum))| sum.into_row(Subject::Tool(name, calls))).collect()
}

/// Blocks are those of the whole history, whatever the filter leaves of their requests.
fn in_blocks(connection: &Connection, cells: Vec<Cell>) -> Result<Vec<UsageRow>, StoreError> {
    let windows = windows(connection)?;
    let window = |cell: &Cell| {
        let after = windows.partition_point(|window| Some(window.start) <= cell.first);
        windows[..after].last().cloned()
    };
    let subject = |window: Option<Range<DateTime<Utc>>>, cells: &[Cell]| {
        let block = window.and_then(|window| Block::within(window, cells.iter().filter_map(Cell::spending)));
        block.map_or(Subject::Undated, Subject::Block)
    };
    Ok(by_key(cells, window, subject))
}

/// Models without a price in the requests that count, as they are written.
fn unknown_models(connection: &Connection, filter: &UsageFilter) -> Result<Vec<String>, StoreError> {
    let (condition, params) = condition(filter);
    let sql = format!(
        "SELECT DISTINCT unnest(string_split(unknown_models, ',')) AS name FROM (
             SELECT r.unknown_models FROM requests r {condition}
         ) WHERE unknown_models IS NOT NULL ORDER BY name"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(params), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Rows of time, sessions and blocks by time, what has no time first; all others by cost.
fn in_order(mut rows: Vec<UsageRow>) -> Vec<UsageRow> {
    let time = |row: &UsageRow| match &row.subject {
        Subject::Period { start, .. } => Some(*start),
        Subject::Block(block) => Some(block.start),
        Subject::Session(_) => row.last,
        _ => None,
    };
    rows.sort_by_cached_key(|row| name(&row.subject));
    rows.sort_by(|one, other| {
        let by_time = time(one).cmp(&time(other));
        by_time.then_with(|| {
            if time(one).is_some() { std::cmp::Ordering::Equal } else { costlier(&one.usage, &other.usage) }
        })
    });
    rows
}

/// Decides between rows that are equal otherwise.
fn name(subject: &Subject) -> String {
    match subject {
        Subject::Total | Subject::Undated | Subject::Block(_) => String::new(),
        Subject::Period { name, .. } => name.clone(),
        Subject::Session(session) => session.id.0.clone(),
        Subject::Named(name) | Subject::Tool(name, _) => name.clone().unwrap_or_default(),
        Subject::Branch { project, branch } => format!("{project:?} {branch:?}"),
    }
}
