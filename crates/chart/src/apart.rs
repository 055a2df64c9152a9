//! Texts in a row that do not run into each other.

use std::ops::Range;

/// Each how many of texts in a row can be written so that there is space between them: 1 for all, 2 for each second, …
pub(crate) fn every(texts: &[Range<usize>], space: usize) -> usize {
    let is_apart = |every: &usize| {
        (*every..texts.len()).step_by(*every).all(|at| texts[at - every].end + space <= texts[at].start)
    };
    (1..texts.len()).find(is_apart).unwrap_or(texts.len().max(1))
}
