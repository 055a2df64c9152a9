//! Sessions that ran on other machines.

use duckdb::Connection;
use journal::ReplicaId;
use rustc_hash::FxHashMap;

use crate::StoreError;

/// Sessions whose transcript lies or lay on another machine and not on this one, each with the number of that machine; of
/// several, the one that knows most of it. Paths of other machines' files begin with their number, see `fold::sessions`.
pub(super) const ELSEWHERE: &str = "
    SELECT session_id, split_part(path, ':', 1) AS device
    FROM (
        SELECT session_id,
            first(path ORDER BY role = 'session' DESC, starts_with(path, '/') DESC, read_to DESC, path) AS path
        FROM files
        WHERE session_id IN (SELECT session_id FROM files WHERE NOT starts_with(path, '/'))
        GROUP BY session_id
    )
    WHERE NOT starts_with(path, '/')";

/// The machine of each such session.
pub(super) fn elsewhere(connection: &Connection) -> Result<FxHashMap<String, ReplicaId>, StoreError> {
    let mut statement = connection.prepare(ELSEWHERE)?;
    let mut rows = statement.query([])?;
    let mut found = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let (session, device): (String, String) = (row.get(0)?, row.get(1)?);
        found.extend(device.parse().ok().map(|device| (session, device)));
    }
    Ok(found)
}
