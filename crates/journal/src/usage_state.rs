//! What was spent today and in this five-hour block, from the tick that knows it to the status line that shows it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::JournalError;

/// Figures for a status line, which has no time to ask the store. The file's modification time says when they were last
/// found to be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageState {
    /// Version of this format.
    pub schema: u32,
    /// When these figures were made, in milliseconds since 1970 UTC.
    pub generated_ms: u64,
    /// The day in the viewer's zone.
    #[serde(default)]
    pub today: Option<Spent>,
    /// The five-hour block that runs, an estimate; none when none does.
    #[serde(default)]
    pub block: Option<Spent>,
}

/// What was spent in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// When it starts, in milliseconds since 1970 UTC.
    pub start_ms: u64,
    /// When it ends: from here on the figures are those of the past.
    pub end_ms: u64,
    /// The sum of the known costs, in billionths of a US dollar.
    pub cost_nano_usd: i64,
    /// Tokens of all kinds.
    pub tokens: u64,
    /// Requests without a known cost.
    pub unknown_cost_requests: u64,
}

impl Spent {
    /// Whether it is the stretch of this moment.
    pub fn holds(&self, now_ms: u64) -> bool {
        (self.start_ms..self.end_ms).contains(&now_ms)
    }
}

impl UsageState {
    /// Version of the format that is written.
    pub const SCHEMA: u32 = 1;

    /// Figures that were made at a moment.
    pub fn new(generated_ms: u64, today: Option<Spent>, block: Option<Spent>) -> Self {
        Self { schema: Self::SCHEMA, generated_ms, today, block }
    }

    /// Whether both tell the same figures, whenever they were made.
    pub fn agrees_with(&self, other: &Self) -> bool {
        Self { generated_ms: 0, ..self.clone() } == Self { generated_ms: 0, ..other.clone() }
    }

    /// The text of the file.
    pub fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The figures in a file, and when they were last found to be right; none if there is no file, or one of a newer
    /// version.
    pub fn read(path: &Path) -> Result<Option<(Self, SystemTime)>, JournalError> {
        let content = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            content => content.map_err(JournalError::io("read", path))?,
        };
        let checked = fs::metadata(path).and_then(|metadata| metadata.modified());
        let checked = checked.map_err(JournalError::io("read", path))?;
        let state: Self = serde_json::from_slice(&content).map_err(JournalError::damaged(path))?;
        Ok((state.schema == Self::SCHEMA).then_some((state, checked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> UsageState {
        let spent =
            Spent { start_ms: 10, end_ms: 20, cost_nano_usd: 4_180_000_000, tokens: 9, unknown_cost_requests: 1 };
        UsageState::new(15, Some(spent), None)
    }

    fn text() -> String {
        state().text().expect("it can be written")
    }

    fn check(content: Option<&str>, expect: Option<&UsageState>) {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("usage.json");
        if let Some(content) = content {
            fs::write(&path, content).expect("it can be written");
        }
        let read = UsageState::read(&path).expect("no fault");
        assert_eq!(read.map(|(state, _)| state).as_ref(), expect, "{content:?}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        check(Some(&text()), Some(&state()));
        check(None, None);
        check(Some("{\"schema\":1,\"generated_ms\":15,\"later\":[]}"), Some(&UsageState::new(15, None, None)));
    }

    #[test]
    fn a_newer_format_says_nothing() {
        check(Some(&text().replace("\"schema\":1", "\"schema\":2")), None);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("usage.json");
        fs::write(&path, "{\"schema\":1,").expect("it can be written");
        let error = UsageState::read(&path).expect_err("it is torn");
        assert!(error.to_string().contains("usage.json"), "{error}");
    }

    #[test]
    fn a_stretch_holds_until_it_ends() {
        let spent = state().today.expect("it has a day");
        for (now_ms, holds) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(spent.holds(now_ms), holds, "{now_ms}");
        }
    }

    #[test]
    fn figures_agree_whenever_they_were_made() {
        let later = UsageState { generated_ms: 99, ..state() };
        assert!(later.agrees_with(&state()) && later != state());
        assert!(!UsageState { today: None, ..state() }.agrees_with(&state()));
    }
}
