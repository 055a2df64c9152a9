//! What a session's requests come to: counted in memory where everything is at hand, else by the engine.

use duckdb::Connection;
use duckdb::arrow::array::{Array, ArrayRef, AsArray};
use duckdb::arrow::datatypes::Int64Type;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::ChangedLines;

use super::columnar::Columns;
use super::keys::{pick_texts, texts};
use super::requests::place;
use crate::StoreError;
use crate::columns::{COST, charged};

/// The most money that a session's row holds, in pico-dollars: nine million dollars.
const MOST: i64 = 9_000_000_000_000_000_000;

/// Sessions that are changed at once: what the engine hands on in one go.
const SLICE: usize = 2048;

/// The kinds of tokens, in the order of the columns.
const KINDS: [&str; 5] = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"];

/// The sums over some requests. Adding cuts what is too large rather than overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    requests: i64,
    /// By `KINDS`.
    tokens: [i64; 5],
    /// In pico-dollars, of those whose cost is known.
    cost: i64,
    unknown_cost: i64,
    incomplete: i64,
    /// Lines that calls changed in files; none where the engine adds them up.
    changed: Changed,
}

/// Lines that several calls changed in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Changed {
    added: i64,
    removed: i64,
}

impl Changed {
    /// Adds what others changed.
    pub(super) fn add(&mut self, other: Self) {
        self.added = self.added.saturating_add(other.added);
        self.removed = self.removed.saturating_add(other.removed);
    }
}

impl From<ChangedLines> for Changed {
    fn from(lines: ChangedLines) -> Self {
        Self { added: lines.added.into(), removed: lines.removed.into() }
    }
}

impl Sums {
    /// Adds a row of `requests::sole_row`.
    pub(super) fn add_row(&mut self, row: usize, columns: &[ArrayRef]) {
        let number = |column: usize| {
            let column = columns[column].as_primitive::<Int64Type>();
            column.is_valid(row).then(|| column.value(row))
        };
        let cost = charged(number(place::COST), number(place::RECORDED));
        self.requests += 1;
        for (sum, column) in self.tokens.iter_mut().zip(place::INPUT..) {
            *sum = sum.saturating_add(number(column).unwrap_or_default());
        }
        self.cost = self.cost.saturating_add(cost.unwrap_or_default()).min(MOST);
        self.unknown_cost += i64::from(cost.is_none());
        self.incomplete += i64::from(columns[place::INCOMPLETE].as_boolean().value(row));
    }

    /// Adds what the calls of a request changed in files.
    pub(super) fn add_changed(&mut self, changed: Changed) {
        self.changed.add(changed);
    }

    /// Adds other sums.
    pub(super) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        for (sum, tokens) in self.tokens.iter_mut().zip(other.tokens) {
            *sum = sum.saturating_add(tokens);
        }
        self.cost = self.cost.saturating_add(other.cost).min(MOST);
        self.unknown_cost += other.unknown_cost;
        self.incomplete += other.incomplete;
        self.changed.add(other.changed);
    }

    /// The values of a session's row, in the order of its columns.
    pub(super) fn fill(&self, row: &mut Columns) {
        row.number(self.requests);
        for tokens in self.tokens {
            row.number(tokens);
        }
        row.number(self.tokens.iter().fold(0, |sum: i64, tokens| sum.saturating_add(*tokens)));
        row.number(self.cost).number(self.unknown_cost).number(self.incomplete);
    }

    /// The lines that calls changed, as a session's row has them.
    pub(super) fn fill_changed(&self, row: &mut Columns) {
        row.number(self.changed.added).number(self.changed.removed);
    }
}

