//! When each session asked its model last, and how long what it wrote to the cache lasts.

use chrono::{DateTime, Utc};
use duckdb::{Connection, params};
use transcript::SessionId;

use crate::columns::At;
use crate::{LatestRequest, StoreError};

/// Sessions that made a request of their own (not by a subagent, whose talk is another one) since a moment.
pub(crate) fn latest_requests(connection: &Connection, since: DateTime<Utc>) -> Result<Vec<LatestRequest>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT session_id, max(made_at), arg_max(cache_write_1h_tokens > 0, made_at)
             FILTER (WHERE cache_write_5m_tokens + cache_write_1h_tokens > 0)
         FROM requests WHERE agent IS NULL AND made_at >= ? GROUP BY session_id",
    )?;
    let rows = statement
        .query_map(params![At(Some(since))], |row| Ok((SessionId(row.get(0)?), row.get::<_, At>(1)?.0, row.get(2)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let latest = |(session, at, for_an_hour): (_, Option<_>, _)| Some(LatestRequest { session, at: at?, for_an_hour });
    Ok(rows.into_iter().filter_map(latest).collect())
}
