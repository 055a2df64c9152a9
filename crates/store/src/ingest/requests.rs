//! The fact table: every request once.

use std::sync::Arc;

use chrono::DateTime;
use duckdb::Connection;
use duckdb::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use duckdb::arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{Request, RequestKey, SessionId, Tokens};

use super::Touched;
use super::columnar::{Columnar, Columns};
use super::copies::{Groups, append as append_copies, is_plain};
use super::keys::{pick_texts, texts};
use super::ledger::Ledger;
use crate::StoreError;
use crate::columns::{bytes, count, counted, counted_small, parts_text};
use crate::resolve::{Age, Copy, Counted, billed_tokens, is_shared, resolve, same_requests};

/// Other requests whose owner may change because the age of a touched session may have changed.
///
/// An age follows from a session's own requests, and they change only with requests that are touched: one step
/// is enough.
pub(super) fn shared_with(connection: &Connection, touched: &Touched) -> Result<Vec<String>, StoreError> {
    let any: i64 = connection.query_row("SELECT count(*) FROM requests WHERE shared", [], |row| row.get(0))?;
    if any == 0 {
        return Ok(Vec::new());
    }
    pick_texts(connection, touched.sessions.iter())?;
    let mut keys = texts(
        connection,
        "WITH told AS (
             SELECT c.request_key, c.uuid FROM request_copies c JOIN files f USING (file_id)
             WHERE f.session_id IN (SELECT name FROM picked)
         )
         SELECT request_key FROM requests SEMI JOIN told USING (request_key) WHERE shared
         UNION SELECT request_key FROM requests SEMI JOIN told USING (uuid) WHERE shared",
    )?;
    keys.retain(|key| !touched.keys.contains(key));
    Ok(keys)
}

/// Replaces the rows of `keys` by what follows from what is told of them, and adds those of `new` requests.
pub(super) fn replace(
    connection: &Connection,
    mut new: Groups,
    mut told: Groups,
    prices: &PriceTable,
    keys: &FxHashSet<String>,
) -> Result<(), StoreError> {
    if !keys.is_empty() {
        pick_texts(connection, keys.iter())?;
        connection.execute("DELETE FROM requests WHERE request_key IN (SELECT name FROM picked)", [])?;
    }
    for groups in [&mut new, &mut told] {
        let sole = groups.extract_if(|_, copies| is_plain(copies)).flat_map(|(_, copies)| copies);
        append(connection, prices, sole.map(Counted::sole), true)?;
    }
    told.extend(new);
    let (shared, own): (Vec<_>, Vec<_>) = same_requests(told).into_iter().partition(|copies| is_shared(copies));
    let no_ages = FxHashMap::default();
    append(connection, prices, own.iter().map(|copies| resolve(copies, &no_ages)), false)?;
    if shared.is_empty() {
        return Ok(());
    }
    let ages = ages(connection, shared.iter().flat_map(|copies| copies.iter().map(|copy| &copy.place.session)))?;
    append(connection, prices, shared.iter().map(|copies| resolve(copies, &ages)), false)
}

/// What a first import does with tellings that are no plain rows yet: new requests that one file tells plainly are counted
/// at once, all others are stored and counted together later, see `Ledger::count`.
pub(super) fn put_off(
    connection: &Connection,
    mut new: Groups,
    mut told: Groups,
    prices: &PriceTable,
    ledger: &mut Ledger,
) -> Result<(), StoreError> {
    let (mut rows, mut files) = (Columns::default(), Vec::new());
    let plain = new.extract_if(|_, copies| is_plain(copies)).flat_map(|(_, copies)| copies);
    for Copy { place, request } in plain {
        sole_row(&mut rows, prices, &request);
        rows.end_row();
        files.push(place);
    }
    let mut columns = rows.take();
    if let Some(tally) = ledger.tally() {
        for (row, place) in files.iter().enumerate() {
            tally.add_row(&place.session, row, &columns);
        }
    }
    // what their calls changed is not at hand
    ledger.uncounted().sessions.extend(files.iter().map(|place| place.session.clone()));
    if !files.is_empty() {
        columns[place::FILE_ID] = Arc::new(files.iter().map(|place| place.file_id).collect::<Int64Array>());
        let mut table = Columnar::into_table(connection, "requests")?;
        table.rows(columns)?;
        table.finish()?;
    }
    told.extend(new);
    append_copies(connection, told.values().flatten())?;
    ledger.uncounted().keys.extend(told.into_keys());
    Ok(())
}

