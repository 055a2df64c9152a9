//! A small log of what went wrong, for a program that may tell nobody.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// At this size the log becomes `hook.log.1`, bytes; so both together stay under 1 MB.
const FULL_BYTES: u64 = 500_000;

/// A longer line is cut, bytes.
const LINE_MAX_BYTES: usize = 2_000;

/// A log file, made when there is something to write.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Appends a line with the time. That it cannot be written is nobody's concern.
    pub(crate) fn append(&self, problem: &str) {
        if fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= FULL_BYTES) {
            let _ = fs::rename(&self.path, self.path.with_extension("log.1"));
        }
        if let Some(folder) = self.path.parent() {
            let _ = config::make_private_folder(folder);
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let end = problem.floor_char_boundary(LINE_MAX_BYTES);
        let line = format!("{} {}\n", utc(seconds), problem[..end].replace(['\n', '\r'], " "));
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path);
        let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

/// Seconds since 1970 as `2026-11-04T09:30:00Z`. The days are turned into a date by counting from the first of March of
/// the year 0 in eras of 400 years (Howard Hinnant, `civil_from_days`), which is less than a calendar library costs here.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_a_date() {
        for (seconds, expect) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), expect);
        }
    }

    #[test]
    fn the_log_stays_small() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let log = Log::new(home.path().join("logs/hook.log"));
        for _ in 0..600 {
            log.append(&format!("torn\nline {}", "é".repeat(2_000)));
        }
        let size = |name: &str| fs::metadata(home.path().join("logs").join(name)).expect("it exists").len();
        assert!(size("hook.log") < FULL_BYTES + 3_000 && size("hook.log.1") < FULL_BYTES + 3_000);
        let content = fs::read_to_string(home.path().join("logs/hook.log")).expect("it is text");
        assert!(content.lines().all(|line| line.contains("Z torn line é")));
    }
}
