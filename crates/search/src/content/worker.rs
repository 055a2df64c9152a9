//! One thread of a search: sessions, their files, the lines in them.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use archive::Opened;
use grep_searcher::{MmapChoice, Searcher, SearcherBuilder, Sink, SinkMatch};
use transcript::texts;

use super::kept::Kept;
use super::spilled::spilled;
use super::tally::{Expressions, Tally, bits};
use super::{File, Found, Seen, Target, Wanted};

/// One thread of a search.
pub(super) struct Worker<'a> {
    wanted: &'a Wanted,
    expressions: Arc<Expressions>,
    seen: &'a Seen,
    stop: &'a AtomicBool,
    searcher: Searcher,
    /// What is read again.
    buffer: Vec<u8>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(wanted: &'a Wanted, seen: &'a Seen, stop: &'a AtomicBool) -> Self {
        let searcher = SearcherBuilder::new()
            .line_number(false)
            .bom_sniffing(false)
            // a file that is cut off while it is mapped kills the process
            .memory_map(MmapChoice::never())
            // a line is a whole record, of any length
            .heap_limit(None)
            .build();
        Self { wanted, expressions: Arc::new(Expressions::of(wanted)), seen, stop, searcher, buffer: Vec::new() }
    }

    /// Searches the files of a session; none if it does not match by anything in them.
    pub(super) fn session(&mut self, target: &Target) -> Option<Found> {
        let wanted = self.wanted;
        let needed = (0..wanted.positive).filter(|bit| target.standing.scores.get(*bit).is_none_or(Option::is_none));
        let needed: Vec<usize> = needed.collect();
        let may = target.files.iter().fold(0, |may, file| may | self.seen.may(file.number));
        if needed.iter().any(|bit| may & (1 << bit) == 0) || self.lacks_rarest(target, &needed) {
            return None;
        }
        let expressions = Arc::clone(&self.expressions);
        let mut tally = Tally::new(wanted, &expressions, self.stop);
        for (index, file) in target.files.iter().enumerate() {
            if self.file(index, file, &mut tally).is_none() {
                return tally.is_out().then(|| Found { refused: true, ..tally.found(target) });
            }
        }
        let found = tally.found(target);
        let matches = needed.iter().all(|bit| found.texts & (1 << bit) != 0);
        matches.then_some(found)
    }

    /// Whether, of several texts that must be in the contents, the one that is probably rarest is not. Looking for it
    /// alone first spares reading what the others find everywhere.
    fn lacks_rarest(&mut self, target: &Target, needed: &[usize]) -> bool {
        let wanted = self.wanted;
        if wanted.texts.len() < 2 {
            return false;
        }
        let is_kept = |file: &File| self.seen.kept(file.number).is_some();
        if target.files.iter().all(is_kept) || target.files.iter().any(|file| !outputs(file).is_empty()) {
            return false;
        }
        let Some(rarest) = needed.iter().copied().max_by_key(|bit| wanted.texts[*bit].length) else { return false };
        let bit = 1 << rarest;
        for file in target.files.iter().filter(|file| self.seen.may(file.number) & bit != 0) {
            let mut probe = Probe { wanted, rarest, found: false };
            let searched = self.read(file, &wanted.texts[rarest].lines, &mut probe);
            let found = probe.found;
            if found || searched.is_err() {
                return false;
            }
            self.seen.learn(file.number, bit, 0);
        }
        true
    }

    /// Searches a file; none if the session is out, or the search was stopped.
    fn file(&mut self, index: usize, file: &File, tally: &mut Tally<'_>) -> Option<()> {
        let all = bits(self.wanted.texts.len());
        if self.seen.may(file.number) & all == 0 {
            return Some(());
        }
        tally.begin(index);
        let kept = self.seen.kept(file.number).filter(|kept| kept.is_current(&file.path));
        let searched = match kept {
            Some(kept) => self.again(file, &kept, tally),
            None => self.whole(file, tally),
        };
        match searched {
            Ok(()) if !tally.is_out() && !self.stop.load(Ordering::Relaxed) => {
                let found = tally.kept();
                for output in outputs(file) {
                    tally.take_output(file, &output);
                    if tally.is_out() || self.stop.load(Ordering::Relaxed) {
                        return None;
                    }
                }
                self.seen.learn(file.number, all, tally.file_texts);
                if let Some(found) = found {
                    self.seen.keep(file.number, found);
                }
                Some(())
            }
            Ok(()) => None,
            // what cannot be read holds nothing
            Err(_) if self.stop.load(Ordering::Relaxed) => None,
            Err(_) => Some(()),
        }
    }

    /// Searches all of a file.
    fn whole(&mut self, file: &File, tally: &mut Tally<'_>) -> io::Result<()> {
        let opened = file.open()?;
        let room = self.seen.room(file.number);
        let keeps = room > 0 && self.wanted.keep == 0;
        tally.keep_found(keeps.then(|| Kept::of(opened.file(), self.wanted)), room);
        self.searcher.search_reader(&self.wanted.lines, Stoppable { file: opened, stop: self.stop }, tally)
    }

    /// Searches what was found in a file before.
    fn again(&mut self, file: &File, kept: &Arc<Kept>, tally: &mut Tally<'_>) -> io::Result<()> {
        let lines = kept.lines.as_ref().filter(|_| self.wanted.by_line);
        let unsure = kept.unsure.iter().filter_map(|at| kept.places.get(*at as usize));
        let places: Vec<_> = if lines.is_some() { unsure.collect() } else { kept.places.iter().collect() };
        if let Some(lines) = lines {
            tally.keep_found(None, 0);
            tally.take_lines(lines);
        } else {
            tally.keep_found(Some(kept.emptied(self.wanted)), self.seen.room(file.number));
        }
        if places.is_empty() {
            return Ok(());
        }
        let mut opened = file.open()?;
        for place in places {
            if tally.is_out() || self.stop.load(Ordering::Relaxed) {
                break;
            }
            place.read(&mut opened, &mut self.buffer)?;
            tally.take_record_line(place.offset, &self.buffer);
        }
        Ok(())
    }

    fn read<S: Sink<Error = io::Error>>(
        &mut self,
        file: &File,
        matcher: &grep_regex::RegexMatcher,
        sink: S,
    ) -> io::Result<()> {
        let file = Stoppable { file: file.open()?, stop: self.stop };
        self.searcher.search_reader(matcher, file, sink)
    }
}

/// Output that belongs to a transcript; that of subagents lies with their session's.
fn outputs(file: &File) -> Vec<PathBuf> {
    if file.agent.is_some() { Vec::new() } else { spilled(file) }
}

/// A file whose reading ends when the search is stopped.
struct Stoppable<'a> {
    file: Opened,
    stop: &'a AtomicBool,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("the search was stopped"));
        }
        self.file.read(buffer)
    }
}

/// Looks for one text until it is found.
struct Probe<'a> {
    wanted: &'a Wanted,
    rarest: usize,
    found: bool,
}

impl Sink for &mut Probe<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, line: &SinkMatch<'_>) -> io::Result<bool> {
        let (wanted, regex) = (self.wanted, &self.wanted.texts[self.rarest].decoded);
        let found = &mut self.found;
        texts(line.bytes(), &mut |text| {
            *found = *found
                || (wanted.hears(text.kind)
                    && wanted.strings.is_match(text.written())
                    && regex.is_match(&text.decoded()));
        });
        Ok(!*found)
    }
}
