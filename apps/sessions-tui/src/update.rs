//! The one place where the model changes: a message in, effects out, no clock and no files.

mod asking;
mod derived;
mod entries;
mod finding;
mod house;
mod layers;
mod pointer;
mod reading;
mod resuming;
mod sessions;
mod stock;
mod summary;
mod syncing;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind};
use tui_input::backend::crossterm::EventHandler;

use crate::Outcome;
use crate::cells;
use crate::commands::{Action, Scope};
use crate::key::Key;
use crate::message::{Effect, Errand, Jot, Msg, Way};
use crate::model::Model;
use crate::toast::Kind;

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
    reading::settle(model, &mut effects);
    summary::refresh(model, &mut effects);
    entries::refresh(model, &mut effects);
    syncing::refresh(model, &mut effects);
    house::refresh(model, &mut effects);
    effects
}

fn visible(model: &mut Model, message: Msg, effects: &mut Vec<Effect>) {
    match message {
        Msg::Started => stock::load(model, effects),
        Msg::Live(running) => stock::live(model, running, effects),
        Msg::Outlook(ticket, outlook) => stock::outlook(model, ticket, outlook),
        Msg::Themed(theme) => model.setup.theme = *theme,
        Msg::Misconfigured(problems) => layers::misconfigured(model, problems),
        Msg::OfferSetUp => layers::offer_set_up(model),
        Msg::Key(event) => key(model, event, effects),
        Msg::Paste(text) => paste(model, &text, effects),
        Msg::Mouse(event) => pointer::mouse(model, event, effects),
        Msg::Resize(width, height) => {
            model.size = (width, height);
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
        Msg::Ranked(ticket, ranking) => finding::ranked(model, ticket, ranking),
        Msg::Glimpsed(id, glimpse) => derived::glimpsed(model, id, *glimpse),
        Msg::Quoted(ticket, place, quotes) => derived::quoted(model, ticket, place, quotes),
        Msg::Read(id, opening) => reading::read(model, &id, opening, effects),
        Msg::Opened(ticket, outcome) => reading::opened(model, ticket, outcome, effects),
        Msg::Grown(ticket, script) => reading::grown(model, ticket, script, effects),
        Msg::Summed(ticket, outcome) => summary::summed(model, ticket, outcome),
        Msg::Entries(ticket, outcome) => entries::read(model, ticket, outcome),
        Msg::Jotted { outcome, marks } => entries::jotted(model, outcome, &marks, effects),
        Msg::Weighed(ticket, outcome) => house::weighed(model, ticket, outcome),
        Msg::ToConfirm(confirm) => house::confirm(model, confirm),
        Msg::Chored { outcome, deleted } => house::done(model, outcome, deleted, effects),
        Msg::ToEdit(id, path) => effects.push(Effect::Edit(id, path)),
        Msg::Edited(id, path) => effects.push(Effect::Jot(Jot::Take(id, path))),
        Msg::Synced(ticket, known) => syncing::looked(model, ticket, known),
        Msg::Syncing(remote, progress) => model.syncing.progress(remote, progress),
        Msg::SyncDone(outcome) => syncing::done(model, outcome, effects),
        Msg::RemotesTested(tested) => syncing::tested(model, tested),
        Msg::Matched(ticket, matches) => reading::matched(model, ticket, matches, effects),
        Msg::Colored(known) => model.shelf.color(known),
        Msg::PageReady(outcome) => reading::page_ready(model, outcome, effects),
        Msg::Told(outcome) => reading::told(model, outcome),
        Msg::Planned(ticket, outcome) => resuming::planned(model, ticket, outcome, effects),
        Msg::Offered(ticket, offers) => asking::offered(model, ticket, offers),
        Msg::Exported(outcome) => asking::exported(model, outcome),
        Msg::NotCopied(why) => model.say(Kind::Problem, why),
        Msg::Tick(_) | Msg::Scanning(_) | Msg::Scanned(_) => {}
    }
}

fn key(model: &mut Model, event: KeyEvent, effects: &mut Vec<Effect>) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    model.clicked = None;
    let key = Key::from(event);
    if key == Key::ESC {
        model.toasts.clear();
    }
    match model.setup.keys.lookup(model.scope(), model.is_typing(), key) {
        Some(command) => act(model, command.action, effects),
        None if model.is_typing() => edit(model, &Event::Key(event), effects),
        None if key.is_text() && model.scope() == Scope::Sessions => {
            model.say(Kind::Note, format!("{key} does nothing in the list; press / to search"));
        }
        None if key.is_text()
            && matches!(model.scope(), Scope::Reader | Scope::Raw | Scope::Summary | Scope::House | Scope::Sync) =>
        {
            model.say(Kind::Note, format!("{key} does nothing here; ? shows what keys do"));
        }
        None => {}
    }
}

