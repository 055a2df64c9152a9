//! The list of sessions: searching, moving, resuming.

use search::Hit;
use transcript::SessionId;

use crate::Outcome;
use crate::commands::Action;
use crate::message::{Effect, Ticket};
use crate::model::{Message, Model};
use crate::update::{reading, stock};

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let page = isize::try_from(model.places().list.height.max(2) - 1).unwrap_or(1);
    match action {
        Action::Open => reading::open(model, effects),
        Action::SwitchFocus => model.in_box = !model.in_box,
        Action::FocusBox => model.in_box = true,
        Action::ClearBox => clear(model, effects),
        Action::StepBack => step_back(model, effects),
        Action::Down => model.list.step(1),
        Action::Up => model.list.step(-1),
        Action::PageDown => model.list.step(page),
        Action::PageUp => model.list.step(-page),
        Action::First => model.list.go_to(0),
        Action::Last => model.list.go_to(usize::MAX),
        Action::Rescan => {
            model.scan.asked_for = true;
            model.toast = Some("Looking for new sessions …".to_owned());
            stock::scan(model, effects);
        }
        _ => {}
    }
}

fn step_back(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.in_box {
        model.in_box = false;
    } else if !model.search.value().is_empty() {
        clear(model, effects);
    } else {
        effects.push(Effect::Leave(Outcome::Quit));
    }
}

fn clear(model: &mut Model, effects: &mut Vec<Effect>) {
    model.search.reset();
    search(model, effects);
}

/// Shows what matches the box: at once where it is empty, else as soon as it is ranked.
pub(super) fn search(model: &mut Model, effects: &mut Vec<Effect>) {
    model.list.ticket = model.next_ticket();
    if model.query().is_empty() {
        model.list.show_all();
    } else {
        effects.push(Effect::Rank {
            ticket: model.list.ticket,
            query: model.query().to_owned(),
            library: model.list.shared_library(),
        });
    }
}

pub(super) fn ranked(model: &mut Model, ticket: Ticket, hits: &[Hit]) {
    if ticket == model.list.ticket {
        model.list.show(hits.iter().map(|hit| hit.index).collect());
    }
}

/// The session that a command is about: the one that is open, else the one under the cursor.
fn subject(model: &Model) -> Option<SessionId> {
    let open = model.reader.as_ref().map(|reader| reader.id.clone());
    open.or_else(|| model.selected().map(|entry| entry.row.id().clone()))
}

pub(super) fn resume(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(id) = subject(model) else { return };
    if model.setup.demo {
        model.message = Some(Message {
            title: "This is the demo".to_owned(),
            text: "Its sessions are made up, so there is nothing to resume. With a history of your own, Enter starts \
                   `claude --resume` in the directory of the session."
                .to_owned(),
        });
        return;
    }
    let library = model.list.library();
    let Some(entry) = library.entries.iter().find(|entry| *entry.row.id() == id) else { return };
    let (row, running) = (Box::new(entry.row.clone()), entry.running);
    model.plan_ticket = model.next_ticket();
    effects.push(Effect::Plan { ticket: model.plan_ticket, row, running });
}

pub(super) fn planned(
    model: &mut Model,
    ticket: Ticket,
    outcome: Result<resume::Plan, String>,
    effects: &mut Vec<Effect>,
) {
    if ticket != model.plan_ticket {
        return;
    }
    match outcome {
        Ok(plan) => effects.push(Effect::Leave(Outcome::Resume(plan))),
        Err(text) => {
            model.message = Some(Message { title: "This session cannot be resumed".to_owned(), text });
        }
    }
}
