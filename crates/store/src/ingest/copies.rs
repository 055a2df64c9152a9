//! What each file tells of each request, and the requests that follow from it.

use std::collections::hash_map::Entry as Slot;

use duckdb::types::ToSql;
use duckdb::{Connection, Row, params};
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{Request, RequestKey, SessionId, Tokens, ToolUse};

use super::keys::{pick_texts, texts};
use super::ledger::Accepted;
use super::{Touched, requests};
use crate::StoreError;
use crate::columns::{At, bytes, count, counted, counted_small, parts_of, parts_text, within_reason};
use crate::resolve::{Copy, Place};

/// Requests by key, with everything that is told of them.
pub(super) type Groups = FxHashMap<String, Vec<Copy>>;

const COLUMNS: &str = "c.file_id, c.request_key, c.record_session, c.agent, c.uuid, c.api_request_id, c.model, c.made_at, \
    c.input_tokens, c.output_tokens, c.cache_write_5m_tokens, c.cache_write_1h_tokens, c.cache_read_tokens, \
    c.line_searches, c.tool_searches, c.file_since, c.speed, c.tier, c.geo, c.stop_reason, c.sidechain, c.forked, c.parts, c.recorded_nano_usd, \
    c.git_branch, c.byte_offset, f.session_id, f.path";

/// Number of slices in which all requests are priced anew, one transaction each.
const SLICES: u64 = 64;

/// Requests below which one slice is enough.
const ONE_SLICE: i64 = 20_000;

/// Writes what a batch tells and counts the requests that it touches anew. The files' rows stand already.
pub(super) fn write(
    connection: &Connection,
    pieces: Vec<Accepted>,
    prices: &PriceTable,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let sessions: FxHashMap<i64, String> =
        pieces.iter().map(|accepted| (accepted.entry.file_id, accepted.piece.session.clone())).collect();
    let mut tools = connection.appender("tool_call_copies")?;
    let mut told = Groups::default();
    for Accepted { piece, entry } in pieces {
        let session = &sessions[&entry.file_id];
        let place = Place { session: session.clone(), path: piece.found.path, file_id: entry.file_id };
        for tool in &piece.tool_uses {
            append_tool(&mut tools, entry.file_id, tool)?;
        }
        for mut request in piece.requests {
            request.tokens = within_reason(request.tokens);
            tell(&mut told, Copy { place: place.clone(), request });
        }
    }
    tools.flush()?;
    touched.keys.extend(told.keys().cloned());
    settle(connection, told, prices, touched)
}

/// Counts touched requests anew, without anything new being told.
pub(crate) fn recount(connection: &Connection, prices: &PriceTable, touched: &mut Touched) -> Result<(), StoreError> {
    settle(connection, Groups::default(), prices, touched)
}

/// The slices in which all requests have to be gone through; few when there are few requests.
pub(crate) fn slices(connection: &Connection) -> Result<u64, StoreError> {
    let requests: i64 = connection.query_row("SELECT count(*) FROM requests", [], |row| row.get(0))?;
    Ok(if requests > ONE_SLICE { SLICES } else { 1 })
}

/// Prices one slice of all requests anew.
pub(crate) fn reprice(
    connection: &Connection,
    prices: &PriceTable,
    (slice, slices): (u64, u64),
) -> Result<Touched, StoreError> {
    let slice = format!("SELECT request_key FROM requests WHERE hash(request_key) % {slices} = {slice}");
    let mut touched = Touched { keys: texts(connection, &slice)?.into_iter().collect(), ..Touched::default() };
    recount(connection, prices, &mut touched)?;
    Ok(touched)
}

/// Joins new tellings with the stored ones and replaces the requests that follow from them.
fn settle(
    connection: &Connection,
    mut told: Groups,
    prices: &PriceTable,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let fresh: FxHashSet<(i64, String)> = told.values().flatten().map(name).collect();
    let touched_keys = touched.keys.iter().cloned().collect();
    let stored = gather(connection, &mut told, touched_keys, touched)?;
    let repeated: Vec<_> = stored.into_iter().filter(|name| fresh.contains(name)).collect();
    forget(connection, &repeated)?;
    append(connection, told.values().flatten().filter(|copy| fresh.contains(&name(copy))))?;
    let more = requests::shared_with(connection, touched)?;
    gather(connection, &mut told, more, touched)?;
    requests::replace(connection, told, prices, &touched.keys)
}

/// Adds what is stored of some requests, and of those that turn out to be the same; names what it added.
fn gather(
    connection: &Connection,
    told: &mut Groups,
    mut keys: Vec<String>,
    touched: &mut Touched,
) -> Result<Vec<(i64, String)>, StoreError> {
    let mut added = Vec::new();
    while !keys.is_empty() {
        pick_texts(connection, keys.iter())?;
        for copy in stored(connection)? {
            added.push(name(&copy));
            tell(told, copy);
        }
        touched.keys.extend(keys);
        keys = linked(connection, told, touched)?;
    }
    touched.sessions.extend(told.values().flatten().map(|copy| copy.place.session.clone()));
    Ok(added)
}

