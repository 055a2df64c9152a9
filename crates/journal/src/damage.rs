//! What is wrong with files of the journal, in words.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

use crate::log::{End, Fault, Log};
use crate::{JournalError, Stream};

/// A file that is not as it was written. What precedes the damage is used; nothing is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// The stream that it belongs to, where that is known.
    pub stream: Option<Stream>,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a file of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DamageKind {
    /// Its end was not written out, by a loss of power for example; nobody was told that it is there. The next change cuts
    /// it off. From this byte on.
    Torn(u64),
    /// What was written has changed since, from this byte on.
    Changed(u64),
    /// It does not say which stream it is.
    Foreign,
    /// The file that says who this folder is says nothing.
    Identity,
    /// It cannot be read; why.
    Unreadable(String),
    /// It was set aside before; its size in bytes.
    SetAside(u64),
}

impl Damage {
    pub(crate) fn found(log: &Log, good: End, fault: Fault) -> Self {
        let kind = match fault {
            Fault::Torn => DamageKind::Torn(good.bytes),
            Fault::Changed => DamageKind::Changed(good.bytes),
            Fault::Foreign => DamageKind::Foreign,
        };
        Self { path: log.path.clone(), stream: Some(log.stream.clone()), kind }
    }

    pub(crate) fn foreign(path: PathBuf) -> Self {
        Self { path, stream: None, kind: DamageKind::Foreign }
    }

    pub(crate) fn identity(path: PathBuf) -> Self {
        Self { path, stream: None, kind: DamageKind::Identity }
    }

    pub(crate) fn unreadable(path: PathBuf, error: &JournalError) -> Self {
        Self { path, stream: None, kind: DamageKind::Unreadable(error.to_string()) }
    }

    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            DamageKind::Torn(_) => "Nothing is lost; the next change cuts it off.",
            DamageKind::Changed(_) | DamageKind::Foreign => {
                "Run `sessions rebuild`: what can be read is kept, the file is set aside. Check the disk."
            }
            DamageKind::Identity => "Nothing needs to be done: this folder goes on under a new name.",
            DamageKind::Unreadable(_) => "Look at the permissions of the file and at the disk.",
            DamageKind::SetAside(_) => "It is kept for a look by hand; it can be deleted.",
        }
    }
}

impl Display for Damage {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            DamageKind::Torn(at) => write!(formatter, "{path}: the end, from byte {at} on, was not written out"),
            DamageKind::Changed(at) => write!(formatter, "{path} is damaged from byte {at} on"),
            DamageKind::Foreign => write!(formatter, "{path} does not say what it belongs to"),
            DamageKind::Identity => write!(formatter, "{path} is damaged"),
            DamageKind::Unreadable(why) => formatter.write_str(why),
            DamageKind::SetAside(bytes) => write!(formatter, "{path} was damaged and set aside ({bytes} bytes)"),
        }
    }
}

/// What lies in the folder of damaged files.
pub(crate) fn set_aside(folder: &Path) -> Vec<Damage> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.len())));
    let mut damages: Vec<Damage> =
        files.map(|(path, bytes)| Damage { path, stream: None, kind: DamageKind::SetAside(bytes) }).collect();
    damages.sort_by(|a, b| a.path.cmp(&b.path));
    damages
}

/// A path in a folder that nothing lies at yet.
pub(crate) fn free_name(folder: &Path, name: &str) -> PathBuf {
    let numbered = (1_u32..).map(|number| folder.join(format!("{name}.{number}")));
    std::iter::once(folder.join(name)).chain(numbered).find(|path| !path.exists()).expect("numbers do not end")
}
