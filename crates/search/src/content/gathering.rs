//! Which lines of a session are shown of a query with several texts: those in which all occur, else those that stand
//! nearest to one another.

use std::rc::Rc;

use super::Passage;
use super::tally::bits;

/// Lines of a session that are kept to be shown.
#[derive(Debug)]
pub(super) struct Gathering {
    /// The texts that must occur, by their bits.
    texts: u32,
    /// Most lines that are kept.
    keep: usize,
    /// Lines in which all texts occur.
    together: Vec<Passage>,
    /// Lines in which some do, as long as one was not seen at all: it may occur nowhere but in the title. Of those with the same
    /// texts as many as are kept.
    some: Vec<Rc<Passage>>,
    /// For each text the last line in which it occurs.
    last: Vec<Option<Spot>>,
    /// Lines between which all texts occur: of each message that has them all, and if none has, the nearest.
    covers: Vec<Cover>,
    lines: u64,
}

/// A line in the order of all.
#[derive(Debug, Clone)]
struct Spot {
    line: u64,
    passage: Rc<Passage>,
}

/// Lines between which all texts occur.
#[derive(Debug)]
struct Cover {
    /// How far apart they are: the records in bytes, then lines.
    distance: (u64, u64),
    lines: Vec<Spot>,
}

impl Gathering {
    /// Nothing yet, of so many texts that must occur; at most so many lines are kept.
    pub(super) fn of(texts: usize, keep: usize) -> Self {
        Self {
            texts: bits(texts),
            keep,
            together: Vec::new(),
            some: Vec::new(),
            last: vec![None; texts],
            covers: Vec::new(),
            lines: 0,
        }
    }

    /// Whether a line is wanted in which all texts occur, or only some.
    pub(super) fn wants(&self, together: bool) -> bool {
        self.keep > self.together.len() && (together || self.together.is_empty())
    }

    /// Takes in a line.
    pub(super) fn add(&mut self, passage: Passage) {
        if passage.texts & self.texts == self.texts {
            // lines with some of the texts are of interest only while none has all
            (self.some, self.covers) = (Vec::new(), Vec::new());
            self.together.push(passage);
            return;
        }
        self.lines += 1;
        let spot = Spot { line: self.lines, passage: Rc::new(passage) };
        for (bit, last) in self.last.iter_mut().enumerate() {
            if spot.passage.texts & (1 << bit) != 0 {
                *last = Some(spot.clone());
            }
        }
        if self.last.iter().all(Option::is_some) {
            self.some = Vec::new();
            self.cover();
        } else {
            // of lines with the same texts no more are ever shown, see `with_most`
            let alike = self.some.iter().filter(|known| known.texts == spot.passage.texts).count();
            if alike < self.keep {
                self.some.push(spot.passage);
            }
        }
    }

    /// Looks at the last lines of all texts.
    fn cover(&mut self) {
        let mut lines: Vec<&Spot> = self.last.iter().flatten().collect();
        lines.sort_by_key(|spot| spot.line);
        lines.dedup_by_key(|spot| spot.line);
        let place = |spot: &&Spot| (spot.passage.file, spot.passage.offset);
        let (Some(first), Some(end)) = (lines.iter().map(place).min(), lines.iter().map(place).max()) else { return };
        let apart = if first.0 == end.0 { end.1 - first.1 } else { u64::MAX };
        let span = lines.last().map_or(0, |spot| spot.line) - lines.first().map_or(0, |spot| spot.line);
        let distance = (apart, span);
        let known = self.covers.last().filter(|known| {
            // each message that has all of them is of interest, and in it the lines that are nearest
            apart > 0 || known.distance.0 == 0 && known.lines.iter().all(|spot| place(&spot) == first)
        });
        if known.is_some_and(|known| known.distance <= distance) {
            return;
        }
        if known.is_some() || self.covers.last().is_some_and(|known| known.distance.0 > 0) {
            self.covers.pop();
        }
        if self.covers.len() < self.keep {
            self.covers.push(Cover { distance, lines: lines.into_iter().cloned().collect() });
        }
    }

    /// The lines that are shown.
    pub(super) fn shown(self) -> Vec<Passage> {
        if !self.together.is_empty() {
            return self.together;
        }
        let mut lines: Vec<Rc<Passage>> =
            self.covers.into_iter().flat_map(|cover| cover.lines).map(|spot| spot.passage).collect();
        if lines.is_empty() {
            lines = with_most(self.some);
        }
        drop(self.last);
        lines.truncate(self.keep);
        lines.into_iter().map(Rc::unwrap_or_clone).collect()
    }
}

/// Of lines in which not all texts occur those with all that do, and if there is none, the first ones that have them
/// all together.
fn with_most(lines: Vec<Rc<Passage>>) -> Vec<Rc<Passage>> {
    let all = lines.iter().fold(0, |texts, line| texts | line.texts);
    if lines.iter().any(|line| line.texts == all) {
        return lines.into_iter().filter(|line| line.texts == all).collect();
    }
    let mut missing = all;
    let tells_more = |line: &Rc<Passage>| {
        let before = missing;
        missing &= !line.texts;
        missing != before
    };
    lines.into_iter().filter(tells_more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Excerpt, TextKind};

    fn line(offset: u64, texts: u32) -> Passage {
        let (at, kind, excerpt) = (None, TextKind::Prompt, Excerpt::default());
        Passage { file: 0, offset, at, kind, texts, beside: false, whole: false, excerpt }
    }

    #[test]
    fn a_text_that_occurs_nowhere_keeps_no_more_lines_than_are_shown() {
        let mut gathering = Gathering::of(3, 4);
        for offset in 0..1_000 {
            gathering.add(line(offset, if offset % 7 == 6 { 0b011 } else { 0b001 }));
        }
        assert!(gathering.some.len() <= 8, "{}", gathering.some.len());
        let shown: Vec<u64> = gathering.shown().iter().map(|passage| passage.offset).collect();
        assert_eq!(shown, [6, 13, 20, 27], "the first that have most of them");
    }
}
