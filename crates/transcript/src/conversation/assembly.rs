//! Records into the order of a conversation.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::agents::{self, Heard, Starter};
use super::chain::{self, Step};
use super::intake::{Intake, Leaf};
use super::outline::{AnswerSketch, Entry, OutlineBranch, Sketched};
use super::prompt::Piece;
use super::record::{Content, Record};
use super::stretches::Spot;
use super::{Body, Notice, Outline, Stretches, tool_result};
use crate::request::SYNTHETIC;

/// The conversation of a file, with those of the subagents that are told in it.
pub(super) fn converse(intake: &Intake, bytes: &Stretches<'_>) -> Outline {
    let main = intake.main();
    let mut outline = tell(&main, intake.leaf.as_ref(), bytes);
    let starters = if intake.side().is_empty() { Vec::new() } else { starters(&outline) };
    let names = |call: &str| bytes.with(*outline.results.get(call)?, tool_result::agent_in).flatten();
    let Heard { agents, started } = agents::hear(intake.side(), &intake.reports, &starters, &names, bytes);
    outline.agents = agents;
    outline.started = Arc::new(started);
    outline
}

/// The calls that can have started a subagent: those with a prompt.
fn starters(outline: &Outline) -> Vec<Starter> {
    let branches = outline.branches.iter().flat_map(|branch| &branch.entries);
    let answers = outline.entries.iter().chain(branches).filter_map(|entry| match &entry.sketched {
        Sketched::Answer(answer) => Some((entry.offset, answer)),
        Sketched::Whole(_) => None,
    });
    let calls = answers.flat_map(|(offset, answer)| answer.sketch.calls.iter().map(move |call| (offset, call)));
    let starter =
        calls.filter_map(|(offset, call)| Some(Starter { offset, call: call.id.clone(), told: call.told.clone()? }));
    starter.collect()
}

/// One conversation from its records.
pub(super) fn tell(records: &[&Record], leaf: Option<&Leaf>, bytes: &Stretches<'_>) -> Outline {
    let chain = chain::resolve(records, leaf, bytes);
    let calls: FxHashSet<&str> =
        records.iter().flat_map(|record| record.calls()).map(|call| call.id.as_str()).collect();
    let mut teller = Teller { records, calls, bytes, entries: Vec::new() };
    let mut ends = Vec::with_capacity(chain.active.len());
    for step in chain.active {
        teller.step(&step);
        ends.push(teller.entries.len());
    }
    let entries = std::mem::take(&mut teller.entries);
    let mut branches = Vec::with_capacity(chain.branches.len());
    for (after, steps) in chain.branches {
        let after = after.and_then(|step| ends[step].checked_sub(1));
        for step in &steps {
            teller.step(step);
        }
        branches.push(OutlineBranch { after, entries: std::mem::take(&mut teller.entries) });
    }
    branches.retain(|branch| !branch.entries.is_empty());
    let mut outline = Outline { entries, branches, results: Arc::new(results(records)), ..Outline::default() };
    outline.number_turns();
    outline
}

/// Where the results of calls stand; the first one counts.
fn results(records: &[&Record]) -> FxHashMap<String, Spot> {
    let mut results = FxHashMap::default();
    for record in records {
        let found = match &record.content {
            Content::Answer(sketch) => &sketch.results,
            Content::Told { results, .. } => results,
            _ => continue,
        };
        for call in found {
            results.entry(call.clone()).or_insert(record.spot);
        }
    }
    results
}

struct Teller<'a> {
    records: &'a [&'a Record],
    /// Ids of all calls.
    calls: FxHashSet<&'a str>,
    bytes: &'a Stretches<'a>,
    entries: Vec<Entry>,
}

impl Teller<'_> {
    fn step(&mut self, step: &Step) {
        let mut answer: Option<(&Record, AnswerSketch)> = None;
        for at in step {
            let record = self.records[*at as usize];
            match &record.content {
                Content::Answer(sketch) => {
                    if let Some((_, answer)) = &mut answer {
                        answer.sketch.merge(sketch);
                        answer.lines.push(record.spot);
                        answer.bytes += u64::from(record.length);
                    } else {
                        let (sketch, lines) = ((**sketch).clone(), vec![record.spot]);
                        answer = Some((record, AnswerSketch { sketch, lines, bytes: record.length.into() }));
                    }
                }
                Content::Told { pieces, results } => {
                    for piece in pieces {
                        self.piece(piece.clone(), record);
                    }
                    for call in results {
                        self.stray(call, record);
                    }
                }
                Content::Boundary { notice, .. } => self.push(Body::Notice(notice.clone()), record),
                Content::Link => {}
            }
        }
        if let Some((record, answer)) = answer {
            self.entries.push(entry(record, Sketched::Answer(answer)));
        }
    }

    /// A result whose call is not among the records stays where it is, as text.
    fn stray(&mut self, call: &str, record: &Record) {
        if self.calls.contains(call) {
            return;
        }
        if let Some(result) = self.bytes.with(record.spot, |record| tool_result::find(record, call)).flatten() {
            self.push(Body::Notice(Notice::Injected(result.text)), record);
        }
    }

    fn piece(&mut self, piece: Piece, record: &Record) {
        let last = self.entries.last_mut().map(|entry| &mut entry.sketched);
        let body = match (piece, last) {
            (Piece::Output(output), Some(Sketched::Whole(Body::Command(command)))) if command.output.is_empty() => {
                command.output = output;
                return;
            }
            (Piece::Summary(told), Some(Sketched::Whole(Body::Notice(Notice::Compacted { summary, .. }))))
                if summary.is_empty() =>
            {
                *summary = told;
                return;
            }
            (Piece::Body(body), _) => body,
            (Piece::Output(output), _) if output.is_empty() => return,
            (Piece::Output(output), _) => Body::Notice(Notice::Info(output)),
            (Piece::Summary(summary), _) => {
                Body::Notice(Notice::Compacted { trigger: None, tokens_before: None, summary })
            }
        };
        self.push(body, record);
    }

    fn push(&mut self, body: Body, record: &Record) {
        self.entries.push(entry(record, Sketched::Whole(body)));
    }
}

fn entry(record: &Record, sketched: Sketched) -> Entry {
    Entry { uuid: record.uuid.clone(), at: record.at, offset: record.spot.offset, turn: 0, sketched }
}

impl Outline {
    fn number_turns(&mut self) {
        number(&mut self.entries, 0);
        for branch in &mut self.branches {
            let before = branch.after.and_then(|at| self.entries.get(at)).map_or(0, |entry| entry.turn);
            number(&mut branch.entries, before);
        }
    }
}

fn number(entries: &mut [Entry], mut turn: u32) {
    for at in 0..entries.len() {
        turn += u32::from(begins_turn(&entries[at..]));
        entries[at].turn = turn;
    }
}

/// Whether the first of the entries begins a turn: a prompt, or a slash command that a model answered.
fn begins_turn(entries: &[Entry]) -> bool {
    let Some((Sketched::Whole(body), rest)) = entries.split_first().map(|(first, rest)| (&first.sketched, rest)) else {
        return false;
    };
    match body {
        Body::Prompt(_) => true,
        // what a command printed is all that comes of it
        Body::Command(command) if command.name.starts_with('/') && command.output.is_empty() => {
            let next = rest.iter().find_map(|entry| match &entry.sketched {
                Sketched::Answer(answer) => Some(answer.model().is_some_and(|model| model != SYNTHETIC)),
                Sketched::Whole(Body::Prompt(_) | Body::Command(_)) => Some(false),
                Sketched::Whole(_) => None,
            });
            next.unwrap_or(false)
        }
        _ => false,
    }
}
