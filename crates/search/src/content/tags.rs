//! Tags that people gave sessions in the client: they stand in transcripts and nowhere else.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::sinks::Bytes;
use grep_searcher::{MmapChoice, SearcherBuilder};
use transcript::{TextKind, texts};

use super::File;

/// How a line stands out that holds a tag.
const LINE: &str = r#""type"\s*:\s*"tag""#;

/// The tag of each session, from its own transcript: the last one in it holds. None if the reading was stopped.
pub fn tags(files: &[Option<&File>], threads: usize, stop: &AtomicBool) -> Option<Vec<Vec<String>>> {
    let matcher = RegexMatcherBuilder::new().line_terminator(Some(b'\n')).build(LINE).ok()?;
    let found = Mutex::new(vec![Vec::new(); files.len()]);
    let threads = threads.max(1);
    thread::scope(|scope| {
        for first in 0..threads {
            let (matcher, found) = (&matcher, &found);
            scope.spawn(move || {
                for (index, file) in files.iter().enumerate().skip(first).step_by(threads) {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Some(tag) = file.and_then(|file| tag(matcher, file).ok().flatten()) {
                        found.lock().unwrap_or_else(PoisonError::into_inner)[index].push(tag);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    (!stop.load(Ordering::Relaxed)).then_some(found)
}

fn tag(matcher: &RegexMatcher, file: &File) -> io::Result<Option<String>> {
    let mut last = None;
    let mut searcher = SearcherBuilder::new().line_number(true).memory_map(MmapChoice::never()).build();
    let sink = Bytes(|_, line| {
        texts(line, &mut |text| {
            if text.kind == TextKind::Tag {
                last = Some(text.decoded().trim().to_owned());
            }
        });
        Ok(true)
    });
    searcher.search_reader(matcher, file.open()?, sink)?;
    Ok(last.filter(|tag: &String| !tag.is_empty()))
}
