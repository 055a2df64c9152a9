//! Which streams have grown.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::journal::{entries, replica_of};
use crate::{Journal, JournalError, Scope, Stream, log};

/// What was seen of the files of the streams: of which stream each is, and how long it was, in bytes.
#[derive(Debug, Default)]
pub struct Watch(BTreeMap<PathBuf, (Stream, u64)>);

/// Streams that have grown, and what could not be read.
#[derive(Debug, Default)]
pub struct Grown {
    /// Streams whose file is not as long as it was.
    pub streams: Vec<Stream>,
    /// Why a file could not be read; it is looked at again the next time.
    pub problem: Option<JournalError>,
}

impl Journal {
    /// The streams whose files have another length than at the last look. No file is opened of which the stream is known,
    /// and those that stay on this machine are left out.
    pub fn grown(&self, watch: &mut Watch) -> Grown {
        let mut grown = Grown::default();
        let paths = grown.logs(self.folder());
        for path in paths {
            let length = fs::metadata(&path).map(|metadata| metadata.len()).map_err(JournalError::io("read", &path));
            let Some(length) = grown.keep(length) else { continue };
            if let Some((stream, seen)) = watch.0.get_mut(&path) {
                if *seen != length {
                    *seen = length;
                    grown.streams.push(stream.clone());
                }
                continue;
            }
            let stream = log::stream_of(&path).map_err(JournalError::io("read", &path));
            // a stranger is told of by [`Journal::check`]
            let Some(Some(stream)) = grown.keep(stream) else { continue };
            grown.streams.push(stream.clone());
            watch.0.insert(path, (stream, length));
        }
        grown
    }
}

/// A figure that is another one when a stream of a journal has grown, those left out that stay on this machine. No file is
/// opened, and nothing is made where there is no journal.
pub fn seal(folder: &Path) -> u64 {
    let mut paths = Grown::default().logs(folder);
    paths.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in paths {
        let length = fs::metadata(&path).map(|metadata| metadata.len()).unwrap_or_default();
        for byte in path.as_os_str().as_encoded_bytes().iter().chain(&length.to_le_bytes()) {
            // FNV-1a: the same in every run of every version
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

impl Grown {
    /// The files of streams that may go elsewhere.
    fn logs(&mut self, folder: &Path) -> Vec<PathBuf> {
        let here = Scope::Here.file_name();
        let folders = self.keep(entries(folder)).unwrap_or_default().into_iter();
        let mut paths: Vec<PathBuf> = Vec::new();
        for folder in folders.filter(|folder| replica_of(folder).is_some()) {
            paths.extend(self.keep(entries(&folder)).unwrap_or_default());
        }
        paths.retain(|path| {
            let is_log = path.extension().is_some_and(|end| end == "log");
            is_log && path.file_name().is_some_and(|name| *name != *here)
        });
        paths
    }

    fn keep<T>(&mut self, outcome: Result<T, JournalError>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem.get_or_insert(error);
                None
            }
        }
    }
}
