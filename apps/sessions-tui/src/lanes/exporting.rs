//! Writing a session to a file.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use transcript::SessionId;

use crate::Launch;
use crate::app::Form;
use crate::message::Exported;

/// Writes a session to the file that a person named; one that is there is replaced only if that was said.
pub(super) fn export(launch: &Launch, id: &SessionId, written: &str, replace: bool) -> Result<Exported, String> {
    let path = launch.environment.resolve(written);
    let form = form(&path).ok_or_else(|| {
        format!("{written}: the name has to end in .md (Markdown), .json (one document) or .jsonl (as it is on disk).")
    })?;
    if path.exists() && !replace {
        return Ok(Exported::Exists(path));
    }
    let content = (launch.export)(launch, id, form)?;
    match put(&path, &content, replace) {
        Ok(()) => Ok(Exported::To(path)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Exported::Exists(path)),
        Err(error) => Err(format!("{} cannot be written: {error}", path.display())),
    }
}

/// Writes a file beside its place and renames it, so that a full disk leaves what was there; the mode of a file that is
/// replaced stays, and a symbolic link is followed.
fn put(path: &Path, content: &[u8], replace: bool) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("/"));
    // As a shell would: readable for those whom the person's umask lets read.
    let usual = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".sessions-").permissions(usual).tempfile_in(folder)?;
    if replace && let Ok(replaced) = fs::metadata(&path) {
        file.as_file().set_permissions(replaced.permissions())?;
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    if replace { file.persist(&path) } else { file.persist_noclobber(&path) }.map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// The form that a name stands for.
fn form(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()?.to_lowercase().as_str() {
        "md" | "markdown" => Some(Form::Markdown),
        "json" => Some(Form::Json),
        "jsonl" => Some(Form::Lines),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_tells_the_form() {
        for (name, expect) in [
            ("a.md", Some(Form::Markdown)),
            ("a.JSON", Some(Form::Json)),
            ("/x/a.b.jsonl", Some(Form::Lines)),
            ("a", None),
            (".md", None),
            ("a.txt", None),
        ] {
            assert_eq!(form(Path::new(name)), expect, "{name}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, link, other) =
            (folder.path().join("a.md"), folder.path().join("link.md"), folder.path().join("other-name"));
        put(&path, b"old", false).expect("it can be written");
        assert_eq!(put(&path, b"new", false).map_err(|error| error.kind()), Err(ErrorKind::AlreadyExists));
        fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("it can be set");
        fs::hard_link(&path, &other).expect("it can have two names");
        std::os::unix::fs::symlink(&path, &link).expect("a link can be made");
        put(&link, b"new", true).expect("it can be replaced");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert_eq!(fs::read(&other).expect("it is there"), b"old", "what was there was not written into");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
        assert_eq!(fs::read_dir(folder.path()).expect("it can be listed").count(), 3, "nothing is left beside it");
    }
}
