//! What a stretch of time went into: the rows of a dimension.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;
use transcript::SessionId;

use crate::cube::{Cube, Names, Row};
use crate::fold::Mask;
use crate::{Chip, Dimension, Key, Kind, Stretch, Usage, costlier, shares};

/// A row of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it stands for.
    pub key: Key,
    /// Its sum. The rows of tools name a request in each of theirs; those of kinds name none, because nobody counts
    /// which requests have a kind.
    pub usage: Usage,
    /// How often a tool was called.
    pub calls: u64,
}

impl Cube {
    /// The rows of a dimension in a stretch of time (none: always, requests without a time included), the costliest first.
    pub fn entries(&self, stretch: Option<&Stretch>, chips: &[Chip], dimension: Dimension) -> Vec<Entry> {
        let (range, mask) = (self.range(stretch), Mask::new(self, chips));
        let mut entries = match dimension {
            Dimension::Project => {
                self.named(range, &mask, &self.projects, |row| self.homes[row.session as usize].project)
            }
            Dimension::Type => {
                self.named(range, &mask, &self.types, |row| self.homes[row.session as usize].session_type)
            }
            Dimension::Device => self.named(range, &mask, &self.devices, |row| self.homes[row.session as usize].device),
            Dimension::Model => self.named(range, &mask, &self.models, |row| self.rates[row.rate as usize].model),
            Dimension::Agent => self.named(range, &mask, &self.agents, |row| row.agent),
            Dimension::Branch => self.branches(range, &mask),
            Dimension::Tool => self.tools(range, &mask),
            Dimension::Kind => self.by_kind(range, &mask),
        };
        entries.sort_by(|one, other| costlier(&one.usage, &other.usage).then_with(|| one.key.cmp(&other.key)));
        entries
    }

    /// The sum of everything that counts in a stretch of time (none: always), and its models, the costliest first.
    pub fn total(&self, stretch: Option<&Stretch>, chips: &[Chip]) -> (Usage, Vec<Entry>) {
        let models = self.entries(stretch, chips, Dimension::Model);
        let mut total = Usage::default();
        for model in &models {
            total += model.usage;
        }
        (total, models)
    }

    /// The sessions whose requests count in a stretch of time (none: always), the latest first.
    pub fn sessions_behind(&self, stretch: Option<&Stretch>, chips: &[Chip]) -> Vec<SessionId> {
        let mask = Mask::new(self, chips);
        let mut seen = FxHashSet::default();
        let rows = self.rows.get(self.range(stretch)).unwrap_or_default().iter().rev();
        let counts = |row: &&Row| {
            mask.passes(row) && {
                let part = mask.part(&self.rates[row.rate as usize], &row.usage);
                mask.kind.is_none() || part.tokens.total() > 0 || part.web_searches > 0 || part.cost.0 > 0
            }
        };
        let first = rows.filter(counts).filter(|row| seen.insert(row.session));
        first.map(|row| self.sessions[row.session as usize].id.clone()).collect()
    }

    pub(crate) fn range(&self, stretch: Option<&Stretch>) -> Range<usize> {
        stretch.map_or(0..self.rows.len(), |stretch| self.between(stretch.start, stretch.end))
    }

    fn named(&self, range: Range<usize>, mask: &Mask, names: &Names, number: impl Fn(&Row) -> u32) -> Vec<Entry> {
        let sums = self.sums(range, mask, names.list.len(), number);
        let entry = |(at, name): (usize, &Option<String>)| entry(Key::Named(name.clone()), sums.of(at));
        names.list.iter().enumerate().filter_map(entry).collect()
    }

    fn branches(&self, range: Range<usize>, mask: &Mask) -> Vec<Entry> {
        let sums = self.sums(range, mask, self.places.len(), |row| row.place);
        let entry = |(at, (project, branch)): (usize, &(u32, u32))| {
            let name = |name: Option<&str>| name.map(str::to_owned);
            let (project, branch) = (name(self.projects.name(*project)), name(self.branches.name(*branch)));
            entry(Key::Branch { project, branch }, sums.of(at))
        };
        self.places.iter().enumerate().filter_map(entry).collect()
    }

    /// Requests with the same tools and model are shared as one sum, as `sessions usage --by tool` does it.
    fn tools(&self, range: Range<usize>, mask: &Mask) -> Vec<Entry> {
        let sums = self.sums(range, mask, self.toolsets.len(), |row| row.tools);
        let mut tools: BTreeMap<Option<&str>, (Usage, u64)> = BTreeMap::new();
        for (at, toolset) in self.toolsets.iter().enumerate() {
            let mut models: BTreeMap<u32, Usage> = BTreeMap::new();
            sums.by_rate(at).for_each(|(rate, usage)| *models.entry(rate.model).or_default() += usage);
            let weights: Vec<u64> = toolset.iter().map(|tool| tool.weight).collect();
            for usage in models.into_values() {
                if toolset.is_empty() {
                    tools.entry(None).or_default().0 += usage;
                }
                for (tool, share) in toolset.iter().zip(shares(&usage, &weights)) {
                    let (sum, calls) = tools.entry(Some(&tool.name)).or_default();
                    *sum += share;
                    *calls += tool.weight * usage.requests;
                }
            }
        }
        let entry = |(name, (usage, calls)): (Option<&str>, (Usage, u64))| {
            Some(Entry { calls, ..entry(Key::Named(name.map(str::to_owned)), usage)? })
        };
        tools.into_iter().filter_map(entry).collect()
    }

    fn by_kind(&self, range: Range<usize>, mask: &Mask) -> Vec<Entry> {
        let sums = self.sums(range, mask, 1, |_| 0);
        let kinds = Kind::ALL.iter().filter(|kind| mask.kind.is_none_or(|only| only == **kind));
        let entry = |kind: &Kind| {
            let mut sum = Usage::default();
            sums.whole_by_rate(0).for_each(|(rate, usage)| sum += rate.only(*kind, usage));
            let is_there = sum.tokens.total() > 0 || sum.web_searches > 0 || sum.cost.0 != 0;
            is_there.then_some(Entry { key: Key::Kind(*kind), usage: Usage { requests: 0, ..sum }, calls: 0 })
        };
        kinds.filter_map(entry).collect()
    }
}

/// None where nothing was asked.
fn entry(key: Key, usage: Usage) -> Option<Entry> {
    (usage.requests > 0).then_some(Entry { key, usage, calls: 0 })
}
