//! What stands for a part of a bar in a cell.

use crate::stack::Cell;
use crate::{Ink, Paint, Series, Tone};

/// A cell filled from below, by eighths.
const RISING: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// A cell filled from the left, by eighths.
const LYING: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
/// What fills the cells of a series where colors do not tell it apart.
const PATTERNS: [&str; crate::SLOTS] = ["█", "▓", "▒", "░", "#", "=", "+", ":"];
/// The same, of what has no color of its own.
const OTHER: &str = "-";
/// Dots by quarters of a cell from below: one column of them, and two.
const DOTS: [[&str; 5]; 2] = [[" ", "⡀", "⡄", "⡆", "⡇"], [" ", "⣀", "⣤", "⣶", "⣿"]];

/// Which way a bar grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Right,
}

impl Ink {
    /// Pieces that a cell can be divided into.
    pub(crate) const fn grain(self) -> usize {
        match self {
            Self::Color => crate::scale::EIGHTHS,
            Self::Pattern => 1,
        }
    }
}

impl Series {
    /// Its tone.
    pub(crate) fn tone(&self) -> Tone {
        self.slot.map_or(Tone::Other, Tone::Series)
    }

    /// A whole cell of it.
    pub(crate) fn glyph(&self, ink: Ink) -> &'static str {
        match (ink, self.slot) {
            (Ink::Color, _) => "█",
            (Ink::Pattern, Some(slot)) => PATTERNS[slot.index()],
            (Ink::Pattern, None) => OTHER,
        }
    }
}

/// A cell of a bar.
pub(crate) fn cell(cell: Cell, series: &[Series], ink: Ink, way: Way) -> (&'static str, Paint) {
    let tone = |part: usize| series.get(part).map_or(Tone::Other, Series::tone);
    let paint = Paint { tone: tone(cell.first), ground: cell.second.map(tone) };
    let glyph = match ink {
        Ink::Color => part(way, cell.filled),
        Ink::Pattern => series.get(cell.first).map_or(OTHER, |series| series.glyph(ink)),
    };
    (glyph, paint)
}

/// A cell of which so many eighths are filled.
pub(crate) fn part(way: Way, eighths: usize) -> &'static str {
    let glyphs = if way == Way::Up { RISING } else { LYING };
    glyphs[eighths.min(8)]
}

/// A cell with dots in so many quarters from below, in one column or two.
pub(crate) fn dots(quarters: usize, columns: usize) -> &'static str {
    DOTS[columns.clamp(1, 2) - 1][quarters.min(4)]
}
