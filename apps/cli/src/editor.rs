//! The person's editor.

use std::path::Path;
use std::process::Command;

use config::Environment;

use crate::report::Fault;

/// Opens a file in `$VISUAL` or `$EDITOR` (a command line of a shell), else in `vi`, and waits until it is left.
pub(crate) fn open(environment: &Environment, file: &Path) -> color_eyre::Result<()> {
    let named = |name: &str| environment.get(name).filter(|editor| !editor.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or("vi");
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file).status()?;
    if status.success() {
        return Ok(());
    }
    let message = format!("`{editor}` ended with an error; nothing was changed.");
    Err(Fault::new("editor", message).next("Set $EDITOR to the editor that you want.").into())
}
