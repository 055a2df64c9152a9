//! The official limits beside the estimated blocks, as Claude Code told them to its status line.

use chrono::{DateTime, Utc};
use journal::{Limit, Limits};
use store::{Block, Subject, UsageReport, UsageRow};

use crate::context::Context;

/// The window that blocks estimate.
const FIVE_HOURS: &str = "five_hour";

/// What was recorded of the official limits.
pub(super) struct Official {
    records: Vec<Limit>,
    /// The last record of every window that still runs.
    pub(super) now: Vec<Limit>,
}

impl Official {
    /// Reads what was recorded since the first block of a report.
    pub(super) fn load(context: &Context, report: &UsageReport) -> color_eyre::Result<Self> {
        let limits = Limits::at(context.paths.limits_file());
        let ms = |at: DateTime<Utc>| u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let start = |row: &UsageRow| if let Subject::Block(block) = &row.subject { Some(block.start) } else { None };
        let first = report.rows.iter().filter_map(start).min().unwrap_or(context.now);
        Ok(Self { records: limits.records_since(ms(first))?, now: limits.latest(ms(context.now))? })
    }

    /// The most that was seen to be used of the official window during a block.
    pub(super) fn of_block(&self, block: &Block) -> Option<&Limit> {
        let inside = |limit: &&Limit| moment(limit.seen_ms).is_some_and(|seen| block.start <= seen && seen < block.end);
        let five_hours = self.records.iter().filter(|limit| limit.window == FIVE_HOURS);
        five_hours.filter(inside).max_by_key(|limit| (limit.used_hundredths, limit.seen_ms))
    }
}

/// Milliseconds since 1970 as a moment.
pub(super) fn moment(ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)
}

/// A share in percent: `23.5 %`.
pub(super) fn percent(hundredths: u32) -> String {
    let tenths = (hundredths + 5) / 10;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        rest => format!("{}.{rest} %", tenths / 10),
    }
}