/// Keys that are not touched yet and stand for the same request as one that is, see `resolve::same_requests`.
fn linked(connection: &Connection, told: &Groups, touched: &Touched) -> Result<Vec<String>, StoreError> {
    let local = told.values().flatten().filter(|copy| !copy.request.key.is_global());
    let uuids: FxHashSet<&String> = local.filter_map(|copy| copy.request.uuid.as_ref()).collect();
    if uuids.is_empty() {
        return Ok(Vec::new());
    }
    pick_texts(connection, uuids.into_iter())?;
    let mut keys =
        texts(connection, "SELECT DISTINCT request_key FROM request_copies WHERE uuid IN (SELECT name FROM picked)")?;
    keys.retain(|key| !touched.keys.contains(key) && !RequestKey(key.clone()).is_global());
    Ok(keys)
}

fn name(copy: &Copy) -> (i64, String) {
    (copy.place.file_id, copy.request.key.0.clone())
}

/// Adds a telling; a second one of the same file is joined with the first.
fn tell(told: &mut Groups, copy: Copy) {
    match told.entry(copy.request.key.0.clone()) {
        Slot::Vacant(slot) => {
            slot.insert(vec![copy]);
        }
        Slot::Occupied(mut slot) => {
            let copies = slot.get_mut();
            match copies.iter().position(|other| other.place.file_id == copy.place.file_id) {
                Some(index) => copies[index].request.merge(copy.request),
                None => copies.push(copy),
            }
        }
    }
}

/// What is stored of the picked requests.
fn stored(connection: &Connection) -> Result<Vec<Copy>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM request_copies c JOIN files f USING (file_id)
         WHERE c.request_key IN (SELECT name FROM picked)"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], copy_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes stored tellings that a new one of the same file was joined with.
fn forget(connection: &Connection, repeated: &[(i64, String)]) -> Result<(), StoreError> {
    if repeated.is_empty() {
        return Ok(());
    }
    connection.execute_batch("CREATE OR REPLACE TEMP TABLE repeated (file_id BIGINT, request_key VARCHAR)")?;
    let mut appender = connection.appender("repeated")?;
    for (file_id, key) in repeated {
        appender.append_row(params![file_id, key])?;
    }
    appender.flush()?;
    connection.execute(
        "DELETE FROM request_copies c USING repeated r WHERE c.file_id = r.file_id AND c.request_key = r.request_key",
        [],
    )?;
    Ok(())
}

fn append<'a>(connection: &Connection, copies: impl Iterator<Item = &'a Copy>) -> Result<(), StoreError> {
    let mut appender = connection.appender("request_copies")?;
    for Copy { place, request } in copies {
        let tokens = &request.tokens;
        let row: [&dyn ToSql; 26] = [
            &place.file_id,
            &request.key.0,
            &request.session.0,
            &request.agent,
            &request.uuid,
            &request.request_id,
            &request.model,
            &At(request.at),
            &count(tokens.input),
            &count(tokens.output),
            &count(tokens.cache_write_5m),
            &count(tokens.cache_write_1h),
            &count(tokens.cache_read),
            &i64::from(request.line_searches),
            &i64::from(request.tool_searches),
            &At(request.file_since),
            &request.speed,
            &request.tier,
            &request.geo,
            &request.stop_reason,
            &request.sidechain,
            &request.forked,
            &parts_text(&request.parts),
            &request.recorded_nano_usd,
            &request.branch,
            &bytes(request.offset),
        ];
        appender.append_row(row.as_slice())?;
    }
    Ok(appender.flush()?)
}

fn append_tool(appender: &mut duckdb::Appender<'_>, file_id: i64, tool: &ToolUse) -> Result<(), StoreError> {
    appender.append_row(params![
        file_id,
        tool.id,
        tool.request.0,
        tool.name,
        tool.agent,
        At(tool.at),
        tool.subject,
        tool.is_error,
    ])?;
    Ok(())
}

fn copy_of(row: &Row<'_>) -> duckdb::Result<Copy> {
    let tokens = Tokens {
        input: counted(row.get(8)?),
        output: counted(row.get(9)?),
        cache_write_5m: counted(row.get(10)?),
        cache_write_1h: counted(row.get(11)?),
        cache_read: counted(row.get(12)?),
    };
    let (line_searches, tool_searches) = (counted_small(row.get(13)?), counted_small(row.get(14)?));
    let request = Request {
        key: RequestKey(row.get(1)?),
        session: SessionId(row.get(2)?),
        agent: row.get(3)?,
        uuid: row.get(4)?,
        request_id: row.get(5)?,
        model: row.get(6)?,
        at: row.get::<_, At>(7)?.0,
        tokens,
        web_searches: if line_searches > 0 { line_searches } else { tool_searches },
        line_searches,
        tool_searches,
        file_since: row.get::<_, At>(15)?.0,
        speed: row.get(16)?,
        tier: row.get(17)?,
        geo: row.get(18)?,
        stop_reason: row.get(19)?,
        sidechain: row.get(20)?,
        forked: row.get(21)?,
        parts: parts_of(row.get::<_, Option<String>>(22)?.as_deref()),
        recorded_nano_usd: row.get(23)?,
        branch: row.get(24)?,
        offset: counted(row.get(25)?),
    };
    Ok(Copy { place: Place { session: row.get(26)?, path: row.get(27)?, file_id: row.get(0)? }, request })
}
