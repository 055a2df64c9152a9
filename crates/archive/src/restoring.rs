//! Putting files back where Claude Code finds them: never over others, the transcript last.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::ArchiveError;
use crate::archive::Archive;
use crate::member::{Member, Missing};

/// What putting a session back comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restoration {
    /// Its files, the transcript last.
    pub targets: Vec<Target>,
    /// What cannot be read of them.
    pub missing: Vec<Missing>,
}

/// A file that is put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it goes.
    pub path: PathBuf,
    /// Bytes of it.
    pub bytes: u64,
    /// Whether something lies there already.
    pub exists: bool,
    /// Whether it is the transcript.
    pub is_transcript: bool,
    member: Member,
}

/// Where a session is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To<'a> {
    /// Where it lay.
    Home,
    /// Under another folder of Claude Code.
    Root(&'a Path),
    /// With its transcript directly in a folder.
    Folder(&'a Path),
}

impl Archive {
    /// Works out what putting a session back comes to. Of transcripts that lay in several places the newest counts. None if nothing is kept.
    pub fn restoration(&self, session: &str, to: To<'_>) -> Result<Option<Restoration>, ArchiveError> {
        let files = self.files(session)?;
        let transcripts = files.iter().filter(|member| member.place.is_session());
        let Some(main) = transcripts.max_by_key(|member| member.age()).cloned() else { return Ok(None) };
        let Some(pack) = self.pack(session)? else { return Ok(None) };
        let project = main.place.file.rsplit_once('/').map_or("", |(project, _)| project).to_owned();
        let mut restoration = Restoration::default();
        for member in files {
            let place = &member.place;
            let is_transcript = *place == main.place;
            let below = place.file.strip_prefix(&project).and_then(|below| below.strip_prefix('/'));
            let belongs = place.root == main.place.root && (below.is_some() || place.file.starts_with("file-history/"));
            if !belongs {
                continue;
            }
            let path = match (to, below) {
                (To::Home, _) => place.path(),
                (To::Root(root), _) => root.join(&place.file),
                (To::Folder(folder), Some(below)) => folder.join(below),
                (To::Folder(folder), None) => folder.join(&place.file),
            };
            restoration.missing.extend(self.content(&pack, &member).missing);
            let exists = path.symlink_metadata().is_ok();
            restoration.targets.push(Target { bytes: member.bytes, exists, is_transcript, path, member });
        }
        restoration
            .targets
            .sort_by(|one, other| (one.is_transcript, &one.path).cmp(&(other.is_transcript, &other.path)));
        Ok(Some(restoration))
    }

    /// Puts a session back. A file that lies there already is left as it is; the times of the others are the present one.
    pub fn restore(&self, session: &str, restoration: &Restoration) -> Result<u64, ArchiveError> {
        let Some(pack) = self.pack(session)? else { return Ok(0) };
        let mut written = 0;
        for target in restoration.targets.iter().filter(|target| !target.exists) {
            let content = self.content(&pack, &target.member);
            written += u64::from(put(&target.path, &content.bytes).map_err(ArchiveError::at(&target.path))?);
        }
        Ok(written)
    }
}

/// Puts a file where none is, whole or not at all; whether it did.
fn put(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // a link is only made where nothing is
        fs::hard_link(&beside, path)
    })();
    let _ = fs::remove_file(&beside);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
        Ok(()) => File::open(folder)?.sync_all().map(|()| true),
    }
}
