//! A grid of cells to draw on.

use std::borrow::Cow;
use std::ops::Range;

use typeset::{cut, grapheme_width, width};
use unicode_segmentation::UnicodeSegmentation;

use crate::{Paint, Row, Run, Tone};

/// A cell; one without text goes on from its left neighbor.
#[derive(Debug, Clone, Default)]
struct Square {
    text: Cow<'static, str>,
    paint: Paint,
}

/// A grid of cells to draw on, all of them spaces at first. What lies outside is not drawn.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    squares: Vec<Square>,
    width: usize,
}

const SPACE: Square = Square { text: Cow::Borrowed(" "), paint: Paint::of(Tone::Text) };

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { squares: vec![SPACE; width * height], width }
    }

    pub(crate) fn height(&self) -> usize {
        self.squares.len().checked_div(self.width).unwrap_or(0)
    }

    /// Puts a glyph of one column into a cell; on a ground that is there, if it has none of its own.
    pub(crate) fn put(&mut self, column: usize, row: usize, glyph: &'static str, paint: impl Into<Paint>) {
        if let Some(square) = self.square(column, row) {
            let paint = paint.into();
            let ground = paint.ground.or(square.paint.ground.filter(|ground| *ground == Tone::Cursor));
            *square = Square { text: Cow::Borrowed(glyph), paint: Paint { ground, ..paint } };
        }
    }

    /// Puts a glyph into a cell that is free.
    pub(crate) fn put_free(&mut self, column: usize, row: usize, glyph: &'static str, paint: impl Into<Paint>) {
        if self.is_free(column..column + 1, row) {
            self.put(column, row, glyph, paint);
        }
    }

    /// Sets the ground of a cell.
    pub(crate) fn ground(&mut self, column: usize, row: usize, ground: Tone) {
        if let Some(square) = self.square(column, row) {
            square.paint.ground = Some(ground);
        }
    }

    /// Writes a text that begins at a column, cut where the row ends.
    pub(crate) fn write(&mut self, column: usize, row: usize, text: &str, paint: impl Into<Paint>) {
        let paint = paint.into();
        let mut at = column;
        for grapheme in cut(text, self.width.saturating_sub(column)).graphemes(true) {
            let wide = grapheme_width(grapheme);
            if wide == 0 {
                continue;
            }
            for (square, text) in (at..at + wide).zip(std::iter::once(grapheme).chain(std::iter::repeat(""))) {
                if let Some(square) = self.square(square, row) {
                    let ground = square.paint.ground.filter(|ground| *ground == Tone::Cursor);
                    *square = Square { text: Cow::Owned(text.to_owned()), paint: Paint { ground, ..paint } };
                }
            }
            at += wide;
        }
    }

    /// Writes pieces of text one after another.
    pub(crate) fn write_row(&mut self, column: usize, row: usize, runs: &[Run]) {
        let mut at = column;
        for run in runs {
            self.write(at, row, &run.text, run.paint);
            at += width(&run.text);
        }
    }

    /// Whether nothing is drawn in some columns of a row, all of which there are.
    pub(crate) fn is_free(&self, columns: Range<usize>, row: usize) -> bool {
        let start = row * self.width;
        columns.end <= self.width
            && row < self.height()
            && self.squares[start + columns.start..start + columns.end].iter().all(|square| square.text == " ")
    }

    /// Whether a column is the first behind the last.
    pub(crate) fn is_edge(&self, column: usize) -> bool {
        column == self.width
    }

    /// Whether a cell is filled by one tone, so that something can be drawn over it.
    pub(crate) fn filling(&self, column: usize, row: usize) -> Option<Tone> {
        let square = self.squares.get(row * self.width + column).filter(|_| column < self.width)?;
        (square.text == "█" && square.paint.ground.is_none_or(|ground| ground == Tone::Cursor))
            .then_some(square.paint.tone)
    }

    /// The rows, without spaces at their ends.
    pub(crate) fn rows(self) -> Vec<Row> {
        if self.width == 0 {
            return Vec::new();
        }
        self.squares.chunks(self.width).map(row).collect()
    }

    fn square(&mut self, column: usize, row: usize) -> Option<&mut Square> {
        self.squares.get_mut(row * self.width + column).filter(|_| column < self.width)
    }
}

fn row(squares: &[Square]) -> Row {
    let is_seen = |square: &Square| square.text != " " || square.paint.ground.is_some();
    let length = squares.iter().rposition(is_seen).map_or(0, |last| last + 1);
    let mut runs: Vec<Run> = Vec::new();
    for square in &squares[..length] {
        // A space looks the same in every tone.
        let is_space = square.text == " ";
        match runs.last_mut() {
            Some(run) if run.paint == square.paint || is_space && run.paint.ground == square.paint.ground => {
                run.text.push_str(&square.text);
            }
            _ => runs.push(Run { text: square.text.clone().into_owned(), paint: square.paint }),
        }
    }
    Row { runs }
}
