//! The lane of the matcher: finding in texts that are in memory.

use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::queue::Queue;
use crate::app::Wake;
use crate::message::{Effect, Msg};
use crate::reader::{self, Matches};

/// How often it is told what was found so far.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Answers requests to find.
pub(super) fn serve(mut queue: Queue, wake: &Sender<Wake>) {
    while let Some(request) = queue.next() {
        let answer = match request {
            Effect::Find { ref script, ref which, level, ref directory, ref needle, ticket } => {
                let (mut reported, mut told) = (Instant::now(), 0);
                let found = reader::matches((script, which), level, directory, needle, &mut |so_far| {
                    if so_far.len() > told && reported.elapsed() >= REPORT_EVERY {
                        reported = Instant::now();
                        let found = Matches { before: told, matches: so_far[told..].to_vec(), done: false };
                        told = so_far.len();
                        let _ = wake.send(Wake::Msg(Msg::Matched(ticket, found)));
                    }
                    !queue.is_overtaken()
                });
                let Some(mut matches) = found else {
                    queue.put_back(request);
                    continue;
                };
                let matches = matches.split_off(told);
                Msg::Matched(ticket, Matches { before: told, matches, done: true })
            }
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}
