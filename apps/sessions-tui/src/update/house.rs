//! Housekeeping: reading what sessions take, moving, asking, doing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notes::Draft;
use ratatui::layout::Position;
use transcript::SessionId;

use crate::ask::{About, Ask, Confirm};
use crate::cells;
use crate::commands::Action;
use crate::figures;
use crate::house::{self, Chip, Weights};
use crate::library::Entry;
use crate::message::{Chore, Effect, Jot, Ticket};
use crate::model::{Message, Model};
use crate::reader::Opening;
use crate::toast::Kind;
use crate::update::{layers, reading, stock};

/// Opens housekeeping.
pub(super) fn open(model: &mut Model) {
    layers::leave(model);
    model.house.open = true;
    model.house.stale = model.house.weights.is_some();
    model.house.problem = None;
}

/// Opens it with the cursor on the session that is read, or that is under the cursor of the list.
pub(super) fn open_on_session(model: &mut Model) {
    let read = model.shelf.current().map(|reader| reader.id.clone());
    let meant = read.or_else(|| model.list.selected().map(|entry| entry.row.id().clone()));
    open(model);
    model.house.chip = Chip::All;
    model.house.wanted = meant;
    from_the_top(model);
}

/// What is open is brought up to date: asked for, and listed.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.house.open {
        return;
    }
    if model.house.is_wanting() {
        model.house.ticket = model.next_ticket();
        model.house.pending = true;
        model.house.stale = false;
        effects.push(Effect::Weigh(model.house.ticket));
    }
    let library = model.list.shared_library();
    if model.house.is_behind(&library) {
        model.house.list(library, model.now);
    }
    let height = usize::from(model.places().list.height);
    model.house.keep_in_view(height);
}

/// Takes in what sessions take.
pub(super) fn weighed(model: &mut Model, ticket: Ticket, outcome: Result<Arc<Weights>, String>) {
    if ticket != model.house.ticket {
        return;
    }
    model.house.pending = false;
    match outcome {
        Ok(weights) => {
            model.house.problem = None;
            model.house.deleted.retain(|id| weights.deleted.contains(id));
            if model.house.deleted.is_empty() {
                model.house.deleted.extend(weights.deleted.first().cloned());
            }
            if model.house.weights.replace(weights).is_none() {
                from_the_top(model);
            } else {
                list(model);
            }
        }
        Err(problem) => model.house.problem = Some(problem),
    }
}

/// Something was done, or could not be.
pub(super) fn done(
    model: &mut Model,
    outcome: Result<String, String>,
    deleted: Vec<SessionId>,
    effects: &mut Vec<Effect>,
) {
    model.house.stale = true;
    model.house.chosen.clear();
    if !deleted.is_empty() {
        model.house.step_over(&deleted);
        model.house.deleted = deleted;
    }
    match outcome {
        Ok(said) => model.say(Kind::Done, said),
        Err(text) => model.message = Some(Message { title: "Housekeeping".to_owned(), text }),
    }
    stock::load(model, effects);
    stock::scan(model, effects);
}

/// Asks before something is done.
pub(super) fn confirm(model: &mut Model, confirm: Confirm) {
    let text = match &confirm {
        Confirm::Deletion(deletions) => {
            let title = deletions.first().and_then(|one| {
                let id = SessionId(one.session.clone());
                Some(model.house.meant().into_iter().find(|entry| *entry.row.id() == id)?.title().to_owned())
            });
            house::deletion(deletions, &cells::cut(&title.unwrap_or_default(), 50))
        }
        Confirm::Relinking(plan) => house::relinking(plan, model.setup.home.as_deref()),
        Confirm::Exclusion { directory } => house::exclusion(directory, model.setup.home.as_deref()),
    };
    model.ask = Some(Ask::new(About::Confirm(confirm), text, String::new()));
}

