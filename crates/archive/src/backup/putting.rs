//! Putting the files of a backup where they belong: what lies there already is added to, not replaced.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::plan::{Act, Backup, Rule, Step, visit};
use crate::archive::{Archive, ENDING};
use crate::keeping::base_of;
use crate::member::Member;
use crate::pack::Pack;
use crate::segment::{Edges, Head};
use crate::writing::{Refill, Writer};
use crate::{ArchiveError, Place};

/// What was put where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Put {
    /// Files that are new or took the place of their beginnings.
    pub written: u64,
    /// Files to which something was added.
    pub merged: u64,
    /// Files that replaced others, which lie beside them as `….before-restore`.
    pub replaced: u64,
}

impl Backup {
    /// Does what was planned; `force` replaces what differs, and keeps it beside.
    pub fn restore(&self, archive: &Archive, steps: &[Step], force: bool) -> Result<Put, ArchiveError> {
        let _lock = archive.lock()?;
        let by_name: HashMap<&str, &Step> = steps.iter().map(|step| (step.name.as_str(), step)).collect();
        let mut put = Put::default();
        let mut packs: Vec<(&Step, PathBuf)> = Vec::new();
        visit(&self.path, &mut |name, reader| {
            let Some(step) = by_name.get(name) else { return Ok(()) };
            match step.act {
                Act::New | Act::Longer => {
                    write(&step.path, reader).map_err(ArchiveError::at(&step.path))?;
                    put.written += 1;
                }
                Act::Differs if force => {
                    let replaced = fs::rename(&step.path, beside(&step.path)).and_then(|()| write(&step.path, reader));
                    replaced.map_err(ArchiveError::at(&step.path))?;
                    put.replaced += 1;
                }
                Act::Merge if step.rule == Rule::Lines => {
                    add_lines(&step.path, reader).map_err(ArchiveError::at(&step.path))?;
                    put.merged += 1;
                }
                Act::Merge => {
                    let beside = step.path.with_extension("merging");
                    write(&beside, reader).map_err(ArchiveError::at(&beside))?;
                    packs.push((step, beside));
                }
                Act::Same | Act::Newer | Act::Differs => {}
            }
            Ok(())
        })?;
        // when all that they may stand on is there
        for (step, beside) in packs {
            archive.merge(&step.path, &beside)?;
            fs::remove_file(&beside).map_err(ArchiveError::at(&beside))?;
            put.merged += 1;
        }
        let _ = fs::remove_file(archive.folder().join(".seen"));
        archive.sync_folder()?;
        Ok(put)
    }
}

/// A free name beside a file for what was there before.
fn beside(path: &Path) -> PathBuf {
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 0 { ".before-restore".to_owned() } else { format!(".before-restore-{number}") });
        PathBuf::from(name)
    };
    (0..=u32::MAX).map(name).find(|free| !free.exists()).unwrap_or_else(|| name(0))
}

/// Writes a file, whole or not at all.
fn write(path: &Path, reader: &mut dyn Read) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    config::make_private_folder(folder)?;
    let beside = path.with_file_name(format!(".{}.new", path.file_name().unwrap_or_default().to_string_lossy()));
    let written = (|| {
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        io::copy(reader, &mut file)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.and_then(|()| File::open(folder)?.sync_all())
}

/// Adds the lines that are not there.
fn add_lines(path: &Path, reader: &mut dyn Read) -> io::Result<()> {
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    let there = fs::read_to_string(path)?;
    let known: BTreeSet<&str> = there.lines().collect();
    let mut all = there.clone();
    if !all.is_empty() && !all.ends_with('\n') {
        all.push('\n');
    }
    for line in text.lines().filter(|line| !known.contains(line)) {
        all.push_str(line);
        all.push('\n');
    }
    let mut bytes = all.as_bytes();
    let mut rest: &mut dyn Read = &mut bytes;
    write(path, &mut rest)
}

impl Archive {
    /// Adds to a pack what another one has and it has not. A content that only begins as another one is not added; one
    /// that goes on from it is a newer content.
    fn merge(&self, path: &Path, other: &Path) -> Result<(), ArchiveError> {
        let Some(theirs) = Pack::open(other)? else { return Ok(()) };
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(ENDING));
        let name = name.and_then(|name| name.strip_suffix('.')).unwrap_or_default().to_owned();
        for member in theirs.members() {
            let Some(ours) = Pack::open(path)? else { return Ok(()) };
            let content = self.content(&theirs, &member).bytes;
            let same: Vec<Member> = ours.members().into_iter().filter(|our| our.place == member.place).collect();
            if same.iter().any(|our| self.content(&ours, our).bytes.starts_with(&content)) {
                continue;
            }
            let version = same.iter().map(|our| our.version + 1).max().unwrap_or_default();
            let base = same.iter().find_map(|our| base_of(&name, &ours, our));
            let added = (|| {
                let mut writer = Writer::append(path, Some(&ours))?;
                let Some(first) = member.first(&theirs) else { return Ok(0) };
                let like = Head { version, modified_ms: member.modified_ms, ..first.clone() };
                let has_lines = Place::has_lines(&member.place);
                let (held, edges) = (Vec::new(), Edges::default());
                let mut refill = Refill { writer: &mut writer, like, has_lines, base, held, at: 0, edges };
                refill.take(&content)?;
                refill.end()?;
                writer.finish()
            })();
            added.map_err(ArchiveError::at(path))?;
        }
        Ok(())
    }
}
