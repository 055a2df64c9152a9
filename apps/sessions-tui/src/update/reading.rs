//! Transcripts: opening, moving, finding, folding.

mod asking;
mod opening;
mod showing;
mod stepping;

use std::sync::Arc;

use transcript::Detail;
use typeset::PartKind;

use crate::commands::Action;
use crate::message::Effect;
use crate::model::Model;
use crate::reader::{Dress, Field, FieldKind, Opening, Page, Raw, Reader, Spot, Stop, Times, Walk, Which};
use crate::toast::Kind;

pub(super) use asking::typed;
pub(super) use opening::{grown, opened};
pub(super) use opening::{open, read};
pub(super) use showing::{page_ready, told};
pub(super) use stepping::matched;

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    if model.shelf.current().is_some_and(|reader| reader.raw.is_some()) && act_on_raw(model, action) {
        return;
    }
    match action {
        Action::Back => back(model, effects),
        Action::Close => leave(model, effects),
        Action::CloseReader => close(model, effects),
        Action::NextReader => turn(model, true, effects),
        Action::PreviousReader => turn(model, false, effects),
        Action::DetailTalk => show_level(model, Detail::Talk, effects),
        Action::DetailTools => show_level(model, Detail::Tools, effects),
        Action::DetailEverything => show_level(model, Detail::Everything, effects),
        Action::Find => asking::ask(model, FieldKind::Find),
        Action::GoToTurn => asking::ask(model, FieldKind::Turn),
        Action::NextMatch => stepping::step(model, true, effects),
        Action::PreviousMatch => stepping::step(model, false, effects),
        Action::AcceptFind => asking::accept(model, effects),
        Action::CancelFind => asking::cancel(model),
        Action::Follow => opening::follow(model, effects),
        Action::Enter => enter(model, effects),
        Action::NextAgent => opening::next_agent(model, effects),
        Action::RawRecord => show_raw(model),
        Action::Times => with_reader(model, |reader| {
            reader.times = match reader.times {
                Times::Heads => Times::All,
                Times::All => Times::None,
                Times::None => Times::Heads,
            };
        }),
        Action::Wrap => with_reader(model, |reader| reader.wrap = !reader.wrap),
        Action::OpenOutside => showing::outside(model, effects),
        Action::ViewPicture => showing::picture(model, effects),
        Action::CopyBlock => showing::copy(model, effects),
        _ => movement(model, action),
    }
}

fn movement(model: &mut Model, action: Action) {
    let Some(mut walk) = walk(model) else { return };
    let page = isize::try_from(walk.height.max(3) - 2).unwrap_or(1);
    match action {
        Action::Down => walk.step(1),
        Action::Up => walk.step(-1),
        Action::PageDown => walk.scroll(page),
        Action::PageUp => walk.scroll(-page),
        Action::First => walk.go_to(Spot::default(), 0),
        Action::Last => walk.go_to_end(),
        Action::NextHeading => walk.go_to_head(true, false),
        Action::PreviousHeading => walk.go_to_head(false, false),
        Action::NextPrompt => walk.go_to_head(true, true),
        Action::PreviousPrompt => walk.go_to_head(false, true),
        Action::Fold => {
            walk.toggle();
        }
        _ => {}
    }
}

/// Scrolls by rows, as a wheel does.
pub(super) fn scroll(model: &mut Model, by: isize) {
    let height = height(model);
    if let Some(raw) = model.shelf.current_mut().and_then(|reader| reader.raw.as_mut()) {
        raw.scroll(by, height);
    } else if let Some(mut walk) = walk(model) {
        walk.scroll(by);
    }
}

/// Puts the cursor on a row of the screen; a second click on the line of a block opens or closes it.
pub(super) fn click(model: &mut Model, row: usize) {
    let Some(mut walk) = walk(model) else { return };
    let before = walk.page.cursor;
    if let Some(spot) = walk.spot_at(row) {
        walk.page.cursor = spot;
        let starts = walk.page.part(spot).is_some_and(|part| part.rows.start == spot.row);
        let is_line = walk.page.part(spot).is_some_and(|part| {
            matches!(part.kind, PartKind::Tool { .. } | PartKind::Thinking | PartKind::Notice | PartKind::Command)
        });
        if starts && (is_line || spot == before) {
            walk.toggle();
        }
    }
}

/// Lays out what is on the screen, and asks for the colors of its code.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(mut walk) = walk(model) {
        walk.settle();
    }
    let shelf = &mut model.shelf;
    let wanted: Vec<_> = shelf.current().and_then(Reader::page).into_iter().flat_map(Page::wanted).cloned().collect();
    let before = shelf.asked.len();
    shelf.asked.extend(wanted.into_iter().filter(|code| !shelf.colors.contains_key(code)));
    if shelf.asked.len() > before {
        // A newer request takes the place of an older one that waits: it asks for all.
        effects.push(Effect::Color(shelf.asked.iter().cloned().collect()));
    }
}

