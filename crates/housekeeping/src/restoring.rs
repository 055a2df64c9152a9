//! Putting a session back from the archive: where it goes, and what stands in the way.

use std::fs;
use std::path::{Path, PathBuf};

use archive::{Archive, Restoration, To};

use crate::HousekeepingError;
use crate::roots::projects;

/// Where sessions are put back.
#[derive(Debug, Clone, Copy)]
pub struct Homes<'a> {
    /// Folders of Claude Code that are read.
    pub roots: &'a [PathBuf],
    /// The one of them in which `claude` looks by itself, even if it never ran here.
    pub own: Option<&'a Path>,
}

/// What putting a session back comes to: found, and shown, before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoring {
    /// The session.
    pub session: String,
    /// Its files.
    pub files: Restoration,
    /// Where it lay, if it goes under another folder of Claude Code because nothing is read there.
    pub root_before: Option<PathBuf>,
}

impl Restoring {
    /// Works out what has to be done: to where it lay, or into a folder. Changes nothing.
    ///
    /// Refused is a second transcript of one id, because the client would find neither, and one of which a part is damaged,
    /// unless that is wanted.
    pub fn plan(
        archive: &Archive,
        session: &str,
        homes: Homes<'_>,
        folder: Option<&Path>,
        damaged: bool,
    ) -> Result<Self, HousekeepingError> {
        let is_read = folder.is_none_or(|to| homes.roots.iter().any(|root| to.starts_with(root.join("projects"))));
        if let Some(path) = transcript_of(homes.roots, session).filter(|_| is_read) {
            return Err(HousekeepingError::Second { session: session.to_owned(), path });
        }
        let other = if folder.is_some() { None } else { other_root(archive, session, homes)? };
        let to = match (folder, &other) {
            (Some(folder), _) => To::Folder(folder),
            (None, Some((root, _))) => To::Root(root),
            (None, None) => To::Home,
        };
        let files = archive.restoration(session, to)?;
        let files = files.ok_or_else(|| HousekeepingError::NotKept { session: session.to_owned() })?;
        if let Some(missing) = files.missing.first().filter(|_| !damaged) {
            let (path, bytes, at) = (missing.path.clone(), missing.bytes, missing.at);
            return Err(HousekeepingError::Damaged { session: session.to_owned(), path, bytes, at });
        }
        Ok(Self { session: session.to_owned(), files, root_before: other.map(|(_, before)| before) })
    }

    /// Does it; how many files were written. Nothing is written over.
    pub fn carry_out(&self, archive: &Archive) -> Result<u64, HousekeepingError> {
        Ok(archive.restore(&self.session, &self.files)?)
    }
}

/// The transcript of a session, looked up by its id under every root.
pub fn transcript_of(roots: &[PathBuf], session: &str) -> Option<PathBuf> {
    let name = format!("{session}.jsonl");
    let mut paths = roots.iter().flat_map(|root| projects(root)).map(|project| project.join(&name));
    paths.find(|path| path.is_file())
}

/// The folder of Claude Code to put a session under, and the one that it lay under, if that is not one that is read.
fn other_root(
    archive: &Archive,
    session: &str,
    homes: Homes<'_>,
) -> Result<Option<(PathBuf, PathBuf)>, HousekeepingError> {
    let real = |root: &PathBuf| fs::canonicalize(root).unwrap_or_else(|_| root.clone());
    let transcripts = archive.files(session)?.into_iter().filter(|member| member.place.is_session());
    let Some(before) = transcripts.max_by_key(|member| member.modified_ms).map(|member| member.place.root) else {
        return Ok(None);
    };
    if homes.roots.iter().any(|root| real(root) == before) {
        return Ok(None);
    }
    let own = homes.own.map(Path::to_owned).or_else(|| homes.roots.first().cloned());
    Ok(own.map(|own| (own, before)))
}
