//! What the engine's errors mean for the person.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::StoreError;
use crate::error::speaks_of_memory;

/// When an error came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// While the file was opened: whatever is no lock and no lack of space or rights is damage.
    Opening,
    /// Later: only what speaks of the file's content is damage.
    Using,
}

/// Beginnings and parts of the engine's messages that speak of the file's content.
const DAMAGE: [&str; 6] =
    ["Corrupt", "checksum", "Serialization Error", "FATAL Error", "INTERNAL Error", "Could not read enough bytes"];

/// Parts of the engine's messages that speak of the system, in its words.
const SYSTEM: [(&str, ErrorKind); 4] = [
    ("No space left on device", ErrorKind::StorageFull),
    ("Permission denied", ErrorKind::PermissionDenied),
    ("Read-only file system", ErrorKind::ReadOnlyFilesystem),
    ("Too many open files", ErrorKind::Other),
];

/// Says what an error of the engine means.
pub(super) fn explain(path: &Path, moment: Moment, error: duckdb::Error) -> StoreError {
    let message = error.to_string();
    if message.contains("Could not set lock") || message.contains("Conflicting lock") {
        return StoreError::Locked { path: path.to_owned(), holder: holder(&message) };
    }
    if let Some((words, kind)) = system_error(&message) {
        let action = if moment == Moment::Opening { "open" } else { "write" };
        // the engine names the file once more
        return StoreError::Io { action, path: path.to_owned(), source: Error::new(kind, words) };
    }
    if speaks_of_memory(&message) {
        return StoreError::Engine(error);
    }
    if moment == Moment::Opening || DAMAGE.iter().any(|part| message.contains(part)) {
        return StoreError::Damaged { path: path.to_owned(), message: first_line(&message) };
    }
    StoreError::Engine(error)
}

/// What the system says through the engine.
pub(crate) fn system_error(message: &str) -> Option<(&'static str, ErrorKind)> {
    SYSTEM.iter().find(|(words, _)| message.contains(words)).copied()
}

/// Looks again at an engine error that came up in the middle of a call.
pub(super) fn sharpen(path: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Engine(error) => explain(path, Moment::Using, error),
        other => other,
    }
}

/// Who holds the file, from `Conflicting lock is held in <program> (PID <n>)`.
pub(crate) fn holder(message: &str) -> String {
    let parts = message.split_once("held in ").and_then(|(_, rest)| rest.split_once(" (PID "));
    let Some((program, rest)) = parts else { return String::new() };
    let process = rest.split(')').next().unwrap_or_default();
    format!(" ({program}, process {process})")
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Moment, explain};

    fn check(moment: Moment, message: &str, expect: &str) {
        let error =
            duckdb::Error::DuckDBFailure(duckdb::ffi::Error::new(duckdb::ffi::DuckDBError), Some(message.to_owned()));
        assert_eq!(explain(Path::new("s.duckdb"), moment, error).to_string(), expect);
    }

    #[test]
    fn messages_of_the_engine_become_messages_for_people() {
        check(
            Moment::Opening,
            "IO Error: Could not set lock on file \"s.duckdb\": Conflicting lock is held in /usr/bin/duckdb (PID 77) by user me. See also https://duckdb.org",
            "s.duckdb is in use by another program (/usr/bin/duckdb, process 77); try again when it is done",
        );
        check(
            Moment::Using,
            "IO Error: Could not write file: No space left on device",
            "cannot write s.duckdb: No space left on device",
        );
        check(
            Moment::Opening,
            "IO Error: not a DuckDB file\nmore",
            "s.duckdb is damaged (IO Error: not a DuckDB file); run `sessions rebuild`: it is made again from the transcripts, and this file is kept beside it",
        );
        check(
            Moment::Using,
            "IO Error: Could not read enough bytes from file \"s.duckdb\": attempted to read 16384 bytes from location 274432",
            "s.duckdb is damaged (IO Error: Could not read enough bytes from file \"s.duckdb\": attempted to read 16384 bytes from location 274432); run `sessions rebuild`: it is made again from the transcripts, and this file is kept beside it",
        );
        let wrapped = "TransactionContext Error: Failed to commit: could not allocate block of size 256.0 KiB";
        for moment in [Moment::Opening, Moment::Using] {
            check(moment, wrapped, &format!("the store failed: {wrapped}"));
        }
        check(Moment::Using, "Binder Error: no such column", "the store failed: Binder Error: no such column");
    }
}
