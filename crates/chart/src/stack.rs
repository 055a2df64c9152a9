//! Parts of a bar as lengths that cells can show.
//!
//! A cell has two colors: an eighth-block in one, and its ground in the other. So two parts can meet in a cell once, or at
//! its end, and the last cell of a bar, if the bar ends within it, belongs to one part alone.

/// A cell of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The part that it begins with.
    pub(crate) first: usize,
    /// How much of the cell that part has, from 1 to `grain`.
    pub(crate) filled: usize,
    /// The part that has the rest of it.
    pub(crate) second: Option<usize>,
}

/// How long each part of a bar is, in pieces of which `grain` make a cell: together `length`, each as near to its place as
/// cells can show it. A part that is not nothing has a piece at least, as long as there are enough; where there are not,
/// the smallest go without.
pub(crate) fn divide(parts: &[u128], length: usize, grain: usize) -> Vec<usize> {
    let room = if grain == 1 { length } else { length / grain * 2 + usize::from(!length.is_multiple_of(grain)) };
    let mut shown: Vec<usize> = (0..parts.len()).filter(|at| parts[*at] > 0).collect();
    if shown.len() > room {
        shown.sort_by(|one, two| parts[*two].cmp(&parts[*one]).then(one.cmp(two)));
        shown.truncate(room);
        shown.sort_unstable();
    }
    let mut lengths = vec![0; parts.len()];
    if shown.is_empty() {
        return lengths;
    }
    let ends = cuts(&places(parts, &shown, length), length, grain);
    let starts = std::iter::once(&0).chain(&ends);
    for ((at, start), end) in shown.iter().zip(starts).zip(&ends) {
        lengths[*at] = end - start;
    }
    lengths
}

/// The cells of a bar whose parts have these lengths, from its beginning.
pub(crate) fn cells(lengths: &[usize], grain: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::with_capacity(lengths.iter().sum::<usize>() / grain + 1);
    let mut room = 0;
    for (part, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
        if let Some(last) = cells.last_mut().filter(|_| room > 0) {
            last.second = Some(part);
        }
        let mut left = length - room.min(*length);
        room -= room.min(*length);
        while left > 0 {
            let filled = left.min(grain);
            cells.push(Cell { first: part, filled, second: None });
            left -= filled;
            room = grain - filled;
        }
    }
    cells
}

/// Where each shown part would end if there were no cells.
fn places(parts: &[u128], shown: &[usize], length: usize) -> Vec<f64> {
    let share = |amount: u128| crate::amount::as_float(amount);
    let all: f64 = parts.iter().map(|part| share(*part)).sum();
    let mut sum = 0.0;
    let sums = parts.iter().map(|part| {
        sum += share(*part);
        sum / all * length as f64
    });
    let sums: Vec<f64> = sums.collect();
    shown.iter().map(|at| sums[*at]).collect()
}

/// The ends that cells can show and that are nearest, together, to the places; each part has one piece at least.
fn cuts(places: &[f64], length: usize, grain: usize) -> Vec<usize> {
    let mut costs = vec![f64::INFINITY; length + 1];
    costs[0] = 0.0;
    // From where each end of each part is reached at the lowest cost.
    let mut origins: Vec<Vec<usize>> = Vec::with_capacity(places.len());
    for place in places {
        let mut nearest = Vec::with_capacity(length + 1);
        for (at, cost) in costs.iter().enumerate() {
            let before = nearest.last().copied().unwrap_or(at);
            nearest.push(if *cost < costs[before] { at } else { before });
        }
        let mut next = vec![f64::INFINITY; length + 1];
        let mut origin = vec![0; length + 1];
        for end in 1..=length {
            // Two ends within one cell would be a third color.
            let latest = if end.is_multiple_of(grain) { end - 1 } else { end - end % grain };
            origin[end] = nearest[latest.min(end - 1)];
            next[end] = costs[origin[end]] + (end as f64 - place).abs();
        }
        costs = next;
        origins.push(origin);
    }
    let mut ends = vec![length; places.len()];
    for at in (1..places.len()).rev() {
        ends[at - 1] = origins[at][ends[at]];
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(parts: &[u128], length: usize, expect: &[usize]) {
        assert_eq!(divide(parts, length, 8), expect, "{parts:?} in {length}");
    }

    #[test]
    fn parts_meet_where_cells_can_show_it() {
        check(&[1, 1], 16, &[8, 8]);
        check(&[3, 1], 16, &[12, 4]);
        check(&[1, 1, 1], 24, &[8, 8, 8]);
        check(&[1000, 1, 1000], 32, &[15, 1, 16]);
        check(&[1000, 1], 20, &[16, 4]);
    }

    #[test]
    fn the_smallest_go_without_where_there_is_no_room() {
        check(&[5, 1, 9], 8, &[3, 0, 5]);
        check(&[5, 6], 3, &[0, 3]);
        check(&[0, 0], 3, &[0, 0]);
        check(&[4, 0, 4], 0, &[0, 0, 0]);
    }

    #[test]
    fn a_cell_has_two_parts_at_most() {
        let cell = |first, filled, second| Cell { first, filled, second };
        assert_eq!(cells(&[12, 0, 4], 8), [cell(0, 8, None), cell(0, 4, Some(2))]);
        assert_eq!(cells(&[8, 3], 8), [cell(0, 8, None), cell(1, 3, None)]);
        assert_eq!(cells(&[1, 2], 1), [cell(0, 1, None), cell(1, 1, None), cell(1, 1, None)]);
    }

    proptest! {
        #[test]
        fn lengths_sum_up_and_no_part_is_lost(
            parts in prop::collection::vec(prop_oneof![Just(0_u128), 1..1000_u128, any::<u128>()], 1..10),
            length in 0_usize..500,
            grain in prop_oneof![Just(1_usize), Just(8)],
        ) {
            let lengths = divide(&parts, length, grain);
            let any = parts.iter().any(|part| *part > 0);
            prop_assert_eq!(lengths.iter().sum::<usize>(), if any { length } else { 0 });
            prop_assert!(lengths.iter().zip(&parts).all(|(length, part)| *part > 0 || *length == 0));
            let count = parts.iter().filter(|part| **part > 0).count();
            let room = if grain == 1 { length } else { length / 8 * 2 + usize::from(length % 8 > 0) };
            prop_assert_eq!(lengths.iter().filter(|length| **length > 0).count(), count.min(room));
            let drawn = cells(&lengths, grain);
            prop_assert_eq!(drawn.len(), if any { length.div_ceil(grain) } else { 0 });
            let mut again = vec![0; parts.len()];
            for (at, cell) in drawn.iter().enumerate() {
                again[cell.first] += cell.filled;
                if let Some(second) = cell.second {
                    again[second] += grain - cell.filled;
                }
                prop_assert!(cell.filled == grain || cell.second.is_some() || at + 1 == drawn.len());
            }
            prop_assert_eq!(again, lengths);
        }
    }
}
