//! Opening transcripts, at a place, and following those that grow.

use std::sync::Arc;

use transcript::SessionId;

use super::{asking, walk};
use crate::cells;
use crate::library::Entry;
use crate::message::{Effect, Ticket};
use crate::model::{Message, Model};
use crate::reader::{At, Find, Opened, Opening, Page, Reader, Script, Spot, Which};
use crate::toast::Kind;

/// Opens a session of the list, where one left it if it is open already.
pub(in crate::update) fn open(model: &mut Model, id: &SessionId, effects: &mut Vec<Effect>) {
    read(model, id, Opening::default(), effects);
}

/// Opens a session of the list at a place.
pub(in crate::update) fn read(model: &mut Model, id: &SessionId, opening: Opening, effects: &mut Vec<Effect>) {
    let entry = model.list.library().entries.iter().find(|entry| entry.row.id() == id).cloned();
    if let Some(entry) = entry {
        open_at(model, &entry, opening, effects);
    }
}

/// Opens a session at a place. One that is open already is shown where one left it, unless another place is named.
fn open_at(model: &mut Model, entry: &Entry, opening: Opening, effects: &mut Vec<Effect>) {
    let Some(path) = entry.row.transcript.clone() else {
        model.message = Some(nothing_to_read(entry));
        return;
    };
    let ticket = model.next_ticket();
    let session = &entry.row.session;
    if model.shelf.show(entry.row.id()) {
        if let Some(reader) = model.shelf.current_mut() {
            reader.ticket = ticket;
            reader.pending = (opening != Opening::default()).then_some(opening);
        }
        take_to_pending(model, effects);
    } else {
        model.shelf.open(Reader {
            title: entry.title().to_owned(),
            project: entry.project.clone(),
            path: path.clone(),
            directory: session.cwd_last.clone().or_else(|| session.cwd_first.clone()).unwrap_or_default(),
            ticket,
            pending: Some(opening),
            ..Reader::new(entry.row.id().clone())
        });
        make_room(model);
    }
    effects.push(Effect::Open { ticket, path });
    follow_what_is_shown(model, effects);
}

/// Why there is no transcript, and what to do about it.
fn nothing_to_read(entry: &Entry) -> Message {
    if entry.is_starting() {
        return Message {
            title: "Nothing has been said yet".to_owned(),
            text: "Claude Code writes the transcript of a session when it gets its first prompt.".to_owned(),
        };
    }
    if entry.is_gone() {
        return Message {
            title: "The transcript is gone".to_owned(),
            text: "Claude Code deletes transcripts after some time (30 days, unless `cleanupPeriodDays` in its \
                   settings says otherwise). What was counted and said first and last is kept, and shown in the \
                   preview."
                .to_owned(),
        };
    }
    Message {
        title: "There is no transcript of the session itself".to_owned(),
        text: format!(
            "Only its subagents have transcripts. `sessions show {}` in a shell names them.",
            cells::clean(entry.row.id().as_str())
        ),
    }
}

/// Closes what there is no room for, and says so.
fn make_room(model: &mut Model) {
    let closed = model.shelf.make_room();
    if !closed.is_empty() {
        let titles = closed.iter().map(|title| cells::cut(title, 40)).collect::<Vec<_>>().join(", ");
        model.say(Kind::Note, format!("Closed to make room: {titles}"));
    }
}

pub(in crate::update) fn opened(
    model: &mut Model,
    ticket: Ticket,
    outcome: Result<Opened, String>,
    effects: &mut Vec<Effect>,
) {
    if agent_opened(model, ticket, &outcome) {
        return;
    }
    let Some(reader) = model.shelf.readers_mut().find(|reader| reader.ticket == ticket) else { return };
    match outcome {
        // The beginning of what is there already says nothing new, and would move one there.
        Ok(Opened { complete: false, .. }) if reader.complete => {}
        Ok(Opened { script, complete }) => {
            reader.complete = complete;
            reader.problem = None;
            show(reader, script);
            make_room(model);
            take_to_pending(model, effects);
        }
        Err(problem) => reader.problem = Some(problem),
    }
}

