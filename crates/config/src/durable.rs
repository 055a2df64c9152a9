//! Files that are replaced whole or not at all, and folders that only their owner may enter.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// Replaces a file by one with these permissions, less what the umask takes away.
fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_private_folder(folder)?;
    let beside = beside(&path);
    let written = write_new(&beside, content, mode).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The original is untouched; what is left beside it is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written?;
    File::open(folder)?.sync_all()
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
    fn a_failed_replacement_changes_nothing() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("folder");
        fs::create_dir(&path).expect("a folder can be made");
        assert!(replace_file(&path, b"new").is_err());
        assert_eq!(fs::read_dir(home.path()).expect("it can be listed").count(), 1);
    }
}
