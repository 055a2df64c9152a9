//! Texts that are too long to be laid out whole: their beginning, and how much of them is left out.

use crate::para::{Kind, Para, dim};
use crate::{ansi, clean, paint::Paint};

/// Of a longer text only the beginning is laid out, in bytes.
pub(crate) const LONGEST: usize = 256 * 1024;

/// The beginning of a text that is too long to be laid out as a whole.
pub(crate) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Says how much of a text was left out.
pub(crate) fn rest(text: &str) -> Option<Para> {
    left_out(text.len() - cut(text).len())
}

/// Says that so many bytes were left out.
pub(crate) fn left_out(bytes: usize) -> Option<Para> {
    (bytes > 0).then(|| dim(&format!("… {} more; O opens the whole in a pager", size(bytes as u64))))
}

/// The lines of a text, each a paragraph of its own.
pub(crate) fn lines(text: &str, kind: &Kind, paint: impl Into<Paint> + Copy) -> Vec<Para> {
    let clean = clean::block(cut(text));
    Para::lines(&clean, kind, paint).into_iter().chain(rest(text)).collect()
}

/// Output of a program with its colors.
pub(crate) fn output(text: &str) -> Vec<Para> {
    ansi::lines(cut(text)).into_iter().chain(rest(text)).collect()
}

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
