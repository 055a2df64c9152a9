//! Opening transcripts, at a place, and following those that grow.

use std::path::PathBuf;
use std::sync::Arc;

use transcript::{Detail, SessionId};

use super::{asking, stepping, walk};
use crate::cells;
use crate::library::Entry;
use crate::message::{Effect, Ticket};
use crate::model::{Message, Model};
use crate::reader::{At, Coming, Find, Match, Opened, Opening, Page, Reader, Script, Spot, Stop, Which};
use crate::toast::Kind;
use crate::update::resuming;

/// What the page of a subagent is called.
pub(super) const SUBAGENT: &str = "subagent";
/// What the page of an abandoned branch is called.
pub(super) const BRANCH: &str = "abandoned branch";

/// Opens a session of the list, where one left it if it is open already.
pub(in crate::update) fn open(model: &mut Model, id: &SessionId, effects: &mut Vec<Effect>) {
    read(model, id, Opening::default(), effects);
}

/// Opens a session of the list at a place.
pub(in crate::update) fn read(model: &mut Model, id: &SessionId, opening: Opening, effects: &mut Vec<Effect>) {
    let entry = model.list.library().entry(id).cloned();
    if let Some(entry) = entry {
        open_at(model, &entry, opening, effects);
    }
}

/// Opens a session at a place. One that is open already is shown where one left it, unless another place is named.
fn open_at(model: &mut Model, entry: &Entry, opening: Opening, effects: &mut Vec<Effect>) {
    let Some((path, agent)) = to_read(model, entry, &opening) else {
        model.message = Some(nothing_to_read(model, entry));
        return;
    };
    let ticket = model.next_ticket();
    let session = &entry.row.session;
    if model.shelf.show(entry.row.id()) {
        if let Some(reader) = model.shelf.current_mut() {
            reader.ticket = ticket;
            reader.pending = (opening != Opening::default()).then_some(opening);
            effects.push(Effect::Open { ticket, path: reader.path.clone() });
        }
        take_to_pending(model, effects);
    } else {
        model.shelf.open(Reader {
            title: entry.title().to_owned(),
            project: entry.project.clone(),
            path: path.clone(),
            agent,
            directory: session.cwd_last.clone().or_else(|| session.cwd_first.clone()).unwrap_or_default(),
            ticket,
            pending: Some(opening),
            ..Reader::new(entry.row.id().clone())
        });
        make_room(model);
        effects.push(Effect::Open { ticket, path });
    }
    follow_what_is_shown(model, effects);
}

/// The file that is read of a session: its own, or where it has none, that of the subagent that is wanted, else of the
/// first one.
fn to_read(model: &Model, entry: &Entry, opening: &Opening) -> Option<(PathBuf, Option<String>)> {
    if let Some(own) = model.list.library().own_file(entry) {
        return Some((own, None));
    }
    let agents = model.list.library().agents(entry.row.id());
    let wanted = agents.iter().find(|(agent, _)| opening.agent.as_deref() == Some(*agent));
    let (agent, path) = wanted.or(agents.first())?;
    Some(((*path).to_owned(), Some((*agent).to_owned())))
}

