//! What a search found in a session so far: how much, and what tells most.

use std::cmp::Reverse;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use grep_searcher::{Searcher, Sink, SinkMatch};
use regex::Regex;
use transcript::{Text, TextKind, texts};

use super::excerpt::Excerpt;
use super::gathering::Gathering;
use super::kept::{Kept, Lines, Place, Source};
use super::lines::{Line, lines};
use super::nearness::Nearness;
use super::spilled::Naming;
use super::{File, Found, Passage, Target, Together, Wanted, stretch};

/// A line that is longer is not kept, but read again.
const LONGEST_KEPT: usize = 32_768;

/// What was found in the files of a session so far.
pub(super) struct Tally<'a> {
    wanted: &'a Wanted,
    expressions: &'a Expressions,
    stop: &'a AtomicBool,
    file: usize,
    /// Texts that occur in the file that is being read.
    pub(super) file_texts: u32,
    texts: u32,
    lines: u64,
    /// Lines in which the same texts occur.
    counts: Vec<(u32, u64)>,
    /// Lines in which all texts occur.
    together: u64,
    /// Of the lines in which the same texts occur, the one that tells most.
    best: Vec<Passage>,
    nearness: Nearness,
    gathering: Gathering,
    keeping: Option<Keeping>,
}

/// What is kept of the file that is being read.
struct Keeping {
    kept: Kept,
    room: usize,
    /// Whether a line of the text that is being read is kept already.
    begun: bool,
    /// Whether all of the record that is being read was looked at, and can be kept.
    sure: bool,
}

/// The expressions of a query as one thread uses them: threads that share one wait for each other.
pub(super) struct Expressions {
    pub(super) decoded: Vec<Regex>,
    strings: Regex,
    /// Finds all texts side by side.
    beside: Option<Regex>,
}

/// Where a line was found.
struct Spot<T> {
    record: u64,
    kind: TextKind,
    at: T,
}

impl Expressions {
    pub(super) fn of(wanted: &Wanted) -> Self {
        Self {
            decoded: wanted.texts.iter().map(|wish| wish.decoded.clone()).collect(),
            strings: wanted.strings.clone(),
            beside: wanted.beside.clone(),
        }
    }
}

/// The first bits.
pub(super) fn bits(count: usize) -> u32 {
    u32::MAX.checked_shr(32 - u32::try_from(count.min(32)).unwrap_or(32)).unwrap_or(0)
}

impl Wanted {
    /// Whether a text is of a kind that is searched.
    pub(super) fn hears(&self, kind: TextKind) -> bool {
        kind != TextKind::Tag && (self.thinking || kind != TextKind::Thinking)
    }
}

impl<'a> Tally<'a> {
    pub(super) fn new(wanted: &'a Wanted, expressions: &'a Expressions, stop: &'a AtomicBool) -> Self {
        Self {
            wanted,
            expressions,
            stop,
            file: 0,
            file_texts: 0,
            texts: 0,
            lines: 0,
            counts: Vec::new(),
            together: 0,
            best: Vec::new(),
            nearness: Nearness::of(wanted.positive),
            gathering: Gathering::of(wanted.positive, wanted.keep),
            keeping: None,
        }
    }

    /// Goes on with the next file.
    pub(super) fn begin(&mut self, file: usize) {
        self.file = file;
        self.file_texts = 0;
        self.keeping = None;
        self.nearness.end_file();
    }

    /// Keeps what is found from now on.
    pub(super) fn keep_found(&mut self, kept: Option<Kept>, room: usize) {
        self.keeping = kept.map(|kept| Keeping { kept, room, begun: false, sure: true });
    }

    /// What was kept.
    pub(super) fn kept(&mut self) -> Option<Kept> {
        self.keeping.take().map(|keeping| keeping.kept)
    }

    /// Whether something occurs that must not.
    pub(super) fn is_out(&self) -> bool {
        self.texts & bits(self.wanted.texts.len()) & !bits(self.wanted.positive) != 0
    }

