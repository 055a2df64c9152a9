//! Files that are replaced whole or not at all, and folders that only their owner may enter.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// So much is written to try a disk, in bytes: one that is full may still take a name.
const TRIAL_BYTES: usize = 4096;

/// Makes a folder and those above it that are missing, each 0700. One that exists is left as it is.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Replaces a file (0600) by writing beside it, fsync, rename and fsync of the folder, so that a reader and a crash see
/// the old content or the new one, never a part. Makes the folder when it is missing; a symbolic link is followed.
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, 0o600)
}

/// The same for a file that a person gives to others: with the permissions that new files usually have.
pub fn replace_shared_file(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, 0o666)
}

/// The same for a file that certain others may use: with exactly these permissions.
pub fn replace_file_for(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    replace(path, content, mode)?;
    // The umask may have taken something away.
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// The same for a file of somebody else: with the permissions that it has, those that new files usually have if there is none.
pub fn replace_kept_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let Ok(metadata) = fs::metadata(path) else { return replace_shared_file(path, content) };
    replace_file_for(path, content, metadata.permissions().mode() & 0o777)
}

/// Tries whether files can be written in a folder or, where it is missing, whether it can be made; leaves nothing behind.
pub fn try_writing(folder: &Path) -> io::Result<()> {
    let missing =
        |folder: &Path| matches!(fs::symlink_metadata(folder), Err(error) if error.kind() == io::ErrorKind::NotFound);
    let there = folder.ancestors().find(|folder| !missing(folder)).unwrap_or(folder);
    let trial = beside(&there.join("trial"));
    let written = write_new(&trial, &[0; TRIAL_BYTES], 0o600);
    let removed = fs::remove_file(&trial);
    written.and(removed)
}

/// Moves a file to where nothing is, with its times; on another disk by a copy that is whole before the file goes. A crash
/// leaves it in one of the two places, or in both.
pub fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => sync_folder_of(to).and_then(|()| fs::remove_file(from)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // a kill came between the two steps
            if is_same(from, to)? { fs::remove_file(from) } else { Err(error) }
        }
        // another disk, or one without links
        Err(_) => copy_file(from, to).and_then(|()| fs::remove_file(from)),
    }
}

/// Whether two paths are of one file, or of two that hold the same bytes since the same moment: what a kill in the middle of
/// [`move_file`] leaves. A symbolic link is no file.
pub fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (ones, others) = (fs::symlink_metadata(one)?, fs::symlink_metadata(other)?);
    if (ones.ino(), ones.dev()) == (others.ino(), others.dev()) {
        return Ok(true);
    }
    let are_alike = ones.is_file() && others.is_file() && ones.len() == others.len();
    if !are_alike || ones.modified()? != others.modified()? {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    loop {
        let (here, there) = (one.fill_buf()?, other.fill_buf()?);
        let length = here.len().min(there.len());
        if length == 0 || here[..length] != there[..length] {
            return Ok(here.is_empty() && there.is_empty());
        }
        one.consume(length);
        other.consume(length);
    }
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let beside = beside(to);
    let copied = (|| {
        // opened first: once it has the permissions of a file that may only be read, it could not be
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        fs::copy(from, &beside)?;
        file.set_modified(fs::metadata(from)?.modified()?)?;
        file.sync_all()?;
        if to.symlink_metadata().is_ok() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        fs::rename(&beside, to)?;
        sync_folder_of(to)
    })();
    if copied.is_err() {
        let _ = fs::remove_file(&beside);
    }
    copied
}

/// Replaces a file by one with these permissions, less what the umask takes away.
fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    make_private_folder(folder_of(&path))?;
    let beside = beside(&path);
    let written = write_new(&beside, content, mode).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The original is untouched; what is left beside it is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder_of(&path)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// A name that no other thread or process uses.
