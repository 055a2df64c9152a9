//! When each session asked its model last.

use chrono::{DateTime, Utc};
use duckdb::{Connection, params};
use transcript::SessionId;

use crate::StoreError;
use crate::columns::At;

/// Sessions that made a request of their own (not by a subagent, whose talk is another one) since a moment, with the
/// time of the last.
pub(crate) fn latest_requests(
    connection: &Connection,
    since: DateTime<Utc>,
) -> Result<Vec<(SessionId, DateTime<Utc>)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT session_id, max(made_at) FROM requests WHERE agent IS NULL AND made_at >= ? GROUP BY session_id",
    )?;
    let rows = statement.query_map(params![At(Some(since))], |row| Ok((row.get(0)?, row.get::<_, At>(1)?.0)))?;
    let rows = rows.collect::<Result<Vec<(String, _)>, _>>()?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((SessionId(id), at?))).collect())
}
