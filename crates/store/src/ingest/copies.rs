//! What each file tells of each request, and the requests that follow from it.

use std::collections::hash_map::Entry as Slot;
use std::ops::RangeInclusive;

use duckdb::{Connection, Row, params};
use pricing::PriceTable;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{ChangedLines, Request, RequestKey, SessionId, Tokens, ToolUse};

use super::columnar::{Columnar, Columns};
use super::keys::{pick_texts, texts};
use super::ledger::{Accepted, fingerprint};
use super::{Touched, requests, sums};
use crate::StoreError;
use crate::columns::{At, bytes, count, counted, counted_small, parts_of, parts_text};
use crate::resolve::{Copy, Place, same_requests};

/// Requests by key, with everything that is told of them.
pub(super) type Groups = FxHashMap<String, Vec<Copy>>;

/// A file and a request that it tells.
type Name = (i64, String);

const COLUMNS: &str = "c.file_id, c.request_key, c.record_session, c.agent, c.uuid, c.api_request_id, c.model, c.made_at, \
    c.input_tokens, c.output_tokens, c.cache_write_5m_tokens, c.cache_write_1h_tokens, c.cache_read_tokens, \
    c.line_searches, c.tool_searches, c.file_since, c.speed, c.tier, c.geo, c.stop_reason, c.sidechain, c.forked, c.parts, c.recorded_nano_usd, \
    c.git_branch, c.byte_offset, f.session_id, f.path, c.sole";

/// Requests that are priced anew in one transaction.
const SLICE: i64 = 40_000;

/// Counts touched requests anew, without anything new being told.
pub(crate) fn recount(connection: &Connection, prices: &PriceTable, touched: &mut Touched) -> Result<(), StoreError> {
    settle(connection, Groups::default(), Groups::default(), prices, touched)
}

/// Counts touched requests anew, and no other whose owner may change with them: that is for when the first counting of many
/// is done, see `ledger::shared_again`.
pub(super) fn recount_these(
    connection: &Connection,
    prices: &PriceTable,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let (new, mut told) = (Groups::default(), Groups::default());
    join(connection, &new, &mut told, touched)?;
    requests::replace(connection, new, told, prices, &touched.keys)
}

/// All that is told of the requests that a session's files tell: the copies of each request, also in files of other
/// sessions.
pub(crate) fn told_by(connection: &Connection, session: &SessionId) -> Result<Vec<Vec<Copy>>, StoreError> {
    let mut told = Groups::default();
    pick_texts(connection, std::iter::once(&session.0))?;
    let keys = texts(
        connection,
        "SELECT DISTINCT c.request_key FROM tellings c JOIN files f USING (file_id)
         WHERE f.session_id IN (SELECT name FROM picked)",
    )?;
    gather(connection, &mut told, keys, &mut Touched::default())?;
    Ok(same_requests(told))
}

/// Ranges of files whose requests are priced anew one after the other.
pub(crate) fn slices(connection: &Connection) -> Result<Vec<RangeInclusive<i64>>, StoreError> {
    let sql = "SELECT file_id, count(*) FROM requests WHERE sole GROUP BY file_id ORDER BY file_id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let (mut slices, mut left) = (Vec::<RangeInclusive<i64>>::new(), 0);
    while let Some(row) = rows.next()? {
        let (file, requests): (i64, i64) = (row.get(0)?, row.get(1)?);
        match slices.last_mut() {
            Some(slice) if left >= requests => *slice = *slice.start()..=file,
            _ => {
                slices.push(file..=file);
                left = SLICE;
            }
        }
        left -= requests;
    }
    Ok(slices)
}

/// Prices requests anew that stand in some files only, each once and plainly.
pub(crate) fn reprice(
    connection: &Connection,
    prices: &PriceTable,
    slice: &RangeInclusive<i64>,
) -> Result<(), StoreError> {
    let slice = format!("BETWEEN {} AND {}", slice.start(), slice.end());
    let mut told = Vec::new();
    each_stored(connection, &format!("c.sole AND c.file_id {slice}"), |copy, _| told.push(copy.request))?;
    requests::pick_costs(connection, prices, told.iter())?;
    let same = "(model, cost_pico_usd, unknown_models) IS NOT DISTINCT FROM (p.name, p.cost, p.unknown)";
    connection.execute(
        &format!(
            "UPDATE requests SET model = p.name, cost_pico_usd = p.cost, unknown_models = p.unknown FROM picked_costs p
             WHERE requests.sole AND requests.file_id {slice} AND requests.request_key = p.request_key AND NOT {same}"
        ),
        [],
    )?;
    let sessions = told.into_iter().map(|request| request.session.0).collect();
    sums::renew(connection, &sessions)
}

