//! Generated histories for tests and benchmarks: any size, always the same for the same seed.
//!
//! What is imitated is the work of a reader: records of every common kind in the sizes and proportions of real
//! transcripts, copies of requests for the client's own use, messages spread over several lines, long tool output,
//! forks that repeat a history, subagent files. The prose repeats itself, so it says nothing about compression.

mod lean;
mod prose;
mod random;
mod session;
mod sheet;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

pub use lean::requests;
use prose::Prose;
pub use random::Random;
use session::{Length, Written};

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Generated {
    /// Sessions.
    pub sessions: u64,
    /// Transcript files: sessions and subagents.
    pub files: u64,
    /// Distinct requests; those that a fork repeats count once.
    pub requests: u64,
    /// Lines.
    pub lines: u64,
    /// Bytes of all transcript files.
    pub bytes: u64,
}

/// Writes at least `bytes` of history below `<claude>/projects`, whole sessions of mixed length.
pub fn generate(claude: &Path, bytes: u64, seed: u64) -> io::Result<Generated> {
    write_while(claude, seed, Length::Mixed, |so_far| so_far.bytes < bytes)
}

/// Writes `count` short sessions below `<claude>/projects`, about 8 KB each.
pub fn sessions(claude: &Path, count: u64, seed: u64) -> io::Result<Generated> {
    write_while(claude, seed, Length::Short, |so_far| so_far.sessions < count)
}

/// Goes on with one session in so many below `<claude>/projects`: two answers more, with their tool results. Returns
/// how many.
pub fn grow(claude: &Path, one_in: usize, seed: u64) -> io::Result<u64> {
    let mut random = Random::new(seed);
    let prose = Prose::new(&mut random);
    let mut sessions = Vec::new();
    for project in fs::read_dir(claude.join("projects"))? {
        for entry in fs::read_dir(project?.path())? {
            sessions.push(entry?.path());
        }
    }
    sessions.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    sessions.sort();
    let grown = sessions.iter().step_by(one_in.max(1));
    for path in grown.clone() {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let more = session::more(&mut random, &prose, id.into_owned());
        File::options().append(true).open(path)?.write_all(more.bytes())?;
    }
    Ok(grown.len() as u64)
}

fn write_while(claude: &Path, seed: u64, length: Length, more: impl Fn(&Generated) -> bool) -> io::Result<Generated> {
    let mut random = Random::new(seed);
    let prose = Prose::new(&mut random);
    let projects = claude.join("projects");
    let mut generated = Generated::default();
    let mut previous = None;
    while more(&generated) {
        let written = session::write(&mut random, &prose, length, previous.take());
        save(&projects, &written, &mut generated)?;
        previous = Some(written);
    }
    Ok(generated)
}

