//! Sessions that carry on another one: the client's own total of such a session includes that of the other.

use duckdb::Connection;
use transcript::SessionId;

use crate::StoreError;

/// Their ids: of those that say so, and of those whose files tell requests that another session pays for, by the key of
/// the request or (a gateway's has another key in each session) by its line.
pub(super) const CARRYING: &str = "
    SELECT session_id FROM sessions WHERE parent_session_id IS NOT NULL
    UNION
    SELECT f.session_id
    FROM requests r JOIN request_copies c ON c.request_key = r.request_key JOIN files f ON f.file_id = c.file_id
    WHERE r.shared AND f.session_id <> r.session_id
    UNION
    SELECT f.session_id
    FROM requests r JOIN request_copies c ON c.uuid = r.uuid JOIN files f ON f.file_id = c.file_id
    WHERE r.shared AND f.session_id <> r.session_id";

/// Whether a session is one of them.
pub(super) fn carries_on(connection: &Connection, session: &SessionId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare(&format!("SELECT ? IN ({CARRYING})"))?;
    Ok(statement.query_row([session.as_str()], |row| row.get(0))?)
}
