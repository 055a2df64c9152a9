//! The help screen: every key of every scope, drawn from the command table, in two columns where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::commands::{COMMANDS, KeyMap, Scope};
use crate::key::Key;
use crate::layout::Places;
use crate::model::{Help, Model};
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
     In a transcript: a subagent or a branch, what is found, and then back to the list. In a box: what is typed, the box.",
    "● runs now   ○ its cache is warm   ! deleted soon   ◌ no transcript of its own   ✓ selected   ≡ its transcript is open",
    "◇ in the archive alone   ↗ on another machine   * starred   T has tags   N has a note",
    "$4.18+ part of the cost is not known   – nothing of it is known",
];

/// A group of lines under a name.
struct Section {
    title: &'static str,
    lines: Vec<Told>,
}

/// What is typed, and what it does.
struct Told {
    typed: String,
    does: String,
    examples: &'static [&'static str],
}

/// One row of a column of the page.
enum Row {
    Empty,
    Title(&'static str),
    /// What is typed, with its columns; what it does; the second is cut or continued, never the grid.
    Line(String, usize, String),
    /// Examples, behind so many columns.
    Examples(usize, String),
}

/// The page: notes over the whole width, then columns of rows.
struct Page {
    notes: Vec<String>,
    columns: Vec<Vec<Row>>,
}

/// All sections, that of a scope first; without one, the query language.
fn sections(keys: &KeyMap, first: Option<Scope>) -> Vec<Section> {
    let of_scope = |scope: Scope| Section {
        title: scope.title(),
        lines: COMMANDS
            .of(scope)
            .map(|command| {
                let keys: Vec<String> = keys.of(command).iter().map(Key::to_string).collect();
                let typed = if keys.is_empty() { "(no key)".to_owned() } else { keys.join("  ") };
                Told { typed, does: command.title.to_owned(), examples: &[] }
            })
            .collect(),
    };
    let scopes = Scope::ALL.into_iter().filter(|scope| Some(*scope) != first);
    let mut sections: Vec<Section> = first.into_iter().chain(scopes).map(of_scope).collect();
    let list = sections.iter().position(|section| section.title == Scope::Sessions.title());
    let place = if first.is_some() { list.map_or(0, |list| list + 1) } else { 0 };
    sections.insert(place, language());
    sections
}

/// The forms of the query language.
fn language() -> Section {
    let line = |form: &search::Form| Told {
        typed: form.written.to_owned(),
        does: form.finds.to_owned(),
        examples: form.examples,
    };
    Section { title: LANGUAGE, lines: search::FORMS.iter().map(line).collect() }
}

impl Page {
    fn new(keys: &KeyMap, first: Option<Scope>, width: u16) -> Self {
        let notes = NOTES.iter().flat_map(|note| cells::wrap(note, usize::from(width).saturating_sub(4), usize::MAX));
        let notes = notes.collect();
        let count = if width >= WIDE { 2 } else { 1 };
        let room = usize::from((width / count).saturating_sub(MARGIN));
        let sections: Vec<Vec<Row>> = sections(keys, first).iter().map(|section| section.rows(room)).collect();
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
        let widest = self.lines.iter().map(|told| cells::width(&told.typed)).max().unwrap_or(0);
        let keys = widest.min(KEYS).min(room / 2);
        let mut rows = vec![Row::Empty, Row::Title(self.title)];
        let room = room.saturating_sub(keys + 2).max(1);
        for told in &self.lines {
            let lines = cells::wrap(&told.does, room, usize::MAX);
            let typed = [told.typed.as_str()].into_iter().chain(std::iter::repeat(""));
            rows.extend(typed.zip(lines).map(|(typed, does)| Row::Line(typed.to_owned(), keys, does)));
            rows.extend(in_rows(told.examples, room).into_iter().map(|examples| Row::Examples(keys + 2, examples)));
        }
        rows
    }
}

/// Examples in as few rows as they need; none is cut in two.
fn in_rows(examples: &[&str], room: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for example in examples {
        match rows.last_mut().filter(|row| cells::width(row) + 3 + cells::width(example) <= room) {
            Some(row) => *row = format!("{row}   {example}"),
            None => rows.push((*example).to_owned()),
        }
    }
    rows
}

/// Number of rows at a width.
pub(crate) fn rows(keys: &KeyMap, help: Help, width: u16) -> usize {
    Page::new(keys, help.first, width).len()
}

/// The row at which the sections begin.
pub(crate) fn first_section(keys: &KeyMap, help: Help, width: u16) -> usize {
    Page::new(keys, help.first, width).notes.len() + 1
}

pub(super) fn draw(model: &Model, help: Help, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let area = places.page();
    let page = Page::new(&model.setup.keys, help.first, area.width);
    let top = help.top;
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
        Row::Examples(columns, examples) => {
            painter.skip(*columns).text(examples, theme.dim);
        }
        Row::Line(typed, columns, does) => {
            let columns = u16::try_from(*columns).unwrap_or(u16::MAX);
            let style = if typed.starts_with('(') { theme.dim } else { theme.key };
            painter.left(typed, columns, style).skip(2).text(does, Style::default());
        }
    }
}
