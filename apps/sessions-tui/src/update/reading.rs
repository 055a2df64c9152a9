//! The reader: opening, scrolling, finding.

use std::ops::Range;
use std::sync::Arc;

use transcript::Detail;
use tui_input::Input;

use crate::cells;
use crate::commands::Action;
use crate::library::Entry;
use crate::message::{Effect, Ticket};
use crate::model::{Message, Model};
use crate::reader::{self, Document, Find, Reader};

pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let columns = reader::columns(model.size.0);
    let Some(entry) = model.selected() else { return };
    let Some(path) = entry.row.transcript.clone() else {
        model.message = Some(nothing_to_read(entry));
        return;
    };
    let detail = Detail::default();
    effects.push(Effect::Open { ticket, path: path.clone(), detail, columns });
    model.reader = Some(Reader {
        id: entry.row.id().clone(),
        title: entry.title().to_owned(),
        project: entry.project.clone(),
        path,
        detail,
        document: None,
        problem: None,
        ticket,
        top: 0,
        find: Find::default(),
    });
}

/// Why there is no transcript, and what to do about it.
fn nothing_to_read(entry: &Entry) -> Message {
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

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let height = usize::from(model.places().page().height);
    let page = isize::try_from(height.max(3) - 2).unwrap_or(1);
    let Some(reader) = model.reader.as_mut() else { return };
    match action {
        Action::Back if !reader.find.needle.is_empty() => reader.find = Find::default(),
        Action::Back | Action::Close => model.reader = None,
        Action::Down => reader.scroll(1, height),
        Action::Up => reader.scroll(-1, height),
        Action::PageDown => reader.scroll(page, height),
        Action::PageUp => reader.scroll(-page, height),
        Action::First => reader.go_to(0, height),
        Action::Last => reader.go_to(usize::MAX, height),
        Action::NextHeading => reader.go_to_heading(true, height),
        Action::PreviousHeading => reader.go_to_heading(false, height),
        Action::DetailTalk => show_detail(model, Detail::Talk, effects),
        Action::DetailTools => show_detail(model, Detail::Tools, effects),
        Action::DetailEverything => show_detail(model, Detail::Everything, effects),
        Action::Find => {
            reader.find.from = reader.top;
            reader.find.input = Some(Input::default());
        }
        Action::NextMatch => reader.step_match(true, height),
        Action::PreviousMatch => reader.step_match(false, height),
        Action::AcceptFind => reader.find.input = None,
        Action::CancelFind => {
            reader.top = reader.find.from;
            reader.find = Find::default();
        }
        _ => {}
    }
}

fn show_detail(model: &mut Model, detail: Detail, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let columns = reader::columns(model.size.0);
    let Some(reader) = model.reader.as_mut().filter(|reader| reader.detail != detail) else { return };
    reader.detail = detail;
    reader.ticket = ticket;
    effects.push(Effect::Open { ticket, path: reader.path.clone(), detail, columns });
}

/// Asks for another wrapping if the width of the text changed.
pub(super) fn rewrap(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let columns = reader::columns(model.size.0);
    let Some(reader) = model.reader.as_mut() else { return };
    match &reader.document {
        Some(document) if document.columns != columns => {
            reader.ticket = ticket;
            effects.push(Effect::Wrap { ticket, document: document.clone(), columns });
        }
        Some(_) => {}
        None if reader.problem.is_some() => {}
        None => {
            reader.ticket = ticket;
            effects.push(Effect::Open { ticket, path: reader.path.clone(), detail: reader.detail, columns });
        }
    }
}

pub(super) fn opened(model: &mut Model, ticket: Ticket, outcome: Result<Document, String>, effects: &mut Vec<Effect>) {
    let height = usize::from(model.places().page().height);
    let Some(reader) = model.reader.as_mut().filter(|reader| reader.ticket == ticket) else { return };
    match outcome {
        Ok(document) => {
            let same_text = reader.document.as_ref().is_some_and(|old| Arc::ptr_eq(&old.text, &document.text));
            reader.show(document, height);
            if !same_text && !reader.find.needle.is_empty() {
                reader.find.from = reader.top;
                search_again(model, effects);
            }
        }
        Err(problem) => reader.problem = Some(problem),
    }
}

/// Looks for what is in the find box.
pub(super) fn find(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(reader) = model.reader.as_mut() else { return };
    let Some(input) = &reader.find.input else { return };
    if input.value() != reader.find.needle {
        reader.find.needle = input.value().to_owned();
        search_again(model, effects);
    }
}

fn search_again(model: &mut Model, effects: &mut Vec<Effect>) {
    let ticket = model.next_ticket();
    let Some(reader) = model.reader.as_mut() else { return };
    reader.find.ticket = ticket;
    reader.find.ranges.clear();
    let Some(document) = &reader.document else { return };
    if reader.find.needle.is_empty() {
        reader.top = reader.find.from;
        return;
    }
    let needle = cells::clean_block(&reader.find.needle);
    effects.push(Effect::Find { ticket, text: Arc::clone(&document.text), needle });
}

pub(super) fn found(model: &mut Model, ticket: Ticket, ranges: Vec<Range<usize>>) {
    let height = usize::from(model.places().page().height);
    if let Some(reader) = model.reader.as_mut().filter(|reader| reader.find.ticket == ticket) {
        reader.found(ranges, height);
    }
}
