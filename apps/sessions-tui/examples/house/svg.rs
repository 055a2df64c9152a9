//! A buffer of cells as an SVG picture.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use sessions_tui::Mode;
use unicode_width::UnicodeWidthStr as _;

/// Size of a cell and of the space around all of them, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 16.0;
const FONT_SIZE: f64 = 14.0;
/// Drawn as a line, because fonts leave gaps between its pieces.
const RULE: char = '─';
const FONTS: &str = "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// Colors of a terminal that sets none.
struct Ground {
    paper: &'static str,
    ink: &'static str,
}

/// How a stretch of cells looks.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    ink: String,
    paper: Option<String>,
    modifier: Modifier,
}

/// Cells of one row that look alike.
struct Run {
    column: usize,
    columns: usize,
    text: String,
    look: Look,
}

/// What may stand in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Characters that are one cell wide in every font.
    Plain,
    /// Pieces of a rule.
    Rule,
    /// A character that another font may draw in its own width.
    Alone,
}

impl Kind {
    fn of(symbol: &str) -> Self {
        match symbol {
            _ if symbol.is_ascii() => Self::Plain,
            _ if symbol.starts_with(RULE) => Self::Rule,
            _ => Self::Alone,
        }
    }
}

/// The picture.
pub(crate) fn picture(buffer: &Buffer, mode: Mode) -> String {
    let ground = match mode {
        Mode::Dark => Ground { paper: "#14171c", ink: "#d7dbe2" },
        Mode::Light => Ground { paper: "#fcfcfa", ink: "#24292f" },
    };
    let (width, height) =
        (f64::from(buffer.area.width) * CELL.0 + 2.0 * MARGIN, f64::from(buffer.area.height) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        ground.paper
    );
    for (row, cells) in buffer.content.chunks(usize::from(buffer.area.width).max(1)).enumerate() {
        for run in runs(cells, &ground) {
            write_run(&mut svg, row, &run);
        }
    }
    svg + "</svg>\n"
}

fn write_run(svg: &mut String, row: usize, run: &Run) {
    let (x, y) = (MARGIN + run.column as f64 * CELL.0, MARGIN + row as f64 * CELL.1);
    let width = run.columns as f64 * CELL.0;
    if let Some(paper) = &run.look.paper {
        writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{paper}\"/>", CELL.1)
            .expect("memory takes every text");
    }
    if run.text.starts_with(RULE) {
        let middle = y + CELL.1 / 2.0;
        writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{middle:.1}\" width=\"{width:.1}\" height=\"1\" fill=\"{}\"/>",
            run.look.ink
        )
        .expect("memory takes every text");
        return;
    }
    let text = run.text.trim_end();
    if text.trim_start().is_empty() {
        return;
    }
    let indent = text.len() - text.trim_start().len();
    let (x, text) = (x + indent as f64 * CELL.0, escaped(text.trim_start()));
    let mut style = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.6\""),
    ] {
        if run.look.modifier.contains(modifier) {
            style.push_str(attribute);
        }
    }
    let (baseline, ink) = (y + 13.5, &run.look.ink);
    writeln!(svg, "<text x=\"{x:.1}\" y=\"{baseline:.1}\" fill=\"{ink}\"{style} xml:space=\"preserve\">{text}</text>")
        .expect("memory takes every text");
}

/// Cuts a row where the look changes, and around other characters than plain ones, so that no font can move what follows.
fn runs(cells: &[Cell], ground: &Ground) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    let mut before = Kind::Alone;
    while let Some(cell) = cells.get(column) {
        let columns = cell.symbol().width().max(1);
        let look = look(cell, ground);
        let kind = Kind::of(cell.symbol());
        match runs.last_mut().filter(|run| run.look == look && kind == before && kind != Kind::Alone) {
            Some(run) => {
                run.columns += columns;
                run.text.push_str(cell.symbol());
            }
            None => runs.push(Run { column, columns, text: cell.symbol().to_owned(), look }),
        }
        before = kind;
        column += columns;
    }
    runs
}

fn look(cell: &Cell, ground: &Ground) -> Look {
    let (mut ink, mut paper) = (color(cell.fg), color(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        let behind = paper.take().unwrap_or_else(|| ground.paper.to_owned());
        paper = Some(ink.take().unwrap_or_else(|| ground.ink.to_owned()));
        ink = Some(behind);
    }
    Look { ink: ink.unwrap_or_else(|| ground.ink.to_owned()), paper, modifier: cell.modifier }
}

/// A color that the screen set itself; it is drawn with all colors, so that it names none of a terminal's own.
fn color(color: Color) -> Option<String> {
    match color {
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
