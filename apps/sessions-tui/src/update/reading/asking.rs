//! The boxes of the reader: finding words, going to a turn.

use std::sync::Arc;

use tui_input::Input;

use super::{stepping, walk};
use crate::message::Effect;
use crate::model::Model;
use crate::reader::{Field, FieldKind, Find, Hunt, Needle};
use crate::toast::Kind;

pub(super) fn ask(model: &mut Model, kind: FieldKind) {
    let Some(reader) = model.shelf.current_mut() else { return };
    reader.find.from = reader.page().map(|page| (page.top, page.cursor));
    reader.input = Some(Field { kind, input: Input::default() });
}

/// Takes in what was typed into a box.
pub(in crate::update) fn typed(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current() else { return };
    let Some(ask) = reader.input.as_ref().filter(|ask| ask.kind == FieldKind::Find) else { return };
    let typed = Needle::plain(ask.input.value());
    if typed != reader.find.needle {
        look_for(model, typed, effects);
    }
}

/// Looks for something from where one is.
pub(super) fn look_for(model: &mut Model, needle: Needle, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let from = reader.find.from.or_else(|| reader.page().map(|page| (page.top, page.cursor)));
    reader.find = Find { needle, from, record: reader.find.record.take(), ..Find::default() };
    if reader.find.needle.is_empty() {
        go_back(model);
        return;
    }
    search_again(model, effects);
}

pub(super) fn search_again(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let Some(reader) = model.shelf.current() else { return };
    let Some(page) = reader.pages.first() else { return };
    let agents = model.list.library().agents(&reader.id).into_iter();
    let hunt = Hunt {
        script: Arc::clone(&page.script),
        agent: page.agent.clone(),
        level: reader.level,
        directory: reader.directory.clone(),
        needle: reader.find.needle.clone(),
        agents: agents.map(|(agent, path)| (agent.to_owned(), path.to_owned())).collect(),
    };
    if let Some(reader) = model.shelf.current_mut() {
        (reader.find.ticket, reader.find.done) = (ticket, false);
        effects.push(Effect::Find { ticket, hunt });
    }
}

pub(super) fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(ask) = model.shelf.current_mut().and_then(|reader| reader.input.take()) else { return };
    if ask.kind != FieldKind::Turn {
        return stepping::show(model, effects);
    }
    let Ok(turn) = ask.input.value().trim().trim_start_matches('#').parse::<u32>() else { return };
    let Some(mut walk) = walk(model) else { return };
    if let Some(stop) = walk.page.stop_of_turn(turn) {
        let spot = walk.first_row(stop);
        walk.go_to(spot, 0);
    } else {
        let last = walk.page.script.turns(&walk.page.which);
        model.say(Kind::Note, format!("There are {last} turns"));
    }
}

/// Empties the box and goes back to where the search began; closes it where it is empty.
pub(super) fn cancel(model: &mut Model) {
    let Some(ask) = model.shelf.current_mut().and_then(|reader| reader.input.as_mut()) else { return };
    let (kind, was_empty) = (ask.kind, ask.input.value().is_empty());
    ask.input.reset();
    if kind == FieldKind::Find {
        go_back(model);
    }
    if let Some(reader) = model.shelf.current_mut() {
        if kind == FieldKind::Find {
            reader.find = Find { from: reader.find.from, ..Find::default() };
        }
        if was_empty {
            reader.input = None;
        }
    }
}

/// Goes back to where the search began.
fn go_back(model: &mut Model) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let from = reader.find.from;
    if let (Some((top, cursor)), Some(page)) = (from, reader.pages.last_mut()) {
        (page.top, page.cursor) = (top, cursor);
    }
}
