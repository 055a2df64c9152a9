//! The lane of the matcher: ranking, wrapping and finding in texts that are in memory.

use crossbeam_channel::Sender;

use super::queue::Queue;
use crate::app::Wake;
use crate::message::{Effect, Msg};
use crate::reader;

/// Answers requests to rank, wrap and find.
pub(super) fn serve(mut queue: Queue, wake: &Sender<Wake>) {
    while let Some(request) = queue.next() {
        let answer = match request {
            Effect::Rank { ticket, query, library } => Msg::Ranked(ticket, library.candidates().rank(&query)),
            Effect::Wrap { ticket, document, columns } => Msg::Wrapped(ticket, document.wrapped(columns)),
            Effect::Find { ticket, text, needle } => Msg::Found(ticket, reader::matches(&text, &needle)),
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}
