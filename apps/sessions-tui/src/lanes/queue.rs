//! What waits for a lane: a newer request of a kind replaces an older one.

use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::message::Effect;

/// The requests that wait for a lane.
pub(super) struct Queue {
    receiver: Receiver<Effect>,
    waiting: Vec<Effect>,
}

impl Queue {
    pub(super) fn new(receiver: Receiver<Effect>) -> Self {
        Self { receiver, waiting: Vec::new() }
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
        let urgent = self.waiting.iter().position(|request| !matches!(request, Effect::Excerpt { .. }));
        Some(self.waiting.remove(urgent.unwrap_or(0)))
    }

    /// Waits a moment; whether something newer came that should be looked at first.
    pub(super) fn is_overtaken_within(&mut self, moment: Duration) -> bool {
        match self.receiver.recv_timeout(moment) {
            Ok(request) => {
                self.add(request);
                true
            }
            Err(_) => false,
        }
    }

    /// Puts a request back that was taken too early, unless a newer one of its kind has come.
    pub(super) fn put_back(&mut self, request: Effect) {
        if !self.holds(discriminant(&request)) {
            self.waiting.push(request);
        }
    }

    fn holds(&self, kind: Discriminant<Effect>) -> bool {
        self.waiting.iter().any(|request| discriminant(request) == kind)
    }

    fn add(&mut self, request: Effect) {
        let kind = discriminant(&request);
        self.waiting.retain(|waiting| discriminant(waiting) != kind);
        self.waiting.push(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Ticket;
    use std::path::PathBuf;

    fn excerpt(id: &str) -> Effect {
        Effect::Excerpt { id: id.into(), path: PathBuf::from(id) }
    }

    #[test]
    fn the_newest_of_a_kind_wins_and_previews_wait() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        for request in [excerpt("a"), Effect::Load(Ticket(1)), excerpt("b"), Effect::Load(Ticket(2))] {
            sender.send(request).expect("the queue listens");
        }
        assert!(matches!(queue.next(), Some(Effect::Load(Ticket(2)))));
        assert!(matches!(queue.next(), Some(Effect::Excerpt { id, .. }) if id.as_str() == "b"));
        drop(sender);
        assert!(queue.next().is_none());
    }

    #[test]
    fn a_request_put_back_gives_way_to_a_newer_one() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        sender.send(excerpt("new")).expect("the queue listens");
        assert!(queue.is_overtaken_within(Duration::ZERO));
        queue.put_back(excerpt("old"));
        assert!(matches!(queue.next(), Some(Effect::Excerpt { id, .. }) if id.as_str() == "new"));
    }
}
