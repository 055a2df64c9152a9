//! An entry as a page to read.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use notes::{Entry, shown};
use serde_json::Value;

use crate::cells;
use crate::figures;

/// How moments are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) zone: Tz,
}

/// A moment, from milliseconds since 1970.
pub(crate) fn moment(ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)
}

/// A value as people read it, on one line.
fn text_of(value: &Value) -> String {
    cells::clean(&shown(value))
}

impl Words {
    fn when(self, ms: u64) -> String {
        moment(ms).map(|at| figures::date(at, self.zone)).unwrap_or_default()
    }

    /// What stands above the page: from whom and when.
    pub(crate) fn facts(self, entry: Entry<'_>) -> String {
        let (opened, by) = entry.opened();
        let mut facts = vec![cells::clean(entry.category()), cells::clean(entry.status())];
        facts.push(format!("opened {} by {}", self.when(opened), cells::clean(by)));
        if let Some(change) = entry.last_change().filter(|change| change.at_ms != opened) {
            facts.push(format!("changed {} by {}", self.when(change.at_ms), cells::clean(&change.by)));
        }
        facts.join(" · ")
    }

    /// The page itself, as Markdown: conflicts, body, notes.
    pub(crate) fn page(self, entry: Entry<'_>) -> String {
        let mut page = String::new();
        for conflict in entry.conflicts() {
            let said = conflict.writes.iter().map(|write| {
                let value = text_of(&write.value).replace('`', "'");
                format!("`{value}` ({}, {})", cells::clean(&write.by), self.when(write.at_ms))
            });
            let said = said.collect::<Vec<_>>().join(" and ");
            let _ = writeln!(page, "> **{}** was set at once to {said}. Set it again to decide.\n", conflict.field);
        }
        page.push_str(entry.body().trim());
        for note in entry.notes() {
            if !page.is_empty() {
                page.push_str("\n\n---\n\n");
            }
            let _ = write!(page, "**{}** {}\n\n{}", cells::clean(&note.by), self.when(note.at_ms), note.text.trim());
        }
        page
    }
}
