//! What a reader understood, beside what it did not.

use serde::{Deserialize, Serialize};

/// A value read from foreign data, and everything in that data that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed<T> {
    /// What was understood.
    pub value: T,
    /// What was not, in file order.
    pub problems: Vec<Problem>,
}

/// One stretch of a transcript that could not be understood as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// The ways in which a stretch of a transcript can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProblemKind {
    /// The last line has no newline and is not a whole record: it may still be being written.
    TornLine,
    /// The line is not JSON.
    NotJson,
    /// The line is JSON, but no object (a number, a list).
    NotAnObject,
    /// Several objects stand on one line; all of them were read.
    GluedRecords,
    /// NUL bytes before a record were left out.
    NulBytes,
    /// Bytes that are not UTF-8 were replaced by U+FFFD.
    InvalidUtf8,
    /// A record of a known type has a shape that was not understood; the rest of it was used.
    OddRecord,
}

impl ProblemKind {
    /// Whether something was not understood, and may be lost; else all was read, and only written in an odd way.
    pub fn is_loss(self) -> bool {
        !matches!(self, Self::GluedRecords | Self::NulBytes)
    }
}
