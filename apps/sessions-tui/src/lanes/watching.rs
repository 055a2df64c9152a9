//! The lane that follows a transcript as it grows.

use std::time::Duration;

use crossbeam_channel::Sender;

use super::opening::Source;
use super::queue::Queue;
use crate::app::Wake;
use crate::message::{Effect, Msg};

/// How often the size of the file is looked at.
const EVERY: Duration = Duration::from_millis(300);

/// Follows what it is told to, one file at a time.
pub(super) fn serve(mut queue: Queue, wake: &Sender<Wake>) {
    'files: while let Some(request) = queue.next() {
        let Effect::Follow(Some((ticket, path))) = request else { continue };
        loop {
            // Opened anew when it became shorter: it was replaced.
            let Ok(mut source) = Source::open(&path) else { continue 'files };
            loop {
                let grown = source.size().ok().filter(|size| *size != source.read());
                match grown {
                    Some(size) if size < source.read() => break,
                    Some(_) if source.read_rest(|| true).is_ok() => {
                        let message = Msg::Grown(ticket, source.script());
                        if wake.send(Wake::Msg(message)).is_err() {
                            return;
                        }
                    }
                    _ => {}
                }
                if queue.is_overtaken_within(EVERY) {
                    continue 'files;
                }
                if queue.is_over() {
                    return;
                }
            }
        }
    }
}
