//! The summary: what is looked at, what filters it, and what was worked out for it.

mod behind;
mod drawing;
mod explain;
mod pane;
mod places;
mod words;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use summary::{Calendar, Chip, Cube, Dimension, Entry, Key, Measure, Page, Question, Rhythm, Span};
use tui_input::Input;

use crate::message::Ticket;
pub(crate) use behind::Behind;
pub(crate) use drawing::{Shape, bars_drawn, calendar_drawn, hours_drawn};
pub(crate) use explain::{explanation, honesty};
pub(crate) use pane::{Order, Pane, TABS};
pub(crate) use places::SummaryPlaces;
pub(crate) use words::{Words, amount, chip, day, key, measured, money, percent};

/// What a key acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Focus {
    /// The bar under the cursor.
    #[default]
    Bars,
    /// The row under the cursor.
    Rows,
}

/// The summary, open or not.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) open: bool,
    /// Of the latest request for the requests of the store.
    pub(crate) ticket: Ticket,
    /// Whether an answer is on its way, and whether it will say which tools requests call.
    pub(crate) pending: Option<bool>,
    /// Whether the store has changed since it was asked.
    pub(crate) stale: bool,
    pub(crate) cube: Option<Arc<Cube>>,
    /// Of the request that the cube answers.
    pub(crate) told: Ticket,
    pub(crate) problem: Option<String>,
    pub(crate) palette: chart::Palette,
    pub(crate) measure: Measure,
    pub(crate) shape: Shape,
    pub(crate) span: Span,
    /// A moment in the period that is looked at; none: the present one.
    pub(crate) at: Option<DateTime<Utc>>,
    /// A moment in the bar that the cursor goes to on the next page.
    pub(crate) come_from: Option<DateTime<Utc>>,
    pub(crate) chips: Vec<Chip>,
    pub(crate) focus: Focus,
    pub(crate) bar: usize,
    pub(crate) pane: Pane,
    pub(crate) order: Order,
    /// What rows are narrowed to, and whether it is being typed.
    pub(crate) narrow: Input,
    pub(crate) narrowing: bool,
    pub(crate) row: usize,
    /// The bar or the row that was clicked last, if nothing was done since.
    pub(crate) clicked: Option<(Focus, usize)>,
    pub(crate) top: usize,
    made: Option<Made>,
    pub(crate) page: Page,
    pub(crate) rhythm: Rhythm,
    /// Rows of the dimensions that are shown.
    entries: Vec<Breakdown>,
    /// What they are sorted by.
    sorted_by: (Order, Measure),
    /// Places, among the sorted rows of the chosen pane, of those that what is typed leaves.
    rows: Vec<usize>,
}

/// What everything was worked out for.
#[derive(Debug)]
struct Made {
    cube: Ticket,
    span: Span,
    start: DateTime<Utc>,
    chips: Vec<Chip>,
    /// Figures of a running period change with the time of day.
    minute: i64,
    day: chrono::NaiveDate,
}

/// The rows of a dimension, and the order that they are shown in.
#[derive(Debug)]
struct Breakdown {
    dimension: Dimension,
    entries: Vec<Entry>,
    /// Places among the entries; empty until they are sorted.
    order: Vec<usize>,
}

/// The calendar of the summary: weeks start on Monday.
pub(crate) fn calendar(zone: Tz) -> Calendar {
    Calendar { zone, week_start: Weekday::Mon }
}

impl Summary {
    /// Whether some part of it needs to know which tools requests call.
    pub(crate) fn wants_tools(&self) -> bool {
        self.pane == Pane::By(Dimension::Tool) || self.chips.iter().any(|chip| chip.dimension == Dimension::Tool)
    }

    /// Whether the store has to be asked.
    pub(crate) fn is_wanting(&self) -> bool {
        let has_tools = self.cube.as_ref().is_some_and(|cube| cube.has_tools());
        let will_have = self.pending.is_some_and(|tools| tools || !self.wants_tools());
        let lacks = self.problem.is_none() && (self.cube.is_none() || self.wants_tools() && !has_tools);
        self.open && !will_have && (self.stale || lacks)
    }

    /// Works out what is shown, where something that it depends on has changed.
    pub(crate) fn work_out(&mut self, zone: Tz, now: DateTime<Utc>, dimensions: &[Dimension]) {
        let Some(cube) = self.cube.clone() else { return };
        let calendar = calendar(zone);
        let stretch = calendar.span(self.span, self.at.unwrap_or(now));
        let made = Made {
            cube: self.told,
            span: self.span,
            start: stretch.start,
            chips: self.chips.clone(),
            minute: now.timestamp().div_euclid(60),
            day: calendar.day(now),
        };
        let before = self.made.as_ref();
        let same = |of: fn(&Made, &Made) -> bool| before.is_some_and(|before| of(before, &made));
        let same_history = same(|one, other| one.cube == other.cube);
        let same_filter = same_history && same(|one, other| one.chips == other.chips);
        let same_period = same_filter && same(|one, other| (one.span, one.start) == (other.span, other.start));
        let running = self.page.is_running || stretch.start <= now && now < stretch.end;
        let same_page = same_period && (!running || same(|one, other| one.minute == other.minute));
        let moved = (self.page.span, self.page.stretch.start) != (self.span, stretch.start);
        if !same_page {
            let question = Question { calendar, span: self.span, at: stretch.start, now, chips: &self.chips };
            self.page = cube.page(&question);
        }
        if !same_period {
            self.entries.clear();
        }
        if moved {
            let come_from = self.come_from.take();
            let bar = come_from
                .and_then(|at| self.page.bars.iter().position(|bar| bar.stretch.start <= at && at < bar.stretch.end));
            self.bar = bar.unwrap_or_else(|| self.first_bar());
        }
        if !same_filter || !same(|one, other| one.day == other.day) {
            self.rhythm = cube.rhythm(calendar, now, &self.chips);
        }
        for dimension in dimensions {
            if self.breakdown(*dimension).is_none() {
                let entries = cube.entries(Some(&self.page.stretch), &self.chips, *dimension);
                self.entries.push(Breakdown { dimension: *dimension, entries, order: Vec::new() });
            }
        }
        self.made = Some(made);
        self.put_in_order();
        self.keep_row();
    }

