//! Which rows have a line below them, and where that puts the rows after them.

/// Rows with a line below them, by their places in the list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Below(Vec<bool>);

impl Below {
    pub(crate) fn new(rows: impl Iterator<Item = bool>) -> Self {
        Self(rows.collect())
    }

    /// Lines that a row takes.
    fn lines(&self, row: usize) -> usize {
        1 + usize::from(self.0.get(row).is_some_and(|below| *below))
    }

    /// Whether a row has a line below it.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.lines(row) > 1
    }

    /// Lines that the rows from one to another take, the other not counted.
    pub(crate) fn lines_between(&self, from: usize, to: usize) -> usize {
        (from..to).map(|row| self.lines(row)).sum()
    }

    /// The row after the last one that begins within some lines from a row on.
    pub(crate) fn end_of(&self, top: usize, height: usize) -> usize {
        let mut lines = 0;
        let mut row = top;
        while lines < height {
            lines += self.lines(row);
            row += 1;
        }
        row
    }

    /// The first row with which a view of some lines can begin and still show all of another.
    pub(crate) fn first_that_shows(&self, row: usize, height: usize) -> usize {
        let mut first = row;
        let mut lines = self.lines(row);
        while first > 0 && lines + self.lines(first - 1) <= height {
            first -= 1;
            lines += self.lines(first);
        }
        first
    }

    /// The row that a line belongs to, counted from a row on.
    pub(crate) fn row_at(&self, top: usize, line: usize) -> usize {
        self.end_of(top, line + 1) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_a_line_below_push_the_others_down() {
        let below = Below::new([false, true, true, false].into_iter());
        assert_eq!((0..5).map(|row| below.lines_between(0, row)).collect::<Vec<_>>(), [0, 1, 3, 5, 6]);
        assert_eq!((below.end_of(0, 1), below.end_of(0, 2), below.end_of(0, 3), below.end_of(1, 4)), (1, 2, 2, 3));
        assert_eq!((0..6).map(|line| below.row_at(0, line)).collect::<Vec<_>>(), [0, 1, 1, 2, 2, 3]);
        assert_eq!(
            (below.first_that_shows(3, 3), below.first_that_shows(2, 1), below.first_that_shows(1, 10)),
            (2, 2, 0)
        );
    }
}