pub(crate) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Quit => effects.push(Effect::Leave(Outcome::Quit)),
        Action::SetUp => effects.push(Effect::Leave(Outcome::SetUp)),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Help => layers::open_help(model),
        Action::Palette => layers::open_palette(model),
        Action::Summary => summary::open(model),
        Action::Entries => entries::open(model),
        Action::SyncPage => syncing::open(model),
        Action::SyncNow => syncing::sync(model, effects),
        Action::TestRemotes => syncing::test(model, effects),
        Action::Housekeeping => house::open(model),
        mark if entries::is_mark(model.scope(), mark) => entries::mark(model, mark, effects),
        Action::Problems => layers::show_problems(model),
        Action::Resume => set_out(model, false, Way::Here, effects),
        Action::Fork => set_out(model, true, Way::Here, effects),
        Action::OpenWindow => set_out(model, false, Way::Window, effects),
        Action::CopyCommand => set_out(model, false, Way::Copy, effects),
        _ => match model.scope() {
            Scope::Message => model.message = None,
            Scope::Help => layers::help(model, action),
            Scope::Palette => layers::palette(model, action, effects),
            Scope::Reader | Scope::Raw | Scope::Find => reading::act(model, action, effects),
            Scope::Ask => asking::act(model, action, effects),
            Scope::Summary | Scope::Narrow => summary::act(model, action),
            Scope::Entries | Scope::NarrowEntries => entries::act(model, action, effects),
            Scope::Sync => syncing::act(model, action),
            Scope::House => house::act(model, action, effects),
            Scope::Sort => sessions::sorting(model, action),
            Scope::Sessions | Scope::Everywhere => sessions::act(model, action, effects),
        },
    }
}

fn set_out(model: &mut Model, fork: bool, way: Way, effects: &mut Vec<Effect>) {
    resuming::set_out(model, Errand { fork, way }, effects);
}

/// Hands an event to the box that takes letters.
fn edit(model: &mut Model, event: &Event, effects: &mut Vec<Effect>) {
    if let Some(palette) = &mut model.palette {
        if palette.input.handle_event(event).is_some_and(|change| change.value) {
            palette.search();
        }
    } else if let Some(ask) = &mut model.ask {
        let is_backspace =
            matches!(event, Event::Key(key) if key.code == KeyCode::Backspace && key.modifiers.is_empty());
        if is_backspace && entries::take_last_tag(ask) {
            return;
        }
        if ask.input.handle_event(event).is_some_and(|change| change.value) {
            asking::look_for_offers(model, effects);
        }
    } else if model.scope() == Scope::Narrow {
        summary::typed(model, event);
    } else if model.scope() == Scope::NarrowEntries {
        entries::typed(model, event);
    } else if let Some(ask) = reading::input(model) {
        ask.input.handle_event(event);
        reading::typed(model, effects);
    } else if model.search.handle_event(event).is_some_and(|change| change.value) {
        model.finding.choice = None;
        finding::search(model, effects);
    }
}

fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let text = cells::clean(text);
    match model.scope() {
        Scope::Find => {
            if let Some(ask) = reading::input(model) {
                insert(&mut ask.input, &text);
            }
            reading::typed(model, effects);
        }
        Scope::Palette => {
            if let Some(palette) = &mut model.palette {
                insert(&mut palette.input, &text);
                palette.search();
            }
        }
        Scope::Ask => {
            if let Some(ask) = &mut model.ask {
                insert(&mut ask.input, &text);
            }
            asking::look_for_offers(model, effects);
        }
        Scope::Sessions => {
            model.in_box = true;
            insert(&mut model.search, &text);
            model.finding.choice = None;
            finding::search(model, effects);
        }
        _ => {}
    }
}

fn insert(input: &mut tui_input::Input, text: &str) {
    for character in text.chars() {
        input.handle(tui_input::InputRequest::InsertChar(character));
    }
}
