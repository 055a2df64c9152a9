//! What requests can be chosen by.

use duckdb::Connection;

use crate::StoreError;
use crate::ingest::texts;

/// The names in the history that usage can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Projects, sorted.
    pub projects: Vec<String>,
    /// Models that made requests, sorted.
    pub models: Vec<String>,
}

/// All projects and models.
pub(crate) fn names(connection: &Connection) -> Result<Names, StoreError> {
    let projects = "SELECT DISTINCT project FROM sessions WHERE project IS NOT NULL ORDER BY project";
    let models = "SELECT DISTINCT model FROM requests ORDER BY model";
    Ok(Names { projects: texts(connection, projects)?, models: texts(connection, models)? })
}
