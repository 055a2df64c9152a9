//! How much comparing one change is worth: counted in steps and not in time, so that the same change always looks the same.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Steps of comparing that one change may take; some milliseconds.
const MOST: usize = 1 << 22;

/// Steps that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort(usize);

impl Default for Effort {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Effort {
    /// What leads from one sequence to another. Where that costs more than what is left, everything between the ends that
    /// are the same is replaced as a whole.
    pub(super) fn compare(&mut self, old: &[&str], new: &[&str]) -> Vec<DiffOp> {
        let same = |(one, other): &(&&str, &&str)| one == other;
        let start = old.iter().zip(new).take_while(same).count();
        let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(same).count();
        let [old_len, new_len] = [old.len(), new.len()].map(|length| length - start - end);
        // In the worst case every line of one is looked at for every line of both.
        let cost = if old_len == 0 || new_len == 0 { 0 } else { (old_len + new_len).saturating_pow(2) };
        if let Some(left) = self.0.checked_sub(cost) {
            self.0 = left;
            return capture_diff_slices(Algorithm::Myers, old, new);
        }
        let equal = |old_index: usize, new_index: usize, len: usize| {
            (len > 0).then_some(DiffOp::Equal { old_index, new_index, len })
        };
        let middle = DiffOp::Replace { old_index: start, old_len, new_index: start, new_len };
        let after = equal(start + old_len, start + new_len, end);
        equal(0, 0, start).into_iter().chain([middle]).chain(after).collect()
    }
}
