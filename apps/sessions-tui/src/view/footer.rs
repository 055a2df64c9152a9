//! The footer: the keys that matter now, the most important first, as many as fit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::commands::{COMMANDS, Command, Scope};
use crate::key::Key;
use crate::model::Model;
use crate::view::painter::Painter;

/// Columns between two hints.
const GAP: usize = 2;
/// From this width on, the way to all other keys keeps its place.
const ROOMY: usize = 60;

struct Hint {
    key: String,
    word: &'static str,
}

impl Hint {
    fn columns(&self) -> usize {
        cells::width(&self.key) + 1 + cells::width(self.word)
    }
}

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let room = usize::from(area.width).saturating_sub(2);
    let sync = model.syncing.words(model.now).filter(|(_, is_wrong)| *is_wrong || room >= ROOMY);
    let taken = sync.as_ref().map_or(0, |(words, _)| cells::width(words) + GAP);
    if let Some((words, is_wrong)) = sync.filter(|_| !model.scope().is_a_layer()) {
        let style = if is_wrong { theme.warning } else { theme.dim };
        Painter::new(buffer, area).skip(1 + room.saturating_sub(cells::width(&words))).text(&words, style);
    }
    let area = Rect { width: area.width.saturating_sub(u16::try_from(taken).unwrap_or(0)), ..area };
    let mut painter = Painter::new(buffer, area).skip(1);
    for hint in fitting(model, painter.room().saturating_sub(1)) {
        painter = painter.text(&hint.key, theme.key).skip(1).text(hint.word, theme.dim).skip(GAP);
    }
}

/// Hints of the screen, then those of every screen; where there is not room for all, the last of the screen give way.
fn fitting(model: &Model, room: usize) -> Vec<Hint> {
    let scope = model.scope();
    let mut hints = hints(model, scope);
    let mut everywhere = if scope.is_a_layer() { Vec::new() } else { self::hints(model, Scope::Everywhere) };
    everywhere.retain(|hint| hints.iter().all(|other| other.word != hint.word));
    let columns = |hints: &[Hint]| hints.iter().map(|hint| hint.columns() + GAP).sum::<usize>();
    let room = room + GAP;
    if room < ROOMY {
        hints.append(&mut everywhere);
    }
    while columns(&hints) + columns(&everywhere) > room && hints.pop().is_some() {}
    while columns(&hints) + columns(&everywhere) > room && everywhere.pop().is_some() {}
    hints.append(&mut everywhere);
    hints
}

fn hints(model: &Model, scope: Scope) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    let selected = scope == Scope::Sessions && model.list.chosen_sum().is_some();
    for command in COMMANDS.of(scope).filter(|command| (command.matters)(model)) {
        let other = command.hint_selected.filter(|_| selected);
        let Some((word, key)) = other.or(command.hint).zip(key(model, command)) else { continue };
        if hints.iter().all(|hint| hint.word != word) {
            hints.push(Hint { key, word });
        }
    }
    hints
}

/// The shortest way to give a command now.
fn key(model: &Model, command: &Command) -> Option<String> {
    let keys = model.setup.keys.of(command);
    let acting = || keys.iter().filter(|key| !(model.is_typing() && key.is_text()));
    let enter = acting().find(|key| **key == Key::ENTER);
    enter.or_else(|| acting().find(|key| key.is_text())).or_else(|| acting().next()).map(|key| key.short())
}
