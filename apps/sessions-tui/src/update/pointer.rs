//! The mouse: the wheel scrolls, a click selects, a second click opens.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::commands::{Action, Scope};
use crate::list::Shown;
use crate::message::Effect;
use crate::model::Model;
use crate::update::{act, entries, house, reading, summary};

/// Rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;

pub(super) fn mouse(model: &mut Model, event: MouseEvent, effects: &mut Vec<Effect>) {
    match event.kind {
        MouseEventKind::ScrollDown => wheel(model, NOTCH, effects),
        MouseEventKind::ScrollUp => wheel(model, -NOTCH, effects),
        MouseEventKind::Down(MouseButton::Left) => click(model, Position::new(event.column, event.row), effects),
        _ => {}
    }
}

fn wheel(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    model.clicked = None;
    match model.scope() {
        Scope::Sessions => {
            let height = usize::from(model.places().list.height);
            model.list.scroll(by, height);
        }
        Scope::Reader | Scope::Raw | Scope::Find => {
            reading::scroll(model, by);
        }
        Scope::Help | Scope::Summary | Scope::Entries | Scope::House | Scope::Sync => {
            let action = if by > 0 { Action::Down } else { Action::Up };
            (0..by.unsigned_abs()).for_each(|_| act(model, action, effects));
        }
        Scope::Palette
        | Scope::Message
        | Scope::Ask
        | Scope::Sort
        | Scope::Narrow
        | Scope::NarrowEntries
        | Scope::Everywhere => {}
    }
}

fn click(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    model.toasts.clear();
    match model.scope() {
        Scope::Message => model.message = None,
        Scope::Sort => model.sorting = None,
        Scope::Summary => summary::click(model, at),
        Scope::Entries => entries::click(model, at, effects),
        Scope::House => house::click(model, at, effects),
        Scope::Sessions => click_list(model, at, effects),
        Scope::Reader => {
            let page = model.places().page();
            if page.contains(at) {
                reading::click(model, usize::from(at.y - page.y));
            }
        }
        _ => {}
    }
}

fn click_list(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    let places = model.places();
    if places.search.contains(at) {
        model.in_box = true;
    } else if places.list.contains(at) {
        let row = model.list.below.row_at(model.list.top, usize::from(at.y - places.list.y));
        let id = match model.list.shown(row) {
            Some(Shown::Session(entry)) => entry.row.id().clone(),
            Some(Shown::Group(_)) => {
                model.list.go_to(row);
                return model.list.fold(|folded| !folded);
            }
            None => return,
        };
        model.list.go_to(row);
        if model.clicked.as_ref() == Some(&id) {
            model.clicked = None;
            reading::open(model, &id, effects);
        } else {
            model.clicked = Some(id);
        }
    }
}
