//! The official limits, as Claude Code tells them to its status line: facts that no transcript holds.
//!
//! `limits.jsonl` has one line per figure that was seen. It is only ever appended to, a line at a time, and lies beside
//! the store, because the store can be made again and these cannot.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::JournalError;

/// Version of the lines that are written; lines of a newer one are passed over.
const VERSION: u32 = 1;

/// How much of the end of the file is compared with what is seen now, bytes: some 150 figures.
const RECENT_BYTES: u64 = 16 * 1024;

/// How much of the end of the file is asked for what holds now, bytes.
const LATEST_BYTES: u64 = 256 * 1024;

/// How far ahead a window may end at most, milliseconds: 60 days. What says otherwise is a slip.
const FAR_MS: u64 = 60 * 24 * 60 * 60 * 1_000;

/// How long a figure holds that does not say when its window ends, milliseconds: five hours.
const UNDATED_MS: u64 = 5 * 60 * 60 * 1_000;

/// How much of a window was used, as Claude Code said at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limit {
    /// When it was seen, in milliseconds since 1970 UTC.
    pub seen_ms: u64,
    /// Claude Code's name of the window: `five_hour`, `seven_day`, `spend_limit`, or one that is not known yet.
    pub window: String,
    /// What is used, in hundredths of a percent: 2,350 is 23.5 %. May exceed 100 %.
    pub used_hundredths: u32,
    /// When the window ends, in milliseconds since 1970 UTC, if it says.
    pub resets_ms: Option<u64>,
}

impl Limit {
    /// Whether its window still runs.
    pub fn holds(&self, now_ms: u64) -> bool {
        now_ms < self.resets_ms.unwrap_or(self.seen_ms.saturating_add(UNDATED_MS)) && !self.is_absurd()
    }

    /// Whether its window ends so far ahead that nobody can mean it.
    fn is_absurd(&self) -> bool {
        self.resets_ms.is_some_and(|resets_ms| resets_ms > self.seen_ms.saturating_add(FAR_MS))
    }

    /// Whether both say the same, at whatever moment.
    fn agrees_with(&self, other: &Self) -> bool {
        let fact = |limit: &Self| (limit.used_hundredths, limit.resets_ms);
        self.window == other.window && fact(self) == fact(other)
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    v: u32,
    seen_ms: u64,
    window: String,
    used_hundredths: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resets_ms: Option<u64>,
}

/// The file of limits.
#[derive(Debug, Clone)]
pub struct Limits {
    path: PathBuf,
}

impl Limits {
    /// The file at a path, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Appends what is new of what was seen, in one write, and says how many figures that are.
    ///
    /// Every session tells the figures of its own last answer, an idle one those of an hour ago. So a figure is new
    /// when none of the last ones that still hold says the same, and a window that is over tells nothing.
    pub fn record(&self, seen: &[Limit]) -> Result<usize, JournalError> {
        if seen.is_empty() {
            return Ok(0);
        }
        let tail = self.tail(RECENT_BYTES)?;
        let known: Vec<Limit> = read(&tail).collect();
        let is_known = |limit: &Limit| known.iter().any(|known| known.agrees_with(limit) && known.holds(limit.seen_ms));
        let new: Vec<&Limit> = seen.iter().filter(|limit| limit.holds(limit.seen_ms) && !is_known(limit)).collect();
        if new.is_empty() {
            return Ok(0);
        }
        let mut text = String::new();
        if !tail.is_empty() && !tail.ends_with(b"\n") {
            // The last write was cut short; its line must not spoil this one.
            text.push('\n');
        }
        for limit in &new {
            text += &written(limit).map_err(JournalError::io("write", &self.path))?;
        }
        self.append(text.as_bytes())?;
        Ok(new.len())
    }

    /// The figures that were seen at a moment (milliseconds since 1970 UTC) or later, in the order of the file. What is no
    /// such line is passed over.
    ///
    /// The file is in the order of time, but for sessions that write at once: it is read from its end, and no further
    /// than to a piece that begins before the moment.
    pub fn records_since(&self, since_ms: u64) -> Result<Vec<Limit>, JournalError> {
        let mut bytes = LATEST_BYTES;
        loop {
            let tail = self.tail(bytes)?;
            let begins_before = read(&tail).next().is_some_and(|first| first.seen_ms < since_ms);
            if begins_before || (tail.len() as u64) < bytes {
                return Ok(read(&tail).filter(|limit| limit.seen_ms >= since_ms).collect());
            }
            bytes = bytes.saturating_mul(4);
        }
    }

    /// The last figure of each window that still runs, by the names of the windows.
    ///
    /// Within one window nothing is given back: of figures with the same end, the greatest share is the latest, whoever
    /// tells another one afterwards.
    pub fn latest(&self, now_ms: u64) -> Result<Vec<Limit>, JournalError> {
        let tail = self.tail(LATEST_BYTES)?;
        let mut last = BTreeMap::<String, Limit>::new();
        for limit in read(&tail).filter(|limit| limit.holds(now_ms)) {
            let is_older = |kept: &Limit| {
                let same_end = limit.resets_ms.is_some() && kept.resets_ms == limit.resets_ms;
                same_end && kept.used_hundredths > limit.used_hundredths
            };
            if !last.get(&limit.window).is_some_and(is_older) {
                last.insert(limit.window.clone(), limit);
            }
        }
        Ok(last.into_values().collect())
    }

    /// The last bytes of the file; nothing if there is none.
    fn tail(&self, bytes: u64) -> Result<Vec<u8>, JournalError> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
            let mut tail = Vec::new();
            file.take(bytes).read_to_end(&mut tail)?;
            Ok(tail)
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            tail => tail.map_err(JournalError::io("read", &self.path)),
        }
    }

    fn append(&self, text: &[u8]) -> Result<(), JournalError> {
        let open = || OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path);
        let opened = match open() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folder_of(&self.path)?;
                open()
            }
            opened => opened,
        };
        let mut file = opened.map_err(JournalError::io("open", &self.path))?;
        // One call of `write`: appending processes do not cut into each other's lines.
        let written = file.write(text).and_then(|written| {
            if written == text.len() { Ok(()) } else { Err(io::Error::from(ErrorKind::WriteZero)) }
        });
        written.map_err(JournalError::io("write", &self.path))
    }
}

fn make_folder_of(path: &Path) -> Result<(), JournalError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(JournalError::io("make the folder", folder))
}

fn written(limit: &Limit) -> io::Result<String> {
    let Limit { seen_ms, window, used_hundredths, resets_ms } = limit.clone();
    let line = Line { v: VERSION, seen_ms, window, used_hundredths, resets_ms };
    Ok(serde_json::to_string(&line)? + "\n")
}

/// The figures in a piece of the file, whose first line may be cut.
fn read(content: &[u8]) -> impl Iterator<Item = Limit> {
    content.split(|byte| *byte == b'\n').filter_map(|line| {
        let Line { v, seen_ms, window, used_hundredths, resets_ms } = serde_json::from_slice(line).ok()?;
        (v == VERSION).then_some(Limit { seen_ms, window, used_hundredths, resets_ms })
    })
}

#[cfg(test)]
mod tests;
