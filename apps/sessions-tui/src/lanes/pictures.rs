//! Pictures of a transcript, written to private files and shown by a viewer.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use config::Environment;
use serde_json::Value;
use tempfile::TempDir;

/// Starts a viewer for a file.
type Viewer<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// The private folder that pictures are written to, made with the first; it goes with all in it when the screen ends.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    folder: Folder,
}

/// The folder as its lane holds it.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
enum Kept {
    #[default]
    None,
    Here(TempDir),
    /// The screen has ended: nothing is written any more.
    Ended,
}

impl Pictures {
    /// The folder, for a lane that may live longer than the screen.
    pub(super) fn folder(&self) -> Folder {
        self.folder.clone()
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        *self.folder.kept() = Kept::Ended;
    }
}

impl Folder {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, ending: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut kept = self.kept();
        if matches!(*kept, Kept::None) {
            let private = Permissions::from_mode(0o700);
            *kept = Kept::Here(tempfile::Builder::new().prefix("sessions-").permissions(private).tempdir()?);
        }
        let Kept::Here(folder) = &*kept else { return Err(io::Error::other("the screen has ended")) };
        let mut file =
            tempfile::Builder::new().prefix("picture-").suffix(&format!(".{ending}")).tempfile_in(folder.path())?;
        file.write_all(bytes)?;
        file.flush()?;
        let (_, path) = file.keep().map_err(|error| error.error)?;
        Ok(path)
    }
}

/// A picture in a file.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    path: PathBuf,
    /// Whether it is of a kind that a viewer may be handed.
    is_known: bool,
}

/// Writes the pictures of records into private files and shows them; one line on what came of it.
pub(super) fn view(environment: &Environment, folder: &Folder, records: &[String]) -> Result<String, String> {
    let start: Viewer<'_> = &start_viewer;
    show(folder, records, can_show(environment).then_some(start))
}

/// The same with a viewer, if one can be started.
fn show(folder: &Folder, records: &[String], viewer: Option<Viewer<'_>>) -> Result<String, String> {
    let pictures = written(folder, records)?;
    let (known, other): (Vec<_>, Vec<_>) = pictures.into_iter().partition(|picture| picture.is_known);
    let names = |pictures: &[Picture]| {
        let names: Vec<String> = pictures.iter().map(|picture| picture.path.display().to_string()).collect();
        names.join(", ")
    };
    let mut said = Vec::new();
    if let Some(first) = known.first() {
        if viewer.is_some_and(|start| known.iter().all(|picture| start(&picture.path).is_ok())) {
            said.push(format!("Opened {}", names(&known)));
        } else {
            let more = if known.len() > 1 { format!(" and {} more beside it", known.len() - 1) } else { String::new() };
            said.push(format!("No viewer can be opened here; the picture is in {}{more}", first.path.display()));
        }
    }
    if !other.is_empty() {
        said.push(format!("Not opened, as it is no PNG, JPEG, GIF, WebP or PDF: {}", names(&other)));
    }
    Ok(said.join(". "))
}

fn written(folder: &Folder, records: &[String]) -> Result<Vec<Picture>, String> {
    let mut found = Vec::new();
    for record in records {
        if let Ok(record) = serde_json::from_str::<Value>(record) {
            find(&record, &mut found);
        }
    }
    found.dedup();
    if found.is_empty() {
        return Err("There is no picture in this block".to_owned());
    }
    let mut pictures = Vec::new();
    for (media, data) in found {
        let bytes = decode(&data).ok_or("The picture in the transcript is damaged")?;
        let kind = kind(&media, &bytes);
        let path = folder.write(kind.unwrap_or("bin"), &bytes);
        let path = path.map_err(|error| format!("The picture cannot be written to a file: {error}"))?;
        pictures.push(Picture { path, is_known: kind.is_some() });
    }
    Ok(pictures)
}

/// Pictures anywhere in a record, with their media types.
fn find(value: &Value, pictures: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            let field = |key: &str| fields.get(key).and_then(Value::as_str);
            let data = if field("type") == Some("base64") { field("data") } else { field("base64") };
            match (data, field("media_type").or_else(|| field("type"))) {
                (Some(data), media) => pictures.push((media.unwrap_or("image/png").to_owned(), data.to_owned())),
                (None, _) => fields.values().for_each(|value| find(value, pictures)),
            }
        }
        Value::Array(values) => values.iter().for_each(|value| find(value, pictures)),
        _ => {}
    }
}

fn decode(data: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(data.trim()).ok()
}

