//! The screen of entries: reading them, moving, writing.

use std::sync::Arc;

use crossterm::event::Event;
use notes::{Draft, EntryId, Turn};
use ratatui::layout::Position;
use search::Marks;
use transcript::SessionId;
use tui_input::backend::crossterm::EventHandler;

use crate::ask::{About, Ask, Words as Asked};
use crate::cells;
use crate::commands::{Action, Scope};
use crate::entries::{Ledger, Words};
use crate::library::Entry as Session;
use crate::message::{Effect, Jot, Ticket};
use crate::model::Model;
use crate::reader::{Opening, Reader};
use crate::toast::Kind;
use crate::update::{layers, reading, stock};

/// Opens the entries.
pub(super) fn open(model: &mut Model) {
    layers::leave(model);
    model.entries.open = true;
    model.entries.stale = model.entries.ledger.is_some();
    model.entries.problem = None;
}

/// What is open is brought up to date: asked for, and laid out.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.entries.open {
        return;
    }
    if model.entries.is_wanting() {
        model.entries.ticket = model.next_ticket();
        model.entries.pending = true;
        model.entries.stale = false;
        effects.push(Effect::ReadEntries(model.entries.ticket));
    }
    let places = model.places();
    model.entries.keep_in_view(usize::from(places.list.height));
    let words = Words { zone: model.setup.zone };
    let columns = usize::from(places.preview.width).saturating_sub(2);
    model.entries.lay_out(words, columns, usize::from(places.preview.height).saturating_sub(3));
}

/// Takes in what is written down.
pub(super) fn read(model: &mut Model, ticket: Ticket, outcome: Result<Arc<Ledger>, String>) {
    if ticket != model.entries.ticket {
        return;
    }
    model.entries.pending = false;
    match outcome {
        Ok(ledger) => {
            if model.entries.ledger.is_none() {
                let nothing_here =
                    ledger.notes.entries().iter().all(|entry| !ledger.here.iter().any(|key| key == entry.project()));
                model.entries.everywhere = nothing_here;
            }
            model.entries.ledger = Some(ledger);
            model.entries.problem = None;
            model.entries.list();
        }
        Err(problem) => model.entries.problem = Some(problem),
    }
}

/// Something was written, or could not be.
pub(super) fn jotted(
    model: &mut Model,
    outcome: Result<String, String>,
    marks: &[(SessionId, Marks)],
    effects: &mut Vec<Effect>,
) {
    match outcome {
        Ok(said) => {
            model.say(Kind::Done, said);
            model.entries.stale = true;
            if !marks.is_empty() {
                let library = model.list.library().marked_anew(marks);
                stock::replace(model, Arc::new(library), effects);
                if model.stock.pending {
                    // what is being read may have been read before
                    stock::load(model, effects);
                }
            }
        }
        Err(problem) => model.say(Kind::Problem, problem),
    }
}

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let page = usize::from(model.places().preview.height).saturating_sub(4).max(1);
    let entries = &mut model.entries;
    entries.clicked = None;
    match action {
        Action::Down => go_to(model, |row| row + 1),
        Action::Up => go_to(model, |row| row.saturating_sub(1)),
        Action::First => go_to(model, |_| 0),
        Action::Last => go_to(model, |_| usize::MAX),
        Action::PageDown => entries.scroll += page,
        Action::PageUp => entries.scroll = entries.scroll.saturating_sub(page),
        Action::NextPane | Action::PreviousPane => {
            entries.turn(action == Action::NextPane);
            entries.list();
        }
        Action::Extent => {
            entries.everywhere = !entries.everywhere;
            entries.list();
        }
        Action::Narrow => entries.narrowing = true,
        Action::Accept => entries.narrowing = false,
        Action::Back => {
            entries.narrowing = false;
            entries.narrow.reset();
            entries.list();
        }
        Action::StepBack if entries.narrow.value().is_empty() => entries.open = false,
        Action::StepBack => {
            entries.narrow.reset();
            entries.list();
        }
        Action::Close => entries.open = false,
        Action::NewEntry => ask(model, Asked::NewEntry, "Category and title, as in: issue Double refund on retry", ""),
        Action::MarkRead => effects.push(Effect::Jot(Jot::MarkRead)),
        Action::UndoDelete => {
            if let Some(id) = entries.deleted.take() {
                change(id, Draft::default().set("deleted", false), "It is back", effects);
            }
        }
        _ => act_on_entry(model, action, effects),
    }
}

