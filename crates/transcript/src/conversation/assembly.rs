//! Records into the items of a conversation.

use rustc_hash::FxHashSet;

use super::agents;
use super::answer::Results;
use super::chain::{self, Step};
use super::intake::{Intake, Leaf};
use super::prompt::Piece;
use super::record::{Content, Record};
use super::tool_result::Outcome;
use super::{Answer, Body, Branch, Conversation, Item, Notice, ToolCall};

/// The conversation of a file, with those of the subagents that are told in it.
pub(super) fn converse(intake: Intake) -> Conversation {
    let Intake { main, side, reports, leaf } = intake;
    let mut conversation = tell(main, leaf.as_ref());
    conversation.agents = agents::hear(side, reports, calls_mut(&mut conversation.items, &mut conversation.branches));
    conversation
}

/// The calls that can have started a subagent: those with a prompt.
fn calls_mut<'a>(items: &'a mut [Item], branches: &'a mut [Branch]) -> Vec<(u64, &'a mut ToolCall)> {
    let items = items.iter_mut().chain(branches.iter_mut().flat_map(|branch| &mut branch.items));
    let calls = items.flat_map(|item| {
        let answer = match &mut item.body {
            Body::Answer(answer) => Some(answer),
            _ => None,
        };
        answer.into_iter().flat_map(Answer::calls_mut).map(|call| (item.offset, call))
    });
    calls.filter(|(_, call)| call.input.get("prompt").is_some()).collect()
}

/// One conversation from its records.
pub(super) fn tell(mut records: Vec<Record>, leaf: Option<&Leaf>) -> Conversation {
    let chain = chain::resolve(&records, leaf);
    let mut teller = Teller { results: results(&mut records), records, items: Vec::new() };
    let mut ends = Vec::with_capacity(chain.active.len());
    for step in chain.active {
        teller.step(step);
        ends.push(teller.items.len());
    }
    let items = std::mem::take(&mut teller.items);
    let mut branches = Vec::with_capacity(chain.branches.len());
    for (after, steps) in chain.branches {
        let after = after.and_then(|step| ends[step].checked_sub(1));
        for step in steps {
            teller.step(step);
        }
        branches.push(Branch { after, items: std::mem::take(&mut teller.items) });
    }
    branches.retain(|branch| !branch.items.is_empty());
    let mut conversation = Conversation { items, branches, agents: Vec::new() };
    conversation.number_turns();
    conversation
}

/// All results, taken out of the records; one whose call is not among them stays where it is, as text.
fn results(records: &mut [Record]) -> Results {
    let calls: FxHashSet<String> = records.iter().flat_map(Record::calls).map(|call| call.id.clone()).collect();
    let mut results = Results::default();
    for record in records {
        let (found, mut pieces) = match &mut record.content {
            Content::Answer(fragment) => (std::mem::take(&mut fragment.results), None),
            Content::Told { results, pieces } => (std::mem::take(results), Some(pieces)),
            _ => continue,
        };
        for Outcome { call, mut result } in found {
            result.at = record.at;
            if calls.contains(&call) {
                results.entry(call).or_insert(result);
            } else if let Some(pieces) = &mut pieces {
                pieces.push(Piece::Body(Body::Notice(Notice::Injected(result.text))));
            }
        }
    }
    results
}

struct Teller {
    records: Vec<Record>,
    results: Results,
    items: Vec<Item>,
}

impl Teller {
    fn step(&mut self, step: Step) {
        let mut lines = Vec::new();
        let mut first = None;
        for at in step {
            let record = &mut self.records[at as usize];
            let stamp = Stamp { uuid: record.uuid.clone(), at: record.at, offset: record.offset };
            match std::mem::replace(&mut record.content, Content::Link) {
                Content::Answer(fragment) => {
                    first.get_or_insert(stamp);
                    lines.push(fragment.answer);
                }
                Content::Told { pieces, .. } => pieces.into_iter().for_each(|piece| self.piece(piece, &stamp)),
                Content::Boundary { notice, .. } => self.push(Body::Notice(notice), &stamp),
                Content::Link => {}
            }
        }
        if let Some(stamp) = first {
            let mut answer = Answer::gather(lines);
            answer.pair(&mut self.results);
            self.push(Body::Answer(answer), &stamp);
        }
    }

    fn piece(&mut self, piece: Piece, stamp: &Stamp) {
        let last = self.items.last_mut().map(|item| &mut item.body);
        let body = match (piece, last) {
            (Piece::Output(output), Some(Body::Command(command))) if command.output.is_empty() => {
                command.output = output;
                return;
            }
            (Piece::Summary(told), Some(Body::Notice(Notice::Compacted { summary, .. }))) if summary.is_empty() => {
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
        self.push(body, stamp);
    }

    fn push(&mut self, body: Body, stamp: &Stamp) {
        self.items.push(stamp.clone().item(body));
    }
}

/// Where an item comes from.
#[derive(Clone)]
struct Stamp {
    uuid: Option<String>,
    at: Option<chrono::DateTime<chrono::Utc>>,
    offset: u64,
}

impl Stamp {
    fn item(self, body: Body) -> Item {
        Item { uuid: self.uuid, at: self.at, offset: self.offset, turn: 0, body }
    }
}

impl Conversation {
    fn number_turns(&mut self) {
        number(&mut self.items, 0);
        for branch in &mut self.branches {
            let before = branch.after.and_then(|at| self.items.get(at)).map_or(0, |item| item.turn);
            number(&mut branch.items, before);
        }
    }
}

fn number(items: &mut [Item], mut turn: u32) {
    for item in items {
        turn += u32::from(matches!(item.body, Body::Prompt(_)));
        item.turn = turn;
    }
}
