//! The mouse: the wheel scrolls, a click selects, a second click opens.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::commands::{Action, Scope};
use crate::message::Effect;
use crate::model::Model;
use crate::update::{act, reading};

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
        Scope::Reader | Scope::Find => {
            let height = usize::from(model.places().page().height);
            if let Some(reader) = model.reader.as_mut() {
                reader.scroll(by, height);
            }
        }
        Scope::Help => {
            let action = if by > 0 { Action::Down } else { Action::Up };
            (0..by.unsigned_abs()).for_each(|_| act(model, action, effects));
        }
        Scope::Message | Scope::Everywhere => {}
    }
}

fn click(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    model.toast = None;
    match model.scope() {
        Scope::Message => model.message = None,
        Scope::Sessions => click_list(model, at, effects),
        _ => {}
    }
}

fn click_list(model: &mut Model, at: Position, effects: &mut Vec<Effect>) {
    let places = model.places();
    if places.search.contains(at) {
        model.in_box = true;
    } else if places.list.contains(at) {
        let row = model.list.top + usize::from(at.y - places.list.y);
        let Some(entry) = model.list.entry(row) else { return };
        let id = entry.row.id().clone();
        model.list.go_to(row);
        if model.clicked.as_ref() == Some(&id) {
            model.clicked = None;
            reading::open(model, effects);
        } else {
            model.clicked = Some(id);
        }
    }
}
