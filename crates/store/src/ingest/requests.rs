//! The fact table: every request once.

use duckdb::Connection;
use duckdb::types::ToSql;
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Touched;
use super::copies::Groups;
use super::keys::{pick_texts, texts};
use crate::StoreError;
use crate::columns::{At, bytes, count, parts_text};
use crate::resolve::{Age, Counted, billed_tokens, is_shared, resolve, same_requests};

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

/// Replaces the rows of `keys` by what follows from what is told of them.
pub(super) fn replace(
    connection: &Connection,
    told: Groups,
    prices: &PriceTable,
    keys: &FxHashSet<String>,
) -> Result<(), StoreError> {
    pick_texts(connection, keys.iter())?;
    connection.execute("DELETE FROM requests WHERE request_key IN (SELECT name FROM picked)", [])?;
    let (shared, own): (Vec<_>, Vec<_>) = same_requests(told).into_iter().partition(|copies| is_shared(copies));
    let no_ages = FxHashMap::default();
    append(connection, prices, own.iter().map(|copies| resolve(copies, &no_ages)))?;
    if shared.is_empty() {
        return Ok(());
    }
    let ages = ages(connection, shared.iter().flat_map(|copies| copies.iter().map(|copy| &copy.place.session)))?;
    append(connection, prices, shared.iter().map(|copies| resolve(copies, &ages)))
}

/// The ages of sessions. The rows of all requests that no other session tells stand already.
fn ages<'a>(
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
             FROM request_copies c JOIN files f USING (file_id)
             WHERE f.session_id IN (SELECT name FROM picked) GROUP BY ALL
         )
         SELECT session_id, own.first, told.told FROM told LEFT JOIN own USING (session_id)",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, Age { own_first: row.get(1)?, told: row.get(2)? })))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn append(
    connection: &Connection,
    prices: &PriceTable,
    counted: impl Iterator<Item = Counted>,
) -> Result<(), StoreError> {
    let mut appender = connection.appender("requests")?;
    for Counted { place, request, shared } in counted {
        let tokens = billed_tokens(&request);
        let cost = prices.cost(&request);
        let unknown = (!cost.unknown_models.is_empty()).then(|| cost.unknown_models.join(","));
        let row: [&dyn ToSql; 27] = [
            &request.key.0,
            &place.session,
            &request.agent,
            &pricing::canonical(&request.model),
            &request.model,
            &At(request.at),
            &count(tokens.input),
            &count(tokens.output),
            &count(tokens.cache_write_5m),
            &count(tokens.cache_write_1h),
            &count(tokens.cache_read),
            &i64::from(request.web_searches),
            &request.speed,
            &request.tier,
            &request.geo,
            &request.stop_reason,
            &request.stop_reason.is_none(),
            &cost.exact.map(|amount| i64::try_from(amount.0).unwrap_or(i64::MAX)),
            &unknown,
            &request.recorded_nano_usd,
            &parts_text(&request.parts),
            &request.branch,
            &request.uuid,
            &request.request_id,
            &place.file_id,
            &bytes(request.offset),
            &shared,
        ];
        appender.append_row(row.as_slice())?;
    }
    Ok(appender.flush()?)
}
