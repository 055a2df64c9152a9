//! What is looked at at once: a stretch of time in bars, what was before it, and what it came to.

use chrono::{DateTime, TimeDelta, Utc};

use crate::cube::Cube;
use crate::efficiency::{BySession, Cache, Efficiency};
use crate::fold::{Mask, Sums};
use crate::{Calendar, Chip, LedgerSum, Span, Stretch, Usage, costlier};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The viewer's calendar.
    pub calendar: Calendar,
    /// What is looked at at once.
    pub span: Span,
    /// A moment in it.
    pub at: DateTime<Utc>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// What counts.
    pub chips: &'a [Chip],
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Measure {
    /// Money, in pico-dollars.
    #[default]
    Cost,
    /// Tokens.
    Tokens,
}

impl Measure {
    /// The amount of some usage.
    pub fn of(self, usage: &Usage) -> u128 {
        match self {
            Self::Cost => u128::try_from(usage.cost.0).unwrap_or(0),
            Self::Tokens => usage.tokens.total().into(),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Tokens => "tokens",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Cost => Self::Tokens,
            Self::Tokens => Self::Cost,
        }
    }
}

/// A stretch of time, by its bars.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What is looked at at once.
    pub span: Span,
    /// The time.
    pub stretch: Stretch,
    /// Its bars, from the first to the last; those of the future are empty.
    pub bars: Vec<Bar>,
    /// The models in it, the costliest first.
    pub models: Vec<(String, Usage)>,
    /// The sum.
    pub total: Usage,
    /// Number of sessions that it touches.
    pub sessions: u64,
    /// The period before.
    pub before: Stretch,
    /// The bars of the period before; there may be more or fewer of them.
    pub bars_before: Vec<Usage>,
    /// What is compared with the period before: the sum; of a running one, without the grain that is not over.
    pub total_compared: Usage,
    /// The sum of the period before; of a running one, as much of it as is compared.
    pub total_before: Usage,
    /// Whether the present moment lies in it.
    pub is_running: bool,
    /// What is expected of the rest of it, and of the rest of the running bar, by [`Calendar::rest`]; none where the past
    /// says nothing.
    rests: [Option<Usage>; 2],
    /// Use of the cache.
    pub cache: Cache,
    /// What the money bought.
    pub efficiency: Efficiency,
    /// The client's own totals, of the sessions that lie in it with all their requests.
    pub ledger: LedgerSum,
    now: DateTime<Utc>,
}

/// A part of a page.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// The time.
    pub stretch: Stretch,
    /// The sum.
    pub usage: Usage,
    /// The part of each model, in the order of [`Page::models`].
    pub parts: Vec<Usage>,
    /// Number of sessions that it touches.
    pub sessions: u64,
}

impl Cube {
    /// What a stretch of time came to.
    pub fn page(&self, question: &Question<'_>) -> Page {
        let Question { calendar, span, at, now, chips } = *question;
        let mask = Mask::new(self, chips);
        let stretch = calendar.span(span, at);
        let before = calendar.span(span, stretch.start - TimeDelta::nanoseconds(1));
        let is_running = stretch.start <= now && now < stretch.end;
        let bars = calendar.parts(&stretch, span.bar());
        let mut sums = Sums::new(self, &mask, bars.len());
        let mut by_session = BySession::new(self, &mask, bars.len());
        for (number, bar) in bars.iter().enumerate() {
            for row in self.counting(self.between(bar.start, bar.end), &mask) {
                sums.add(number, row);
                by_session.add(number, row);
            }
        }
        let mut page = Page {
            span,
            bars_before: self.bars_of(&calendar.parts(&before, span.bar()), &mask),
            is_running,
            cache: Cache::of((0..bars.len()).flat_map(|number| sums.whole_by_rate(number))),
            efficiency: by_session.efficiency(),
            ledger: by_session.ledger(),
            sessions: by_session.sessions(),
            now,
            ..Page::default()
        };
        page.fill(self, bars, &sums, by_session.bars());
        let sum = |from, until| self.sums(self.between(from, until), &mask, 1, |_| 0).of(0);
        (page.total_compared, page.total_before) = if is_running {
            let passed = self.whole_grains(now - stretch.start);
            (sum(stretch.start, stretch.start + passed), sum(before.start, (before.start + passed).min(before.end)))
        } else {
            (page.total, sum(before.start, before.end))
        };
        if is_running {
            let first = self.first_counting(&mask);
            let bar = page.running_bar().map(|bar| page.bars[bar].stretch.clone()).filter(|_| span != Span::Day);
            let rest = |stretch: &Stretch| calendar.rest(stretch, now, first, &sum);
            page.rests = [rest(&stretch), bar.as_ref().and_then(rest)];
        }
        Page { stretch, before, ..page }
    }