    /// Where the cursor goes on a new page: the running bar, else the last one with something in it.
    fn first_bar(&self) -> usize {
        let last = || self.page.bars.iter().rposition(|bar| bar.usage.requests > 0);
        self.page.running_bar().or_else(last).unwrap_or(0)
    }

    fn breakdown(&self, dimension: Dimension) -> Option<&Breakdown> {
        self.entries.iter().find(|breakdown| breakdown.dimension == dimension)
    }

    /// The rows of the chosen pane: in its order, narrowed to what is typed.
    pub(crate) fn rows(&self) -> Vec<&Entry> {
        let Pane::By(dimension) = self.pane else { return Vec::new() };
        let sorted = self.sorted(dimension);
        self.rows.iter().filter_map(|place| sorted.get(*place).copied()).collect()
    }

    /// Number of the rows of the chosen pane.
    pub(crate) fn rows_count(&self) -> usize {
        self.rows.len()
    }

    /// The rows of a dimension in the order that was chosen.
    pub(crate) fn sorted(&self, dimension: Dimension) -> Vec<&Entry> {
        let Some(breakdown) = self.breakdown(dimension) else { return Vec::new() };
        breakdown.order.iter().map(|place| &breakdown.entries[*place]).collect()
    }

    /// Sorts what is not sorted so, and finds the rows of the chosen pane.
    fn put_in_order(&mut self) {
        let by = (self.order, self.measure);
        let is_other = std::mem::replace(&mut self.sorted_by, by) != by;
        for Breakdown { dimension, entries, order } in &mut self.entries {
            if order.len() == entries.len() && !is_other {
                continue;
            }
            *order = (0..entries.len()).collect();
            match by {
                (Order::Amount, measure) => order.sort_by_key(|at| std::cmp::Reverse(measure.of(&entries[*at].usage))),
                (Order::Name, _) => {
                    order.sort_by_cached_key(|at| words::key(*dimension, &entries[*at].key).to_lowercase());
                }
                (Order::Requests, _) => order.sort_by_key(|at| std::cmp::Reverse(entries[*at].usage.requests)),
            }
        }
        let Pane::By(dimension) = self.pane else {
            self.rows.clear();
            return;
        };
        let needle = self.narrow.value().trim().to_lowercase();
        let matches =
            |entry: &Entry| needle.is_empty() || words::key(dimension, &entry.key).to_lowercase().contains(&needle);
        let rows = self.sorted(dimension).into_iter().enumerate().filter(|(_, entry)| matches(entry));
        self.rows = rows.map(|(place, _)| place).collect();
    }

    /// The row under the cursor.
    pub(crate) fn chosen(&self) -> Option<&Entry> {
        let Pane::By(dimension) = self.pane else { return None };
        self.sorted(dimension).get(*self.rows.get(self.row)?).copied()
    }

    fn keep_row(&mut self) {
        self.row = self.row.min(self.rows.len().saturating_sub(1));
    }

    /// Brings the row under the cursor into a view of some height.
    pub(crate) fn keep_in_view(&mut self, height: usize) {
        self.keep_row();
        let rows = self.rows.len();
        self.top = self.top.clamp((self.row + 1).saturating_sub(height.max(1)), self.row);
        self.top = self.top.min(rows.saturating_sub(height));
    }

    /// Goes to the period before or after; neither the future nor the time before the first request is gone to. Whether
    /// there was a way.
    pub(crate) fn turn(&mut self, forward: bool, now: DateTime<Utc>) -> bool {
        let Self { page, .. } = self;
        let first = self.cube.as_ref().and_then(|cube| cube.first());
        let is_end =
            if forward { page.stretch.end > now } else { first.is_none_or(|first| page.stretch.start <= first) };
        if is_end && self.shape == Shape::Time {
            return false;
        }
        if std::mem::take(&mut self.shape) == Shape::Hours {
            return true;
        }
        let at = if forward { page.stretch.end } else { page.stretch.start - TimeDelta::nanoseconds(1) };
        self.at = (at < page.stretch.start || at <= now).then_some(at).or(self.at);
        true
    }

    /// Looks at another stretch of time around a moment.
    pub(crate) fn look(&mut self, span: Span, at: Option<DateTime<Utc>>) {
        (self.span, self.at, self.shape) = (span, at, Shape::Time);
        self.focus = Focus::Bars;
    }

    /// Narrows everything to a row, in place of an earlier one of its dimension; several tools can be asked for together.
    pub(crate) fn filter(&mut self, dimension: Dimension, key: Key) {
        let chip = Chip { dimension, key };
        self.chips.retain(|other| other.dimension != dimension || dimension == Dimension::Tool && *other != chip);
        self.chips.push(chip);
        self.narrow.reset();
        (self.row, self.top) = (0, 0);
    }
}