/// Takes the answer; another one than is asked for does nothing.
pub(super) fn answered(model: &mut Model, answer: &str, effects: &mut Vec<Effect>) {
    let Some(ask) = model.ask.as_mut() else { return };
    let About::Confirm(confirm) = &ask.about else { return };
    let wanted = confirm.wanted();
    if answer.to_lowercase() != wanted {
        ask.problem = Some(format!("Type {wanted} to do it; Esc leaves everything as it is."));
        return;
    }
    let chore = match confirm {
        Confirm::Deletion(deletions) => Chore::Delete(deletions.clone()),
        Confirm::Relinking(plan) => Chore::Relink(plan.clone()),
        Confirm::Exclusion { directory } => Chore::Exclude { directory: directory.clone(), excluded: true },
    };
    model.ask = None;
    effects.push(Effect::Chore(chore));
}

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(model.places().list.height).saturating_sub(1).max(1);
    let house = &mut model.house;
    house.clicked = None;
    match action {
        Action::Down => go_to(model, |row| row + 1),
        Action::Up => go_to(model, |row| row.saturating_sub(1)),
        Action::PageDown => go_to(model, |row| row + page),
        Action::PageUp => go_to(model, |row| row.saturating_sub(page)),
        Action::First => go_to(model, |_| 0),
        Action::Last => go_to(model, |_| usize::MAX),
        Action::NextPane | Action::PreviousPane => {
            house.chip = house.chip.step(action == Action::NextPane);
            from_the_top(model);
        }
        Action::Sort => {
            (house.column, house.reversed) = (house.column.next(), false);
            from_the_top(model);
        }
        Action::Reverse => {
            house.reversed = !house.reversed;
            from_the_top(model);
        }
        Action::Choose => house.choose(),
        Action::ChooseAll => house.choose_all(),
        Action::StepBack if !house.chosen.is_empty() => house.chosen.clear(),
        Action::StepBack if house.chip != Chip::All => {
            house.chip = Chip::All;
            from_the_top(model);
        }
        Action::StepBack | Action::Close => house.open = false,
        Action::UndoDelete => {
            let deleted = std::mem::take(&mut house.deleted);
            if deleted.is_empty() {
                model.say(Kind::Note, "Nothing was deleted in the last 24 hours");
            } else {
                effects.push(Effect::Chore(Chore::Undelete(deleted)));
            }
        }
        _ => act_on_sessions(model, action, effects),
    }
}

fn act_on_sessions(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let meant: Vec<Entry> = model.house.meant().into_iter().cloned().collect();
    let Some(first) = model.house.chosen_row().or(meant.first()).cloned() else {
        model.say(Kind::Note, "No session is under the cursor");
        return;
    };
    let ids: Vec<SessionId> = meant.iter().map(|entry| entry.row.id().clone()).collect();
    match action {
        Action::Open => read(model, &first, effects),
        Action::ArchiveNow => {
            let library = model.list.library();
            let kept: Vec<SessionId> = ids.into_iter().filter(|id| library.entry(id).is_some()).collect();
            if kept.is_empty() {
                model.say(Kind::Note, "Its project is excluded; x records it again");
            } else {
                effects.push(Effect::Chore(Chore::Archive(kept)));
            }
        }
        Action::PutBack => {
            let gone = meant.iter().filter(|entry| entry.row.transcript.is_none());
            let gone: Vec<SessionId> = gone.map(|entry| entry.row.id().clone()).collect();
            if gone.is_empty() {
                model.say(Kind::Note, "Its transcript is there: nothing has to be put back");
            } else {
                effects.push(Effect::Chore(Chore::Restore(gone)));
            }
        }
        Action::DeleteSessions => {
            let (running, resting): (Vec<&Entry>, Vec<&Entry>) =
                meant.iter().partition(|entry| entry.running.is_some());
            if !running.is_empty() {
                let count = figures::counted(running.len() as u64, "session");
                model.say(Kind::Note, format!("{count} run now and cannot be deleted"));
            }
            if !resting.is_empty() {
                let ids = resting.iter().map(|entry| entry.row.id().clone()).collect();
                effects.push(Effect::Chore(Chore::FindDeletion(ids)));
            }
        }
        Action::Hide => hide(&meant, ids, effects),
        Action::ExcludeProject => exclude(model, &first, effects),
        Action::Relink => relink(model, &first),
        Action::Facts => facts(model, &first),
        Action::CopyId => {
            effects.push(Effect::Copy(first.row.id().to_string()));
            model.say(Kind::Done, format!("Copied {}", first.row.id()));
        }
        _ => {}
    }
}

