//! The fact table: every request once.

use duckdb::Connection;
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::Request;

use super::Touched;
use super::columnar::Columnar;
use super::copies::{Groups, is_plain};
use super::keys::{pick_texts, texts};
use crate::StoreError;
use crate::columns::{bytes, count, parts_text};
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

/// Adds the row of a request of which there is one copy only.
pub(super) fn append_sole(
    rows: &mut Columnar<'_>,
    prices: &PriceTable,
    session: &str,
    file_id: i64,
    request: &Request,
) -> Result<(), StoreError> {
    append_row(rows, prices, request, &Whereabouts { session, file_id, shared: false, sole: true })
}

/// What the row of a request says beside the request.
struct Whereabouts<'a> {
    session: &'a str,
    file_id: i64,
    shared: bool,
    sole: bool,
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
        append_row(&mut rows, prices, &request, &at)?;
    }
    rows.finish()
}

fn append_row(
    rows: &mut Columnar<'_>,
    prices: &PriceTable,
    request: &Request,
    at: &Whereabouts<'_>,
) -> Result<(), StoreError> {
    let tokens = billed_tokens(request);
    let cost = prices.cost(request);
    let unknown = (!cost.unknown_models.is_empty()).then(|| cost.unknown_models.join(","));
    rows.text(request.key.0.as_str()).text(at.session).maybe_text(request.agent.as_ref());
    rows.text(pricing::canonical(&request.model)).text(request.model.as_str()).time(request.at);
    rows.number(count(tokens.input)).number(count(tokens.output));
    rows.number(count(tokens.cache_write_5m)).number(count(tokens.cache_write_1h));
    rows.number(count(tokens.cache_read)).number(i64::from(request.web_searches));
    rows.maybe_text(request.speed.as_ref()).maybe_text(request.tier.as_ref()).maybe_text(request.geo.as_ref());
    rows.maybe_text(request.stop_reason.as_ref()).flag(request.stop_reason.is_none());
    rows.number(cost.exact.map(|amount| i64::try_from(amount.0).unwrap_or(i64::MAX)));
    rows.maybe_text(unknown.as_ref()).number(request.recorded_nano_usd);
    rows.maybe_text(parts_text(&request.parts).as_ref()).maybe_text(request.branch.as_ref());
    rows.maybe_text(request.uuid.as_ref()).maybe_text(request.request_id.as_ref());
    rows.number(at.file_id).number(bytes(request.offset));
    rows.flag(at.shared).flag(request.sidechain).time(request.file_since).flag(at.sole);
    rows.end_row()
}
