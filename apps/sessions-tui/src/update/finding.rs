//! The box: searching as letters come, completing, saying where to look.

use std::sync::Arc;

use search::{Query, Setting};
use tui_input::Input;

use crate::finding::{Choice, Ranking};
use crate::message::{Effect, Ticket};
use crate::model::Model;
use crate::reader::{At, Needle, Opening};
use crate::toast::Kind;

/// Shows what matches the box: at once where it is empty, else as soon as it is found.
pub(super) fn search(model: &mut Model, effects: &mut Vec<Effect>) {
    model.list.ticket = model.next_ticket();
    model.finding.again = None;
    model.finding.query = Query::parse(model.search.value());
    if model.finding.query.is_empty() {
        model.finding.forget();
        model.list.show_all();
        model.list.show_below(|_| false);
        effects.push(Effect::StopFinding);
        return;
    }
    effects.push(Effect::Rank {
        ticket: model.list.ticket,
        query: model.finding.query.clone(),
        setting: Setting {
            now: model.now,
            zone: model.setup.zone,
            here: model.setup.here.clone(),
            home: model.setup.home.clone(),
        },
        library: model.list.shared_library(),
        reach: model.finding.reach,
        thinking: !model.finding.without_thinking,
    });
}

/// Looks for the same again, in sessions that were loaded anew. What is on the screen stays until that is done.
pub(super) fn search_again(model: &mut Model, effects: &mut Vec<Effect>) {
    search(model, effects);
    if !model.finding.query.is_empty() {
        model.finding.again = Some(model.list.ticket);
        model.finding.found_again.clear();
    }
}

/// Takes in what was found so far.
pub(super) fn ranked(model: &mut Model, ticket: Ticket, ranking: Ranking) {
    if ticket != model.list.ticket {
        return;
    }
    let finding = &mut model.finding;
    finding.running = ranking.running;
    if finding.again == Some(ticket) {
        finding.found_again.extend(ranking.found);
        if ranking.running {
            return;
        }
        let found = std::mem::take(&mut finding.found_again);
        if finding.quoted.is_some_and(|place| finding.found.get(&place) != found.get(&place)) {
            finding.forget_quotes();
        }
        (finding.again, finding.ticket, finding.found) = (None, ticket, found);
    } else {
        if ticket != finding.ticket {
            finding.ticket = ticket;
            finding.found.clear();
            finding.forget_quotes();
        }
        finding.found.extend(ranking.found);
    }
    model.list.show(ranking.hits.iter().map(|hit| hit.index).collect());
    let found = &model.finding.found;
    model.list.show_below(|index| found.contains_key(&index));
}

/// Where the best hit of the session under the cursor stands, if something was found in its contents: in its own file,
/// or in that of a subagent.
pub(super) fn best_hit(model: &Model) -> Option<Opening> {
    let place = model.list.place(model.list.cursor())?;
    let best = model.finding.found.get(&place)?.best.as_ref()?;
    let agent = model.list.library().known_files(place).get(best.file).and_then(|file| file.agent.clone());
    let words = Needle::query(&model.finding.query);
    Some(Opening { at: At::Offset(best.offset), words, agent })
}

/// Goes on from everything to titles to contents.
pub(super) fn next_reach(model: &mut Model, effects: &mut Vec<Effect>) {
    model.finding.reach = model.finding.reach.next();
    search(model, effects);
}

/// Lets thinking count, or not.
pub(super) fn switch_thinking(model: &mut Model, effects: &mut Vec<Effect>) {
    let without = !model.finding.without_thinking;
    model.finding.without_thinking = without;
    model.say(Kind::Done, if without { "Thinking is not searched" } else { "Thinking is searched" });
    search(model, effects);
}

/// Completes what stands before the cursor, with the next offer if it was completed just now; false where there is
/// nothing to complete.
pub(super) fn complete(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    if let Some(choice) = &mut model.finding.choice {
        choice.chosen = (choice.chosen + 1) % choice.completion.offers.len();
    } else {
        let text = model.search.value().to_owned();
        let cursor = text.char_indices().nth(model.search.cursor()).map_or(text.len(), |(at, _)| at);
        let library = model.list.shared_library();
        let known = model.finding.values(&Arc::clone(&library));
        let Some(completion) = search::complete(&text, cursor, known) else { return false };
        model.finding.choice = Some(Choice { text, completion, chosen: 0 });
    }
    let Some(choice) = &model.finding.choice else { return false };
    let (text, cursor) = choice.text();
    let cursor = text[..cursor].chars().count();
    if choice.completion.offers.len() == 1 {
        model.finding.choice = None;
    }
    model.search = Input::new(text).with_cursor(cursor);
    search(model, effects);
    true
}