fn read(model: &mut Model, entry: &Entry, effects: &mut Vec<Effect>) {
    let id = entry.row.id();
    if model.list.library().entry(id).is_some() {
        reading::read(model, id, Opening::default(), effects);
    } else {
        model.say(Kind::Note, "Its project is excluded; x records it again");
    }
}

fn hide(meant: &[Entry], sessions: Vec<SessionId>, effects: &mut Vec<Effect>) {
    let hidden = meant.iter().all(|entry| entry.marks.hidden);
    let count = figures::counted(sessions.len() as u64, "session");
    let said = if hidden { format!("Shown again: {count}") } else { format!("Hidden: {count}") };
    effects.push(Effect::Jot(Jot::Mark { sessions, draft: Draft::default().hide(!hidden), said }));
}

fn exclude(model: &mut Model, entry: &Entry, effects: &mut Vec<Effect>) {
    let Some(directory) = entry.row.session.cwd_first.clone() else {
        model.say(Kind::Note, "It is not known where it ran");
        return;
    };
    if model.list.library().entry(entry.row.id()).is_some() {
        confirm(model, Confirm::Exclusion { directory });
    } else {
        effects.push(Effect::Chore(Chore::Exclude { directory, excluded: false }));
    }
}

fn relink(model: &mut Model, entry: &Entry) {
    let Some(gone) = entry.began_in.as_deref().map(PathBuf::from) else {
        model.say(Kind::Note, "It is not known where it ran");
        return;
    };
    let text =
        format!("{} moved. Where is it now? What is changed is shown before.", cells::clean(&gone.to_string_lossy()));
    // of a path of another system nothing is above it here
    let guess = gone.parent().filter(|above| above.is_absolute()).map(shown).unwrap_or_default();
    model.ask = Some(Ask::new(About::Moved { from: gone }, text, guess));
}

fn shown(directory: &Path) -> String {
    format!("{}/", directory.display())
}

fn facts(model: &mut Model, entry: &Entry) {
    let weights = model.house.weights.clone().unwrap_or_default();
    let facts = house::facts(entry, &weights, (model.now, model.setup.zone, model.setup.home.as_deref()));
    let lines: Vec<String> = facts.into_iter().map(|(name, text)| format!("{name}: {text}")).collect();
    model.message = Some(Message { title: cells::cut(entry.title(), 60).into_owned(), text: lines.join("\n") });
}

fn go_to(model: &mut Model, to: impl Fn(usize) -> usize) {
    model.house.row = to(model.house.row).min(model.house.len().saturating_sub(1));
}

/// Lists another choice or order, from its first session on.
fn from_the_top(model: &mut Model) {
    list(model);
    (model.house.row, model.house.top) = (0, 0);
    model.house.go_to_wanted();
}

fn list(model: &mut Model) {
    let library = model.list.shared_library();
    model.house.list(library, model.now);
}

/// A click: on a row it goes there, a second one reads.
pub(super) fn click(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    let place = model.places().list;
    if !place.contains(at) {
        return;
    }
    let row = model.house.top + usize::from(at.y - place.y);
    let Some(id) = model.house.entry(row).map(|entry| entry.row.id().clone()) else { return };
    model.house.row = row;
    if model.house.clicked.as_ref() == Some(&id) {
        act(model, Action::Open, effects);
    } else {
        model.house.clicked = Some(id);
    }
}
