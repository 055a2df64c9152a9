//! What follows from the rest of the model: the view of the list, letters that match, the preview.

use search::Field;
use transcript::SessionId;

use crate::excerpt::Excerpt;
use crate::message::Effect;
use crate::model::{Model, PreviewKey};
use crate::preview;

/// Excerpts kept; past this number all but the latest are forgotten.
const EXCERPTS: usize = 200;

/// Brings everything up to date that is computed from the rest.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    model.list.keep_in_view(usize::from(model.places().list.height));
    mark_letters(model);
    ask_for_excerpt(model, effects);
    make_preview(model);
}

/// Finds the letters that match in the rows on the screen.
fn mark_letters(model: &mut Model) {
    let height = usize::from(model.places().list.height);
    let query = model.search.value().trim().to_owned();
    let marks = &mut model.marks;
    if marks.query != query || marks.positions.len() > 10_000 {
        marks.positions.clear();
        marks.query.clone_from(&query);
    }
    if query.is_empty() {
        return;
    }
    for (_, entry) in model.list.visible(height) {
        let names = [entry.title(), &entry.project, &entry.branch].map(|name| (Field::Name, name));
        for (field, text) in names.into_iter().chain([(Field::Model, entry.model.as_str())]) {
            if !marks.positions.contains_key(text) {
                let positions = search::positions(&model.finding.query, field, text);
                marks.positions.insert(text.to_owned(), positions);
            }
        }
    }
}

/// Asks for the first and last words of the session under the cursor, once for each state of its files.
fn ask_for_excerpt(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = model.list.selected() else { return };
    let Some(path) = entry.row.transcript.clone() else { return };
    let wanted = (entry.row.id().clone(), entry.row.bytes);
    if model.places().preview.is_empty() || model.preview.asked.as_ref() == Some(&wanted) {
        return;
    }
    if model.preview.excerpts.get(&wanted.0).is_none_or(|(bytes, _)| *bytes != wanted.1) {
        effects.push(Effect::Excerpt { id: wanted.0.clone(), path });
    }
    model.preview.asked = Some(wanted);
}

pub(super) fn excerpted(model: &mut Model, id: SessionId, excerpt: Excerpt) {
    let asked = model.preview.asked.as_ref().filter(|(asked, _)| *asked == id).map(|(_, bytes)| *bytes);
    let Some(bytes) = asked else { return };
    if model.preview.excerpts.len() >= EXCERPTS {
        model.preview.excerpts.clear();
    }
    model.preview.excerpts.insert(id, (bytes, excerpt));
    model.preview.made_for = None;
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
    let excerpt = model.preview.excerpts.get(entry.row.id()).map(|(_, excerpt)| excerpt);
    let place = model.list.place(model.list.cursor());
    let found = place.and_then(|place| model.finding.found.get(&place)).cloned();
    let key = PreviewKey {
        id: entry.row.id().clone(),
        row: entry.row.bytes,
        excerpt: excerpt.is_some(),
        size: (places.preview.width, places.preview.height),
        minute: model.now.timestamp() / 60,
        status: model.status(entry).map(str::to_owned),
        state: model.state(entry),
        found: found.clone(),
        theme: model.setup.theme,
    };
    if model.preview.made_for.as_ref() != Some(&key) {
        model.preview.lines = preview::lines(model, entry, excerpt, found.as_deref(), places.preview, places.is_wide());
        model.preview.made_for = Some(key);
        model.changed = true;
    }
}
