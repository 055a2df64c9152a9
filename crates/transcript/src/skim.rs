//! Cutting JSON text into its parts without decoding it.
//!
//! A transcript is mostly long strings that no figure depends on. Jumping from quote to quote is several times faster
//! than decoding them, and still follows the structure: nothing is decided by searching for a substring.

mod scan;
mod text;
mod walk;

use std::borrow::Cow;

use scan::{after_space, string_end, value_end};
pub(crate) use walk::{Break, Walked, walk};

/// The text is not JSON, or ends before it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// The text of a string from what stands between its quotes.
pub(crate) fn decode(inner: &str) -> Cow<'_, str> {
    text::decode(inner, usize::MAX)
}

/// A JSON value that has been cut out, not decoded. Strings inside may hold anything; brackets and quotes match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// `null`.
    pub(crate) const NULL: Self = Self("null");

    /// Cuts the value at the start of `text`; also returns the number of bytes it takes.
    pub(crate) fn cut(text: &'a str) -> Result<(Self, usize), Broken> {
        let start = after_space(text.as_bytes(), 0);
        let end = value_end(text.as_bytes(), start)?;
        Ok((Self(text.get(start..end).ok_or(Broken)?), end))
    }

    /// The text of a string; escapes that make no sense become U+FFFD.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        self.string_start(usize::MAX)
    }

    /// As `string`, but no more than about its first `limit` bytes.
    pub(crate) fn string_start(self, limit: usize) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Some(text::decode(inner, limit))
    }

    /// Whether it is this very string, written without escapes.
    pub(crate) fn is(self, text: &str) -> bool {
        self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|inner| inner == text)
    }

    /// A number that is a whole count, however it is written; negative ones count as none.
    pub(crate) fn count(self) -> Option<u64> {
        if let Ok(count) = self.0.parse() {
            return Some(count);
        }
        let float = self.float()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
        (float >= 0.0).then_some(float as u64)
    }

    /// A number.
    pub(crate) fn float(self) -> Option<f64> {
        let first = *self.0.as_bytes().first()?;
        let number = (first == b'-' || first.is_ascii_digit()).then(|| self.0.parse::<f64>().ok())??;
        number.is_finite().then_some(number)
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(self) -> bool {
        self.0 == "true"
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Its members, if it is an object.
    pub(crate) fn members(self) -> Members<'a> {
        Members { text: self.0, at: 0, state: if self.is_object() { State::Start } else { State::Done } }
    }

    /// Its elements, if it is a list.
    pub(crate) fn elements(self) -> Elements<'a> {
        Elements { text: self.0, at: if self.0.starts_with('[') { 1 } else { self.0.len() } }
    }

    /// The last member of this name, if it is an object.
    pub(crate) fn get(self, name: &str) -> Option<Raw<'a>> {
        self.members().filter(|(key, _)| *key == name).map(|(_, value)| value).last()
    }

    /// The text as it stands.
    pub(crate) fn as_written(self) -> &'a str {
        self.0
    }
}

/// The members of an object, in order; keys as written.
#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    text: &'a str,
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Done,
    Broken,
}

impl<'a> Members<'a> {
    /// The members of the object that `text` begins with; what follows it is left alone.
    pub(crate) fn at_start_of(text: &'a str) -> Self {
        let state = if text.starts_with('{') { State::Start } else { State::Broken };
        Self { text, at: 0, state }
    }

    /// The length of the object in bytes, once all members were taken.
    pub(crate) fn end(&self) -> Result<usize, Broken> {
        if self.state == State::Done { Ok(self.at) } else { Err(Broken) }
    }

