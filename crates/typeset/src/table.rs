//! Tables: a grid where it fits, cells of several rows where it nearly does, else one field under the other.

use crate::measure::width;
use crate::paint::{Paint, Role};
use crate::para::{Kind, Para};
use crate::sheet::{Row, Run};
use crate::wrap::{self, Measure};

/// Columns between two columns.
const GAP: usize = 2;
/// Fewest columns that a column is narrowed to.
const NARROWEST: usize = 10;

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Side {
    #[default]
    Left,
    Middle,
    Right,
}

/// A table of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) sides: Vec<Side>,
    /// The first line of cells is the heading.
    pub(crate) lines: Vec<Vec<Cell>>,
}

/// A cell, and where its text begins in the text of its table.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cell {
    pub(crate) para: Para,
    pub(crate) at: usize,
}

impl Table {
    /// The text of all cells; each is told where its own begins.
    pub(crate) fn text(&mut self) -> String {
        let mut text = String::new();
        for line in &mut self.lines {
            for cell in line {
                cell.at = text.len();
                text.push_str(&cell.para.text);
                text.push('\n');
            }
        }
        text
    }

    pub(crate) fn rows(&self, base: usize, columns: usize, out: &mut Vec<Row>) {
        match self.widths(columns) {
            Some(widths) => self.grid(base, &widths, out),
            None => self.folded(base, columns, out),
        }
    }

    /// Widths of the columns; none where even narrow ones do not fit.
    fn widths(&self, columns: usize) -> Option<Vec<usize>> {
        let count = self.lines.iter().map(Vec::len).max().unwrap_or(0);
        let natural = |at: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(at));
            cells.map(|cell| cell.para.text.split('\n').map(width).max().unwrap_or(0)).max().unwrap_or(0).max(1)
        };
        let mut widths: Vec<usize> = (0..count).map(natural).collect();
        let room = columns.checked_sub(GAP * count.saturating_sub(1))?;
        let mut total: usize = widths.iter().sum();
        while total > room {
            let widest = widths.iter_mut().max()?;
            if *widest <= NARROWEST {
                return None;
            }
            *widest -= 1;
            total -= 1;
        }
        Some(widths)
    }

    fn grid(&self, base: usize, widths: &[usize], out: &mut Vec<Row>) {
        for (number, line) in self.lines.iter().enumerate() {
            let cells: Vec<Vec<Row>> = widths
                .iter()
                .enumerate()
                .map(|(at, width)| line.get(at).map_or_else(Vec::new, |cell| cell.rows(base, *width)))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(1);
            for y in 0..height {
                let mut runs = Vec::new();
                for (at, room) in widths.iter().enumerate() {
                    let own = cells[at].get(y).map_or(&[][..], |row| &row.runs);
                    let rest = room.saturating_sub(own.iter().map(|run| width(&run.text)).sum());
                    let (before, after) = match self.sides.get(at).copied().unwrap_or_default() {
                        Side::Left => (0, rest),
                        Side::Middle => (rest / 2, rest - rest / 2),
                        Side::Right => (rest, 0),
                    };
                    let last = at + 1 == widths.len();
                    runs.push(spaces(before));
                    runs.extend(own.iter().cloned());
                    runs.push(spaces(if last { 0 } else { after + GAP }));
                }
                runs.retain(|run| !run.text.is_empty());
                out.push(Row { runs, ..Row::default() });
            }
            if number == 0 {
                let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                out.push(Row { runs: vec![run(&rule.join("──"), Role::Rule)], ..Row::default() });
            }
        }
    }

    /// Each line as its cells, one under the other, with the names of their columns before them.
    fn folded(&self, base: usize, columns: usize, out: &mut Vec<Row>) {
        let Some((names, lines)) = self.lines.split_first() else { return };
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                out.push(Row::default());
            }
            for (at, cell) in line.iter().enumerate() {
                let mut para = cell.para.clone();
                let name = names.get(at).map(|name| name.para.text.as_str()).filter(|name| !name.is_empty());
                let name = name.map(|name| format!("{}: ", crate::measure::cut(name, columns / 2)));
                let indent = if at == 0 { "" } else { "  " };
                para.first = vec![(indent.to_owned(), Paint::default()), (name.unwrap_or_default(), Role::Dim.into())];
                para.rest = vec![("    ".to_owned(), Paint::default())];
                wrap::rows(&para, base + cell.at, Measure { columns, prose: columns, wrap: true }, out);
            }
        }
    }
}

impl Cell {
    pub(crate) fn new() -> Self {
        Self { para: Para::new(Kind::Prose), at: 0 }
    }

    fn rows(&self, base: usize, columns: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        wrap::rows(&self.para, base + self.at, Measure { columns, prose: columns, wrap: true }, &mut rows);
        rows
    }
}

fn spaces(count: usize) -> Run {
    run(&" ".repeat(count), Role::Text)
}

fn run(text: &str, role: Role) -> Run {
    Run { text: text.to_owned(), paint: role.into(), at: None }
}