fn save(projects: &Path, written: &Written, generated: &mut Generated) -> io::Result<()> {
    let folder = projects.join(&written.project);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{}.jsonl", written.main.id())), written.main.bytes())?;
    if !written.subagents.is_empty() {
        let subagents = folder.join(written.main.id()).join("subagents");
        fs::create_dir_all(&subagents)?;
        for (agent, sheet) in &written.subagents {
            fs::write(subagents.join(format!("agent-{agent}.jsonl")), sheet.bytes())?;
            fs::write(
                subagents.join(format!("agent-{agent}.meta.json")),
                r#"{"agentType":"general-purpose","isBuiltIn":true,"description":"look around"}"#,
            )?;
        }
    }
    let sheets = || std::iter::once(&written.main).chain(written.subagents.iter().map(|(_, sheet)| sheet));
    generated.sessions += 1;
    generated.files += sheets().count() as u64;
    generated.requests += sheets().map(|sheet| sheet.requests).sum::<u64>();
    generated.lines += sheets().map(|sheet| sheet.lines).sum::<u64>();
    generated.bytes += sheets().map(|sheet| sheet.bytes().len() as u64).sum::<u64>();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::PathBuf;

    use serde_json::Value;

    use super::*;

    fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "jsonl") {
                found.insert(path.clone(), fs::read(&path).expect("a file that we wrote"));
            }
        }
    }

    fn history(bytes: u64, seed: u64) -> (Generated, BTreeMap<PathBuf, Vec<u8>>) {
        let home = crate::Home::new();
        let generated = generate(&home.claude(), bytes, seed).expect("a history can be written");
        let mut found = BTreeMap::new();
        files(&home.claude(), &mut found);
        let inside = |path: &PathBuf| path.strip_prefix(home.path()).expect("a file of this home").to_owned();
        (generated, found.iter().map(|(path, bytes)| (inside(path), bytes.clone())).collect())
    }

    #[test]
    fn the_same_seed_gives_the_same_files() {
        assert_eq!(history(2_000_000, 7), history(2_000_000, 7));
        assert_ne!(history(2_000_000, 7).1, history(2_000_000, 8).1);
    }

    #[test]
    fn what_is_reported_is_what_was_written() {
        let (generated, found) = history(20_000_000, 1);
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).expect("UTF-8");
        let lines: Vec<String> =
            found.values().flat_map(|bytes| text(bytes).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let records: Vec<Value> =
            lines.iter().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
        let requests: BTreeSet<&str> = records.iter().filter_map(|record| record["message"]["id"].as_str()).collect();
        assert_eq!(generated.files, found.len() as u64);
        assert_eq!(generated.bytes, found.values().map(|bytes| bytes.len() as u64).sum::<u64>());
        assert_eq!(generated.lines, records.len() as u64);
        assert_eq!(generated.requests, requests.len() as u64);
    }

    #[test]
    fn a_history_holds_every_kind_of_record() {
        let (_, found) = history(20_000_000, 1);
        let all: String = found.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        for kind in [
            "api-request",
            "api-request-blob",
            "prompt_snapshot",
            "progress",
            "tool_result",
            "thinking",
            "ai-title",
            "custom-title",
            "file-history-snapshot",
            "isSidechain\":true",
            "compact_boundary",
        ] {
            assert!(all.contains(kind), "no {kind} in a generated history");
        }
        assert!(found.keys().any(|path| path.to_string_lossy().contains("subagents")), "no subagent file");
    }

    #[test]
    fn forks_repeat_the_requests_of_another_file() {
        let (_, found) = history(30_000_000, 1);
        let mut seen: BTreeMap<String, BTreeSet<&PathBuf>> = BTreeMap::new();
        for (path, bytes) in &found {
            for line in String::from_utf8_lossy(bytes).lines() {
                let record: Value = serde_json::from_str(line).expect("each line is JSON");
                if let Some(id) = record["message"]["id"].as_str() {
                    seen.entry(id.to_owned()).or_default().insert(path);
                }
            }
        }
        assert!(seen.values().any(|files| files.len() > 1), "no request stands in two files");
    }

    #[test]
    fn sessions_that_grow_make_new_requests() {
        let home = crate::Home::new();
        let before = sessions(&home.claude(), 40, 3).expect("sessions can be written");
        assert_eq!(grow(&home.claude(), 10, 4).expect("sessions can be gone on with"), 4);
        let mut found = BTreeMap::new();
        files(&home.claude(), &mut found);
        let text: String = found.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
        let requests: BTreeSet<String> =
            records.filter_map(|record| Some(record["message"]["id"].as_str()?.to_owned())).collect();
        assert_eq!(requests.len() as u64, before.requests + 8);
    }

    #[test]
    fn short_sessions_are_counted_and_short() {
        let home = crate::Home::new();
        let generated = sessions(&home.claude(), 200, 3).expect("sessions can be written");
        assert_eq!(generated.sessions, 200);
        assert!(generated.bytes / generated.sessions < 12_000, "{} bytes each", generated.bytes / generated.sessions);
    }
}