/// Joins new tellings with the stored ones and replaces the requests that follow from them. Of `new` ones nothing is
/// stored.
pub(super) fn settle(
    connection: &Connection,
    new: Groups,
    mut told: Groups,
    prices: &PriceTable,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    join(connection, &new, &mut told, touched)?;
    let more = requests::shared_with(connection, touched)?;
    gather(connection, &mut told, more, touched)?;
    requests::replace(connection, new, told, prices, &touched.keys)
}

/// Joins new tellings with the stored ones, and stores those that the requests' own rows will not stand for.
fn join(connection: &Connection, new: &Groups, told: &mut Groups, touched: &mut Touched) -> Result<(), StoreError> {
    let mut fresh: FxHashSet<Name> = told.values().flatten().map(name).collect();
    let touched_keys = touched.keys.iter().cloned().collect();
    let Gathered { kept, doubled } = gather(connection, told, touched_keys, touched)?;
    fresh.extend(doubled);
    let plain: FxHashSet<Name> = told.values().filter(|copies| is_plain(copies)).flatten().map(name).collect();
    forget(connection, kept.iter().filter(|name| fresh.contains(name) || plain.contains(name)))?;
    let unwritten = |copy: &&Copy| !kept.contains(&name(copy)) || fresh.contains(&name(copy));
    let several = new.values().chain(told.values()).filter(|copies| !is_plain(copies));
    append(connection, several.flatten().filter(unwritten))
}

/// Whether a request is told once, and so plainly that its row says all of it: see `tellings` in the schema.
pub(super) fn is_plain(copies: &[Copy]) -> bool {
    let [Copy { place, request }] = copies else { return false };
    is_plain_in(&place.session, request)
}

/// Whether a telling in a file of a session is so plain that the request's row says all of it.
pub(super) fn is_plain_in(session: &str, request: &Request) -> bool {
    request.key.is_global()
        && request.parts.is_empty()
        && request.tool_searches == 0
        && !request.forked
        && request.session.as_str() == session
}

/// Rows of `request_copies`.
struct Gathered {
    /// All of them.
    kept: FxHashSet<Name>,
    /// Those that stand for one telling together with another one, or with the request's own row: a first import stores what
    /// it puts off as it comes.
    doubled: FxHashSet<Name>,
}

/// Adds what is stored of some requests, and of those that turn out to be the same; names the rows of
/// `request_copies` among it.
fn gather(
    connection: &Connection,
    told: &mut Groups,
    mut keys: Vec<String>,
    touched: &mut Touched,
) -> Result<Gathered, StoreError> {
    let (mut all, mut kept, mut doubled) =
        (FxHashSet::<(i64, u64)>::default(), FxHashSet::default(), FxHashSet::default());
    let mut lines: FxHashSet<String> = told.values().flatten().filter_map(local_line).cloned().collect();
    while !keys.is_empty() {
        pick_texts(connection, keys.iter())?;
        each_stored(connection, "c.request_key IN (SELECT name FROM picked)", |copy, sole| {
            if !all.insert((copy.place.file_id, fingerprint(&copy.request.key.0))) {
                doubled.insert(name(&copy));
            }
            if !sole {
                kept.insert(name(&copy));
            }
            lines.extend(local_line(&copy).cloned());
            tell(told, copy);
        })?;
        touched.keys.extend(keys);
        keys = linked(connection, &lines, touched)?;
    }
    touched.sessions.extend(told.values().flatten().map(|copy| copy.place.session.clone()));
    Ok(Gathered { kept, doubled })
}

/// The line by which a copy with another key is known to be of the same request, see `resolve::same_requests`.
fn local_line(copy: &Copy) -> Option<&String> {
    copy.request.uuid.as_ref().filter(|_| !copy.request.key.is_global())
}

/// Keys that are not touched yet and stand for the same request as one that is, or did so before it was told anew.
fn linked(connection: &Connection, lines: &FxHashSet<String>, touched: &Touched) -> Result<Vec<String>, StoreError> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    pick_texts(connection, lines.iter())?;
    let mut keys =
        texts(connection, "SELECT DISTINCT request_key FROM request_copies WHERE uuid IN (SELECT name FROM picked)")?;
    keys.retain(|key| !touched.keys.contains(key) && !RequestKey(key.clone()).is_global());
    Ok(keys)
}

fn name(copy: &Copy) -> Name {
    (copy.place.file_id, copy.request.key.0.clone())
}

/// Adds a telling; a second one of the same file is joined with the first.
pub(super) fn tell(told: &mut Groups, copy: Copy) {
    match told.entry(copy.request.key.0.clone()) {
        Slot::Vacant(slot) => {
            slot.insert(vec![copy]);
        }
        Slot::Occupied(mut slot) => {
            let copies = slot.get_mut();
            if let Some(index) = copies.iter().position(|other| other.place.file_id == copy.place.file_id) {
                copies[index].request.merge(copy.request);
            } else {
                // nearly always the last one, and a list that grows by itself takes room for four
                copies.reserve_exact(1);
                copies.push(copy);
            }
        }
    }
}

