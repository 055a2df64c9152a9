//! A session with its files and its usage.

use duckdb::{Connection, params};
use transcript::SessionId;

use super::sessions::select;
use super::usage::of_session;
use crate::columns::counted;
use crate::{SessionDetail, StoreError, TranscriptFile};

/// A session with its files, its own first, and its usage by model.
pub(crate) fn session(connection: &Connection, id: &SessionId) -> Result<Option<SessionDetail>, StoreError> {
    let condition = "WHERE session_id = ?";
    let Some(row) = select(connection, condition, params![id.as_str()])?.pop() else { return Ok(None) };
    let models = of_session(connection, id)?.models;
    Ok(Some(SessionDetail { row, files: files(connection, id)?, models }))
}

fn files(connection: &Connection, id: &SessionId) -> Result<Vec<TranscriptFile>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT path, agent, size, present FROM files WHERE session_id = ?
         ORDER BY role <> 'session', NOT present, size DESC, path",
    )?;
    let rows = statement.query_map(params![id.as_str()], |row| {
        Ok(TranscriptFile {
            path: row.get::<_, String>(0)?.into(),
            agent: row.get(1)?,
            bytes: counted(row.get(2)?),
            present: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
