//! What a search found in a file, kept for the next key: it then asks the lines that matched, not the file.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use archive::Opened;
use chrono::{DateTime, Utc};
use regex::Regex;
use transcript::TextKind;

use super::Wanted;
use super::lines::Line;
use super::wanted::Key;
use crate::query::TermKind;

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Kept {
    state: Option<State>,
    /// Lines of the file in which something was found.
    pub(super) places: Vec<Place>,
    /// What matched in them; none if that was too much, or may be not all that the next key needs.
    pub(super) lines: Option<Lines>,
    /// Those of `places` that must be read again whatever is in `lines`: not all of them was looked at.
    pub(super) unsure: Vec<u32>,
}

/// How a file stood when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    length: u64,
    modified: SystemTime,
}

/// A line of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) length: usize,
}

/// Decoded lines of texts, one after the other.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// All of them, each with a line end.
    pub(super) text: String,
    /// Each of them.
    pub(super) each: Vec<KeptLine>,
    /// The texts that they are of, in their order.
    pub(super) sources: Vec<Source>,
    /// What was looked for, if it was one word.
    word: Option<Key>,
}

/// A line among others.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeptLine {
    /// Its length, without its end.
    length: u32,
    /// Where the first match in it begins.
    mark: u32,
}

/// A text of a record of which lines are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Where its lines end among all lines.
    pub(super) end: usize,
    pub(super) record: u64,
    pub(super) kind: TextKind,
    pub(super) at: Option<DateTime<Utc>>,
}

impl Kept {
    /// Nothing yet, of a file as it is now, if it lies on the disk; with lines if they can do for the next key.
    pub(super) fn of(file: Option<&fs::File>, wanted: &Wanted) -> Self {
        Self { state: file.and_then(|file| file.metadata().ok()).and_then(|of| State::of(&of)), ..Self::default() }
            .emptied(wanted)
    }

    /// The same file as it was, with nothing yet.
    pub(super) fn emptied(&self, wanted: &Wanted) -> Self {
        Self { state: self.state, lines: wanted.by_line.then(|| Lines::of(wanted)), ..Self::default() }
    }

    /// Whether the file is still as it was.
    pub(super) fn is_current(&self, path: &Path) -> bool {
        self.state.is_some() && fs::metadata(path).ok().and_then(|of| State::of(&of)) == self.state
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        let lines = self.lines.as_ref().map_or(0, Lines::size);
        lines + self.places.len() * size_of::<Place>() + self.unsure.len() * size_of::<u32>()
    }

    /// Gives back what is reserved and not needed.
    pub(super) fn shrink(&mut self) {
        self.places.shrink_to_fit();
        if let Some(lines) = &mut self.lines {
            lines.text.shrink_to_fit();
            lines.each.shrink_to_fit();
            lines.sources.shrink_to_fit();
        }
    }
}

impl State {
    fn of(metadata: &fs::Metadata) -> Option<Self> {
        Some(Self { length: metadata.len(), modified: metadata.modified().ok()? })
    }
}

impl Lines {
    fn of(wanted: &Wanted) -> Self {
        let word = match wanted.texts.as_slice() {
            [wish] if wish.key.term.kind == TermKind::Word => Some(wish.key.clone()),
            _ => None,
        };
        Self { word, ..Self::default() }
    }

    fn size(&self) -> usize {
        let (lines, sources) = (self.each.len() * size_of::<KeptLine>(), self.sources.len() * size_of::<Source>());
        self.text.len() + lines + sources
    }

    /// Adds a line of a text; the last one that was added is of the same text if that has begun already.
    pub(super) fn add(&mut self, line: &str, mark: usize, begun: bool, source: impl FnOnce() -> Source) {
        let of = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        self.text.push_str(line);
        self.text.push('\n');
        self.each.push(KeptLine { length: of(line.len()), mark: of(mark) });
        let end = self.text.len();
        match self.sources.last_mut().filter(|_| begun) {
            Some(last) => last.end = end,
            None => self.sources.push(Source { end, ..source() }),
        }
    }

    /// How a word goes on from the one that the lines were kept for.
    pub(super) fn step<'k>(&self, key: &'k Key) -> Option<Step<'k>> {
        let before =
            self.word.as_ref().filter(|before| key.term.kind == TermKind::Word && before.exact == key.exact)?;
        let (old, new) = (before.term.text.as_str(), key.term.text.as_str());
        let all_ascii = old.is_ascii() && new.is_ascii();
        let lead = if key.exact { new.find(old) } else { new.to_ascii_lowercase().find(&old.to_ascii_lowercase()) };
        lead.filter(|_| all_ascii).map(|lead| Step { word: new, exact: key.exact, lead })
    }
}

/// A word that goes on from another.
pub(super) struct Step<'k> {
    word: &'k str,
    exact: bool,
    /// Where the other begins in it.
    lead: usize,
}

impl Step<'_> {
    /// The kept lines in which the word occurs. It mostly does where the other one was found, and no earlier match can
    /// be: the other word would have been found there.
    pub(super) fn lines(&self, kept: &Lines, regex: &Regex, on: &mut impl FnMut(&Line)) {
        let mut found = Line::of_one();
        let mut start = 0;
        for line in &kept.each {
            let end = start + line.length as usize;
            let mark = self.stands(&kept.text, start, start + line.mark as usize).or_else(|| {
                let place = regex.find(&kept.text[start..end])?;
                Some(start + place.start()..start + place.end())
            });
            if let Some(mark) = mark {
                found.range = start..end;
                found.marks[0] = mark;
                on(&found);
            }
            start = end + 1;
        }
    }

    fn stands(&self, text: &str, line: usize, mark: usize) -> Option<Range<usize>> {
        let start = mark.checked_sub(self.lead).filter(|start| *start >= line)?;
        let place = start..start + self.word.len();
        let here = text.as_bytes().get(place.clone())?;
        let is_same =
            if self.exact { here == self.word.as_bytes() } else { here.eq_ignore_ascii_case(self.word.as_bytes()) };
        is_same.then_some(place)
    }
}

impl Place {
    /// Reads it again.
    pub(super) fn read(self, file: &mut Opened, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.resize(self.length, 0);
        file.seek(SeekFrom::Start(self.offset))?;
        file.read_exact(buffer)
    }
}