/// The ages of sessions. The rows of all requests that no other session tells stand already.
pub(crate) fn ages<'a>(
    connection: &Connection,
    sessions: impl Iterator<Item = &'a String>,
) -> Result<FxHashMap<String, Age>, StoreError> {
    let sessions: FxHashSet<&String> = sessions.collect();
    pick_texts(connection, sessions.into_iter())?;
    let mut statement = connection.prepare(
        "WITH own AS (
             SELECT session_id, min(coalesce(epoch_us(made_at), 9223372036854775807)) AS first
             FROM requests WHERE NOT shared AND session_id IN (SELECT name FROM picked) GROUP BY ALL
         ), told AS (
             SELECT f.session_id, count(DISTINCT c.request_key) AS told
             FROM tellings c JOIN files f USING (file_id)
             WHERE f.session_id IN (SELECT name FROM picked) GROUP BY ALL
         )
         SELECT session_id, own.first, told.told FROM told LEFT JOIN own USING (session_id)",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, Age { own_first: row.get(1)?, told: row.get(2)? })))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The row of a request of which one file tells, and that plainly. The file's id is filled in later.
pub(super) fn sole_row(row: &mut Columns, prices: &PriceTable, request: &Request) {
    let at = Whereabouts { session: request.session.as_str(), file_id: 0, shared: false, sole: true };
    fill(row, prices, request, &at);
}

/// Where columns of `requests` stand that are looked at by their place.
pub(super) mod place {
    /// The first of the five kinds of tokens.
    pub(in crate::ingest) const INPUT: usize = 6;
    pub(in crate::ingest) const INCOMPLETE: usize = 16;
    pub(in crate::ingest) const COST: usize = 17;
    pub(in crate::ingest) const RECORDED: usize = 19;
    pub(in crate::ingest) const FILE_ID: usize = 24;
}

/// What the row of a request says beside the request.
struct Whereabouts<'a> {
    session: &'a str,
    file_id: i64,
    shared: bool,
    sole: bool,
}

/// Fills the temporary table `picked_costs` with what requests cost.
pub(super) fn pick_costs<'a>(
    connection: &Connection,
    prices: &PriceTable,
    requests: impl Iterator<Item = &'a Request>,
) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE OR REPLACE TEMP TABLE picked_costs (request_key VARCHAR, name VARCHAR, cost BIGINT, unknown VARCHAR)",
    )?;
    let mut rows = Columnar::into_temporary(connection, "picked_costs")?;
    for request in requests {
        let (cost, unknown) = cost_columns(prices, request);
        rows.row(|row| {
            row.text(request.key.0.as_str()).text(pricing::canonical(&request.model));
            row.number(cost).maybe_text(unknown.as_ref());
        })?;
    }
    rows.finish()
}

/// What a request costs in pico-dollars, and the models in it that have no price.
fn cost_columns(prices: &PriceTable, request: &Request) -> (Option<i64>, Option<String>) {
    let cost = prices.cost(request);
    let unknown = (!cost.unknown_models.is_empty()).then(|| cost.unknown_models.join(","));
    (cost.exact.map(|amount| i64::try_from(amount.0).unwrap_or(i64::MAX)), unknown)
}

fn append(
    connection: &Connection,
    prices: &PriceTable,
    counted: impl Iterator<Item = Counted>,
    sole: bool,
) -> Result<(), StoreError> {
    let mut rows = Columnar::into_table(connection, "requests")?;
    for Counted { place, request, shared } in counted {
        let at = Whereabouts { session: &place.session, file_id: place.file_id, shared, sole };
        rows.row(|row| fill(row, prices, &request, &at))?;
    }
    rows.finish()
}

fn fill(row: &mut Columns, prices: &PriceTable, request: &Request, at: &Whereabouts<'_>) {
    let tokens = billed_tokens(request);
    let (cost, unknown) = cost_columns(prices, request);
    row.text(request.key.0.as_str()).text(at.session).maybe_text(request.agent.as_ref());
    row.text(pricing::canonical(&request.model)).text(request.model.as_str()).time(request.at);
    row.number(count(tokens.input)).number(count(tokens.output));
    row.number(count(tokens.cache_write_5m)).number(count(tokens.cache_write_1h));
    row.number(count(tokens.cache_read)).number(i64::from(request.web_searches));
    row.maybe_text(request.speed.as_ref()).maybe_text(request.tier.as_ref()).maybe_text(request.geo.as_ref());
    row.maybe_text(request.stop_reason.as_ref()).flag(request.stop_reason.is_none());
    row.number(cost).maybe_text(unknown.as_ref()).number(request.recorded_nano_usd);
    row.maybe_text(parts_text(&request.parts).as_ref()).maybe_text(request.branch.as_ref());
    row.maybe_text(request.uuid.as_ref()).maybe_text(request.request_id.as_ref());
    row.number(at.file_id).number(bytes(request.offset));
    row.flag(at.shared).flag(request.sidechain).time(request.file_since).flag(at.sole);
}

