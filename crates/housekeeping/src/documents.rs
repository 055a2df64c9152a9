//! Files of Claude Code in which the path of a directory stands beside other things.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::HousekeepingError;
use crate::keys::members;

/// A file of Claude Code in which a path is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The file.
    pub path: PathBuf,
    /// In how many places of it.
    pub places: u64,
    before: String,
    after: String,
}

/// A line of `history.jsonl`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Prompt {
    project: Option<String>,
}

impl Document {
    /// `.claude.json`, whose `projects` are named by their directories. None where nothing is to be changed. `renamed` gives
    /// a directory its new path.
    pub(crate) fn of_projects(path: &Path, renamed: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let before = fs::read_to_string(path).ok()?;
        let known = members(&before, "projects");
        let (mut after, mut done, mut places) = (String::new(), 0, 0);
        let mut taken: Vec<String> = Vec::new();
        for (name, place) in &known {
            // what is known of the new directory already is newer
            let is_free = |new: &String| !taken.contains(new) && known.iter().all(|(other, _)| other != new);
            let Some(new) = renamed(name).filter(is_free) else { continue };
            taken.push(new.clone());
            after.push_str(before.get(done..place.start)?);
            after.push_str(&serde_json::to_string(&new).ok()?);
            (done, places) = (place.end, places + 1);
        }
        after.push_str(before.get(done..)?);
        (places > 0).then(|| Self { path: path.to_owned(), places, before, after })
    }

    /// `history.jsonl`, whose lines name the directory that a prompt was typed in.
    pub(crate) fn of_prompts(path: &Path, renamed: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let before = fs::read_to_string(path).ok()?;
        let (mut after, mut places) = (String::with_capacity(before.len()), 0);
        for line in before.split_inclusive('\n') {
            match with_project(line, renamed) {
                Some(line) => {
                    after.push_str(&line);
                    places += 1;
                }
                None => after.push_str(line),
            }
        }
        (places > 0).then(|| Self { path: path.to_owned(), places, before, after })
    }

    /// Fails when the file is not as it was when it was read.
    pub(crate) fn unchanged(&self) -> Result<(), HousekeepingError> {
        if fs::read_to_string(&self.path).map_err(HousekeepingError::at(&self.path))? != self.before {
            return Err(HousekeepingError::Changed { path: self.path.clone() });
        }
        Ok(())
    }

    /// Puts a copy of the file into a folder, then replaces it, if it is as it was when it was read.
    pub(crate) fn write(&self, backups: &Path) -> Result<(), HousekeepingError> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        // each root has files of these names
        let copies = (1..).map(|at| backups.join(if at == 1 { name.to_string() } else { format!("{name}.{at}") }));
        let copy = copies.into_iter().find(|copy| !copy.exists()).unwrap_or_else(|| backups.join(&*name));
        config::replace_file(&copy, self.before.as_bytes()).map_err(HousekeepingError::at(&copy))?;
        self.unchanged()?;
        config::replace_kept_file(&self.path, self.after.as_bytes()).map_err(HousekeepingError::at(&self.path))
    }
}

/// A line with the new path of its directory; none where it names another one.
fn with_project(line: &str, renamed: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let project = serde_json::from_str::<Prompt>(line).ok()?.project?;
    let new = renamed(&project)?;
    let text = |path: &str| -> io::Result<String> { Ok(format!("\"project\":{}", serde_json::to_string(path)?)) };
    let (old, new) = (text(&project).ok()?, text(&new).ok()?);
    // the last one: what was typed may hold the same
    let place = line.rfind(&old)?;
    Some(format!("{}{new}{}", &line[..place], &line[place + old.len()..]))
}
