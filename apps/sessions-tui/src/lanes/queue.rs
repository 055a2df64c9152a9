//! What waits for a lane: a newer request of a kind replaces an older one.

use std::mem::discriminant;
use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::message::Effect;

/// The requests that wait for a lane.
pub(super) struct Queue {
    receiver: Receiver<Effect>,
    waiting: Vec<Effect>,
    /// Whether nothing can come any more.
    ended: bool,
}

impl Queue {
    pub(super) fn new(receiver: Receiver<Effect>) -> Self {
        Self { receiver, waiting: Vec::new(), ended: false }
    }

    /// The next request; none when the screen is gone. Previews wait until nothing else is asked for.
    pub(super) fn next(&mut self) -> Option<Effect> {
        if self.waiting.is_empty() {
            let first = self.receiver.recv().ok()?;
            self.add(first);
        }
        while let Ok(request) = self.receiver.try_recv() {
            self.add(request);
        }
        let urgent = self.waiting.iter().position(|request| !matches!(request, Effect::Glimpse { .. }));
        Some(self.waiting.remove(urgent.unwrap_or(0)))
    }

    /// Waits a moment; whether something newer came that should be looked at first.
    pub(super) fn is_overtaken_within(&mut self, moment: Duration) -> bool {
        match self.receiver.recv_timeout(moment) {
            Ok(request) => {
                self.add(request);
                true
            }
            Err(error) => {
                self.ended = error.is_disconnected();
                false
            }
        }
    }

    /// Whether the screen is gone and nothing waits.
    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.ended
    }

    /// Whether something newer came.
    pub(super) fn is_overtaken(&mut self) -> bool {
        self.is_overtaken_within(Duration::ZERO)
    }

    /// Puts a request back that was taken too early, unless a newer one of its kind has come.
    pub(super) fn put_back(&mut self, request: Effect) {
        if !self.waiting.iter().any(|newer| replaces(newer, &request)) {
            self.waiting.push(request);
        }
    }

    fn add(&mut self, request: Effect) {
        self.waiting.retain(|waiting| !replaces(&request, waiting));
        self.waiting.push(request);
    }
}

/// Whether a newer request makes an older one pointless: of the same kind, and where each has a page of its own, of the
/// same transcript.
fn replaces(newer: &Effect, older: &Effect) -> bool {
    match (newer, older) {
        (Effect::Open { path, .. }, Effect::Open { path: other, .. }) => path == other,
        _ => discriminant(newer) == discriminant(older),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Ticket;
    use std::path::PathBuf;

    fn glimpse(id: &str) -> Effect {
        Effect::Glimpse { id: id.into(), path: Some(PathBuf::from(id)) }
    }

    #[test]
    fn the_newest_of_a_kind_wins_and_previews_wait() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        for request in [glimpse("a"), Effect::Load(Ticket(1)), glimpse("b"), Effect::Load(Ticket(2))] {
            sender.send(request).expect("the queue listens");
        }
        assert!(matches!(queue.next(), Some(Effect::Load(Ticket(2)))));
        assert!(matches!(queue.next(), Some(Effect::Glimpse { id, .. }) if id.as_str() == "b"));
        drop(sender);
        assert!(queue.next().is_none());
    }

    #[test]
    fn transcripts_that_are_opened_together_are_all_read() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        for (ticket, path) in [(1, "a"), (2, "b"), (3, "a")] {
            sender.send(Effect::Open { ticket: Ticket(ticket), path: path.into() }).expect("the queue listens");
        }
        drop(sender);
        let read: Vec<Effect> = std::iter::from_fn(|| queue.next()).collect();
        assert!(matches!(read[..], [Effect::Open { ticket: Ticket(2), .. }, Effect::Open { ticket: Ticket(3), .. }]));
    }

    #[test]
    fn a_request_put_back_gives_way_to_a_newer_one() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        sender.send(glimpse("new")).expect("the queue listens");
        assert!(queue.is_overtaken_within(Duration::ZERO));
        queue.put_back(glimpse("old"));
        assert!(matches!(queue.next(), Some(Effect::Glimpse { id, .. }) if id.as_str() == "new"));
    }
}
