//! What was spent when.

use std::ops::Range;

use chrono::{DateTime, Utc};
use duckdb::Connection;

use super::usage::{Cell, cells};
use crate::blocks::windows_of;
use crate::columns::At;
use crate::usage::{Grouping, UsageFilter};
use crate::{Spending, StoreError};

/// What was spent from a moment on, or from the start of the block that it lies in, in the order of time.
pub(crate) fn spendings(connection: &Connection, since: DateTime<Utc>) -> Result<Vec<Spending>, StoreError> {
    let block = windows(connection)?.into_iter().find(|window| window.contains(&since));
    let since = Some(block.map_or(since, |window| window.start));
    let cells = cells(connection, Grouping::Block, &UsageFilter { since, ..UsageFilter::default() })?;
    let mut spendings: Vec<Spending> = cells.iter().filter_map(Cell::spending).collect();
    spendings.sort_by_key(|spending| spending.first);
    Ok(spendings)
}

/// When the blocks of the whole history start and end, in the order of time.
pub(super) fn windows(connection: &Connection) -> Result<Vec<Range<DateTime<Utc>>>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT DISTINCT date_trunc('hour', made_at) AS hour FROM requests WHERE hour IS NOT NULL ORDER BY hour",
    )?;
    let rows = statement.query_map([], |row| row.get::<_, At>(0))?;
    let hours = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(windows_of(hours.into_iter().filter_map(|hour| hour.0)))
}
