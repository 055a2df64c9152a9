//! Real transcripts, when they are at hand: every file is read, and reading in pieces changes nothing.
#![expect(clippy::print_stderr, reason = "counts are shown, and a test that could not run says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use transcript::{Batch, FileFacts, Parsed, Reader, Request, RequestKey, Session, SessionFile, ToolUse, slug_matches};

fn transcripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the corpus can be read") {
        let path = entry.expect("the corpus can be read").path();
        if path.is_dir() {
            transcripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
}

/// The corpus, sorted; empty, with a word, when it is not at hand.
fn corpus() -> Vec<PathBuf> {
    let mut found = Vec::new();
    match testkit::corpus() {
        Some(folder) => transcripts(&folder, &mut found),
        None => eprintln!("SKIPPED: no corpus beside the checkout, and SESSIONS_CORPUS is not set"),
    }
    found.sort();
    found
}

#[derive(Debug, Default, PartialEq)]
struct Found {
    facts: FileFacts,
    requests: BTreeMap<RequestKey, Request>,
    tools: BTreeMap<String, ToolUse>,
}

fn read(bytes: &[u8], cuts: &[usize]) -> Parsed<Found> {
    let mut found = Found::default();
    let mut problems = Vec::new();
    for (index, cut) in cuts.iter().chain([&bytes.len()]).enumerate() {
        let mut reader = Reader::new(found.facts);
        let mut batch = Batch::default();
        let from = bytes.len().min(usize::try_from(reader.facts().read_to).expect("it fits"));
        reader.feed(&bytes[from..(*cut).max(from)], index == cuts.len(), &mut batch);
        found.facts = reader.finish();
        for request in batch.requests {
            let known = found.requests.entry(request.key.clone()).or_insert_with(|| request.clone());
            known.merge(request);
        }
        for tool in batch.tool_uses {
            let known = found.tools.entry(tool.id.clone()).or_insert_with(|| tool.clone());
            known.merge(tool);
        }
        problems.extend(batch.problems);
    }
    Parsed { value: found, problems }
}

#[test]
fn every_file_is_read() {
    let (mut files, mut titled, mut dated) = (0, 0, 0);
    let (mut requests, mut tools, mut prompts, mut problems) = (0, 0, 0, 0);
    for path in corpus() {
        let bytes = fs::read(&path).expect("the corpus can be read");
        let Parsed { value: found, problems: noted } = read(&bytes, &[]);
        let whole = found.facts.read_to == bytes.len() as u64 || found.facts.problems() > 0;
        assert!(whole, "{} stopped at {}", path.display(), found.facts.read_to);
        let lost = noted.iter().filter(|problem| problem.kind.is_loss()).count();
        assert_eq!(lost, found.facts.problems() as usize, "{}", path.display());
        let session = Session::fold("x".into(), &[SessionFile { main: true, facts: &found.facts }]);
        files += 1;
        titled += u32::from(session.title.is_some());
        dated += u32::from(session.started.is_some());
        requests += found.requests.len();
        tools += found.tools.len();
        prompts += session.prompts;
        problems += lost;
    }
    eprintln!(
        "{files} files: {requests} requests, {tools} tool calls, {prompts} prompts, {problems} problems; {titled} titled, {dated} dated"
    );
}

#[test]
fn real_files_can_be_cut_anywhere() {
    let mut step = 1;
    for path in corpus() {
        let bytes = fs::read(&path).expect("the corpus can be read");
        if bytes.len() > 300_000 {
            continue;
        }
        let whole = read(&bytes, &[]).value;
        // another walk through each file: steps that share no factor with the length of anything
        step = (step * 7919 + 13) % 104_729;
        let cuts: Vec<usize> = (0..bytes.len()).step_by(step.max(bytes.len() / 40)).collect();
        assert_eq!(read(&bytes, &cuts).value, whole, "{}", path.display());
    }
}

#[test]
fn a_real_record_behind_a_torn_one_is_read_and_nothing_else() {
    let (mut torn, mut lost, mut step) = (0, 0, 1);
    for path in corpus() {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("the corpus can be read")).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| line.len() < 50_000).collect();
        for pair in lines.windows(2) {
            step = (step * 7919 + 13) % 104_729;
            let alone = read(format!("{}\n", pair[1]).as_bytes(), &[]).value;
            let cut = step % pair[0].len().max(1);
            // made by hand, or by a publisher
            let is_whole = alone.requests.values().all(|request| request.uuid.is_some());
            if cut == 0 || !pair[0].is_char_boundary(cut) || alone.requests.is_empty() || !is_whole {
                continue;
            }
            let found = read(format!("{}{}\n", &pair[0][..cut], pair[1]).as_bytes(), &[]).value;
            torn += 1;
            lost += u32::from(found.requests.is_empty());
            let is_nothing = found.requests.is_empty() && found.tools.is_empty() && found.facts.session().is_none();
            assert!(is_nothing || found.requests.keys().eq(alone.requests.keys()), "{cut} of {}", pair[0]);
        }
    }
    eprintln!("{lost} of {torn} records behind a torn one are lost");
    assert!(lost * 50 <= torn);
}

#[test]
fn folders_are_named_by_the_rule() {
    let (mut named, mut fitting) = (0, 0);
    for path in corpus() {
        let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
        let bytes = fs::read(&path).expect("the corpus can be read");
        let facts = read(&bytes, &[]).value.facts;
        if let Some(cwd) = facts.cwd().filter(|_| path.components().any(|part| part.as_os_str() == "projects")) {
            named += 1;
            fitting += u32::from(slug_matches(folder, cwd));
        }
    }
    eprintln!("{fitting} of {named} project folders are named after the first working directory");
    assert!(fitting * 10 >= named * 9, "some publishers mask paths, most do not");
}
