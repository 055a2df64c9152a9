//! Names with an amount each.

use typeset::cut;

use super::pen::{Pen, wide};
use super::{HEAD, MARGIN, WIDTH};
use crate::amount::as_float;
use crate::chart::sum;
use crate::{Unit, alike};

/// Pixels of a row.
const ROW: usize = 22;
/// Letters of a name.
const LETTERS: usize = 34;
/// Pixels of the longest bar.
const BAR: usize = 480;

/// Draws a row for each name, with its amount and its share of all; says how high they are, below the heading.
pub(super) fn draw(pen: &mut Pen, unit: Unit, names: &[(String, u128)]) -> usize {
    if names.is_empty() {
        pen.text("dim", MARGIN, HEAD + 14, "Nothing in this time.");
        return ROW;
    }
    let most = names.iter().map(|(_, amount)| *amount).max().unwrap_or(0);
    let all = sum(names.iter().map(|(_, amount)| amount)).max(1);
    let widest = names.iter().map(|(name, _)| wide(&cut(name, LETTERS))).max().unwrap_or(0);
    let left = (MARGIN + widest + 16).min(WIDTH - BAR - 160);
    let amounts: Vec<u128> = names.iter().map(|(_, amount)| *amount).collect();
    let texts = alike(unit, &amounts);
    for (row, ((name, amount), text)) in names.iter().zip(&texts).enumerate() {
        let y = HEAD + row * ROW;
        pen.text("ink", MARGIN, y + 14, &cut(name, LETTERS));
        let length = crate::share::length(*amount, most, BAR);
        pen.rect("share", (left as f64, y as f64 + 3.0), (length as f64, 14.0), "");
        let percent = as_float(*amount) / as_float(all) * 100.0;
        pen.text("ink", left + length + 8, y + 14, text);
        pen.text("dim", left + length + 8 + wide(text) + 8, y + 14, &format!("{percent:.1} %"));
    }
    names.len() * ROW
}