/// Goes over tellings that are stored; says whether each stands in the request's own row.
pub(crate) fn each_stored(
    connection: &Connection,
    condition: &str,
    mut take: impl FnMut(Copy, bool),
) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tellings c JOIN files f USING (file_id) WHERE {condition}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(copy_of(row)?, row.get(28)?);
    }
    Ok(())
}

/// Removes rows of `request_copies` that are written anew, or that the request's own row stands for.
fn forget<'a>(connection: &Connection, names: impl Iterator<Item = &'a Name>) -> Result<(), StoreError> {
    let mut names = names.peekable();
    if names.peek().is_none() {
        return Ok(());
    }
    connection.execute_batch("CREATE OR REPLACE TEMP TABLE repeated (file_id BIGINT, request_key VARCHAR)")?;
    let mut appender = connection.appender_to_catalog_and_db("repeated", "temp", "main")?;
    for (file_id, key) in names {
        appender.append_row(params![file_id, key])?;
    }
    appender.flush()?;
    connection.execute(
        "DELETE FROM request_copies c USING repeated r WHERE c.file_id = r.file_id AND c.request_key = r.request_key",
        [],
    )?;
    Ok(())
}

/// Adds rows of `request_copies`.
pub(crate) fn append<'a>(connection: &Connection, copies: impl Iterator<Item = &'a Copy>) -> Result<(), StoreError> {
    let mut rows = Columnar::into_table(connection, "request_copies")?;
    for copy in copies {
        rows.row(|row| fill(row, copy))?;
    }
    rows.finish()
}

fn fill(row: &mut Columns, Copy { place, request }: &Copy) {
    let tokens = &request.tokens;
    row.number(place.file_id).text(request.key.0.as_str()).text(request.session.as_str());
    row.maybe_text(request.agent.as_ref()).maybe_text(request.uuid.as_ref());
    row.maybe_text(request.request_id.as_ref()).text(request.model.as_str()).time(request.at);
    row.number(count(tokens.input)).number(count(tokens.output));
    row.number(count(tokens.cache_write_5m)).number(count(tokens.cache_write_1h));
    row.number(count(tokens.cache_read));
    row.number(i64::from(request.line_searches)).number(i64::from(request.tool_searches));
    row.time(request.file_since).maybe_text(request.speed.as_ref()).maybe_text(request.tier.as_ref());
    row.maybe_text(request.geo.as_ref()).maybe_text(request.stop_reason.as_ref());
    row.flag(request.sidechain).flag(request.forked).maybe_text(parts_text(&request.parts).as_ref());
    row.number(request.recorded_nano_usd).maybe_text(request.branch.as_ref()).number(bytes(request.offset));
}

/// The row of a tool call. The file's id is filled in later.
pub(crate) fn tool_row(row: &mut Columns, tool: &ToolUse) {
    row.number(0).text(tool.id.as_str()).text(tool.request.0.as_str()).text(tool.name.as_str());
    row.maybe_text(tool.agent.as_ref()).time(tool.at).maybe_text(tool.subject.as_ref()).flag(tool.is_error);
    lines(row, tool.lines);
}

/// Lines that were changed.
pub(super) fn lines(row: &mut Columns, lines: Option<ChangedLines>) {
    row.number(lines.map(|lines| i64::from(lines.added))).number(lines.map(|lines| i64::from(lines.removed)));
}

/// The column of `tool_call_copies` that holds the file's id.
pub(crate) const TOOL_FILE_ID: usize = 0;

pub(super) fn append_agent_types(connection: &Connection, pieces: &[Accepted]) -> Result<(), StoreError> {
    let mut rows = Columnar::into_table(connection, "agent_type_copies")?;
    for Accepted { piece, entry } in pieces {
        for told in &piece.agent_types {
            rows.row(|row| {
                row.number(entry.file_id).text(told.agent.as_str()).text(told.agent_type.as_str());
            })?;
        }
    }
    rows.finish()
}

fn copy_of(row: &Row<'_>) -> duckdb::Result<Copy> {
    let tokens = Tokens {
        input: counted(row.get(8)?),
        output: counted(row.get(9)?),
        cache_write_5m: counted(row.get(10)?),
        cache_write_1h: counted(row.get(11)?),
        cache_read: counted(row.get(12)?),
    };
    let mut request = Request {
        key: RequestKey(row.get(1)?),
        session: SessionId(row.get(2)?),
        agent: row.get(3)?,
        uuid: row.get(4)?,
        request_id: row.get(5)?,
        model: row.get(6)?,
        at: row.get::<_, At>(7)?.0,
        tokens,
        web_searches: 0,
        line_searches: counted_small(row.get(13)?),
        tool_searches: counted_small(row.get(14)?),
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
    request.settle();
    Ok(Copy { place: Place { session: row.get(26)?, path: row.get(27)?, file_id: row.get(0)? }, request })
}
