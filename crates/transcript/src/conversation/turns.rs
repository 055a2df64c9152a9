//! Turns: in which one something stands that is known by its place, its time or its subagent.

use chrono::{DateTime, Utc};

use super::{Body, Conversation, Item};

impl Conversation {
    /// The turn of the record at an offset of the file: that of the item which begins at it or last before it.
    pub fn turn_at(&self, offset: u64) -> u32 {
        let before = self.all().filter(|item| item.offset <= offset);
        before.max_by_key(|item| item.offset).map_or(0, |item| item.turn)
    }

    /// The turn in which a subagent was started; where no call names it, the turn of that time.
    pub fn turn_of_agent(&self, agent: &str, at: Option<DateTime<Utc>>) -> u32 {
        let started = self.all().find(|item| match &item.body {
            Body::Answer(answer) => answer.calls().any(|call| call.agent.as_deref() == Some(agent)),
            _ => false,
        });
        let of_time = || {
            let before = self.all().filter(|item| item.at.is_some() && item.at <= at);
            before.max_by_key(|item| item.at).map_or(0, |item| item.turn)
        };
        started.map_or_else(of_time, |item| item.turn)
    }

    /// What was said in one turn, on the active chain or on a branch that was abandoned; none if there is no such turn.
    #[must_use]
    pub fn turn(mut self, turn: u32) -> Option<Self> {
        self.items.retain(|item| item.turn == turn);
        for branch in &mut self.branches {
            branch.items.retain(|item| item.turn == turn);
            branch.after = None;
        }
        self.branches.retain(|branch| !branch.items.is_empty());
        self.agents.clear();
        (!self.items.is_empty() || !self.branches.is_empty()).then_some(self)
    }

    fn all(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().chain(self.branches.iter().flat_map(|branch| &branch.items))
    }
}
