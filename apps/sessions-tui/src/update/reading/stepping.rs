//! From one match to the next: within a page, into a subagent or a branch that hangs there, and out again.

use std::sync::Arc;

use typeset::PartKind;

use super::{opening, walk};
use crate::message::{Effect, Ticket};
use crate::model::Model;
use crate::reader::{Match, Matches, Opening, Page, Raw, Reader, Spot, Which};
use crate::toast::Kind;

/// Takes in what was found so far, and goes to the first match at or after the place where the search began.
pub(in crate::update) fn matched(model: &mut Model, ticket: Ticket, matches: Matches, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut().filter(|reader| reader.find.ticket == ticket) else { return };
    let find = &mut reader.find;
    // Only what is new is told; a search that began anew takes the place of what was there.
    find.matches.truncate(matches.before);
    find.matches.extend(matches.matches);
    (find.pages, find.done) = (matches.pages, matches.done);
    if find.shown {
        find.current = find.current.min(find.matches.len().saturating_sub(1));
        return;
    }
    let Some(key) = reader.page().map(Page::key) else { return };
    let find = &reader.find;
    let from = find.from.map_or(0, |(_, cursor)| cursor.stop);
    let here = find.page(&key);
    let is_here = |found: &Match| Some(found.page) == here;
    if find.done && find.record.is_some() && !find.matches.iter().any(is_here) {
        return show_record(model);
    }
    let ahead = |found: &Match| is_here(found) && found.stop as usize >= from;
    let next = find.matches.iter().position(ahead).map(|first| best_of_stop(&find.matches, first));
    let elsewhere = || {
        let on_page = find.matches.iter().position(is_here);
        on_page.or_else(|| (!find.matches.is_empty()).then_some(0)).filter(|_| find.done)
    };
    let Some(next) = next.or_else(elsewhere) else { return };
    (reader.find.current, reader.find.shown) = (next, true);
    show(model, effects);
}

/// Of the matches at the same stop, the first on a line that tells most: it is what was shown of the session.
fn best_of_stop(matches: &[Match], first: usize) -> usize {
    let own = matches[first..]
        .iter()
        .take_while(|found| (found.page, found.stop) == (matches[first].page, matches[first].stop));
    let best = own.enumerate().max_by_key(|(at, found)| (found.tells, std::cmp::Reverse(*at)));
    best.map_or(first, |(at, _)| first + at)
}

/// Shows the record in which a search in all sessions found what the conversation does not have.
fn show_record(model: &mut Model) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let find = std::mem::take(&mut reader.find);
    let pattern = find.needle.pattern();
    let raw = reader.pages.last().zip(find.record).and_then(|(page, offset)| Raw::record(page, offset, &pattern));
    if raw.is_some() {
        reader.raw = raw;
        model.say(Kind::Note, "The conversation leaves this out: here is the record; Esc shows the conversation");
    }
}

/// Goes on to the next match, or the previous one: from that where one is, or from the cursor where one went to another
/// page by oneself.
pub(super) fn step(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let count = reader.find.matches.len();
    if count == 0 {
        return;
    }
    let next = (reader.find.current + if forward { 1 } else { count - 1 }) % count;
    reader.find.current = beside_cursor(reader, forward).unwrap_or(next);
    show(model, effects);
}

/// The match on the page before or behind the cursor, if that where one is stands on another page.
fn beside_cursor(reader: &Reader, forward: bool) -> Option<usize> {
    let page = reader.page()?;
    let find = &reader.find;
    if find.current_page() == Some(&page.key()) {
        return None;
    }
    let (here, stop) = (find.page(&page.key())?, page.cursor.stop);
    let is_here = |found: &Match| found.page == here;
    let all = &find.matches;
    if forward {
        let ahead = all.iter().position(|found| is_here(found) && found.stop as usize >= stop);
        ahead.or_else(|| all.iter().position(is_here))
    } else {
        let behind = all.iter().rposition(|found| is_here(found) && found.stop as usize <= stop);
        behind.or_else(|| all.iter().rposition(is_here))
    }
}

/// Shows the match where one is. While words are typed, only on the page where one is.
pub(super) fn show(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current() else { return };
    let find = &reader.find;
    let Some(found) = find.matches.get(find.current).cloned() else { return };
    let Some(key) = find.pages.get(found.page as usize).cloned() else { return };
    if reader.page().is_some_and(|page| page.key() == key) {
        if let Some(mut walk) = walk(model) {
            walk.show(&found);
        }
        return;
    }
    if reader.input.is_some() {
        return;
    }
    let [own, on_screen] = [reader.pages.first(), reader.page()].map(|page| page.and_then(|page| page.key().agent));
    match key.agent.clone().filter(|agent| Some(agent) != own.as_ref()) {
        None => step_out(model),
        Some(agent) if Some(&agent) == on_screen.as_ref() => {}
        Some(agent) if opening::has_file(model, &agent) => {
            return opening::open_agent(model, &agent, Opening::default(), Some(found), effects);
        }
        Some(agent) => {
            step_out(model);
            step_into(model, Which { agent: Some(agent), branch: None }, opening::SUBAGENT);
        }
    }
    arrive(model, &found, &key);
}

/// Leaves all pages but that of the session.
fn step_out(model: &mut Model) {
    if let Some(reader) = model.shelf.current_mut() {
        reader.pages.truncate(1);
    }
}

/// Goes into another conversation of the file that the page on the screen shows.
fn step_into(model: &mut Model, which: Which, title: &str) {
    let Some(reader) = model.shelf.current_mut() else { return };
    if let Some(page) = reader.page() {
        let (script, agent) = (Arc::clone(&page.script), page.agent.clone());
        reader.pages.push(Page::new(script, which, title.to_owned()).of_agent(agent));
    }
}

/// Shows a match on the page on the screen, or on one of the branches that hang there.
pub(super) fn arrive(model: &mut Model, found: &Match, key: &Which) {
    stand_below(model, found.at as usize);
    let Some(reader) = model.shelf.current_mut() else { return };
    while reader.pages.len() > 1 && reader.page().is_some_and(|page| page.which.branch.is_some()) {
        reader.pages.pop();
    }
    if let Some(page) = reader.page().filter(|_| key.branch.is_some()) {
        let which = Which { branch: key.branch, ..page.which.clone() };
        step_into(model, which, opening::BRANCH);
    }
    if let Some(mut walk) = walk(model) {
        walk.show(found);
    }
}

/// Puts the cursor of the session's own page on what a page above it hangs on, so that stepping back leads there.
pub(super) fn stand_below(model: &mut Model, stop: usize) {
    let Some(reader) = model.shelf.current_mut().filter(|reader| reader.pages.len() > 1) else { return };
    let agent = reader.pages[1].key().agent;
    let above = reader.pages.split_off(1);
    if let Some(mut walk) = walk(model) {
        let calls = |kind: &PartKind| matches!(kind, PartKind::Tool { agent: called, .. } if *called == agent);
        let sheet = walk.page.sheet(stop, walk.colors);
        let call = sheet.parts.iter().find(|part| agent.is_some() && calls(&part.kind));
        let spot = match call {
            Some(part) => Spot { stop, row: part.rows.start },
            None => walk.first_row(stop),
        };
        let third = walk.height / 3;
        walk.go_to(spot, third);
    }
    if let Some(reader) = model.shelf.current_mut() {
        reader.pages.extend(above);
    }
}