    /// When the first request was made that counts.
    fn first_counting(&self, mask: &Mask) -> Option<DateTime<Utc>> {
        let dated = self.undated().end..self.rows.len();
        self.counting(dated, mask).next().and_then(|row| self.moment(row.slot))
    }

    fn bars_of(&self, bars: &[Stretch], mask: &Mask) -> Vec<Usage> {
        let sum = |bar: &Stretch| self.sums(self.between(bar.start, bar.end), mask, 1, |_| 0).of(0);
        bars.iter().map(sum).collect()
    }
}

impl Page {
    fn fill(&mut self, cube: &Cube, bars: Vec<Stretch>, sums: &Sums<'_>, sessions: &[u64]) {
        let mut by_model = vec![Usage::default(); cube.models.list.len()];
        for number in 0..bars.len() {
            sums.by_rate(number).for_each(|(rate, usage)| by_model[rate.model as usize] += usage);
        }
        let mut order: Vec<usize> = (0..by_model.len()).filter(|model| by_model[*model].requests > 0).collect();
        let name = |model: usize| cube.models.list[model].clone().unwrap_or_default();
        order.sort_by(|one, other| {
            costlier(&by_model[*one], &by_model[*other]).then_with(|| name(*one).cmp(&name(*other)))
        });
        let place = |model: u32| order.iter().position(|other| *other == model as usize);
        self.models = order.iter().map(|model| (name(*model), by_model[*model])).collect();
        self.models.iter().for_each(|(_, usage)| self.total += *usage);
        let bar = |(number, stretch): (usize, Stretch)| {
            let mut bar = Bar { stretch, parts: vec![Usage::default(); order.len()], ..Bar::default() };
            bar.sessions = sessions.get(number).copied().unwrap_or(0);
            for (rate, usage) in sums.by_rate(number) {
                bar.usage += usage;
                if let Some(place) = place(rate.model) {
                    bar.parts[place] += usage;
                }
            }
            bar
        };
        self.bars = bars.into_iter().enumerate().map(bar).collect();
    }

    /// The amount of a bar on average, over the bars that have begun; none where none has.
    pub fn average(&self, measure: Measure) -> Option<u128> {
        let begun = self.bars.iter().filter(|bar| bar.stretch.start <= self.now).count();
        measure.of(&self.total).checked_div(begun as u128)
    }

    /// What it comes to at its end if it goes on as the last 28 days, see [`Calendar::rest`]; a history that is younger than
    /// a day goes on as so far. None unless it runs.
    pub fn expected(&self, measure: Measure) -> Option<u128> {
        self.at_end(&self.stretch, measure.of(&self.total), self.rests[0].as_ref(), measure)
    }

    /// The same of the bar in which the present moment lies; an hour goes on as so far.
    pub fn expected_bar(&self, bar: usize, measure: Measure) -> Option<u128> {
        let bar = self.bars.get(bar)?;
        self.at_end(&bar.stretch, measure.of(&bar.usage), self.rests[1].as_ref(), measure)
    }

    /// Whether what is expected of it follows the last 28 days.
    pub fn expects_as_before(&self) -> bool {
        self.rests[0].is_some()
    }

    fn at_end(&self, stretch: &Stretch, so_far: u128, rest: Option<&Usage>, measure: Measure) -> Option<u128> {
        let linear = stretch.expected(so_far, self.now);
        rest.map_or(linear, |rest| linear.map(|_| so_far.saturating_add(measure.of(rest))))
    }

    /// The bar in which the present moment lies.
    pub fn running_bar(&self) -> Option<usize> {
        self.bars.iter().position(|bar| bar.stretch.start <= self.now && self.now < bar.stretch.end)
    }

    /// How much more or less it is than the period before, in percent; none where nothing was before, or where the
    /// change is beyond saying. A running period is compared with as much of the one before, to the grain.
    pub fn change(&self, measure: Measure) -> Option<i64> {
        let (now, before) = (measure.of(&self.total_compared), measure.of(&self.total_before));
        let percent = now.saturating_mul(200).checked_div(before)?.div_ceil(2);
        i64::try_from(percent).ok().filter(|percent| *percent < 100_000).map(|percent| percent - 100)
    }
}