    pub(super) fn found(mut self, target: &Target) -> Found {
        self.nearness.end_file();
        let inside = self.texts & bits(self.wanted.positive);
        let on_one = self.counts.iter().filter(|(texts, _)| texts & inside == inside).map(|(_, lines)| lines).sum();
        let (together, lines) = match (on_one, self.nearness.messages) {
            (0, 0) => (Together::Apart, self.lines),
            (0, messages) => (Together::Message(messages), self.lines),
            (lines, _) => (Together::Line, lines),
        };
        Found {
            standing: target.standing.clone(),
            refused: false,
            lines,
            together,
            texts: self.texts,
            near: if self.together > 0 { Some(0) } else { self.nearness.least },
            best: self.best_of_all(),
            passages: self.gathering.shown(),
        }
    }

    /// The line with most of the texts, and of such lines the one with a text that is rarest in this session.
    fn best_of_all(&mut self) -> Option<Passage> {
        let lines_of = |text: u32| -> u64 {
            self.counts.iter().filter(|(texts, _)| texts & text != 0).map(|(_, lines)| lines).sum()
        };
        let lines_of: Vec<u64> = (0..self.wanted.texts.len()).map(|bit| lines_of(1 << bit)).collect();
        let rarest = |texts: u32| {
            let lines = lines_of.iter().enumerate().filter(|(bit, _)| texts & (1 << bit) != 0);
            lines.map(|(_, lines)| *lines).min()
        };
        // of lines that tell as much, the first one: a search that goes on from another finds them in another order
        let rank = |passage: &Passage| {
            let first = Reverse((passage.file, passage.offset, passage.texts));
            (passage.texts.count_ones(), Reverse(rarest(passage.texts)), rank_of(passage), first)
        };
        std::mem::take(&mut self.best).into_iter().max_by_key(rank)
    }

    /// Takes in lines that a search before this one found.
    pub(super) fn take_lines(&mut self, kept: &Lines) {
        let (wanted, expressions) = (self.wanted, self.expressions);
        let mut sources = kept.sources.iter().peekable();
        let mut take = |line: &Line| {
            while sources.next_if(|source| source.end <= line.range.start).is_some() {}
            if let Some(source) = sources.peek().filter(|source| wanted.hears(source.kind)) {
                self.add(&Spot { record: source.record, kind: source.kind, at: || source.at }, &kept.text, line);
            }
        };
        match wanted.texts.as_slice() {
            [wish] if let Some(step) = kept.step(&wish.key) => step.lines(kept, &expressions.decoded[0], &mut take),
            _ => lines(&kept.text, expressions.decoded.iter(), &mut take),
        }
    }

    /// Takes in output that has a file of its own.
    pub(super) fn take_output(&mut self, file: &File, output: &Path) {
        let expressions = self.expressions;
        let Ok(bytes) = file.read_beside(output) else { return };
        let text = String::from_utf8_lossy(&bytes);
        // what is read anew every time need not be kept
        self.keeping = None;
        let mut naming = None;
        lines(&text, expressions.decoded.iter(), &mut |line| {
            let Naming { record, at } = *naming.get_or_insert_with(|| Naming::find(file, output));
            self.add(&Spot { record, kind: TextKind::ToolResult, at: || at }, &text, line);
        });
    }

    /// Takes in a line of a file.
    pub(super) fn take_record_line(&mut self, offset: u64, bytes: &[u8]) {
        let mark = self.keeping.as_mut().map(Keeping::begin_record);
        let mut told = false;
        texts(bytes, &mut |text| {
            if text.kind == TextKind::ToolDetail && (text.repeats || told) {
                // the client's record of a result mostly repeats it
                if let Some(keeping) = self.keeping.as_mut().filter(|_| !text.repeats) {
                    keeping.sure = false;
                }
            } else {
                told |= self.take(offset, &text);
            }
        });
        if let (Some(keeping), Some(mark)) = (&mut self.keeping, mark) {
            keeping.end_record(Place { offset, length: bytes.len() }, told, mark);
        }
    }