/// Somebody who moves over the page on the screen, dressed for it.
fn walk(model: &mut Model) -> Option<Walk<'_>> {
    let (width, height) = (model.size.0, height(model));
    let (reader, colors) = model.shelf.current_with_colors()?;
    let (columns, prose) = reader.columns(width);
    let dress = Dress { level: reader.level, columns, prose, wrap: reader.wrap, directory: reader.directory.clone() };
    let page = reader.pages.last_mut()?;
    page.put_on(&dress);
    page.find_again(colors);
    Some(Walk { page, colors, height })
}

fn height(model: &Model) -> usize {
    usize::from(model.places().page().height)
}

fn with_reader(model: &mut Model, change: impl FnOnce(&mut Reader)) {
    if let Some(reader) = model.shelf.current_mut() {
        change(reader);
    }
}

fn act_on_raw(model: &mut Model, action: Action) -> bool {
    let height = height(model);
    let Some(reader) = model.shelf.current_mut() else { return false };
    let Some(raw) = reader.raw.as_mut() else { return false };
    let page = isize::try_from(height.max(3) - 2).unwrap_or(1);
    let far = isize::MAX / 2;
    match action {
        Action::Down => raw.scroll(1, height),
        Action::Up => raw.scroll(-1, height),
        Action::PageDown => raw.scroll(page, height),
        Action::PageUp => raw.scroll(-page, height),
        Action::First => raw.scroll(-far, height),
        Action::Last => raw.scroll(far, height),
        Action::Back => reader.raw = None,
        Action::CopyBlock => return false,
        _ => {}
    }
    true
}

fn show_raw(model: &mut Model) {
    let Some(reader) = model.shelf.current_mut() else { return };
    reader.raw = reader.pages.last().and_then(|page| Raw::of(page, page.cursor));
}

/// Steps back: out of a subagent or a branch, then forgets the search, then goes to the list.
fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    if reader.pages.len() > 1 {
        reader.pages.pop();
    } else if !reader.find.needle.is_empty() {
        reader.find = crate::reader::Find::default();
    } else {
        leave(model, effects);
    }
}

fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    model.shelf.leave();
    opening::follow_what_is_shown(model, effects);
}

/// Goes from the list to the transcript that was on the screen last.
pub(super) fn go_back_to_open(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.shelf.go_back() {
        opening::follow_what_is_shown(model, effects);
    } else {
        model.say(Kind::Note, "No transcript is open; o opens that of the session under the cursor");
    }
}

fn close(model: &mut Model, effects: &mut Vec<Effect>) {
    model.shelf.close();
    opening::follow_what_is_shown(model, effects);
}

fn turn(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    if model.shelf.place().1 < 2 {
        model.say(Kind::Note, "No other transcript is open; q goes to the list, o opens one there");
        return;
    }
    model.shelf.turn(forward);
    opening::follow_what_is_shown(model, effects);
}

/// Shows another level; the one that is shown already forgets what was opened and closed by hand.
fn show_level(model: &mut Model, level: Detail, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    if reader.level == level {
        reader.pages.iter_mut().for_each(Page::unfold_all);
    }
    let changed = reader.level != level;
    reader.level = level;
    if changed && !reader.find.needle.is_empty() {
        asking::search_again(model, effects);
    }
}

/// Goes into what the cursor is on: a subagent, an abandoned branch; else opens or closes the block.
fn enter(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current_mut() else { return };
    let Some(page) = reader.pages.last() else { return };
    let (script, which) = (Arc::clone(&page.script), page.which.clone());
    if let Some(Stop::Branch(branch)) = page.stops.get(page.cursor.stop) {
        let which = Which { branch: Some(*branch), ..which };
        let agent = page.agent.clone();
        reader.pages.push(Page::new(script, which, opening::BRANCH.to_owned()).of_agent(agent));
        return;
    }
    let agent = page.part(page.cursor).and_then(|part| match &part.kind {
        PartKind::Tool { agent, .. } => agent.clone(),
        _ => None,
    });
    match agent {
        Some(agent) if script.tells(&agent) && !opening::has_file(model, &agent) => {
            let which = Which { agent: Some(agent), branch: None };
            if let Some(reader) = model.shelf.current_mut() {
                reader.pages.push(Page::new(script, which, opening::SUBAGENT.to_owned()));
            }
        }
        Some(agent) => opening::open_agent(model, &agent, Opening::default(), None, effects),
        None => {
            if let Some(mut walk) = walk(model) {
                walk.toggle();
            }
        }
    }
}

/// A box of the reader that takes letters.
pub(super) fn input(model: &mut Model) -> Option<&mut Field> {
    model.shelf.current_mut()?.input.as_mut()
}
