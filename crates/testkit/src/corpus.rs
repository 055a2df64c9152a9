//! Real transcripts, when they are at hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of real transcripts: `$SESSIONS_CORPUS`, else `../shared/corpus` beside the checkout, if it exists.
pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("SESSIONS_CORPUS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = named.unwrap_or_else(beside);
    folder.is_dir().then_some(folder)
}

/// Copies a folder of transcripts into `<claude>/projects`, one project folder per folder that holds transcripts;
/// returns the number of `.jsonl` files.
pub fn lay_out(from: &Path, claude: &Path) -> io::Result<usize> {
    let mut count = 0;
    copy_folder(from, from, claude, &mut count)?;
    Ok(count)
}

fn copy_folder(top: &Path, folder: &Path, claude: &Path, count: &mut usize) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            copy_folder(top, &path, claude, count)?;
        } else if path.extension().is_some_and(|extension| extension == "jsonl" || extension == "json") {
            let Some(target) = target_of(top, &path) else { continue };
            let target = claude.join("projects").join(target);
            fs::create_dir_all(target.parent().expect("a file has a folder"))?;
            fs::copy(&path, &target)?;
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                *count += 1;
            }
        }
    }
    Ok(())
}

/// Where a file goes below `projects/`: a folder named after everything above it, and below that the part that has
/// a meaning (`<session>/subagents/…` or the file itself).
fn target_of(top: &Path, path: &Path) -> Option<PathBuf> {
    let parts: Vec<&str> = path.strip_prefix(top).ok()?.iter().filter_map(|part| part.to_str()).collect();
    let file = parts.len().checked_sub(1)?;
    let inside = parts.iter().position(|part| *part == "subagents").map_or(file, |at| at.saturating_sub(1));
    let project = if inside == 0 { "-".to_owned() } else { parts[..inside].join("-") };
    Some(Path::new(&project.replace(['.', '_', ' '], "-")).join(parts[inside..].join("/")))
}