    /// Takes in a text of a record; whether anything was found in it.
    fn take(&mut self, line_offset: u64, text: &Text<'_>) -> bool {
        let (wanted, expressions) = (self.wanted, self.expressions);
        if !wanted.hears(text.kind) {
            return false;
        }
        if let Some(keeping) = &mut self.keeping {
            keeping.begun = false;
        }
        let before = self.lines;
        let spot = Spot { record: line_offset + text.record as u64, kind: text.kind, at: || text.at() };
        if wanted.by_stretch() && wanted.context == 0 {
            self.take_stretches(&spot, text);
        } else if expressions.strings.is_match(text.written()) {
            let decoded = text.decoded();
            lines(&decoded, expressions.decoded.iter(), &mut |line| self.add(&spot, &decoded, line));
        }
        self.lines > before
    }

    /// Takes in a text, of which only the lines are decoded that something can be in.
    fn take_stretches(&mut self, spot: &Spot<impl Fn() -> Option<DateTime<Utc>>>, text: &Text<'_>) {
        let (wanted, expressions) = (self.wanted, self.expressions);
        let written = text.written();
        // where a line begins, and where to look
        let (mut begin, mut from) = (0, 0);
        let mut line = Line::of_one();
        while let Some(place) = expressions.strings.find_at(written, from) {
            let (stretch, is_plain) = stretch::around(written, begin, &place.range());
            let after = stretch::after(written, stretch.end);
            if is_plain && wanted.is_literal {
                // nothing is escaped: what was found is what is looked for
                let mark = place.start() - stretch.start..place.end() - stretch.start;
                line.range = 0..stretch.len();
                line.marks[0] = mark;
                self.add(spot, &written[stretch], &line);
                (begin, from) = (after, after);
                continue;
            }
            let before = self.lines;
            let decoded = text.decoded_in(stretch);
            lines(&decoded, expressions.decoded.iter(), &mut |line| self.add(spot, &decoded, line));
            // what only looked like a phrase may hide one that begins inside it and goes on behind the stretch
            if !wanted.by_line && self.lines == before {
                from = written.ceil_char_boundary(place.start() + 1);
            } else {
                (begin, from) = (after, after);
            }
        }
    }

    fn add(&mut self, spot: &Spot<impl Fn() -> Option<DateTime<Utc>>>, decoded: &str, line: &Line) {
        self.texts |= line.texts;
        self.file_texts |= line.texts;
        self.lines += 1;
        match self.counts.iter_mut().find(|(texts, _)| *texts == line.texts) {
            Some((_, lines)) => *lines += 1,
            None => self.counts.push((line.texts, 1)),
        }
        if let Some(keeping) = &mut self.keeping {
            keeping.add(spot, decoded, line);
        }
        let positive = bits(self.wanted.positive);
        let together = line.texts & positive == positive;
        self.together += u64::from(together);
        if self.together == 0 {
            self.nearness.add(spot.record, line.texts & positive);
        }
        let beside = self.expressions.beside.as_ref().filter(|_| together);
        let beside = beside.and_then(|regex| regex.find(&decoded[line.range.clone()]));
        let beside = beside.map(|place| line.range.start + place.start()..line.range.start + place.end());
        let kept = self.gathering.wants(together);
        if kept || self.tells_more((beside.is_some(), true, weight(spot.kind)), line.texts, spot.record) {
            self.keep(spot, decoded, line, beside.as_ref(), kept);
        }
    }

    /// Whether a line tells more than the best one so far with the same texts; of those that tell as much, the first one
    /// is the best.
    fn tells_more(&self, rank: Rank, texts: u32, record: u64) -> bool {
        self.best.iter().find(|best| best.texts == texts).is_none_or(|best| {
            let known = rank_of(best);
            // records that are read again come after others
            rank > known || rank == known && self.file == best.file && record < best.offset
        })
    }