fn beside(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{}.tmp", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it exists").permissions().mode() & 0o777
    }

    #[test]
    fn a_replaced_file_is_private_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("a/b/file");
        replace_file(&path, b"old").expect("it can be written");
        replace_file(&path, b"new").expect("it can be replaced");
        assert_eq!(fs::read(&path).expect("it can be read"), b"new");
        assert_eq!((mode(&path), mode(&home.path().join("a")), mode(&home.path().join("a/b"))), (0o600, 0o700, 0o700));
        assert_eq!(fs::read_dir(home.path().join("a/b")).expect("it can be listed").count(), 1);
    }

    #[test]
    fn a_file_for_others_has_the_usual_permissions() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let (usual, shared) = (home.path().join("usual"), home.path().join("shared"));
        fs::write(&usual, b"").expect("it can be written");
        replace_file(&shared, b"old").expect("it can be written");
        replace_shared_file(&shared, b"new").expect("it can be replaced");
        assert_eq!(mode(&shared), mode(&usual));
    }

    #[test]
    fn a_file_of_somebody_else_keeps_its_permissions() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("kept");
        for permissions in [0o600, 0o664, 0o640] {
            fs::write(&path, b"old").expect("it can be written");
            fs::set_permissions(&path, fs::Permissions::from_mode(permissions)).expect("they can be set");
            replace_kept_file(&path, b"new").expect("it can be replaced");
            assert_eq!(mode(&path), permissions);
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let (target, link) = (home.path().join("dotfiles/target"), home.path().join("link"));
        replace_file(&target, b"old").expect("it can be written");
        std::os::unix::fs::symlink(&target, &link).expect("a link can be made");
        replace_file(&link, b"new").expect("it can be replaced");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&target).expect("it can be read"), b"new");
    }

    #[test]
    fn a_folder_that_can_be_written_or_made_is_left_as_it_was() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        try_writing(home.path()).expect("it can be written");
        try_writing(&home.path().join("a/b")).expect("it can be made");
        assert_eq!(fs::read_dir(home.path()).expect("it can be listed").count(), 0);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_and_a_link_to_nowhere_cannot_be_written_in() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let (file, link) = (home.path().join("file"), home.path().join("link"));
        fs::write(&file, b"").expect("it can be written");
        std::os::unix::fs::symlink(home.path().join("gone"), &link).expect("a link can be made");
        for folder in [&file, &file.join("below"), &link, &link.join("below")] {
            assert!(try_writing(folder).is_err(), "{}", folder.display());
        }
    }

    #[test]
    fn a_file_is_moved_with_its_times_and_never_over_another_one() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let [from, to, copy] = ["from", "to", "copy"].map(|name| home.path().join(name));
        fs::write(&from, b"content").expect("it can be written");
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options().write(true).open(&from).and_then(|file| file.set_modified(time)).expect("it can be set");
        let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).expect("it is there");
        copy_file(&from, &copy).expect("it can be copied");
        assert_eq!((modified(&copy), fs::read(&copy).ok()), (time, Some(b"content".to_vec())));
        move_file(&from, &to).expect("it can be moved");
        assert_eq!((from.exists(), modified(&to)), (false, time));
        assert!(copy_file(&copy, &to).is_err() && copy.exists());
        fs::hard_link(&to, &from).expect("a link can be made");
        move_file(&from, &to).expect("it is the same file, left by a kill");
        copy_file(&to, &from).expect("it can be copied");
        move_file(&from, &to).expect("it is a whole copy, left by a kill");
        assert_eq!(fs::read_dir(home.path()).expect("it can be listed").count(), 2);
        for (content, time) in [("content", time + std::time::Duration::from_secs(1)), ("another", time)] {
            fs::write(&from, content).expect("it can be written");
            File::options().write(true).open(&from).and_then(|file| file.set_modified(time)).expect("it can be set");
            assert!(move_file(&from, &to).is_err() && from.exists(), "{content}");
        }
    }

    #[test]
    fn a_failed_replacement_changes_nothing() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("folder");
        fs::create_dir(&path).expect("a folder can be made");
        assert!(replace_file(&path, b"new").is_err());
        assert_eq!(fs::read_dir(home.path()).expect("it can be listed").count(), 1);
    }
}