/// The sums of the picked sessions that have requests.
pub(super) fn of_picked(connection: &Connection) -> Result<FxHashMap<String, Sums>, StoreError> {
    let sql = format!(
        "SELECT session_id, {} FROM requests r WHERE {} GROUP BY session_id",
        select(),
        Reach::of(connection)?.own
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        let tokens = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
        let sums = Sums {
            requests: row.get(1)?,
            tokens,
            cost: row.get(7)?,
            unknown_cost: row.get(8)?,
            incomplete: row.get(9)?,
            changed: Changed::default(),
        };
        Ok((row.get(0)?, sums))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes the sums of sessions anew whose files have nothing new to say.
pub(crate) fn renew(connection: &Connection, sessions: &FxHashSet<String>) -> Result<(), StoreError> {
    if sessions.is_empty() {
        return Ok(());
    }
    pick_texts(connection, sessions.iter())?;
    renew_picked(connection, "")
}

/// These sessions, or all, some at a time: the engine keeps what a row was until the commit, with every row that lies near
/// it, so that changing all of them at once takes more memory than a large history needs for anything else.
pub(crate) fn slices_of_sessions(
    connection: &Connection,
    some: Option<&FxHashSet<String>>,
) -> Result<Vec<Vec<String>>, StoreError> {
    let mut sessions = texts(connection, "SELECT session_id FROM sessions ORDER BY rowid")?;
    sessions.retain(|session| some.is_none_or(|some| some.contains(session)));
    Ok(sessions.chunks(SLICE).map(<[String]>::to_vec).collect())
}

/// Writes anew what follows from the requests and calls of some sessions.
pub(crate) fn renew_all_of<'a>(
    connection: &Connection,
    sessions: impl ExactSizeIterator<Item = &'a String>,
) -> Result<(), StoreError> {
    if sessions.len() == 0 {
        return Ok(());
    }
    pick_texts(connection, sessions)?;
    renew_picked(connection, ", lines_added = 0, lines_removed = 0")?;
    add_lines_of_picked(connection)
}

/// Writes into the picked sessions, whose rows say that nothing was changed, how many lines their calls changed. A call
/// belongs to the session that pays for its request, whichever files tell it, and is always told in one of that session's
/// files `f`.
pub(super) fn add_lines_of_picked(connection: &Connection) -> Result<(), StoreError> {
    let Reach { own, files } = Reach::of(connection)?;
    let sql = format!(
        "UPDATE sessions SET lines_added = u.added, lines_removed = u.removed
         FROM (
             SELECT session_id, CAST(sum(added) AS BIGINT) AS added, CAST(sum(removed) AS BIGINT) AS removed
             FROM (
                 SELECT f.session_id, c.request_key, max(c.lines_added) AS added, max(c.lines_removed) AS removed
                 FROM tool_call_copies c JOIN files f USING (file_id)
                 WHERE f.session_id IN (SELECT name FROM picked) AND c.{files} AND c.lines_added IS NOT NULL
                 GROUP BY f.session_id, c.request_key, c.tool_call_id
             ) JOIN (SELECT session_id, request_key FROM requests r WHERE {own}) USING (session_id, request_key)
             GROUP BY session_id
         ) u
         WHERE sessions.session_id = u.session_id"
    );
    connection.execute(&sql, [])?;
    Ok(())
}

/// Where what the picked sessions have lies. Files that are read one after the other have ids, and rows, that lie together:
/// all others need not be looked at.
struct Reach {
    /// Requests `r` that the sessions pay for: they stand in one of their files.
    own: String,
    /// Rows of their files, and of others between them.
    files: String,
}

impl Reach {
    fn of(connection: &Connection) -> Result<Self, StoreError> {
        let sql = "SELECT coalesce(min(file_id), 0), coalesce(max(file_id), 0) FROM files
            WHERE session_id IN (SELECT name FROM picked)";
        let (first, last): (i64, i64) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let files = format!("file_id BETWEEN {first} AND {last}");
        Ok(Self { own: format!("r.session_id IN (SELECT name FROM picked) AND r.{files}"), files })
    }
}

fn renew_picked(connection: &Connection, more: &str) -> Result<(), StoreError> {
    let kinds = KINDS.map(|kind| format!("coalesce(u.{kind}_tokens, 0)"));
    let set = KINDS.map(|kind| format!("{kind}_tokens = coalesce(u.{kind}_tokens, 0)")).join(", ");
    let sql = format!(
        "UPDATE sessions SET requests = coalesce(u.requests, 0), {set}, total_tokens = {},
             cost_pico_usd = coalesce(u.cost, 0), unknown_cost_requests = coalesce(u.unknown_cost, 0),
             incomplete_requests = coalesce(u.incomplete, 0){more}
         FROM picked LEFT JOIN (
             SELECT session_id, {} FROM requests r WHERE {} GROUP BY session_id
         ) u
             ON u.session_id = picked.name
         WHERE sessions.session_id = picked.name",
        kinds.join(" + "),
        select(),
        Reach::of(connection)?.own
    );
    connection.execute(&sql, [])?;
    Ok(())
}

/// The sums over requests `r`, as columns.
fn select() -> String {
    let tokens = KINDS.map(|kind| format!("CAST(sum({kind}_tokens) AS BIGINT) AS {kind}_tokens")).join(", ");
    format!(
        "count(*) AS requests, {tokens}, CAST(least(coalesce(sum({COST}), 0), {MOST}) AS BIGINT) AS cost,
         count(*) FILTER (WHERE {COST} IS NULL) AS unknown_cost, count(*) FILTER (WHERE incomplete) AS incomplete"
    )
}
