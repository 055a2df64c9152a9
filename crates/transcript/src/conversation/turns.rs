//! Turns: in which one something stands that is known by its place, its time or its subagent.

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::outline::{Entry, Sketched};
use super::{Conversation, Outline, Stretches, tool_result};

/// The turns of a conversation, to be looked up by many places in its file.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    /// Where items begin, in bytes from the start of the file, with their turns; rising.
    places: Vec<(u64, u32)>,
    /// When items were said, with their turns; rising.
    times: Vec<(DateTime<Utc>, u32)>,
    /// Turns in which subagents were started, by their ids.
    started: FxHashMap<String, u32>,
    /// Where subagents that are told in the same file say something: offsets of records, and the index of the subagent.
    told: FxHashMap<u64, usize>,
    agents: Vec<String>,
}

impl Turns {
    /// Those of an outline; `bytes` are those that it was made of.
    pub fn of(outline: &Outline, bytes: &Stretches<'_>) -> Self {
        let mut turns = Self::default();
        for entry in all(outline) {
            turns.places.push((entry.offset, entry.turn));
            turns.times.extend(entry.at.map(|at| (at, entry.turn)));
            let Sketched::Answer(answer) = &entry.sketched else { continue };
            for call in &answer.sketch.calls {
                let of_result = || bytes.with(*outline.results.get(&call.id)?, tool_result::agent_in).flatten();
                let named = outline.started.get(&call.id).cloned();
                if let Some(agent) = named.or_else(|| call.told.as_ref().and_then(|_| of_result())) {
                    turns.started.entry(agent).or_insert(entry.turn);
                }
            }
        }
        turns.places.sort_by_key(|place| place.0);
        turns.times.sort_by_key(|time| time.0);
        for (index, agent) in outline.agents.iter().enumerate() {
            turns.agents.push(agent.id.clone());
            turns.told.extend(records(&agent.outline).map(|offset| (offset, index)));
        }
        turns
    }

    /// Those of a whole transcript.
    pub fn read(bytes: &[u8]) -> Self {
        let mut reading = super::Reading::default();
        reading.feed(bytes, true);
        let bytes = Stretches::whole(bytes);
        Self::of(&reading.outline(&bytes), &bytes)
    }

    /// The turn of the record at an offset of the file: that of the item which begins at it or last before it.
    pub fn at(&self, offset: u64) -> u32 {
        let after = self.places.partition_point(|place| place.0 <= offset);
        after.checked_sub(1).map_or(0, |at| self.places[at].1)
    }

    /// The subagent that says what stands in the record at an offset of the file; none if the session does.
    pub fn agent_at(&self, offset: u64) -> Option<&str> {
        self.told.get(&offset).map(|agent| self.agents[*agent].as_str())
    }

    /// The turn in which a subagent was started; where no call names it, the turn of that time.
    pub fn of_agent(&self, agent: &str, at: Option<DateTime<Utc>>) -> u32 {
        self.started.get(agent).copied().unwrap_or_else(|| {
            let after = at.map_or(0, |at| self.times.partition_point(|time| time.0 <= at));
            after.checked_sub(1).map_or(0, |before| self.times[before].1)
        })
    }
}

/// All entries, of branches too.
fn all(outline: &Outline) -> impl Iterator<Item = &Entry> {
    outline.entries.iter().chain(outline.branches.iter().flat_map(|branch| &branch.entries))
}

/// Offsets of all records that an outline is made of.
fn records(outline: &Outline) -> impl Iterator<Item = u64> {
    let lines = all(outline).flat_map(|entry| match &entry.sketched {
        Sketched::Answer(answer) => answer.lines().collect(),
        Sketched::Whole(_) => vec![entry.offset],
    });
    lines.chain(outline.results.values().map(|spot| spot.offset))
}

impl Conversation {
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
}
