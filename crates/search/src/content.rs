//! Searching what was said and done: transcripts on disk, read anew for every query.
//!
//! Lines are found by bytes, as fast as `rg` finds them; whether a line counts is decided on the decoded texts in it.

mod by_line;
mod excerpt;
mod gathering;
mod kept;
mod lines;
mod nearness;
mod raw;
mod required;
mod seen;
mod spilled;
mod stretch;
mod tags;
mod tally;
mod wanted;
mod worker;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use archive::{Archive, Opened};
use chrono::{DateTime, Utc};
use transcript::TextKind;

use crate::candidates::Standing;
use crate::subject::{is_inside_a_word, is_of_prompt};
use worker::Worker;

pub use excerpt::{Context, Excerpt};
pub use seen::Seen;
pub use tags::tags;
pub use wanted::{Caps, Wanted};

/// A session whose files are to be searched.
#[derive(Debug, Clone)]
pub struct Target {
    /// How it stands by its title; for a search in contents alone, without any score.
    pub standing: Standing,
    /// Its files, its own first.
    pub files: Vec<File>,
}

/// A transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// The subagent that wrote it, if one did.
    pub agent: Option<String>,
    /// A number of its own among all files of a search and of those that narrow it.
    pub number: usize,
    /// The archive that it is read from, where the disk has it no more.
    pub archive: Option<Archive>,
}

impl File {
    /// Opens it.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        self.open_beside(&self.path)
    }

    /// Reads all of it.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        self.read_beside(&self.path)
    }

    /// Reads a file that belongs to it.
    fn read_beside(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open_beside(path)?.read_to_end(&mut bytes).map(|_| bytes)
    }

    fn open_beside(&self, path: &Path) -> io::Result<Opened> {
        match &self.archive {
            Some(archive) => archive.open(path),
            None => fs::File::open(path).map(Opened::File),
        }
    }
}

/// What was found in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How it stands by its title.
    pub standing: Standing,
    /// Whether something occurs in it that must not: then it does not match after all.
    pub refused: bool,
    /// Lines in which all texts of the query occur that do so in its contents; where there is none, those in which any
    /// does.
    pub lines: u64,
    /// Whether the texts stand together.
    pub together: Together,
    /// Texts of the query that occur in its contents, by their bits.
    pub texts: u32,
    /// How far apart the records are, in bytes, between which all texts of the query occur, where they are nearest in one
    /// file.
    pub near: Option<u64>,
    /// The line that tells most.
    pub best: Option<Passage>,
    /// Lines in the order of its files, as many as were asked for: those in which all texts occur. Where there is none, of
    /// each message in which all do the lines that have them nearest to one another, and where there is none of these
    /// either, the lines between which they are nearest.
    pub passages: Vec<Passage>,
}

/// Whether the texts of a query stand together in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// On one line.
    Line,
    /// On several lines of so many messages.
    Message(u64),
    /// Nowhere.
    Apart,
}

/// A line that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The file, as an index among those of the session.
    pub file: usize,
    /// Where its record begins in the file, in bytes.
    pub offset: u64,
    /// When it was said.
    pub at: Option<DateTime<Utc>>,
    /// Whose it is.
    pub kind: TextKind,
    /// Texts of the query that occur in it, by their bits.
    pub texts: u32,
    /// Whether they stand side by side, in the order of the query.
    pub beside: bool,
    /// Whether they stand there as whole words.
    pub whole: bool,
    /// What can be shown of it.
    pub excerpt: Excerpt,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// Everything was looked at.
    Whole,
    /// It was stopped.
    Stopped,
}

/// Searches sessions in their order with some threads, and hands over each one that matches, or that something
/// refused occurs in, as soon as that is known.
/// When `stop` is set, it ends within a few milliseconds.
///
/// What cannot be read counts as empty. `seen` says what need not be looked at again, and learns from this search.
pub fn search(
    wanted: &Wanted,
    targets: &[Target],
    threads: usize,
    seen: &Seen,
    stop: &AtomicBool,
    on: &(impl Fn(Found) + Sync),
) -> Searched {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker::new(wanted, seen, stop);
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if let Some(found) = worker.session(target) {
                on(found);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.clamp(1, targets.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    if stop.load(Ordering::Relaxed) { Searched::Stopped } else { Searched::Whole }
}

/// How well a session matches by title and contents together; none where it does not. A word that occurs in the title
/// as it is goes before one that occurs in the contents, and that before one with gaps in the title. Of several words, those
/// in the title count by how many of them there are: one of five is there by chance, as is one that is only a part of a
/// word of the title; and the first prompt counts hardly more than what was said later. Words that stand beside each other
/// count for more, and so do many lines: ten times as many as much as whole words.
pub fn score(standing: &Standing, found: Option<&Found>) -> Option<u32> {
    const IN_CONTENTS: u32 = 100;
    const PART_OF_TITLE: u32 = 110;
    const IN_PROMPT: u32 = 105;
    if found.is_some_and(|found| found.refused) {
        return None;
    }
    let has = |at: usize| found.is_some_and(|found| found.texts & (1 << at) != 0);
    let count = u32::try_from(standing.scores.len()).unwrap_or(u32::MAX);
    let by_chance = |score: u32| match (is_inside_a_word(score), is_of_prompt(score)) {
        (true, true) => Some(IN_CONTENTS),
        (true, false) => Some(PART_OF_TITLE),
        (false, true) => Some(IN_PROMPT),
        _ => None,
    };
    let in_title =
        standing.scores.iter().flatten().filter(|score| **score > IN_CONTENTS && by_chance(**score).is_none());
    let in_title = u32::try_from(in_title.count()).unwrap_or(count);
    let each = standing.scores.iter().enumerate().map(|(at, score)| {
        let inside = has(at).then_some(IN_CONTENTS);
        let weighed = |score: u32| match score.checked_sub(IN_CONTENTS).filter(|_| count > 1) {
            Some(more) => by_chance(score).unwrap_or(IN_CONTENTS + more * in_title.pow(4) / count.pow(4)),
            None => score,
        };
        score.map(weighed).max(inside)
    });
    let sum: u32 = each.sum::<Option<u32>>()?;
    Some(sum + found.map_or(0, |found| bonus(found, standing.scores.len())))
}

/// What tells that a session is about the texts of a query.
fn bonus(found: &Found, texts: usize) -> u32 {
    const ON_ONE_LINE: u32 = 50;
    const SIDE_BY_SIDE: u32 = 20;
    const WHOLE_WORDS: u32 = 10;
    /// In one record, in one exchange, in the same part of a session: within so many bytes.
    const NEAR: [(u64, u32); 3] = [(0, 30), (8_000, 20), (80_000, 10)];
    let Some(best) = &found.best else { return 0 };
    let all = tally::bits(texts);
    let together = if best.texts & all == all {
        ON_ONE_LINE + if best.beside { SIDE_BY_SIDE } else { 0 }
    } else {
        let near = found.near.filter(|_| texts > 1);
        near.and_then(|bytes| NEAR.iter().find(|(within, _)| bytes <= *within)).map_or(0, |(_, bonus)| *bonus)
    };
    let often = match found.together {
        Together::Line => found.lines,
        Together::Message(messages) => messages,
        Together::Apart => 1,
    };
    together + often.max(1).ilog10() * WHOLE_WORDS + if best.whole { WHOLE_WORDS } else { 0 }
}
