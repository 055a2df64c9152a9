//! Tool output that was too long for a transcript: the client puts it into files of its own beside it.
//!
//! `<session>/tool-results/<id>.txt`, seen since 2.1.20; the record of the result names the file.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use memchr::memmem;
use memchr::{memchr, memrchr};
use transcript::texts;

use super::File;

/// The files with output of a session, by its transcript.
pub(super) fn spilled(transcript: &File) -> Vec<PathBuf> {
    let folder = transcript.path.with_extension("").join("tool-results");
    let paths: Vec<PathBuf> = match &transcript.archive {
        Some(archive) => archive.in_folder(&folder),
        None => fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect(),
    };
    let mut paths: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "txt")).collect();
    paths.sort();
    paths
}

/// The record that names a file with output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Naming {
    /// Where it begins in the transcript, in bytes; 0 if there is none.
    pub(super) record: u64,
    /// When it was written.
    pub(super) at: Option<DateTime<Utc>>,
}

impl Naming {
    /// Looks for it.
    pub(super) fn find(transcript: &File, output: &Path) -> Self {
        let name = output.file_name().unwrap_or_default().as_encoded_bytes();
        let Ok(bytes) = transcript.read() else { return Self::default() };
        let Some(place) = memmem::find(&bytes, name) else { return Self::default() };
        let start = memrchr(b'\n', &bytes[..place]).map_or(0, |at| at + 1);
        let end = memchr(b'\n', &bytes[place..]).map_or(bytes.len(), |at| place + at + 1);
        let mut naming = Self { record: start as u64, at: None };
        texts(&bytes[start..end], &mut |text| {
            if naming.at.is_none() && memmem::find(text.written().as_bytes(), name).is_some() {
                naming = Self { record: (start + text.record) as u64, at: text.at() };
            }
        });
        naming
    }
}