/// Puts a transcript, or more of it, into a reader.
fn show(reader: &mut Reader, script: Arc<Script>) {
    if reader.pages.is_empty() {
        reader.pages.push(Page::new(script, Which::default(), String::new()));
        return;
    }
    let first = Arc::clone(&reader.pages[0].script);
    let own = reader.pages.iter_mut().filter(|page| Arc::ptr_eq(&page.script, &first));
    own.for_each(|page| page.replace(Arc::clone(&script)));
}

/// Whether the answer was to a request for a subagent.
fn agent_opened(model: &mut Model, ticket: Ticket, outcome: &Result<Opened, String>) -> bool {
    let Some(reader) = model.shelf.readers_mut().find(|reader| reader.agent_ticket == ticket) else { return false };
    match outcome {
        Ok(opened) => {
            reader.pages.push(Page::new(Arc::clone(&opened.script), Which::default(), "subagent".to_owned()));
            reader.find = Find::default();
            make_room(model);
        }
        Err(problem) => {
            let problem = problem.clone();
            model.say(Kind::Problem, problem);
        }
    }
    true
}

/// Goes where one wants to be, as soon as that was read.
fn take_to_pending(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let (Some(opening), Some(page), complete) = (reader.pending.clone(), reader.pages.first(), reader.complete) else {
        return;
    };
    let stop = match opening.at {
        At::Start => Some(0),
        At::Turn(turn) => page.stop_of_turn(turn),
        At::Offset(offset) => {
            let last = page.stops.len().checked_sub(1).and_then(|last| page.offset(last));
            last.filter(|last| *last > offset || complete).map(|_| page.stop_at(offset))
        }
    };
    if stop.is_none() && !complete {
        return;
    }
    reader.pending = None;
    let placed = opening.at != At::Start;
    if placed {
        reader.pages.truncate(1);
        if let (Some(stop), Some(mut walk)) = (stop, walk(model)) {
            let spot = walk.first_row(stop);
            walk.go_to(spot, 2);
        }
    }
    if !opening.words.is_empty() {
        asking::look_for(model, opening.words, effects);
    } else if model.shelf.current().is_some_and(|reader| !reader.find.needle.is_empty()) {
        asking::search_again(model, effects);
    }
}

/// Follows the transcript on the screen as it grows, or no longer.
pub(super) fn follow(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    reader.follow = !reader.follow;
    let following = reader.follow;
    if following {
        if let Some(mut walk) = walk(model) {
            walk.go_to_end();
        }
        model.say(Kind::Note, "Following: what is said is shown as it comes; f stops");
    } else {
        model.say(Kind::Note, "Not following any more");
    }
    follow_what_is_shown(model, effects);
}

/// Only what is on the screen is watched.
pub(super) fn follow_what_is_shown(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let watched = model.shelf.current_mut().filter(|reader| reader.follow);
    let watched = watched.map(|reader| {
        reader.ticket = ticket;
        reader.path.clone()
    });
    let was = std::mem::replace(&mut model.shelf.watching, watched.is_some());
    if was || watched.is_some() {
        effects.push(Effect::Follow(watched.map(|path| (ticket, path))));
    }
}

/// Takes in what was said since; at the end one stays at the end.
pub(in crate::update) fn grown(model: &mut Model, ticket: Ticket, script: Arc<Script>, effects: &mut Vec<Effect>) {
    let at_end = at_end(model);
    let Some(reader) = model.shelf.readers_mut().find(|reader| reader.ticket == ticket) else { return };
    reader.complete = true;
    reader.problem = None;
    show(reader, script);
    make_room(model);
    if at_end && let Some(mut walk) = walk(model) {
        walk.go_to_end();
    }
    if model.shelf.current().is_some_and(|reader| !reader.find.needle.is_empty()) {
        asking::search_again(model, effects);
    }
}

/// Whether the last row of the page is on the screen.
fn at_end(model: &mut Model) -> bool {
    let Some(mut walk) = walk(model) else { return false };
    let Some(last) = walk.page.stops.len().checked_sub(1) else { return true };
    let (height, top): (usize, Spot) = (walk.height, walk.page.top);
    last.saturating_sub(top.stop) <= height && walk.spot_at(height).is_none()
}
