//! What follows from the rest of the model: the view of the list, letters that match, the preview.

use search::Field;
use transcript::SessionId;

use crate::finding::Quote;
use crate::glimpse::Glimpse;
use crate::message::{Effect, Ticket};
use crate::model::{Model, PreviewKey};
use crate::preview;

/// Excerpts kept; past this number all but the latest are forgotten.
const GLIMPSES: usize = 200;

/// Brings everything up to date that is computed from the rest.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    model.list.keep_in_view(usize::from(model.places().list.height));
    mark_letters(model);
    ask_for_glimpse(model, effects);
    ask_for_quotes(model, effects);
    make_preview(model);
}

/// Finds the letters that match in the rows on the screen.
fn mark_letters(model: &mut Model) {
    let height = usize::from(model.places().list.height);
    let query = model.search.value().trim().to_owned();
    let letters = &mut model.letters;
    if letters.query != query || letters.positions.len() > 10_000 {
        letters.positions.clear();
        letters.query.clone_from(&query);
    }
    if query.is_empty() {
        return;
    }
    for (_, entry) in model.list.visible(height) {
        let names = [entry.title(), &entry.project, &entry.branch].map(|name| (Field::Name, name));
        for (field, text) in names.into_iter().chain([(Field::Model, entry.model.as_str())]) {
            if !letters.positions.contains_key(text) {
                let positions = search::positions(&model.finding.query, field, text);
                letters.positions.insert(text.to_owned(), positions);
            }
        }
    }
}

/// Asks for the first and last words of the session under the cursor, once for each state of its files.
fn ask_for_glimpse(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = model.list.selected() else { return };
    let path = model.list.library().own_file(entry);
    let wanted = (entry.row.id().clone(), entry.row.bytes);
    if model.places().preview.is_empty() || model.preview.asked.as_ref() == Some(&wanted) {
        return;
    }
    let known = model.preview.glimpses.get(&wanted.0);
    if known.is_none_or(|(bytes, glimpse)| *bytes != wanted.1 || glimpse.costs.is_none()) {
        effects.push(Effect::Glimpse { id: wanted.0.clone(), path });
    }
    model.preview.asked = Some(wanted);
}

pub(super) fn glimpsed(model: &mut Model, id: SessionId, glimpse: Glimpse) {
    let asked = model.preview.asked.as_ref().filter(|(asked, _)| *asked == id).map(|(_, bytes)| *bytes);
    let Some(bytes) = asked else { return };
    if model.preview.glimpses.len() >= GLIMPSES {
        model.preview.glimpses.clear();
    }
    model.preview.glimpses.insert(id, (bytes, glimpse));
    model.preview.made_for = None;
}

/// Asks for the lines that match in the session under the cursor, once for each query.
fn ask_for_quotes(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(place) = model.list.place(model.list.cursor()) else { return };
    let hidden = model.places().preview.is_empty();
    let finding = &mut model.finding;
    let has_some = finding.found.get(&place).is_some_and(|found| found.lines > 0);
    if !has_some || finding.quoted == Some(place) || hidden {
        return;
    }
    finding.forget_quotes();
    finding.quoted = Some(place);
    effects.push(Effect::Quote {
        ticket: finding.ticket,
        query: finding.query.clone(),
        thinking: !finding.without_thinking,
        library: model.list.shared_library(),
        place,
    });
}

pub(super) fn quoted(model: &mut Model, ticket: Ticket, place: usize, quotes: Vec<Quote>) {
    if ticket == model.finding.ticket && model.finding.quoted == Some(place) {
        model.finding.quotes = quotes;
        model.preview.made_for = None;
    }
}

fn make_preview(model: &mut Model) {
    let places = model.places();
    let Some(entry) = model.list.selected().filter(|_| !places.preview.is_empty()) else {
        model.preview.made_for = None;
        model.preview.lines = match model.list.group() {
            Some(group) if !places.preview.is_empty() => preview::group(model, group, places.preview, places.is_wide()),
            _ => Vec::new(),
        };
        return;
    };
    let glimpse = model.preview.glimpses.get(entry.row.id()).map(|(_, glimpse)| glimpse);
    let place = model.list.place(model.list.cursor());
    let found = place.and_then(|place| model.finding.found.get(&place)).cloned();
    let quotes = if place == model.finding.quoted { model.finding.quotes.as_slice() } else { &[] };
    let key = PreviewKey {
        id: entry.row.id().clone(),
        row: entry.row.bytes,
        glimpse: glimpse.is_some(),
        size: (places.preview.width, places.preview.height),
        minute: model.now.timestamp() / 60,
        status: model.status(entry).map(str::to_owned),
        state: model.state(entry),
        found: found.clone(),
        theme: model.setup.theme,
    };
    if model.preview.made_for.as_ref() != Some(&key) {
        model.preview.lines =
            preview::lines(model, entry, &preview::Read { glimpse, found: found.as_deref(), quotes }, places);
        model.preview.made_for = Some(key);
        model.changed = true;
    }
}
