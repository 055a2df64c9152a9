//! A conversation as a text file for another program.

use std::io::Write;
use std::path::PathBuf;

use transcript::{Conversation, Detail, to_markdown};

use crate::Launch;
use crate::figures;
use crate::reader::{Script, Which};

/// Writes a conversation into a private file, which is removed by who shows it.
pub(super) fn write(
    launch: &Launch,
    script: &Script,
    which: &Which,
    level: Detail,
    title: &str,
) -> Result<PathBuf, String> {
    let items = (0..script.entries(which).len()).filter_map(|entry| script.item(which, entry)).collect();
    let conversation = Conversation { items, ..Conversation::default() };
    let text = to_markdown(&conversation, level, &|at| figures::date(at, launch.zone));
    let text = format!("# {}\n\n{text}", crate::cells::clean(title));
    private(&text).map_err(|error| format!("The conversation cannot be written to a file: {error}"))
}

fn private(text: &str) -> std::io::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("sessions-").suffix(".md").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}
