//! What the money bought: the cache, prompts, hours, and the client's own totals.

use pricing::{PicoUsd, Price};

use crate::cube::{Cube, Rate, Row};
use crate::fold::Mask;
use crate::{LedgerSum, Usage};

/// Use of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cache {
    /// Tokens of all prompts.
    pub prompt: u64,
    /// Those that were read from the cache.
    pub read: u64,
    /// Tokens written for five minutes.
    pub write_5m: u64,
    /// Tokens written for one hour.
    pub write_1h: u64,
    /// What it saved against the same prompts without a cache, at list prices: reads are cheaper than input, writes
    /// dearer. Negative where more was written than ever read.
    pub saved: PicoUsd,
}

impl Cache {
    /// Of sums by rate.
    pub(crate) fn of<'a>(sums: impl Iterator<Item = (&'a Rate, &'a Usage)>) -> Self {
        let mut cache = Self::default();
        for (rate, usage) in sums {
            let tokens = &usage.tokens;
            cache.prompt = cache.prompt.saturating_add(tokens.prompt());
            cache.read = cache.read.saturating_add(tokens.cache_read);
            cache.write_5m = cache.write_5m.saturating_add(tokens.cache_write_5m);
            cache.write_1h = cache.write_1h.saturating_add(tokens.cache_write_1h);
            let Some(prices) = rate.prices else { continue };
            let cheaper = |count: u64, price: Price| {
                i128::from(count).saturating_mul(i128::from(prices.input.0) - i128::from(price.0))
            };
            cache.saved += PicoUsd(cheaper(tokens.cache_read, prices.cache_read));
            cache.saved += PicoUsd(cheaper(tokens.cache_write_5m, prices.cache_write_5m));
            cache.saved += PicoUsd(cheaper(tokens.cache_write_1h, prices.cache_write_1h));
        }
        cache
    }

    /// Thousandths of the prompt that were read from the cache; none without a prompt.
    pub fn hit_rate(&self) -> Option<u64> {
        thousandths(self.read, self.prompt)
    }

    /// Thousandths of what was written that were written for an hour; none where nothing was.
    pub fn long_writes(&self) -> Option<u64> {
        thousandths(self.write_1h, self.write_5m.saturating_add(self.write_1h))
    }
}

/// Thousandths of a whole, rounded half up; none without a whole.
pub fn thousandths(part: impl Into<u128>, whole: impl Into<u128>) -> Option<u64> {
    let (part, whole) = (part.into(), whole.into());
    let share = part.saturating_mul(1_000).saturating_add(whole / 2).checked_div(whole)?;
    u64::try_from(share).ok()
}

/// What the money bought, over the sessions that lie in a period with all their requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Efficiency {
    /// Sessions.
    pub sessions: u64,
    /// Their cost.
    pub cost: PicoUsd,
    /// Prompts of the person.
    pub prompts: u64,
    /// Milliseconds in which they were worked in.
    pub active_ms: u64,
    /// How many of them changed lines in files.
    pub editing: u64,
    /// The cost of these.
    pub editing_cost: PicoUsd,
    /// Lines that they added to files.
    pub added: u64,
    /// Lines that they removed.
    pub removed: u64,
}

impl Efficiency {
    /// What a prompt cost.
    pub fn per_prompt(&self) -> Option<PicoUsd> {
        per(self.cost, self.prompts)
    }

    /// What an hour of work cost.
    pub fn per_hour(&self) -> Option<PicoUsd> {
        const HOUR_MS: i128 = 3_600_000;
        per(PicoUsd(self.cost.0.saturating_mul(HOUR_MS)), self.active_ms)
    }

    /// What a changed line cost, added or removed, in the sessions that changed any.
    pub fn per_line(&self) -> Option<PicoUsd> {
        per(self.editing_cost, self.added.saturating_add(self.removed))
    }
}

fn per(cost: PicoUsd, count: u64) -> Option<PicoUsd> {
    cost.0.checked_div(count.into()).map(PicoUsd)
}

/// What of each session lies in a period.
pub(crate) struct BySession<'a> {
    cube: &'a Cube,
    mask: &'a Mask,
    sums: Vec<Part>,
    /// Number of sessions that each bar touches.
    bars: Vec<u64>,
}

#[derive(Clone, Copy, Default)]
struct Part {
    requests: u64,
    unknown: u64,
    cost: PicoUsd,
    /// As much of the cost as counts: what is of one kind, where one is chosen.
    counting: PicoUsd,
    /// The number of the last bar that it was seen in, and one.
    bar: usize,
}

impl<'a> BySession<'a> {
    pub(crate) fn new(cube: &'a Cube, mask: &'a Mask, bars: usize) -> Self {
        Self { cube, mask, sums: vec![Part::default(); cube.sessions.len()], bars: vec![0; bars] }
    }

    /// Adds a row of a bar; bars come one after the other.
    pub(crate) fn add(&mut self, bar: usize, row: &Row) {
        let part = &mut self.sums[row.session as usize];
        part.requests += row.usage.requests;
        part.unknown += row.usage.unknown_cost_requests;
        part.cost += row.usage.cost;
        part.counting += match self.mask.kind {
            Some(_) => self.mask.part(&self.cube.rates[row.rate as usize], &row.usage).cost,
            None => row.usage.cost,
        };
        if part.bar != bar + 1 {
            part.bar = bar + 1;
            self.bars[bar] += 1;
        }
    }

    pub(crate) fn bars(&self) -> &[u64] {
        &self.bars
    }

    pub(crate) fn sessions(&self) -> u64 {
        self.sums.iter().filter(|part| part.requests > 0).count() as u64
    }

    /// The sessions all of whose requests are there.
    fn whole(&self) -> impl Iterator<Item = (&crate::Session, &Part)> {
        let all = self.cube.sessions.iter().zip(&self.sums);
        all.filter(|(session, part)| part.requests > 0 && part.requests == session.requests)
    }

    pub(crate) fn efficiency(&self) -> Efficiency {
        let mut sum = Efficiency::default();
        for (session, part) in self.whole() {
            sum.sessions += 1;
            sum.cost += part.counting;
            sum.prompts = sum.prompts.saturating_add(session.prompts);
            sum.active_ms = sum.active_ms.saturating_add(session.active_ms);
            if session.lines.total() > 0 {
                sum.editing += 1;
                sum.editing_cost += part.counting;
                sum.added = sum.added.saturating_add(session.lines.added.into());
                sum.removed = sum.removed.saturating_add(session.lines.removed.into());
            }
        }
        sum
    }

    /// As `sessions usage` compares: sessions that carry on another one, or of whose requests some have no known cost, are
    /// counted apart.
    pub(crate) fn ledger(&self) -> LedgerSum {
        let mut sum = LedgerSum::default();
        for (session, part) in self.whole() {
            let Some(ledger) = session.ledger else { continue };
            if session.carries_on {
                sum.forks += 1;
            } else if part.unknown > 0 {
                sum.unknown += 1;
            } else {
                sum.sessions += 1;
                sum.cost += ledger.into();
                sum.computed += part.cost;
            }
        }
        sum
    }
}

impl Cube {
    /// The client's own totals in a stretch of time (none: always), as `sessions usage` compares them.
    pub fn ledger(&self, stretch: Option<&crate::Stretch>, chips: &[crate::Chip]) -> LedgerSum {
        let mask = Mask::new(self, chips);
        let mut by_session = BySession::new(self, &mask, 1);
        self.counting(self.range(stretch), &mask).for_each(|row| by_session.add(0, row));
        by_session.ledger()
    }
}