    fn keep(
        &mut self,
        spot: &Spot<impl Fn() -> Option<DateTime<Utc>>>,
        decoded: &str,
        line: &Line,
        beside: Option<&Range<usize>>,
        kept: bool,
    ) {
        let marks = beside.map_or(line.marks.as_slice(), std::slice::from_ref);
        let whole = marks.iter().all(|mark| is_whole(decoded, mark.start, mark.end));
        let better = self.tells_more((beside.is_some(), whole, weight(spot.kind)), line.texts, spot.record);
        if !better && !kept {
            return;
        }
        let passage = Passage {
            file: self.file,
            offset: spot.record,
            at: (spot.at)(),
            kind: spot.kind,
            texts: line.texts,
            beside: beside.is_some(),
            whole,
            excerpt: Excerpt::cut(decoded, &line.range, marks, self.wanted.context),
        };
        if better {
            self.best.retain(|best| best.texts != passage.texts);
            self.best.push(passage.clone());
        }
        if kept {
            self.gathering.add(passage);
        }
    }
}

/// Where what is kept of a record begins.
#[derive(Clone, Copy)]
struct Mark {
    text: usize,
    lines: usize,
    sources: usize,
}

impl Keeping {
    fn begin_record(&mut self) -> Mark {
        (self.begun, self.sure) = (false, true);
        let lines = self.kept.lines.as_ref();
        Mark {
            text: lines.map_or(0, |lines| lines.text.len()),
            lines: lines.map_or(0, |lines| lines.each.len()),
            sources: lines.map_or(0, |lines| lines.sources.len()),
        }
    }

    fn add(&mut self, spot: &Spot<impl Fn() -> Option<DateTime<Utc>>>, decoded: &str, line: &Line) {
        if line.range.len() > LONGEST_KEPT {
            self.sure = false;
            return;
        }
        if let Some(lines) = &mut self.kept.lines {
            let source = || Source { end: 0, record: spot.record, kind: spot.kind, at: (spot.at)() };
            let mark = line.marks.first().map_or(0, |mark| mark.start - line.range.start);
            lines.add(&decoded[line.range.clone()], mark, self.begun, source);
            self.begun = true;
        }
    }

    fn end_record(&mut self, place: Place, found: bool, mark: Mark) {
        if !found {
            return;
        }
        if !self.sure {
            self.kept.unsure.extend(u32::try_from(self.kept.places.len()));
            if let Some(lines) = &mut self.kept.lines {
                lines.text.truncate(mark.text);
                lines.each.truncate(mark.lines);
                lines.sources.truncate(mark.sources);
            }
        }
        self.kept.places.push(place);
        if self.kept.size() > self.room {
            self.kept.lines = None;
        }
    }
}

/// How much a line tells among those with the same texts: whether these stand side by side and as whole words, and whose
/// it is.
type Rank = (bool, bool, u8);

fn rank_of(passage: &Passage) -> Rank {
    (passage.beside, passage.whole, weight(passage.kind))
}

/// What people said tells more than what tools printed.
fn weight(kind: TextKind) -> u8 {
    match kind {
        TextKind::Prompt => 4,
        TextKind::Answer => 3,
        TextKind::Notice | TextKind::ToolInput => 2,
        TextKind::ToolResult | TextKind::ToolDetail => 1,
        TextKind::Thinking | TextKind::Tag => 0,
    }
}

fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    !is_word(text[..start].chars().next_back()) && !is_word(text[end..].chars().next())
}

impl Sink for &mut Tally<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, line: &SinkMatch<'_>) -> io::Result<bool> {
        self.take_record_line(line.absolute_byte_offset(), line.bytes());
        Ok(!self.is_out() && !self.stop.load(Ordering::Relaxed))
    }
}