fn act_on_entry(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(entry) = model.entries.chosen() else {
        model.say(Kind::Note, "No entry is under the cursor");
        return;
    };
    let id = entry.id.clone();
    let title = cells::cut(&cells::clean(entry.title()), 50).into_owned();
    match action {
        Action::EditEntry => effects.push(Effect::Jot(Jot::Edit(id))),
        Action::ResolveEntry if entry.is_open() => {
            ask(model, Asked::Resolve(id), &format!("A note on how “{title}” was resolved; Enter alone adds none"), "");
        }
        Action::ResolveEntry => change(id, Draft::default().set("status", "open"), "It is open again", effects),
        Action::EntryStatus => {
            let status = entry.status().to_owned();
            ask(model, Asked::Status(id), &format!("The status of “{title}”"), &status);
        }
        Action::Note => ask(model, Asked::Note(id), &format!("A note on “{title}”"), ""),
        Action::DeleteEntry => {
            model.entries.deleted = Some(id.clone());
            change(id, Draft::default().set("deleted", true), "Deleted; u brings it back", effects);
        }
        Action::CopyId => {
            effects.push(Effect::Copy(id.id.clone()));
            model.say(Kind::Done, format!("Copied {}", id.id));
        }
        Action::Open => open_session(model, effects),
        _ => {}
    }
}

fn change(id: EntryId, draft: Draft, said: &str, effects: &mut Vec<Effect>) {
    effects.push(Effect::Jot(Jot::Change { id, draft, said: said.to_owned() }));
}

fn go_to(model: &mut Model, to: impl Fn(usize) -> usize) {
    let entries = &mut model.entries;
    entries.row = to(entries.row).min(entries.rows.len().saturating_sub(1));
}

fn open_session(model: &mut Model, effects: &mut Vec<Effect>) {
    let session = model.entries.chosen().map(|entry| SessionId(entry.session().to_owned()));
    match session.filter(|id| !id.as_str().is_empty()) {
        Some(id) if model.list.library().entry(&id).is_some() => reading::read(model, &id, Opening::default(), effects),
        Some(id) => model.say(Kind::Note, format!("Session {} is not stored here", cells::clean(id.as_str()))),
        None => model.say(Kind::Note, "It was not written in a session"),
    }
}

/// Letters that the entries are narrowed by.
pub(super) fn typed(model: &mut Model, event: &Event) {
    model.entries.narrow.handle_event(event);
    (model.entries.row, model.entries.top) = (0, 0);
    model.entries.list();
}

/// A click: on a row it goes there, a second one edits.
pub(super) fn click(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    let list = model.places().list;
    if !list.contains(at) {
        return;
    }
    let row = model.entries.top + usize::from(at.y - list.y);
    let Some(id) = model.entries.rows.get(row).cloned() else { return };
    model.entries.row = row;
    if model.entries.clicked.as_ref() == Some(&id) {
        act_on_entry(model, Action::EditEntry, effects);
    } else {
        model.entries.clicked = Some(id);
    }
}

/// Marks on sessions: of those that are selected, else of the one under the cursor or that is read.
pub(super) fn mark(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let marked = meant(model);
    let Some(first) = marked.first() else {
        model.say(Kind::Note, "No session is under the cursor");
        return;
    };
    let sessions: Vec<SessionId> = marked.iter().map(|session| session.row.id().clone()).collect();
    let all = |holds: fn(&Session) -> bool| marked.iter().all(holds);
    let count = if let [only] = marked.as_slice() {
        cells::cut(only.title(), 50).into_owned()
    } else {
        format!("{} sessions", marked.len())
    };
    match action {
        Action::Star => {
            let starred = all(|session| session.marks.starred);
            let said = format!("{} {count}", if starred { "No star any more:" } else { "Starred:" });
            jot(sessions, Draft::default().star(!starred), said, effects);
        }
        Action::Hide => {
            let hidden = all(|session| session.marks.hidden);
            let said =
                if hidden { format!("Shown again: {count}") } else { format!("Hidden: {count}; is:hidden finds it") };
            jot(sessions, Draft::default().hide(!hidden), said, effects);
        }
        Action::Tag => {
            let tags =
                first.marks.tags.iter().filter(|tag| marked.iter().all(|session| session.marks.tags.contains(tag)));
            let tags: Vec<String> = tags.cloned().collect();
            let text = format!("Tags of {count}, with spaces between them; Backspace takes the last one");
            let after = if tags.is_empty() { "" } else { " " };
            let answer = tags.join(" ") + after;
            ask(model, Asked::Tags { sessions, before: tags }, &text, &answer);
        }
        Action::Note => {
            let turn = model.shelf.current().and_then(Reader::turn);
            let about = turn.map(|turn| format!("turn {turn} of ")).unwrap_or_default();
            let text = format!("A note on {about}{count}");
            let turn = turn.map(|number| Turn { number, prompt: None });
            ask(model, Asked::NoteOn { sessions, turn }, &text, "");
        }
        Action::Name => {
            let title = first.marks.title.clone().unwrap_or_default();
            let session = first.row.id().clone();
            ask(model, Asked::Name(session), "A title of your own; an empty one takes it away", &title);
        }
        _ => {}
    }
}

