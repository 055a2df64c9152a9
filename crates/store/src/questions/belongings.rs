//! What belongs to each session beside its row: its files, the tools that it used, the session that it is a copy of.

use std::collections::HashMap;

use duckdb::Connection;
use transcript::SessionId;

use crate::columns::{counted, split};
use crate::{Belongings, StoreError, TranscriptFile};

/// What belongs to each session: files that existed at the last scan, its own first, and names of tools, sorted.
pub(crate) fn belongings(connection: &Connection) -> Result<HashMap<SessionId, Belongings>, StoreError> {
    let mut all: HashMap<SessionId, Belongings> = HashMap::new();
    let mut statement = connection.prepare("SELECT session_id, path, agent, size FROM files WHERE present")?;
    let rows = statement.query_map([], |row| {
        let agent: Option<String> = row.get(2)?;
        let path = row.get::<_, String>(1)?.into();
        Ok((SessionId(row.get(0)?), TranscriptFile { path, agent, bytes: counted(row.get(3)?), present: true }))
    })?;
    for row in rows {
        let (session, file) = row?;
        all.entry(session).or_default().files.push(file);
    }
    for belongings in all.values_mut() {
        belongings
            .files
            .sort_by(|one, other| (one.agent.is_some(), &one.path).cmp(&(other.agent.is_some(), &other.path)));
    }
    let mut statement = connection.prepare(
        "SELECT session_id, string_agg(name, chr(31) ORDER BY name)
         FROM (SELECT DISTINCT f.session_id, c.name FROM tool_call_copies c JOIN files f USING (file_id))
         GROUP BY session_id",
    )?;
    let rows = statement.query_map([], |row| Ok((SessionId(row.get(0)?), row.get::<_, String>(1)?)))?;
    for row in rows {
        let (session, tools) = row?;
        all.entry(session).or_default().tools = split(&tools);
    }
    for (session, original) in copies(connection)? {
        all.entry(session).or_default().copied_from = Some(original);
    }
    Ok(all)
}

/// Sessions whose own files tell requests that belong to another one, with that of which they tell most.
fn copies(connection: &Connection) -> Result<Vec<(SessionId, SessionId)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT copy, original FROM (
             SELECT f.session_id AS copy, r.session_id AS original, count(*) AS told
             FROM request_copies c JOIN files f USING (file_id) JOIN requests r USING (request_key)
             WHERE f.role = 'session' AND f.session_id <> r.session_id
             GROUP BY f.session_id, r.session_id
         )
         QUALIFY row_number() OVER (PARTITION BY copy ORDER BY told DESC, original) = 1",
    )?;
    let rows = statement.query_map([], |row| Ok((SessionId(row.get(0)?), SessionId(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