    /// The next key; its value is taken by `value` or `object`. None at the end, or where the object is broken.
    pub(crate) fn key(&mut self) -> Option<&'a str> {
        if matches!(self.state, State::Done | State::Broken) {
            return None;
        }
        let key = self.step();
        self.or_broken(key).flatten()
    }

    /// The value of the key that was just taken.
    pub(crate) fn value(&mut self) -> Option<Raw<'a>> {
        let raw = value_end(self.text.as_bytes(), self.at).map(|end| {
            let raw = self.text.get(self.at..end).map(Raw);
            self.at = end;
            raw
        });
        self.or_broken(raw).flatten()
    }

    /// The members of the value of the key that was just taken, if it is an object: read in one go with what is around
    /// it, rather than cut out first and looked into later.
    pub(crate) fn object<T>(&mut self, read: impl FnOnce(&mut Members<'a>) -> T) -> Option<T> {
        let rest = self.text.get(self.at..).filter(|rest| rest.starts_with('{'))?;
        let mut inner = Members::at_start_of(rest);
        let value = read(&mut inner);
        inner.by_ref().for_each(drop);
        let end = inner.end().map(|end| self.at += end);
        self.or_broken(end).map(|()| value)
    }

    /// The members of the only element of the value of the key that was just taken, and the value itself, if it is a list of
    /// one object: read in one go with what is around it. Of anything else nothing is taken.
    pub(crate) fn sole_object<T>(&mut self, read: impl FnOnce(&mut Members<'a>) -> T) -> Option<(T, Raw<'a>)> {
        let bytes = self.text.as_bytes();
        let open = bytes.get(self.at).filter(|first| **first == b'[').map(|_| after_space(bytes, self.at + 1))?;
        let mut inner = Members::at_start_of(self.text.get(open..).filter(|rest| rest.starts_with('{'))?);
        let value = read(&mut inner);
        inner.by_ref().for_each(drop);
        let close = after_space(bytes, open + inner.end().ok()?);
        let raw = bytes.get(close).filter(|last| **last == b']').and_then(|_| self.text.get(self.at..=close))?;
        self.at = close + 1;
        Some((value, Raw(raw)))
    }

    /// Hands over the elements of the value of the key that was just taken, if it is a list, read in one go with what is
    /// around it: an object by its members, anything else as it stands.
    pub(crate) fn list<T>(
        &mut self,
        object: impl Fn(&mut Members<'a>) -> T,
        other: impl Fn(Raw<'a>) -> T,
        on: impl FnMut(T),
    ) -> Option<()> {
        let rest = self.text.get(self.at..).filter(|rest| rest.starts_with('['))?;
        let mut elements = Elements { text: rest, at: 1 };
        std::iter::from_fn(|| elements.next_as(&object, &other)).for_each(on);
        let end = match rest.as_bytes().get(elements.at) {
            Some(b']') => Ok(self.at + elements.at + 1),
            // odd inside, but its brackets match
            _ => value_end(self.text.as_bytes(), self.at),
        };
        let end = end.map(|end| self.at = end);
        self.or_broken(end)
    }

    fn or_broken<T>(&mut self, result: Result<T, Broken>) -> Option<T> {
        if result.is_err() {
            self.state = State::Broken;
        }
        result.ok()
    }

    /// Goes to the start of the next value.
    fn step(&mut self) -> Result<Option<&'a str>, Broken> {
        let bytes = self.text.as_bytes();
        let first = self.state == State::Start;
        let mut at = after_space(bytes, self.at + usize::from(first));
        match bytes.get(at) {
            Some(b'}') => {
                self.at = at + 1;
                self.state = State::Done;
                return Ok(None);
            }
            Some(b',') if !first => at = after_space(bytes, at + 1),
            Some(b'"') if first => {}
            _ => return Err(Broken),
        }
        if bytes.get(at) != Some(&b'"') {
            return Err(Broken);
        }
        let close = string_end(bytes, at)? - 1;
        let key = self.text.get(at + 1..close).ok_or(Broken)?;
        at = after_space(bytes, close + 1);
        if bytes.get(at) != Some(&b':') {
            return Err(Broken);
        }
        self.at = after_space(bytes, at + 1);
        self.state = State::Inside;
        Ok(Some(key))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.key()?;
        self.value().map(|value| (key, value))
    }
}

/// The elements of a list, in order.
#[derive(Debug, Clone)]
pub(crate) struct Elements<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.go_to_next();
        let raw = self.text.get(self.at..value_end(self.text.as_bytes(), self.at).ok()?).map(Raw)?;
        self.at += raw.0.len();
        Some(raw)
    }
}

impl<'a> Elements<'a> {
    /// The members of the next element that is an object; other elements are passed over.
    pub(crate) fn next_object<T>(&mut self, read: impl Fn(&mut Members<'a>) -> T) -> Option<T> {
        loop {
            self.go_to_next();
            let rest = self.text.get(self.at..)?;
            if rest.starts_with('{') {
                let mut inner = Members::at_start_of(rest);
                let value = read(&mut inner);
                inner.by_ref().for_each(drop);
                self.at += inner.end().ok()?;
                return Some(value);
            }
            self.at = value_end(self.text.as_bytes(), self.at).ok()?;
        }
    }

    /// The next element: an object by its members, read in one go, anything else as it stands.
    pub(crate) fn next_as<T>(
        &mut self,
        object: impl Fn(&mut Members<'a>) -> T,
        other: impl Fn(Raw<'a>) -> T,
    ) -> Option<T> {
        self.go_to_next();
        let rest = self.text.get(self.at..)?;
        if !rest.starts_with('{') {
            return self.next().map(other);
        }
        let mut inner = Members::at_start_of(rest);
        let value = object(&mut inner);
        inner.by_ref().for_each(drop);
        self.at = match inner.end() {
            Ok(length) => self.at + length,
            // odd inside, but its brackets match
            Err(Broken) => value_end(self.text.as_bytes(), self.at).ok()?,
        };
        Some(value)
    }

    fn go_to_next(&mut self) {
        let bytes = self.text.as_bytes();
        self.at = after_space(bytes, self.at);
        if bytes.get(self.at) == Some(&b',') {
            self.at = after_space(bytes, self.at + 1);
        }
    }
}

#[cfg(test)]
mod tests;