/// Why there is no transcript, and what to do about it.
fn nothing_to_read(model: &Model, entry: &Entry) -> Message {
    if entry.is_starting() {
        return Message {
            title: "Nothing has been said yet".to_owned(),
            text: "Claude Code writes the transcript of a session when it gets its first prompt.".to_owned(),
        };
    }
    if let Some(device) = &entry.marks.device {
        return resuming::elsewhere(model, device, entry);
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
        title: "There is nothing to read".to_owned(),
        text: "The session has no transcript of its own, and those of its subagents are not there, or not read yet. \
               Ctrl-R looks again."
            .to_owned(),
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
    if agent_opened(model, ticket, &outcome, effects) {
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
        let title = if reader.agent.is_some() { SUBAGENT.to_owned() } else { String::new() };
        reader.pages.push(Page::new(script, Which::default(), title).of_agent(reader.agent.clone()));
        return;
    }
    let first = Arc::clone(&reader.pages[0].script);
    let own = reader.pages.iter_mut().filter(|page| Arc::ptr_eq(&page.script, &first));
    own.for_each(|page| page.replace(Arc::clone(&script)));
}

/// Whether a subagent of the session on the screen has a file of its own.
pub(super) fn has_file(model: &Model, agent: &str) -> bool {
    let agents = model.shelf.current().map(|reader| model.list.library().agents(&reader.id));
    agents.is_some_and(|agents| agents.iter().any(|(known, _)| *known == agent))
}

/// Reads the file of a subagent of the session on the screen, to be shown above, at a place of it or at a match.
pub(super) fn open_agent(
    model: &mut Model,
    agent: &str,
    opening: Opening,
    found: Option<Match>,
    effects: &mut Vec<Effect>,
) {
    let ticket = model.next_ticket();
    let Some(id) = model.shelf.current().map(|reader| reader.id.clone()) else { return };
    let agents = model.list.library().agents(&id);
    let Some((_, path)) = agents.into_iter().find(|(known, _)| *known == agent) else {
        model
            .say(Kind::Note, "No transcript of this subagent is known; one that was just written is there in a moment");
        return;
    };
    effects.push(Effect::Open { ticket, path: path.to_owned() });
    if let Some(reader) = model.shelf.current_mut() {
        let opening = Opening { agent: Some(agent.to_owned()), ..opening };
        reader.coming = Some(Coming { ticket, opening, found });
    }
}

/// Goes on to the subagent after the one on the screen, of those that have files.
pub(super) fn next_agent(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current() else { return };
    let agents = model.list.library().agents(&reader.id);
    let shown = reader.page().and_then(|page| page.agent.as_deref());
    let at = agents.iter().position(|(agent, _)| Some(*agent) == shown);
    let next = at.map_or(0, |at| (at + 1) % agents.len());
    match agents.get(next).map(|(agent, _)| (*agent).to_owned()) {
        None => model.say(Kind::Note, "No subagent of this session has a transcript of its own"),
        Some(agent) if Some(&agent) == reader.agent.as_ref() => back_to_first_page(model),
        Some(agent) => open_agent(model, &agent, Opening::default(), None, effects),
    }
}

fn back_to_first_page(model: &mut Model) {
    if let Some(reader) = model.shelf.current_mut() {
        reader.pages.truncate(1);
    }
}

/// Whether the answer was to a request for a subagent.
fn agent_opened(
    model: &mut Model,
    ticket: Ticket,
    outcome: &Result<Opened, String>,
    effects: &mut Vec<Effect>,
) -> bool {
    let is_meant = |reader: &&mut Reader| reader.coming.as_ref().is_some_and(|coming| coming.ticket == ticket);
    let Some(reader) = model.shelf.readers_mut().find(is_meant) else { return false };
    match outcome {
        // Its beginning alone is not shown.
        Ok(Opened { complete: false, .. }) => return true,
        Ok(opened) => {
            let Some(Coming { opening, found, .. }) = reader.coming.take() else { return true };
            // subagents do not start others: below is always the session
            reader.pages.truncate(1);
            let page = Page::new(Arc::clone(&opened.script), Which::default(), SUBAGENT.to_owned());
            reader.pages.push(page.of_agent(opening.agent.clone()));
            let shown = reader.id.clone();
            make_room(model);
            if model.shelf.current().is_some_and(|reader| reader.id == shown) {
                arrive(model, opening, found, effects);
            }
        }
        Err(problem) => {
            let problem = problem.clone();
            reader.coming = None;
            model.say(Kind::Problem, problem);
        }
    }
    true
}

/// Goes to what one wants to see of a subagent, and below it to where it was started.
fn arrive(model: &mut Model, opening: Opening, found: Option<Match>, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current() else { return };
    if let Some(found) = found {
        let key = reader.find.pages.get(found.page as usize).cloned();
        return stepping::arrive(model, &found, &key.unwrap_or_default());
    }
    let call = reader.pages.first().zip(opening.agent.as_deref()).and_then(|(page, agent)| {
        let named = page.script.callers(&[agent]).first().copied().flatten();
        let began = || page.script.entry_before(reader.page()?.script.began()?);
        page.stop_of_entry(named.or_else(began)?)
    });
    if let Some(call) = call {
        stepping::stand_below(model, call);
    }
    place(model, opening, effects);
}

/// Goes where one wants to be, as soon as that was read.
fn take_to_pending(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let (Some(opening), Some(page), complete) = (reader.pending.clone(), reader.pages.first(), reader.complete) else {
        return;
    };
    if let Some(agent) = opening.agent.clone().filter(|agent| reader.agent.as_ref() != Some(agent)) {
        reader.pending = None;
        reader.pages.truncate(1);
        return open_agent(model, &agent, opening, None, effects);
    }
    let is_there = match opening.at {
        At::Start => true,
        At::Turn(turn) => page.stop_of_turn(turn).is_some(),
        At::Offset(offset) => {
            let last = page.stops.len().checked_sub(1).and_then(|last| page.offset(last));
            last.is_some_and(|last| last > offset)
        }
    };
    if !is_there && !complete {
        return;
    }
    reader.pending = None;
    if opening.at != At::Start {
        reader.pages.truncate(1);
    }
    place(model, opening, effects);
}

/// Goes to a place of the page on the screen, or of what is told inside it, and looks for the words.
fn place(model: &mut Model, opening: Opening, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let Some(page) = reader.pages.last() else { return };
    let stop = match opening.at {
        At::Start => None,
        At::Turn(turn) => page.stop_of_turn(turn),
        At::Offset(offset) => Some(match page.script.place_of(offset) {
            Some((which, entry)) => go_into(reader, which, entry),
            None => page.stop_at(offset),
        }),
    };
    if let At::Offset(offset) = opening.at
        && !opening.words.is_empty()
    {
        // What was found may be a tool's.
        reader.level = reader.level.max(Detail::Tools);
        reader.find = Find { record: Some(offset), ..Find::default() };
    }
    if let Some(below) = hangs_at(reader) {
        stepping::stand_below(model, below);
    }
    if let (Some(stop), Some(mut walk)) = (stop, walk(model)) {
        let spot = walk.first_row(stop);
        walk.go_to(spot, 2);
    }
    if !opening.words.is_empty() {
        asking::look_for(model, opening.words, effects);
    } else if model.shelf.current().is_some_and(|reader| !reader.find.needle.is_empty() && reader.pages.len() == 1) {
        asking::search_again(model, effects);
    }
}

/// Where the page on the screen hangs in that of the session, if the same file tells both.
fn hangs_at(reader: &Reader) -> Option<usize> {
    let [own, .., above] = reader.pages.as_slice() else { return None };
    match (&above.which.agent, above.which.branch) {
        (Some(agent), _) => own.stop_of_entry(own.script.callers(&[agent]).first().copied().flatten()?),
        (None, Some(branch)) if above.agent == own.agent => {
            own.stops.iter().position(|stop| *stop == Stop::Branch(branch))
        }
        (None, _) => None,
    }
}

/// Puts the conversation that tells an entry on top, unless it is there; the stop of the entry in it.
fn go_into(reader: &mut Reader, which: Which, entry: usize) -> usize {
    if let Some(page) = reader.pages.last().filter(|page| page.which != which) {
        let title = if which.agent.is_some() { SUBAGENT } else { BRANCH };
        let inner = Page::new(Arc::clone(&page.script), which, title.to_owned());
        reader.pages.push(inner);
    }
    let stops = reader.pages.last().map_or(&[][..], |page| &page.stops);
    stops.iter().position(|stop| *stop == Stop::Entry(entry)).unwrap_or(0)
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