/// The kind that a viewer may be handed, as the end of a file's name. What a transcript holds can be from anywhere, and
/// the desktop would run a script or a shortcut: its name has to be a known one, and its content too. A picture that is
/// said to be of another kind than it is, is what it is.
fn kind(media: &str, bytes: &[u8]) -> Option<&'static str> {
    let named = match media {
        "image/png" | "image/jpeg" | "image/jpg" | "image/gif" | "image/webp" => "picture",
        "application/pdf" => "pdf",
        _ => return None,
    };
    let kind = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        [b'%', b'P', b'D', b'F', b'-', ..] => "pdf",
        _ => return None,
    };
    Some(kind).filter(|kind| (*kind == "pdf") == (named == "pdf"))
}

/// Whether there is a screen to show pictures on.
fn can_show(environment: &Environment) -> bool {
    let remote = ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| environment.get(name).is_some());
    let desktop = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| environment.get(name).is_some_and(|value| !value.is_empty()));
    !remote && desktop
}

fn start_viewer(path: &Path) -> io::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut viewer = Command::new(program);
    viewer.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = viewer.spawn()?;
    // It is waited for, so that nothing is left of it when it ends.
    std::thread::Builder::new().name("viewer".to_owned()).spawn(move || drop(child.wait()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment { variables: variables.collect(), ..Environment::default() }
    }

    fn record(media: &str, bytes: &[u8]) -> String {
        let data = base64::engine::general_purpose::STANDARD.encode(bytes);
        let source = serde_json::json!({ "type": "base64", "media_type": media, "data": data });
        serde_json::json!({ "message": { "content": [{ "type": "image", "source": source }] } }).to_string()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn a_picture_is_written_to_a_private_file_where_none_can_be_shown_and_removed_at_the_end() {
        let pictures = Pictures::default();
        let folder = pictures.folder();
        let remote = environment(&[("SSH_TTY", "/dev/pts/1"), ("DISPLAY", ":0")]);
        let said = view(&remote, &folder, &[record("image/png", PNG)]).expect("there is a picture");
        let path = PathBuf::from(said.rsplit(' ').next().unwrap_or_default());
        assert_eq!(path.extension().and_then(|ending| ending.to_str()), Some("png"), "{said}");
        assert_eq!(fs::read(&path).expect("it was written"), PNG);
        let around = path.parent().expect("it lies in a folder");
        assert_eq!((mode(&path), mode(around)), (0o600, 0o700), "nobody else may read it");
        assert!(view(&environment(&[]), &folder, &["{}".to_owned()]).is_err());
        drop(pictures);
        assert!(!around.exists(), "it goes with the screen");
        assert!(view(&remote, &folder, &[record("image/png", PNG)]).is_err(), "and none comes after it");
    }

    #[test]
    fn only_what_is_a_picture_by_name_and_content_is_handed_to_a_viewer() {
        let pictures = Pictures::default();
        let opened = RefCell::new(Vec::new());
        let viewer = |path: &Path| {
            opened.borrow_mut().push(path.to_owned());
            Ok(())
        };
        let script = b"[Desktop Entry]\nType=Application\nExec=touch /tmp/ran\n";
        let records = [
            record("image/png", PNG),
            record("application/x-desktop", script),
            record("image/png", script),
            record("text/html", PNG),
        ];
        let said = show(&pictures.folder(), &records, Some(&viewer)).expect("there are pictures");
        let opened = opened.into_inner();
        let [one] = opened.as_slice() else { panic!("{opened:?}") };
        assert!(said.starts_with(&format!("Opened {}. Not opened, ", one.display())), "{said}");
        assert_eq!(said.matches(".bin").count(), 3, "{said}");
        assert_eq!(fs::read(one).expect("it was written"), PNG);
    }

    #[test]
    fn a_kind_has_to_be_known_and_content_counts_more_than_the_name() {
        for (media, bytes, expect) in [
            ("image/png", PNG, Some("png")),
            ("image/jpeg", PNG, Some("png")),
            ("image/jpeg", b"\xff\xd8\xff\xe0", Some("jpg")),
            ("image/gif", b"GIF89a...", Some("gif")),
            ("image/webp", b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some("webp")),
            ("application/pdf", b"%PDF-1.7", Some("pdf")),
            ("image/png", b"%PDF-1.7", None),
            ("application/pdf", PNG, None),
            ("image/svg+xml", b"<svg>", None),
            ("image/../../x", PNG, None),
            ("image/png", b"", None),
        ] {
            assert_eq!(kind(media, bytes), expect, "{media}");
        }
    }
}
