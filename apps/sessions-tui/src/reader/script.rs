//! A transcript in memory: its bytes, and the order of what they say.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use transcript::{Body, Entry, Item, Outline, Reading, Sketched, Stretches};
use typeset::{Head, Speaker};

use crate::figures;

/// A transcript in memory: its bytes, and the order of what they say. An item is read when somebody looks at it.
#[derive(Default)]
pub struct Script {
    stretches: Vec<(u64, Arc<[u8]>)>,
    outline: Outline,
}

/// What was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The transcript.
    pub script: Arc<Script>,
    /// Whether it is all there.
    pub complete: bool,
}

/// Which conversation of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Which {
    /// That of a subagent which is told in the file.
    pub agent: Option<String>,
    /// An abandoned branch of it.
    pub branch: Option<usize>,
}

/// Something to stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// An entry.
    Entry(usize),
    /// The mark of an abandoned branch.
    Branch(usize),
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({} entries)", self.outline.entries.len())
    }
}

impl Script {
    /// From stretches of a file and what was read of them.
    pub fn new(stretches: Vec<(u64, Arc<[u8]>)>, reading: &Reading) -> Self {
        let outline = {
            let bytes = Stretches::new(stretches.iter().map(|(start, bytes)| (*start, bytes.as_ref())).collect());
            reading.outline(&bytes)
        };
        Self { stretches, outline }
    }

    /// A whole transcript.
    pub fn whole(bytes: &[u8]) -> Self {
        let mut reading = Reading::default();
        reading.feed(bytes, true);
        Self::new(vec![(0, bytes.into())], &reading)
    }

    /// How many bytes it keeps.
    pub(crate) fn size(&self) -> usize {
        self.stretches.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Stretches<'_> {
        Stretches::new(self.stretches.iter().map(|(start, bytes)| (*start, bytes.as_ref())).collect())
    }

    pub(crate) fn outline(&self, which: &Which) -> &Outline {
        let agent = which.agent.as_ref().and_then(|id| self.outline.agents.iter().find(|agent| agent.id == *id));
        agent.map_or(&self.outline, |agent| &agent.outline)
    }

    pub(crate) fn tells(&self, agent: &str) -> bool {
        self.agents().any(|own| own == agent)
    }

