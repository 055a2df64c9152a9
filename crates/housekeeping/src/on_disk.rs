//! How much there is of every session on this disk.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::roots::{entries, files, folders, projects, real};

/// Bytes of the files of every session under some roots: transcripts, subagents, output of tools, kept edits. A subagent
/// that lies beside sessions counts under its own name (`agent-…`).
pub fn on_disk(roots: &[PathBuf]) -> HashMap<String, u64> {
    let mut sizes = HashMap::new();
    for root in real(roots) {
        for project in projects(&root) {
            for entry in entries(&project) {
                let path = entry.path();
                let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
                match entry.file_type() {
                    Ok(kind) if kind.is_file() && path.extension().is_some_and(|ending| ending == "jsonl") => {
                        add(&mut sizes, name, &path);
                    }
                    Ok(kind) if kind.is_dir() && name != "memory" => {
                        files(&path, 0, &mut |file| add(&mut sizes, name, &file));
                    }
                    _ => {}
                }
            }
        }
        for history in folders(&root.join("file-history")) {
            let Some(name) = history.file_name().and_then(|name| name.to_str()) else { continue };
            files(&history, 0, &mut |file| add(&mut sizes, name, &file));
        }
    }
    sizes
}

fn add(sizes: &mut HashMap<String, u64>, session: &str, file: &Path) {
    let bytes = fs::symlink_metadata(file).map_or(0, |metadata| metadata.len());
    *sizes.entry(session.to_owned()).or_default() += bytes;
}
