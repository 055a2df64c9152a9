//! The boxes of the reader: finding words, going to a turn.

use std::sync::Arc;

use tui_input::Input;

use super::walk;
use crate::cells;
use crate::message::{Effect, Ticket};
use crate::model::Model;
use crate::reader::{Field, FieldKind, Find, Matches, Raw};
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
    if ask.input.value() != reader.find.needle {
        let words = ask.input.value().to_owned();
        look_for(model, words, effects);
    }
}

/// Looks for words from where one is.
pub(super) fn look_for(model: &mut Model, words: String, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let from = reader.find.from.or_else(|| reader.page().map(|page| (page.top, page.cursor)));
    reader.find = Find { needle: words, from, record: reader.find.record.take(), ..Find::default() };
    if reader.find.needle.is_empty() {
        go_back(model);
        return;
    }
    search_again(model, effects);
}

pub(super) fn search_again(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let Some(reader) = model.shelf.current_mut() else { return };
    let Some(page) = reader.pages.last() else { return };
    reader.find.ticket = ticket;
    reader.find.done = false;
    effects.push(Effect::Find {
        ticket,
        script: Arc::clone(&page.script),
        which: page.which.clone(),
        level: reader.level,
        directory: reader.directory.clone(),
        needle: cells::clean_block(&reader.find.needle),
    });
}

/// Takes in what was found so far, and goes to the first match at or after the place where the search began.
pub(in crate::update) fn matched(model: &mut Model, ticket: Ticket, matches: Matches) {
    let Some(reader) = model.shelf.current_mut().filter(|reader| reader.find.ticket == ticket) else { return };
    let find = &mut reader.find;
    // Only what is new is told; a search that began anew takes the place of what was there.
    find.matches.truncate(matches.before);
    find.matches.extend(matches.matches);
    find.done = matches.done;
    let from = find.from.map_or(0, |(_, cursor)| cursor.stop);
    let next = find.matches.iter().position(|one| one.stop as usize >= from);
    if find.shown {
        find.current = find.current.min(find.matches.len().saturating_sub(1));
        return;
    }
    if find.done && find.matches.is_empty() && find.record.is_some() {
        return show_record(model);
    }
    let Some(next) = next.or_else(|| (find.done && !find.matches.is_empty()).then_some(0)) else { return };
    find.current = next;
    find.shown = true;
    show(model);
}

/// Shows the record in which a search in all sessions found what the conversation does not have.
fn show_record(model: &mut Model) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let find = std::mem::take(&mut reader.find);
    let raw = reader.pages.last().zip(find.record).and_then(|(page, offset)| Raw::record(page, offset, &find.needle));
    if raw.is_some() {
        reader.raw = raw;
        model.say(Kind::Note, "The conversation leaves this out: here is the record; Esc shows the conversation");
    }
}

pub(super) fn step(model: &mut Model, forward: bool) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let count = reader.find.matches.len();
    if count > 0 {
        reader.find.current = (reader.find.current + if forward { 1 } else { count - 1 }) % count;
        show(model);
    }
}

fn show(model: &mut Model) {
    let Some(reader) = model.shelf.current() else { return };
    let Some(found) = reader.find.matches.get(reader.find.current).cloned() else { return };
    if let Some(mut walk) = walk(model) {
        walk.show(&found);
    }
}

pub(super) fn accept(model: &mut Model) {
    let Some(ask) = model.shelf.current_mut().and_then(|reader| reader.input.take()) else { return };
    if ask.kind != FieldKind::Turn {
        return;
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
