//! The transcripts that are open at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use transcript::SessionId;
use typeset::{Code, Colors};

use super::Reader;

/// At most so many are open at once; the one that was opened first gives way.
pub(crate) const MOST: usize = 9;
/// The same in bytes of all together. One that is larger by itself is open alone.
const MOST_BYTES: usize = 512 * 1024 * 1024;
/// Colors of so many texts are kept.
const COLORED: usize = 400;

/// The transcripts that are open at once.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    readers: Vec<Reader>,
    current: usize,
    /// Whether one of them is on the screen.
    shown: bool,
    /// Whether one is watched for what is added to it.
    pub(crate) watching: bool,
    /// Colors of code that are known.
    pub(crate) colors: HashMap<Code, Arc<Colors>>,
    /// Code whose colors were asked for.
    pub(crate) asked: HashSet<Code>,
}

impl Shelf {
    /// The one on the screen.
    pub(crate) fn current(&self) -> Option<&Reader> {
        self.readers.get(self.current).filter(|_| self.shown)
    }

    pub(crate) fn current_mut(&mut self) -> Option<&mut Reader> {
        self.readers.get_mut(self.current).filter(|_| self.shown)
    }

    /// The one on the screen, with the colors of code.
    pub(crate) fn current_with_colors(&mut self) -> Option<(&mut Reader, &HashMap<Code, Arc<Colors>>)> {
        let reader = self.readers.get_mut(self.current).filter(|_| self.shown)?;
        Some((reader, &self.colors))
    }

    pub(crate) fn readers_mut(&mut self) -> impl Iterator<Item = &mut Reader> {
        self.readers.iter_mut()
    }

    /// Whether a session's transcript is open.
    pub(crate) fn is_open(&self, id: &SessionId) -> bool {
        self.readers.iter().any(|reader| reader.id == *id)
    }

    /// Goes back to the one that was on the screen last; whether there is one.
    pub(crate) fn go_back(&mut self) -> bool {
        self.shown = self.current < self.readers.len();
        self.shown
    }

    /// Which one is on the screen, from 1, and how many there are.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.current + 1, self.readers.len())
    }

    /// Puts one on the screen that is open already; whether it was.
    pub(crate) fn show(&mut self, id: &SessionId) -> bool {
        let found = self.readers.iter().position(|reader| reader.id == *id);
        if let Some(found) = found {
            self.current = found;
            self.shown = true;
        }
        found.is_some()
    }

    pub(crate) fn open(&mut self, reader: Reader) {
        self.readers.push(reader);
        self.current = self.readers.len() - 1;
        self.shown = true;
    }

    /// Closes what there is no room for, the oldest first but never the one that was shown last; their titles.
    pub(crate) fn make_room(&mut self) -> Vec<String> {
        self.make_room_in(MOST_BYTES)
    }

    fn make_room_in(&mut self, bytes: usize) -> Vec<String> {
        let mut closed = Vec::new();
        while self.readers.len() > MOST || self.readers.len() > 1 && self.size() > bytes {
            let oldest = usize::from(self.current == 0);
            closed.push(self.readers.remove(oldest).title);
            self.current -= usize::from(oldest < self.current);
        }
        closed
    }

    fn size(&self) -> usize {
        self.readers.iter().map(Reader::size).sum()
    }

    /// Goes back to the list; all stay open.
    pub(crate) fn leave(&mut self) {
        self.shown = false;
    }

    /// Puts the next one on the screen, or with `false` the previous one.
    pub(crate) fn turn(&mut self, forward: bool) {
        let count = self.readers.len().max(1);
        self.current = (self.current + if forward { 1 } else { count - 1 }) % count;
    }

    /// Closes the one on the screen; the one before it comes up, or the list.
    pub(crate) fn close(&mut self) {
        if self.current < self.readers.len() {
            self.readers.remove(self.current);
        }
        self.current = self.current.saturating_sub(1);
        self.shown = !self.readers.is_empty();
    }

    /// Takes in colors of code; rows that waited for them are laid out again.
    pub(crate) fn color(&mut self, known: Vec<(Code, Arc<Colors>)>) {
        if self.colors.len() > COLORED {
            self.colors.clear();
        }
        for (code, colors) in known {
            self.asked.remove(&code);
            self.colors.insert(code, colors);
        }
        self.readers.iter_mut().flat_map(|reader| &mut reader.pages).for_each(super::Page::forget_uncolored);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Page, Script, Which};
    use super::*;

    fn shelf(sizes: &[usize]) -> Shelf {
        let mut shelf = Shelf::default();
        for size in sizes {
            let script = Arc::new(Script::whole(&vec![b'\n'; *size]));
            let pages = vec![
                Page::new(Arc::clone(&script), Which::default(), String::new()),
                Page::new(script, Which::default(), "again".to_owned()),
            ];
            let id = SessionId::from(format!("{size}").as_str());
            shelf.open(Reader { pages, title: size.to_string(), ..Reader::new(id) });
        }
        shelf
    }

    #[test]
    fn the_oldest_that_is_not_shown_gives_way_by_bytes_and_by_number() {
        let mut large = shelf(&[30, 40, 20]);
        assert_eq!(large.make_room_in(90), Vec::<String>::new());
        assert_eq!(large.make_room_in(89), ["30"]);
        assert_eq!((large.place(), large.current().map(|reader| reader.title.as_str())), ((2, 2), Some("20")));
        large.turn(false);
        assert_eq!(large.make_room_in(0), ["20"]);
        assert_eq!(large.current().map(|reader| reader.title.as_str()), Some("40"), "what is shown stays");
        assert_eq!(shelf(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).make_room(), ["1"]);
    }
}
