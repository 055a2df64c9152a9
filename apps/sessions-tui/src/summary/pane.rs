//! What stands below the chart: rows of a dimension, the calendar, the facts.

use summary::Dimension;

/// What is shown below the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The rows of a dimension.
    By(Dimension),
    /// The days of the last year.
    Calendar,
    /// The cache, what the money bought, the rhythm.
    Facts,
}

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// What is measured, the most first.
    #[default]
    Amount,
    /// Their names.
    Name,
    /// Requests, the most first.
    Requests,
}

impl Default for Pane {
    fn default() -> Self {
        Self::By(Dimension::Project)
    }
}

impl Pane {
    /// All of them, in the order in which they are gone through.
    pub(crate) fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        Dimension::ALL.into_iter().map(Self::By).chain([Self::Calendar, Self::Facts])
    }

    /// The next one, or the one before.
    pub(crate) fn step(self, forward: bool) -> Self {
        let all: Vec<Self> = Self::all().collect();
        let at = all.iter().position(|pane| *pane == self).unwrap_or(0);
        let by = if forward { 1 } else { all.len() - 1 };
        all[(at + by) % all.len()]
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::By(dimension) => dimension.name(),
            Self::Calendar => "calendar",
            Self::Facts => "facts",
        }
    }

    /// What is shown in so many places, this one first.
    pub(crate) fn beside(self, places: usize) -> Vec<Self> {
        let second = if self == Self::By(Dimension::Kind) { Dimension::Model } else { Dimension::Kind };
        let others = [Self::Facts, Self::Calendar, Self::By(second)].into_iter().filter(|pane| *pane != self);
        std::iter::once(self).chain(others).take(places).collect()
    }
}

impl Order {
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Amount => Self::Name,
            Self::Name => Self::Requests,
            Self::Requests => Self::Amount,
        }
    }
}

/// Columns before the names of the panes, and between two of them.
pub(crate) const TABS: (usize, usize) = (1, 2);

impl Pane {
    /// The pane whose name stands at a column of the heading.
    pub(crate) fn at(column: usize) -> Option<Self> {
        let mut start = TABS.0;
        for pane in Self::all() {
            let end = start + pane.name().len();
            if (start..end).contains(&column) {
                return Some(pane);
            }
            start = end + TABS.1;
        }
        None
    }
}
