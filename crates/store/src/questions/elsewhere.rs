//! Sessions that ran on other machines: where their transcripts are, and for whom their usage counts.

use duckdb::Connection;
use journal::ReplicaId;
use rustc_hash::FxHashMap;

use crate::StoreError;
use crate::adopting::adopted;

/// Sessions whose transcript lies or lay on another machine and not on this one, each with the number of that machine; of
/// several, the one that knows most of it. Paths of other machines' files begin with their number, see `fold::sessions`.
const ELSEWHERE: &str = "
    SELECT session_id, split_part(path, ':', 1) AS device
    FROM (
        SELECT session_id,
            first(path ORDER BY role = 'session' DESC, starts_with(path, '/') DESC, read_to DESC, path) AS path
        FROM files
        WHERE session_id IN (SELECT session_id FROM files WHERE NOT starts_with(path, '/'))
        GROUP BY session_id
    )
    WHERE NOT starts_with(path, '/')";

/// Sessions that count for another machine, each with its number: of all machines that have a session, this one included, it
/// counts for the one that knows most of it, and where several know the same for the smallest number, which is that of the
/// machine that is in use for the longest. What another program recorded here is known by this one. Machines that have told each other everything agree on it, and so do the views of
/// remotes that are asked in SQL.
pub(super) const COUNTED_ELSEWHERE: &str = concat!(
    "
    WITH known AS (
        SELECT session_id, CASE WHEN starts_with(path, '/') OR starts_with(path, '",
    adopted!(),
    "') THEN NULL ELSE split_part(path, ':', 1) END AS device,
            bool_or(role = 'session') AS is_whole, max(read_to) FILTER (role = 'session') AS read_to
        FROM files
        WHERE session_id IN (SELECT session_id FROM files WHERE NOT starts_with(path, '/'))
        GROUP BY ALL
    ), own AS (
        SELECT session_id, min(replica) AS number FROM session_operations
        WHERE replica IN (SELECT replica FROM streams WHERE scope = 'here') GROUP BY session_id
    ), best AS (
        SELECT known.session_id,
            first(device ORDER BY is_whole DESC, read_to DESC NULLS LAST, coalesce(device, own.number) NULLS LAST) AS device
        FROM known LEFT JOIN own ON own.session_id = known.session_id
        GROUP BY known.session_id
    )
    SELECT session_id, device FROM best WHERE device IS NOT NULL"
);

/// The machine of each session that has its transcript elsewhere.
pub(super) fn elsewhere(connection: &Connection) -> Result<FxHashMap<String, ReplicaId>, StoreError> {
    by_session(connection, ELSEWHERE)
}

/// The machine of each session that counts for another one.
pub(super) fn counted_elsewhere(connection: &Connection) -> Result<FxHashMap<String, ReplicaId>, StoreError> {
    by_session(connection, COUNTED_ELSEWHERE)
}

fn by_session(connection: &Connection, question: &str) -> Result<FxHashMap<String, ReplicaId>, StoreError> {
    let mut statement = connection.prepare(question)?;
    let mut rows = statement.query([])?;
    let mut found = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let (session, device): (String, String) = (row.get(0)?, row.get(1)?);
        found.extend(device.parse().ok().map(|device| (session, device)));
    }
    Ok(found)
}
