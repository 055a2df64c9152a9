//! What was done to it, how often, and what came of it.

use std::fmt::Write as _;

/// One line of the table.
#[derive(Debug)]
pub(super) struct Row {
    what: String,
    count: usize,
    outcome: String,
}

impl Row {
    pub(super) fn new(what: impl Into<String>, count: usize, outcome: impl Into<String>) -> Self {
        Self { what: what.into(), count, outcome: outcome.into() }
    }

    /// What could not be done here, and why.
    pub(super) fn skipped(what: impl Into<String>, reason: &str) -> Self {
        Self { what: what.into(), count: 0, outcome: format!("SKIPPED: {reason}") }
    }

    /// What was not done, and why; none if it was.
    pub(super) fn skip(&self) -> Option<String> {
        self.outcome.starts_with("SKIPPED").then(|| format!("{}: {}", self.what, self.outcome))
    }
}

/// The rows in columns.
pub(super) fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    rows.iter().fold(String::new(), |mut table, row| {
        // Writing into a text cannot fail.
        let _ = writeln!(table, "{:width$}  {:>7}  {}", row.what, row.count, row.outcome);
        table
    })
}

/// The first line in which two texts differ, of both.
pub(super) fn first_difference(left: &str, right: &str) -> String {
    let (mut lefts, mut rights) = (left.lines(), right.lines());
    let mut before = Vec::new();
    loop {
        match (lefts.next(), rights.next()) {
            (Some(left), Some(right)) if left == right => {
                before.push(left);
                if before.len() > 6 {
                    before.remove(0);
                }
            }
            (left, right) => {
                let side = |line: Option<&str>| line.unwrap_or("(nothing)").to_owned();
                return format!("{}\n- {}\n+ {}", before.join("\n"), side(left), side(right));
            }
        }
    }
}
