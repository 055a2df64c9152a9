//! What requests can be chosen by.

use std::collections::BTreeMap;

use duckdb::Connection;

use crate::StoreError;
use crate::ingest::texts;
use crate::projects::NAMED;

/// The names in the history that usage can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Projects, sorted.
    pub projects: Vec<String>,
    /// The keys of projects, by name.
    pub project_keys: BTreeMap<String, String>,
    /// Models that made requests, sorted.
    pub models: Vec<String>,
}

/// All projects and models.
pub(crate) fn names(connection: &Connection) -> Result<Names, StoreError> {
    let sql = format!("SELECT project, min(project_key) FROM {NAMED} WHERE project IS NOT NULL GROUP BY project");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let named: BTreeMap<String, Option<String>> = rows.collect::<Result<_, _>>()?;
    Ok(Names {
        projects: named.keys().cloned().collect(),
        project_keys: named.into_iter().filter_map(|(name, key)| Some((name, key?))).collect(),
        models: texts(connection, "SELECT DISTINCT model FROM requests ORDER BY model")?,
    })
}
