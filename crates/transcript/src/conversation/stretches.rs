//! The bytes of a transcript in stretches, and a record of them found again.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::lines::lines;
use crate::skim::Raw;
use crate::wire::{self, text};

/// The bytes of a transcript, in stretches that each end where a record ends.
#[derive(Debug, Clone, Default)]
pub struct Stretches<'a>(Vec<(u64, &'a [u8])>);

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// Bytes from the start of the file.
    pub(super) offset: u64,
    /// Whether it stands inside the record there (a report on a subagent).
    nested: bool,
}

impl Spot {
    pub(super) fn at(offset: u64) -> Self {
        Self { offset, nested: false }
    }

    pub(super) fn nested(offset: u64) -> Self {
        Self { offset, nested: true }
    }
}

impl<'a> Stretches<'a> {
    /// Bytes that begin at these offsets, in order and without gaps.
    pub fn new(stretches: Vec<(u64, &'a [u8])>) -> Self {
        Self(stretches)
    }

    /// A whole transcript.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self(vec![(0, bytes)])
    }

    /// The record at an offset, as written.
    pub fn record(&self, offset: u64) -> Option<String> {
        self.with(Spot::at(offset), |record| record.whole().to_owned())
    }

    /// The bytes from an offset to the end of its line.
    pub fn line(&self, offset: u64) -> Option<&'a [u8]> {
        let (start, bytes) = *self.0.get(self.0.partition_point(|(start, _)| *start <= offset).checked_sub(1)?)?;
        let rest = bytes.get(usize::try_from(offset - start).ok()?..)?;
        Some(&rest[..memchr(b'\n', rest).unwrap_or(rest.len())])
    }

    /// Reads a record.
    pub(super) fn with<T>(&self, spot: Spot, read: impl FnOnce(&wire::Record<'_>) -> T) -> Option<T> {
        let line = self.rest_of_line(spot.offset)?;
        let (record, _) = wire::Record::cut(&line).ok()?;
        if !spot.nested {
            return Some(read(&record));
        }
        let (nested, _) = wire::Record::cut(record.data?.get("message")?.as_written()).ok()?;
        Some(read(&nested))
    }

    /// Whether two records say the same.
    pub(super) fn say_the_same(&self, one: Spot, other: Spot) -> bool {
        let same = |one: &wire::Record<'_>, other: &wire::Record<'_>| {
            let message = |record: &wire::Record<'_>| {
                let message = record.message.unwrap_or_default();
                let [id, stop] = [message.id(), message.stop_reason()].map(|text| text.map(Cow::into_owned));
                (id, stop, raw(message.content), raw(message.usage))
            };
            let parts = |record: &wire::Record<'_>| {
                let beside = ["content", "subtype", "compactMetadata"].map(|key| raw(record.get(key)));
                (raw(record.result), raw(record.attachment), beside, text(record.data).is_some())
            };
            one.kind() == other.kind() && message(one) == message(other) && parts(one) == parts(other)
        };
        self.with(one, |one| self.with(other, |other| same(one, other))).flatten().unwrap_or(false)
    }

    /// From a record to the end of its line, by the same rule by which offsets are given.
    fn rest_of_line(&self, offset: u64) -> Option<Cow<'a, str>> {
        let (start, bytes) = *self.0.get(self.0.partition_point(|(start, _)| *start <= offset).checked_sub(1)?)?;
        let at = usize::try_from(offset - start).ok().filter(|at| *at <= bytes.len())?;
        let line_start = memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
        let line = lines(&bytes[line_start..], start + line_start as u64).next()?;
        let inside = at - line_start;
        match simdutf8::basic::from_utf8(line.bytes) {
            Ok(text) => text.get(inside..).map(Cow::Borrowed),
            Err(_) => String::from_utf8_lossy(line.bytes).get(inside..).map(|text| Cow::Owned(text.to_owned())),
        }
    }
}

fn raw(value: Option<Raw<'_>>) -> Option<String> {
    value.map(|value| value.as_written().to_owned())
}
