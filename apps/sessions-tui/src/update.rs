//! The one place where the model changes: a message in, effects out, no clock and no files.

mod derived;
mod pointer;
mod reading;
mod sessions;
mod stock;

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use tui_input::backend::crossterm::EventHandler;

use crate::Outcome;
use crate::cells;
use crate::commands::{self, Action, Scope};
use crate::key::Key;
use crate::message::{Effect, Msg};
use crate::model::Model;
use crate::view;

/// Takes in a message; what has to be done outside comes back.
pub fn update(model: &mut Model, message: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match message {
        Msg::Tick(now) => stock::tick(model, now, &mut effects),
        Msg::Scanning(progress) => stock::scanning(model, progress, &mut effects),
        Msg::Scanned(outcome) => stock::scanned(model, outcome, &mut effects),
        other => {
            model.changed = true;
            visible(model, other, &mut effects);
        }
    }
    derived::refresh(model, &mut effects);
    effects
}

fn visible(model: &mut Model, message: Msg, effects: &mut Vec<Effect>) {
    match message {
        Msg::Started | Msg::OthersRun => stock::load(model, effects),
        Msg::Themed(theme) => model.setup.theme = *theme,
        Msg::Key(event) => key(model, event, effects),
        Msg::Paste(text) => paste(model, &text, effects),
        Msg::Mouse(event) => pointer::mouse(model, event, effects),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            reading::rewrap(model, effects);
        }
        Msg::Focus(focused) => {
            model.attended = focused;
            stock::rescan_if_due(model, effects);
        }
        Msg::Continued => {
            effects.push(Effect::Retake);
            stock::rescan_if_due(model, effects);
        }
        Msg::Terminate => effects.push(Effect::Leave(Outcome::Quit)),
        Msg::Loaded(ticket, outcome) => stock::loaded(model, ticket, outcome, effects),
        Msg::Ranked(ticket, hits) => sessions::ranked(model, ticket, &hits),
        Msg::Excerpted(id, excerpt) => derived::excerpted(model, id, excerpt),
        Msg::Opened(ticket, outcome) => reading::opened(model, ticket, outcome, effects),
        Msg::Wrapped(ticket, document) => reading::opened(model, ticket, Ok(document), effects),
        Msg::Found(ticket, ranges) => reading::found(model, ticket, ranges),
        Msg::Planned(ticket, outcome) => sessions::planned(model, ticket, outcome, effects),
        Msg::Tick(_) | Msg::Scanning(_) | Msg::Scanned(_) => {}
    }
}

fn key(model: &mut Model, event: KeyEvent, effects: &mut Vec<Effect>) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    model.toast = None;
    model.clicked = None;
    let key = Key::from(event);
    match commands::lookup(model.scope(), model.is_typing(), key) {
        Some(command) => act(model, command.action, effects),
        None if model.is_typing() => edit(model, &Event::Key(event), effects),
        None if key.is_text() && model.scope() == Scope::Sessions => {
            model.toast = Some(format!("{key} does nothing in the list; press / to search"));
        }
        None => {}
    }
}

pub(crate) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Quit => effects.push(Effect::Leave(Outcome::Quit)),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Help => model.help = Some(0),
        Action::Resume => sessions::resume(model, effects),
        _ => match model.scope() {
            Scope::Message => model.message = None,
            Scope::Help => help(model, action),
            Scope::Reader | Scope::Find => reading::act(model, action, effects),
            Scope::Sessions | Scope::Everywhere => sessions::act(model, action, effects),
        },
    }
}

fn help(model: &mut Model, action: Action) {
    let height = usize::from(model.places().page().height);
    let last = view::help_rows(model.size.0).saturating_sub(height);
    let Some(top) = model.help else { return };
    let top = match action {
        Action::Back => {
            model.help = None;
            return;
        }
        Action::Down => top + 1,
        Action::Up => top.saturating_sub(1),
        Action::PageDown => top + height,
        Action::PageUp => top.saturating_sub(height),
        Action::First => 0,
        Action::Last => last,
        _ => top,
    };
    model.help = Some(top.min(last));
}

/// Hands an event to the box that takes letters.
fn edit(model: &mut Model, event: &Event, effects: &mut Vec<Effect>) {
    if let Some(input) = model.reader.as_mut().and_then(|reader| reader.find.input.as_mut()) {
        input.handle_event(event);
        reading::find(model, effects);
    } else if model.search.handle_event(event).is_some_and(|change| change.value) {
        sessions::search(model, effects);
    }
}

fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let text = cells::clean(text);
    match model.scope() {
        Scope::Find => {
            if let Some(input) = model.reader.as_mut().and_then(|reader| reader.find.input.as_mut()) {
                insert(input, &text);
            }
            reading::find(model, effects);
        }
        Scope::Sessions => {
            model.in_box = true;
            insert(&mut model.search, &text);
            sessions::search(model, effects);
        }
        _ => {}
    }
}

fn insert(input: &mut tui_input::Input, text: &str) {
    for character in text.chars() {
        input.handle(tui_input::InputRequest::InsertChar(character));
    }
}
