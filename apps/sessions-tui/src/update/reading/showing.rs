//! Taking something out of a transcript: to the clipboard, to a pager or editor, to a viewer of pictures.

use std::path::PathBuf;
use std::sync::Arc;

use typeset::PartKind;

use crate::figures;
use crate::message::Effect;
use crate::model::Model;
use crate::reader::{self, Stop};
use crate::toast::Kind;

/// Opens the conversation as a text in the person's pager or editor.
pub(super) fn outside(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.shelf.current() else { return };
    let Some(page) = reader.page() else { return };
    effects.push(Effect::Write {
        script: Arc::clone(&page.script),
        which: page.which.clone(),
        level: reader.level,
        title: reader.title.clone(),
    });
}

pub(in crate::update) fn page_ready(model: &mut Model, outcome: Result<PathBuf, String>, effects: &mut Vec<Effect>) {
    match outcome {
        Ok(path) => effects.push(Effect::Page(path)),
        Err(problem) => model.say(Kind::Problem, problem),
    }
}

/// Takes the pictures of the block under the cursor to a viewer.
pub(super) fn picture(model: &mut Model, effects: &mut Vec<Effect>) {
    let offsets = model.shelf.current().and_then(|reader| {
        let page = reader.page()?;
        let call = match &page.part(page.cursor)?.kind {
            PartKind::Tool { call, pictures: true, .. } => Some(call.clone()),
            PartKind::Picture | PartKind::Prompt | PartKind::Head => None,
            _ => return None,
        };
        let offsets = reader::offsets(page, page.cursor.stop, call.as_deref());
        let records: Vec<String> =
            offsets.into_iter().filter_map(|offset| page.script.bytes().record(offset)).collect();
        records.iter().any(|record| record.contains("\"base64\"")).then_some(records)
    });
    match offsets {
        Some(records) => effects.push(Effect::ViewPictures(records)),
        None => model.say(Kind::Note, "There is no picture in this block"),
    }
}

/// Copies the block under the cursor, as it was written.
pub(super) fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    let text = model.shelf.current().and_then(|reader| {
        if let Some(raw) = &reader.raw {
            return Some(raw.lines.join("\n"));
        }
        let page = reader.page()?;
        let Stop::Entry(entry) = *page.stops.get(page.cursor.stop)? else { return None };
        let part = page.part(page.cursor)?;
        let item = page.script.item(&page.which, entry)?;
        reader::source(&item, part.id)
    });
    let Some(text) = text else { return };
    let lines = text.lines().count();
    effects.push(Effect::Copy(text));
    model.say(Kind::Done, format!("Copied {}", figures::counted(lines as u64, "line")));
}

pub(in crate::update) fn told(model: &mut Model, outcome: Result<String, String>) {
    match outcome {
        Ok(text) => model.say(Kind::Done, text),
        Err(problem) => model.say(Kind::Problem, problem),
    }
}
