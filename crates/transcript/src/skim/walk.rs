//! Walking over an object by the letter of the grammar, to see where a torn one breaks.

use super::scan::{after_space, string_end, value_end};

/// Nothing that a client writes is nested deeper.
const DEEPEST: usize = 128;

/// Where an object ended, or broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Walked<'a> {
    /// It is whole, and ends here.
    Whole(usize),
    /// What stands here cannot follow what stands before, or nothing stands here any more.
    Broken(Break<'a>),
    /// It is nested too deeply to be told.
    TooDeep,
}

/// Where an object broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Break<'a> {
    /// In bytes.
    pub(crate) at: usize,
    /// Where the value began that ended just before, if it was a whole object.
    pub(crate) inner: Option<usize>,
    /// The keys that this value stood under, from the outside in.
    pub(crate) keys: Vec<&'a str>,
}

/// Walks over the object that `text` begins with.
pub(crate) fn walk(text: &str) -> Walked<'_> {
    let mut walk = Walk { text, at: 0, open: Vec::new(), next: Next::Value, closed: None };
    loop {
        walk.at = after_space(text.as_bytes(), walk.at);
        if walk.step().is_none() {
            return Walked::Broken(walk.broken());
        }
        match walk.open.len() {
            0 => return Walked::Whole(walk.at),
            depth if depth > DEEPEST => return Walked::TooDeep,
            _ => {}
        }
    }
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    next: Next,
    /// The last object that was closed.
    closed: Option<(usize, usize)>,
}

/// An object or a list that has not ended yet.
struct Open<'a> {
    start: usize,
    is_object: bool,
    /// The last key of the object.
    key: Option<&'a str>,
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The first key, or the end of the object.
    FirstKey,
    Key,
    Colon,
    /// The first element, or the end of the list.
    FirstElement,
    Value,
    /// A comma, or the end.
    Comma,
}

impl<'a> Walk<'a> {
    /// Takes what stands next; none if it may not stand there.
    fn step(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let byte = *bytes.get(self.at)?;
        match (self.next, byte) {
            (Next::FirstKey | Next::FirstElement | Next::Comma, b'}' | b']') => self.close(byte == b'}')?,
            (Next::FirstKey | Next::Key, b'"') => {
                let end = self.string_end()?;
                self.open.last_mut()?.key = self.text.get(self.at + 1..end - 1);
                (self.at, self.next) = (end, Next::Colon);
            }
            (Next::Colon, b':') => (self.at, self.next) = (self.at + 1, Next::Value),
            (Next::Comma, b',') => {
                let is_object = self.open.last()?.is_object;
                (self.at, self.next) = (self.at + 1, if is_object { Next::Key } else { Next::Value });
            }
            (Next::Value | Next::FirstElement, b'{' | b'[') => {
                let is_object = byte == b'{';
                self.open.push(Open { start: self.at, is_object, key: None });
                (self.at, self.next) = (self.at + 1, if is_object { Next::FirstKey } else { Next::FirstElement });
            }
            (Next::Value | Next::FirstElement, b'"') => (self.at, self.next) = (self.string_end()?, Next::Comma),
            (Next::Value | Next::FirstElement, _) => {
                (self.at, self.next) = (value_end(bytes, self.at).ok()?, Next::Comma);
            }
            _ => return None,
        }
        Some(())
    }

    /// The end of the string that opens here. One without an end takes everything.
    fn string_end(&mut self) -> Option<usize> {
        let end = string_end(self.text.as_bytes(), self.at);
        end.map_err(|_| self.at = self.text.len()).ok()
    }

    fn close(&mut self, is_object: bool) -> Option<()> {
        let open = self.open.pop_if(|open| open.is_object == is_object)?;
        (self.at, self.next) = (self.at + 1, Next::Comma);
        self.closed = is_object.then_some((open.start, self.at));
        Some(())
    }

    fn broken(self) -> Break<'a> {
        let bytes = self.text.as_bytes();
        let inner = self.closed.filter(|(_, end)| after_space(bytes, *end) == self.at).map(|(start, _)| start);
        Break { at: self.at, inner, keys: self.open.iter().filter_map(|open| open.key).collect() }
    }
}