/// The request that a row of `sole_row` was made of.
pub(super) fn of_sole_row(row: usize, columns: &[ArrayRef]) -> Request {
    let text = |column: usize| {
        let column = columns[column].as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let number = |column: usize| {
        let column = columns[column].as_primitive::<Int64Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let time = |column: usize| {
        let column = columns[column].as_primitive::<TimestampMicrosecondType>();
        column.is_valid(row).then(|| column.value(row)).and_then(DateTime::from_timestamp_micros)
    };
    let tokens = |column: usize| counted(number(column).unwrap_or_default());
    let mut request = Request {
        key: RequestKey(text(0).unwrap_or_default()),
        session: SessionId(text(1).unwrap_or_default()),
        agent: text(2),
        model: text(4).unwrap_or_default(),
        at: time(5),
        tokens: Tokens {
            input: tokens(6),
            output: tokens(7),
            cache_write_5m: tokens(8),
            cache_write_1h: tokens(9),
            cache_read: tokens(10),
        },
        web_searches: 0,
        line_searches: counted_small(number(11).unwrap_or_default()),
        tool_searches: 0,
        speed: text(12),
        tier: text(13),
        geo: text(14),
        stop_reason: text(15),
        recorded_nano_usd: number(19),
        parts: Vec::new(),
        branch: text(21),
        uuid: text(22),
        request_id: text(23),
        offset: tokens(25),
        sidechain: columns[27].as_boolean().value(row),
        file_since: time(28),
        forked: false,
    };
    request.settle();
    request
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use serde_json::json;
    use transcript::{Batch, FileFacts, Reader};

    use super::*;

    /// The only request of a transcript with one line.
    fn told(line: &serde_json::Value) -> Request {
        let mut batch = Batch::default();
        Reader::new(FileFacts::default()).feed(format!("{line}\n").as_bytes(), true, &mut batch);
        batch.requests.pop().expect("it tells a request")
    }

    #[test]
    fn a_request_can_be_made_of_its_row_again() {
        let bare = json!({"type": "assistant", "sessionId": "s", "message": {"id": "msg_1", "model": "claude-opus-4-5", "usage": {}}});
        let mut full = json!({"type": "assistant", "sessionId": "s", "uuid": "u", "requestId": "req_1", "agentId": "a",
            "isSidechain": true, "timestamp": "2026-11-03T14:02:05.123456Z", "gitBranch": "main", "costUSD": 0.25});
        full["message"] = json!({"id": "msg_2", "model": "claude-opus-4-5-20251101", "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 3,
                "cache_creation_input_tokens": 9, "cache_creation": {"ephemeral_1h_input_tokens": 5},
                "server_tool_use": {"web_search_requests": 6}, "speed": "fast", "service_tier": "batch", "inference_geo": "us"}});
        let requests = [told(&bare), told(&full)];
        assert_eq!(requests[1].at.map(|at: DateTime<Utc>| at.timestamp_micros()), Some(1_793_714_525_123_456));
        let (mut rows, prices) = (Columns::default(), PriceTable::built_in());
        for request in &requests {
            sole_row(&mut rows, &prices, request);
            rows.end_row();
        }
        let columns = rows.take();
        assert_eq!([of_sole_row(0, &columns), of_sole_row(1, &columns)], requests);
    }

    #[test]
    fn columns_stand_where_they_are_looked_for() {
        let connection = Connection::open_in_memory().expect("an engine");
        crate::schema::create(&connection).expect("tables");
        for (table, column) in [("requests", place::FILE_ID), ("tool_call_copies", crate::ingest::copies::TOOL_FILE_ID)]
        {
            let sql = "SELECT column_index FROM duckdb_columns() WHERE table_name = ? AND column_name = 'file_id'";
            let index: i64 = connection.query_row(sql, [table], |row| row.get(0)).expect("a column");
            assert_eq!(usize::try_from(index - 1), Ok(column), "{table}");
        }
    }
}
