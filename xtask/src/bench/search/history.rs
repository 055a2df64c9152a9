//! A generated history as the search meets it: sessions with their files, the latest first.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use color_eyre::Result;
use search::{File, Standing, Target};
use testkit::{Home, history};

/// A word that stands in a few sessions.
pub(super) const RARE: &str = "xylophone";
/// One session in so many has it.
const RARE_IN: usize = 50;

/// A generated history.
pub(super) struct History {
    pub(super) folder: PathBuf,
    pub(super) targets: Vec<Target>,
    pub(super) files: usize,
    pub(super) bytes: u64,
}

impl History {
    /// Writes it and reads it once, so that it is in memory.
    pub(super) fn make(home: &Home, bytes: u64, seed: u64) -> Result<Self> {
        history::generate(&home.claude(), bytes, seed)?;
        let folder = home.claude().join("projects");
        let mut made = Self { targets: Vec::new(), files: 0, bytes: 0, folder: folder.clone() };
        let mut own = Vec::new();
        for project in fs::read_dir(&folder)? {
            own.extend(transcripts(&project?.path())?);
        }
        own.sort();
        for (index, path) in own.into_iter().enumerate() {
            if index % RARE_IN == RARE_IN / 2 {
                plant(&path)?;
            }
            let mut paths = vec![path.clone()];
            let subagents = path.with_extension("").join("subagents");
            if subagents.is_dir() {
                paths.extend(transcripts(&subagents)?);
            }
            made.add(index, paths)?;
        }
        Ok(made)
    }

    fn add(&mut self, index: usize, paths: Vec<PathBuf>) -> Result<()> {
        let mut files = Vec::new();
        for path in paths {
            self.bytes += fs::read(&path)?.len() as u64;
            files.push(File { path, agent: None, number: self.files, archive: None });
            self.files += 1;
        }
        self.targets.push(Target { standing: Standing { index, scores: vec![None] }, files });
        Ok(())
    }
}

fn transcripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Adds a prompt with the rare word.
fn plant(path: &Path) -> Result<()> {
    let record = serde_json::json!({
        "type": "user", "uuid": "planted", "parentUuid": null, "timestamp": "2026-11-01T09:00:00.000Z",
        "message": { "role": "user", "content": format!("where is the {RARE}?") },
    });
    let mut file = fs::File::options().append(true).open(path)?;
    Ok(writeln!(file, "{record}")?)
}
