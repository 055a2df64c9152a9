//! The session that an id or the beginning of one stands for.

use duckdb::{Connection, params};

use super::sessions::select;
use crate::{Found, StoreError};

/// Finds a session by its id or the beginning of it, whatever the case. Nothing in it is a wildcard; a whole id
/// wins over longer ones that begin with it.
pub(crate) fn find(connection: &Connection, prefix: &str) -> Result<Found, StoreError> {
    let condition = "WHERE starts_with(lower(session_id), lower(?))";
    let mut found = select(connection, condition, params![prefix])?;
    if let Some(exact) = found.iter().position(|row| row.id().as_str().eq_ignore_ascii_case(prefix)) {
        found = vec![found.swap_remove(exact)];
    }
    Ok(match found.len() {
        0 => Found::None,
        1 => Found::One(Box::new(found.swap_remove(0))),
        _ => Found::Many(found),
    })
}