    /// Subagents whose conversations are told in it.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &str> {
        self.outline.agents.iter().map(|agent| agent.id.as_str())
    }

    /// For each of these subagents, the entry of the session's own conversation that started it, by what the result of
    /// its call says; of one that is told in the file, else the entry before it began.
    pub(crate) fn callers(&self, agents: &[&str]) -> Vec<Option<usize>> {
        let mut callers = vec![None; agents.len()];
        let ids = agents.iter().map(|id| regex::escape(id)).collect::<Vec<_>>().join("|");
        let Ok(ids) = regex::bytes::Regex::new(&ids) else { return callers };
        let bytes = self.bytes();
        for (entry, told) in self.outline.entries.iter().enumerate().filter(|_| !agents.is_empty()) {
            let Sketched::Answer(answer) = &told.sketched else { continue };
            for offset in answer.calls().filter_map(|call| self.outline.result_of(call)) {
                let named = bytes.line(offset).and_then(|line| ids.find(line));
                let named = named.and_then(|id| agents.iter().position(|agent| agent.as_bytes() == id.as_bytes()));
                if let Some(caller) = named.and_then(|agent| callers.get_mut(agent)) {
                    caller.get_or_insert(entry);
                }
            }
        }
        for (caller, agent) in callers.iter_mut().zip(agents).filter(|(caller, _)| caller.is_none()) {
            let told = self.outline.agents.iter().find(|told| told.id == **agent);
            let began = told.and_then(|told| told.outline.entries.iter().find_map(|entry| entry.at));
            *caller = began.and_then(|began| self.entry_before(began));
        }
        callers
    }

    /// When its conversation began.
    pub(crate) fn began(&self) -> Option<DateTime<Utc>> {
        self.outline.entries.iter().find_map(|entry| entry.at)
    }

    /// The last entry of its conversation that was said by a moment.
    pub(crate) fn entry_before(&self, moment: DateTime<Utc>) -> Option<usize> {
        self.outline.entries.iter().rposition(|entry| entry.at.is_some_and(|at| at <= moment))
    }

    pub(crate) fn entries(&self, which: &Which) -> &[Entry] {
        let outline = self.outline(which);
        let branch = which.branch.and_then(|branch| outline.branches.get(branch));
        branch.map_or(&outline.entries, |branch| &branch.entries)
    }

    /// Everything to stop at, in reading order.
    pub(crate) fn stops(&self, which: &Which) -> Vec<Stop> {
        let entries = self.entries(which).len();
        if which.branch.is_some() {
            return (0..entries).map(Stop::Entry).collect();
        }
        let mut branches: Vec<(usize, usize)> = Vec::new();
        for (number, branch) in self.outline(which).branches.iter().enumerate() {
            branches.push((branch.after.map_or(0, |after| after + 1), number));
        }
        branches.sort_unstable();
        let mut stops = Vec::with_capacity(entries + branches.len());
        let mut waiting = branches.into_iter().peekable();
        for entry in 0..=entries {
            while let Some((_, branch)) = waiting.next_if(|(before, _)| *before <= entry) {
                stops.push(Stop::Branch(branch));
            }
            stops.extend((entry < entries).then_some(Stop::Entry(entry)));
        }
        stops
    }

    /// The conversation that tells the record at an offset, in bytes, and the entry of it; none where none does.
    pub(crate) fn place_of(&self, offset: u64) -> Option<(Which, usize)> {
        let agents = self.outline.agents.iter().map(|agent| (Some(&agent.id), &agent.outline));
        std::iter::once((None, &self.outline)).chain(agents).find_map(|(agent, outline)| {
            let branches = outline.branches.iter().enumerate().map(|(at, branch)| (Some(at), &branch.entries));
            std::iter::once((None, &outline.entries)).chain(branches).find_map(|(branch, entries)| {
                let entry = entries.iter().position(|entry| is_told(outline, entry, offset))?;
                Some((Which { agent: agent.cloned(), branch }, entry))
            })
        })
    }

    pub(crate) fn item(&self, which: &Which, entry: usize) -> Option<Item> {
        let entry = self.entries(which).get(entry)?;
        Some(self.outline(which).item(&self.bytes(), entry))
    }

    pub(crate) fn turns(&self, which: &Which) -> u32 {
        self.entries(which).last().map_or(0, |entry| entry.turn)
    }

    /// The turn of the session's own conversation that a record at an offset belongs to; 0 before the first.
    pub(crate) fn turn_at(&self, offset: u64) -> u32 {
        let entries = self.outline.entries.iter().filter(|entry| entry.offset <= offset);
        entries.max_by_key(|entry| entry.offset).map_or(0, |entry| entry.turn)
    }

    /// The line above an entry, where somebody begins to speak.
    pub(crate) fn head(&self, which: &Which, at: usize) -> Option<Head> {
        let entries = self.entries(which);
        let before = entries[..at].iter().rev().find(|entry| !is_beside(entry));
        match &entries.get(at)?.sketched {
            Sketched::Whole(Body::Prompt(prompt)) => {
                let speaker = match (&prompt.from, &which.agent) {
                    (Some(name), _) => Speaker::Other(name.clone()),
                    (None, Some(_)) => Speaker::Other("task".to_owned()),
                    (None, None) => Speaker::Person,
                };
                let turn = entries[at].turn;
                Some(Head { speaker, beside: String::new(), right: format!("turn {turn}") })
            }
            Sketched::Whole(Body::Command(_)) => {
                let goes_on = before.is_some_and(|entry| matches!(entry.sketched, Sketched::Whole(Body::Command(_))));
                let head = Head { speaker: Speaker::Person, beside: String::new(), right: String::new() };
                (!goes_on).then_some(head)
            }
            Sketched::Answer(answer) => {
                let goes_on = before.is_some_and(|entry| match &entry.sketched {
                    Sketched::Answer(other) => other.model() == answer.model(),
                    Sketched::Whole(_) => false,
                });
                (!goes_on).then(|| Head {
                    speaker: Speaker::Model,
                    beside: figures::model(answer.model().unwrap_or_default()),
                    right: figures_of(entries, at),
                })
            }
            Sketched::Whole(_) => None,
        }
    }
}

/// Whether an entry tells the record at an offset.
fn is_told(outline: &Outline, entry: &Entry, offset: u64) -> bool {
    let in_answer = || match &entry.sketched {
        Sketched::Answer(answer) => {
            let results = answer.calls().filter_map(|call| outline.result_of(call));
            answer.lines().chain(results).any(|line| line == offset)
        }
        Sketched::Whole(_) => false,
    };
    entry.offset == offset || in_answer()
}

/// Whether an entry does not end what somebody says.
fn is_beside(entry: &Entry) -> bool {
    matches!(entry.sketched, Sketched::Whole(Body::Notice(_)))
}

/// Tokens and time of what the model says from an entry on until somebody else speaks.
fn figures_of(entries: &[Entry], at: usize) -> String {
    let asked = entries[..at].iter().rev().find_map(|entry| entry.at);
    let (mut output, mut context, mut last) = (0u64, None, entries[at].at);
    for entry in &entries[at..] {
        match &entry.sketched {
            Sketched::Answer(answer) => {
                if let Some(tokens) = answer.tokens() {
                    output = output.saturating_add(tokens.output);
                    context = Some(tokens.prompt()).filter(|prompt| *prompt > 0).or(context);
                }
                last = entry.at.max(last);
            }
            Sketched::Whole(Body::Notice(_)) => {}
            Sketched::Whole(_) => break,
        }
    }
    let took = asked.zip(last).and_then(|(from, to)| u64::try_from((to - from).num_milliseconds()).ok());
    let parts = [
        Some(output).filter(|output| *output > 0).map(|output| format!("{} out", figures::tokens(output))),
        context.map(|context| format!("{} ctx", figures::tokens(context))),
        took.filter(|took| *took >= 1_000).map(figures::duration),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