/// The sessions that a mark is meant for.
fn meant(model: &Model) -> Vec<Session> {
    if let Some(reader) = model.shelf.current() {
        return model.list.library().entry(&reader.id).cloned().into_iter().collect();
    }
    let chosen: Vec<Session> = model.list.chosen().cloned().collect();
    if chosen.is_empty() { model.selected().cloned().into_iter().collect() } else { chosen }
}

fn jot(sessions: Vec<SessionId>, draft: Draft, said: String, effects: &mut Vec<Effect>) {
    effects.push(Effect::Jot(Jot::Mark { sessions, draft, said }));
}

fn ask(model: &mut Model, about: Asked, text: &str, answer: &str) {
    model.ask = Some(Ask::new(About::Words(about), text.to_owned(), answer.to_owned()));
}

/// Takes the answer to a question that is answered with words.
pub(super) fn answered(model: &mut Model, about: Asked, answer: &str, effects: &mut Vec<Effect>) {
    match about {
        Asked::NewEntry => {
            if !answer.is_empty() {
                model.entries.to_written = true;
                effects.push(Effect::Jot(Jot::New(answer.to_owned())));
            }
        }
        Asked::Resolve(id) => {
            let draft = Draft::default().set("status", "resolved");
            let draft = if answer.is_empty() { draft } else { draft.note(answer, None) };
            change(id, draft, "Resolved", effects);
        }
        Asked::Status(id) => effects.push(Effect::Jot(Jot::Status(id, answer.to_owned()))),
        Asked::Note(id) => {
            if !answer.is_empty() {
                change(id, Draft::default().note(answer, None), "Noted", effects);
            }
        }
        Asked::Tags { sessions, before } => {
            let after = tags_in(answer);
            if after == before {
                return;
            }
            let gone = before.iter().filter(|tag| !after.contains(tag));
            let draft = gone.fold(Draft::default(), |draft, tag| draft.tag(tag, false));
            let draft = after.iter().fold(draft, |draft, tag| draft.tag(tag, true));
            let said =
                if after.is_empty() { "No tags any more".to_owned() } else { format!("Tags: {}", after.join(", ")) };
            jot(sessions, draft, said, effects);
        }
        Asked::NoteOn { sessions, turn } => {
            if !answer.is_empty() {
                jot(sessions, Draft::default().note(answer, turn), "Noted".to_owned(), effects);
            }
        }
        Asked::Name(session) => {
            let said = if answer.is_empty() { "Its own title again" } else { "Named" };
            jot(vec![session], Draft::default().name(answer), said.to_owned(), effects);
        }
    }
}

/// The tags in a text, each once.
fn tags_in(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let written = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    for tag in written.map(|tag| cells::clean(tag.trim_start_matches('#'))).filter(|tag| !tag.is_empty()) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Takes the last tag out of the box of tags, where no new one was begun after it; whether there was one to take.
pub(super) fn take_last_tag(ask: &mut Ask) -> bool {
    let text = ask.input.value();
    let is_at_end = ask.input.cursor() == text.chars().count();
    let is_tags = matches!(ask.about, About::Words(Asked::Tags { .. }));
    if !is_tags || !is_at_end || !text.ends_with([' ', ',']) {
        return false;
    }
    let rest = text.trim_end_matches([' ', ',']);
    let before = rest.rfind([' ', ',']).map_or("", |at| &rest[..=at]);
    ask.input = before.to_owned().into();
    true
}

/// Whether an action on sessions is a mark, where it was given.
pub(super) fn is_mark(scope: Scope, action: Action) -> bool {
    let marks = [Action::Star, Action::Tag, Action::Note, Action::Name, Action::Hide].contains(&action);
    marks && matches!(scope, Scope::Sessions | Scope::Reader)
}
