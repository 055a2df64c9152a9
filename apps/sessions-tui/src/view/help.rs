//! The help screen: every key of every scope, drawn from the command table, in two columns where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::commands::{COMMANDS, KeyMap, Scope};
use crate::key::Key;
use crate::layout::Places;
use crate::model::Model;
use crate::theme::Theme;
use crate::view::painter::{Painter, rule};

/// Columns that keys take in a column of the page, at most.
const KEYS: usize = 29;
/// From this width on, the page has two columns.
const WIDE: u16 = 116;
/// Columns before each column of the page.
const MARGIN: u16 = 2;

/// The title of the query language.
const LANGUAGE: &str = "What can be typed into the box";

const NOTES: &[&str] = &[
    "While the box has the focus, every letter is written into it. Tab goes to the list, where single letters act.",
    "A click selects a session, a second click opens it; the wheel scrolls. Hold Shift to select text with the mouse.",
    "Esc takes back one thing at a time. In the list: out of the box, what is selected, what is typed, and then it leaves. \
     In a transcript: what is found, a subagent or a branch, and then back to the list. In a box: what is typed, the box.",
    "● runs now   ○ its cache is warm   ! deleted soon   ◌ no transcript of its own   ✓ selected   ≡ its transcript is open",
    "$4.18+ part of the cost is not known   – nothing of it is known",
];

/// A group of lines under a name.
struct Section {
    title: &'static str,
    /// What is typed, and what it does.
    lines: Vec<(String, String)>,
}

/// One row of a column of the page.
enum Row {
    Empty,
    Title(&'static str),
    /// What is typed, with its columns; what it does; the second is cut or continued, never the grid.
    Line(String, usize, String),
}

/// The page: notes over the whole width, then columns of rows.
struct Page {
    notes: Vec<String>,
    columns: Vec<Vec<Row>>,
}

fn sections(keys: &KeyMap) -> Vec<Section> {
    let of_scope = |scope: Scope| Section {
        title: scope.title(),
        lines: COMMANDS
            .of(scope)
            .map(|command| {
                let keys: Vec<String> = keys.of(command).iter().map(Key::to_string).collect();
                (if keys.is_empty() { "(no key)".to_owned() } else { keys.join("  ") }, command.title.to_owned())
            })
            .collect(),
    };
    let (list, others) = Scope::ALL.split_first().expect("there are scopes");
    let screens = others.iter().copied().map(of_scope);
    [of_scope(*list), language()].into_iter().chain(screens).collect()
}

/// The forms of the query language.
fn language() -> Section {
    let line = |form: &search::Form| {
        let examples = form.examples.join("  ");
        (form.written.to_owned(), format!("{}  ({examples})", form.finds))
    };
    Section { title: LANGUAGE, lines: search::FORMS.iter().map(line).collect() }
}

impl Page {
    fn new(keys: &KeyMap, width: u16) -> Self {
        let notes = NOTES.iter().flat_map(|note| cells::wrap(note, usize::from(width).saturating_sub(4), usize::MAX));
        let notes = notes.collect();
        let count = if width >= WIDE { 2 } else { 1 };
        let room = usize::from((width / count).saturating_sub(MARGIN));
        let sections: Vec<Vec<Row>> = sections(keys).iter().map(|section| section.rows(room)).collect();
        let all: usize = sections.iter().map(Vec::len).sum();
        let mut columns = vec![Vec::new()];
        for section in sections {
            let filled = columns.last().map_or(0, Vec::len);
            // A section goes where it makes the columns more alike.
            if columns.len() < usize::from(count) && filled + section.len() / 2 > all / 2 {
                columns.push(Vec::new());
            }
            columns.last_mut().expect("there is at least one").extend(section);
        }
        Self { notes, columns }
    }

    fn len(&self) -> usize {
        self.notes.len() + self.columns.iter().map(Vec::len).max().unwrap_or(0)
    }
}

impl Section {
    fn rows(&self, room: usize) -> Vec<Row> {
        let widest = self.lines.iter().map(|(typed, _)| cells::width(typed)).max().unwrap_or(0);
        let keys = widest.min(KEYS).min(room / 2);
        let mut rows = vec![Row::Empty, Row::Title(self.title)];
        for (typed, does) in &self.lines {
            let lines = cells::wrap(does, room.saturating_sub(keys + 2).max(1), usize::MAX);
            let typed = [typed.as_str()].into_iter().chain(std::iter::repeat(""));
            rows.extend(typed.zip(lines).map(|(typed, does)| Row::Line(typed.to_owned(), keys, does)));
        }
        rows
    }
}

/// Number of rows at a width.
pub(crate) fn rows(keys: &KeyMap, width: u16) -> usize {
    Page::new(keys, width).len()
}

/// The row at which the query language begins.
pub(crate) fn language_row(keys: &KeyMap, width: u16) -> usize {
    let page = Page::new(keys, width);
    let is_it = |row: &Row| matches!(row, Row::Title(LANGUAGE));
    let row = page.columns.iter().find_map(|rows| rows.iter().position(is_it));
    page.notes.len() + row.unwrap_or(0)
}

pub(super) fn draw(model: &Model, top: usize, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let area = places.page();
    let page = Page::new(&model.setup.keys, area.width);
    Painter::new(buffer, places.top).skip(1).text("Help", theme.strong);
    let below = page.len().saturating_sub(top + usize::from(area.height));
    if below > 0 {
        let more = format!("↓ {below} more");
        let indent = usize::from(places.top.width).saturating_sub(cells::width(&more) + 1);
        Painter::new(buffer, places.top).skip(indent).text(&more, theme.dim);
    }
    rule(buffer, Rect { y: 1, ..places.top }, theme.rule);
    let width = area.width / u16::try_from(page.columns.len()).unwrap_or(1);
    for (y, at) in (area.y..area.bottom()).zip(top..) {
        let Some(at) = at.checked_sub(page.notes.len()) else {
            let line = Rect::new(area.x, y, area.width, 1);
            Painter::new(buffer, line).skip(MARGIN.into()).text(&page.notes[at], theme.dim);
            continue;
        };
        for (column, rows) in (0u16..).zip(&page.columns) {
            let line = Rect::new(area.x + column * width + MARGIN, y, width - MARGIN, 1);
            if let Some(row) = rows.get(at) {
                draw_row(theme, row, line, buffer);
            }
        }
    }
}

fn draw_row(theme: &Theme, row: &Row, line: Rect, buffer: &mut Buffer) {
    let painter = Painter::new(buffer, line);
    match row {
        Row::Empty => {}
        Row::Title(title) => {
            painter.text(title, theme.accent);
        }
        Row::Line(typed, columns, does) => {
            let columns = u16::try_from(*columns).unwrap_or(u16::MAX);
            let style = if typed.starts_with('(') { theme.dim } else { theme.key };
            painter.left(typed, columns, style).skip(2).text(does, Style::default());
        }
    }
}
