//! The lane of the matcher: finding in texts that are in memory.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::opening::Source;
use super::queue::Queue;
use crate::app::Wake;
use crate::message::{Effect, Msg};
use crate::reader::{self, Matches, Script};

/// How often it is told what was found so far.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Answers requests to find.
pub(super) fn serve(mut queue: Queue, wake: &Sender<Wake>) {
    while let Some(request) = queue.next() {
        let answer = match request {
            Effect::Find { ref hunt, ticket } => {
                let (mut reported, mut told) = (Instant::now(), 0);
                let queue = RefCell::new(&mut queue);
                let stopped = Cell::new(false);
                // what came is told once
                let overtaken = || {
                    stopped.set(stopped.get() || queue.borrow_mut().is_overtaken());
                    stopped.get()
                };
                let mut read = |path: &Path| whole(path, &mut || !overtaken());
                let found = reader::matches(hunt, &mut read, &mut |so_far, pages| {
                    if so_far.len() > told && reported.elapsed() >= REPORT_EVERY {
                        reported = Instant::now();
                        let (matches, pages) = (so_far[told..].to_vec(), pages.to_vec());
                        let found = Matches { before: told, matches, pages, done: false };
                        told = so_far.len();
                        let _ = wake.send(Wake::Msg(Msg::Matched(ticket, found)));
                    }
                    !overtaken()
                });
                let Some((mut matches, pages)) = found else {
                    queue.into_inner().put_back(request);
                    continue;
                };
                let matches = matches.split_off(told);
                Msg::Matched(ticket, Matches { before: told, matches, pages, done: true })
            }
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

/// The transcript of a subagent, unless something newer comes while it is read, or it cannot be read: then nothing is
/// found in it.
fn whole(path: &Path, go_on: &mut dyn FnMut() -> bool) -> Option<Arc<Script>> {
    let mut source = Source::open(path).ok()?;
    let all = source.read_first().ok()? || source.read_rest(go_on).ok()?;
    all.then(|| source.script())
}
