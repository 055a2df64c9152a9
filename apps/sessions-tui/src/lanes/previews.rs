//! The lane of the preview: what is shown of the session under the cursor, once the cursor rests there.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use archive::Archive;
use crossbeam_channel::Sender;
use pricing::CostByKind;
use search::{Caps, Found, Query, Seen, Standing, Target, Wanted};
use store::Store;
use transcript::{Conversation, SessionId};

use super::files::unreadable;
use super::opening::Source;
use super::queue::Queue;
use crate::Launch;
use crate::app::Wake;
use crate::finding::Quote;
use crate::glimpse::Glimpse;
use crate::library::Library;
use crate::message::{Effect, Msg};
use crate::preview::HITS;
use crate::reader::Script;

/// A preview is read when the cursor has rested this long.
const REST: Duration = Duration::from_millis(60);
/// Of a transcript larger than twice this, a preview reads this much of the beginning and of the end, in bytes.
const EDGE: u64 = 512 * 1024;
/// How long the store is waited for: costs by kind are not worth more.
const PATIENCE: Duration = Duration::from_millis(500);
/// Lines that are shown before and after one that matches.
const CONTEXT: usize = 1;

/// Answers requests about the session under the cursor.
pub(super) fn serve(launch: &Launch, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store).waiting(PATIENCE);
    let archive = Archive::at(&launch.paths.archive());
    let tell = |message| drop(wake.send(Wake::Msg(message)));
    while let Some(request) = queue.next() {
        if queue.is_overtaken_within(REST) {
            queue.put_back(request);
            continue;
        }
        match request {
            Effect::Glimpse { id, path } => {
                let mut glimpse = path.map_or_else(Glimpse::default, |path| {
                    glimpse(&archive, &path).unwrap_or_else(|error| Glimpse::failed(unreadable(&path, &error)))
                });
                tell(Msg::Glimpsed(id.clone(), Box::new(glimpse.clone())));
                glimpse.costs = costs(launch, &store, &id);
                if glimpse.costs.is_some() {
                    tell(Msg::Glimpsed(id, Box::new(glimpse)));
                }
            }
            Effect::Quote { ticket, query, thinking, library, place } => {
                let quotes = quotes(&archive, (&query, thinking), &library, place, &mut || !queue.is_overtaken());
                tell(Msg::Quoted(ticket, place, quotes));
            }
            _ => {}
        }
    }
}

/// What the requests cost that a session pays for; none where the store cannot be asked now.
fn costs(launch: &Launch, store: &Store, id: &SessionId) -> Option<CostByKind> {
    let audit = store.audit(id).ok()?;
    let mut costs = CostByKind::default();
    for audited in audit.requests.iter().filter(|audited| audited.request.session == *id) {
        costs.add(&launch.prices.explain(&audited.request));
    }
    Some(costs)
}

/// Lines that match in a session, each with its turn; without turns where something else is asked for meanwhile.
fn quotes(
    archive: &Archive,
    (query, thinking): (&Query, bool),
    library: &Library,
    place: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Vec<Quote> {
    let Some(wanted) = Wanted::new(query, Caps::Smart) else { return Vec::new() };
    let wanted = wanted.thinking(thinking).keeping(HITS, CONTEXT);
    let files = library.files(place);
    let standing = Standing { index: place, scores: Vec::new() };
    let found: Mutex<Option<Found>> = Mutex::default();
    let stop = AtomicBool::new(false);
    search::search(&wanted, &[Target { standing, files: files.to_vec() }], 1, &Seen::nothing(0), &stop, &|one| {
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some(Found { mut passages, best, .. }) = found else { return Vec::new() };
    // What tells most comes first, also where it is not among the first lines.
    passages.retain(|passage| Some(passage) != best.as_ref());
    passages.splice(0..0, best);
    passages.truncate(HITS);
    let is_own = |file: usize| files.get(file).is_some_and(|file| file.agent.is_none());
    let own = passages.iter().find(|passage| is_own(passage.file)).and_then(|passage| files.get(passage.file));
    let script = own.and_then(|file| whole(archive, &file.path, go_on).ok().flatten());
    let quote = |passage: search::Passage| {
        let in_subagent = !is_own(passage.file);
        let turn = script.as_ref().filter(|_| !in_subagent).map(|script| script.turn_at(passage.offset));
        Quote { turn: turn.filter(|turn| *turn > 0), in_subagent, passage }
    };
    passages.into_iter().map(quote).collect()
}

/// A transcript, unless it takes longer than there is time for.
fn whole(
    archive: &Archive,
    path: &Path,
    go_on: &mut dyn FnMut() -> bool,
) -> io::Result<Option<std::sync::Arc<Script>>> {
    let mut source = Source::open_kept(archive, path)?;
    let all = source.read_first()? || source.read_rest(go_on)?;
    Ok(all.then(|| source.script()))
}

fn glimpse(archive: &Archive, path: &Path) -> io::Result<Glimpse> {
    let mut file = archive.open(path)?;
    let size = file.size()?;
    let mut bytes = Vec::new();
    if size <= 2 * EDGE {
        file.read_to_end(&mut bytes)?;
        let conversation = Conversation::read(&bytes).value;
        return Ok(Glimpse::new(&conversation, &conversation));
    }
    Read::by_ref(&mut file).take(EDGE).read_to_end(&mut bytes)?;
    let head = Conversation::read(&bytes).value;
    bytes.clear();
    file.seek(SeekFrom::Start(size - EDGE))?;
    file.read_to_end(&mut bytes)?;
    let tail = Conversation::read(&bytes).value;
    Ok(Glimpse::new(&head, &tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, number: usize, content: &str) -> String {
        let (uuid, parent) = (format!("u{number}"), format!("u{}", number.wrapping_sub(1)));
        let message =
            format!(r#"{{"id":"m{number}","role":"{kind}","content":[{{"type":"text","text":"{content}"}}]}}"#);
        format!(r#"{{"type":"{kind}","uuid":"{uuid}","parentUuid":"{parent}","sessionId":"s","message":{message}}}"#)
    }

    fn check(filling: usize) {
        let home = testkit::Home::new();
        let long = "long ".repeat(2_000);
        let mut lines = vec![line("user", 0, "first question"), line("assistant", 1, "first answer")];
        lines.extend((0..filling).map(|at| line(["user", "assistant"][at % 2], at + 2, &long)));
        lines.extend([line("user", filling + 2, "last question"), line("assistant", filling + 3, "last answer")]);
        let path = home.transcript("p/s.jsonl", lines.join("\n") + "\n");
        let glimpse = glimpse(&Archive::at(home.path()), &path).expect("a file that we wrote");
        assert_eq!((glimpse.first.prompt.as_str(), glimpse.first.answer.as_str()), ("first question", "first answer"));
        assert_eq!((glimpse.last.prompt.as_str(), glimpse.last.answer.as_str()), ("last question", "last answer"));
    }

    #[test]
    fn a_preview_knows_both_ends_of_a_transcript_of_any_size() {
        check(0);
        check(20);
        check(400);
    }

    #[test]
    fn a_transcript_that_is_gone_is_no_fault_of_the_file() {
        let home = testkit::Home::new();
        let path = home.path().join("nowhere.jsonl");
        let error = glimpse(&Archive::at(home.path()), &path).expect_err("there is no such file");
        assert!(unreadable(&path, &error).contains("just been deleted"));
    }
}
