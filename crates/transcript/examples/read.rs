//! Reads every transcript below a folder again and again, and says how fast and what was found.
#![expect(clippy::print_stdout, reason = "it is here to print")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use transcript::{Batch, FileFacts, Reader};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let rounds: u32 = env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut paths = Vec::new();
    find(Path::new(&folder), &mut paths)?;
    let files: Vec<Vec<u8>> = paths.iter().map(fs::read).collect::<io::Result<_>>()?;
    let bytes: usize = files.iter().map(Vec::len).sum();
    let (mut requests, mut tools, mut problems) = (0, 0, 0);
    let started = Instant::now();
    for _ in 0..rounds {
        (requests, tools, problems) = (0, 0, 0);
        for file in &files {
            let mut batch = Batch::default();
            let mut reader = Reader::new(FileFacts::default());
            reader.feed(file, true, &mut batch);
            requests += batch.requests.len();
            tools += batch.tool_uses.len();
            problems += batch.problems.len();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let total = bytes as f64 * f64::from(rounds);
    println!("{} files, {bytes} bytes, {:.0} MB/s", files.len(), total / seconds / 1e6);
    println!("{requests} requests, {tools} tool calls, {problems} problems");
    Ok(())
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    Ok(())
}
