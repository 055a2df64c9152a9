//! Going over rows: which of them count, and sums of those that do.

use std::ops::Range;

use crate::cube::{Cube, Rate, Row};
use crate::{Chip, Dimension, Key, Kind, Usage};

/// Which rows count, and how much of them.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    /// For each number of a name, whether it counts; none: all do.
    sessions: Option<Vec<bool>>,
    rates: Option<Vec<bool>>,
    agents: Option<Vec<bool>>,
    places: Option<Vec<bool>>,
    toolsets: Option<Vec<bool>>,
    /// Only this kind.
    pub(crate) kind: Option<Kind>,
}

impl Mask {
    /// What the chips leave, all of them together.
    pub(crate) fn new(cube: &Cube, chips: &[Chip]) -> Self {
        let mut mask = Self::default();
        for chip in chips {
            mask.narrow(cube, chip);
        }
        mask
    }

    fn narrow(&mut self, cube: &Cube, Chip { dimension, key }: &Chip) {
        let name = match key {
            Key::Named(name) => name.as_deref(),
            Key::Branch { branch, .. } => branch.as_deref(),
            Key::Kind(kind) => return self.kind = Some(*kind),
        };
        let and = |mask: &mut Option<Vec<bool>>, counts: Vec<bool>| {
            let before = mask.take();
            let both = |(at, counts): (usize, bool)| counts && before.as_ref().is_none_or(|before| before[at]);
            *mask = Some(counts.into_iter().enumerate().map(both).collect());
        };
        match dimension {
            Dimension::Project => {
                let number = cube.projects.find(name);
                and(&mut self.sessions, cube.homes.iter().map(|home| Some(home.project) == number).collect());
            }
            Dimension::Type => {
                let number = cube.types.find(name);
                and(&mut self.sessions, cube.homes.iter().map(|home| Some(home.session_type) == number).collect());
            }
            Dimension::Device => {
                let number = cube.devices.find(name);
                and(&mut self.sessions, cube.homes.iter().map(|home| Some(home.device) == number).collect());
            }
            Dimension::Model => {
                let number = cube.models.find(name);
                and(&mut self.rates, cube.rates.iter().map(|rate| Some(rate.model) == number).collect());
            }
            Dimension::Agent => {
                let number = cube.agents.find(name);
                and(
                    &mut self.agents,
                    (0..cube.agents.list.len()).map(|at| Some(at) == number.map(|n| n as usize)).collect(),
                );
            }
            Dimension::Branch => {
                let project = if let Key::Branch { project, .. } = key { project.as_deref() } else { None };
                let pair = cube.projects.find(project).zip(cube.branches.find(name));
                and(&mut self.places, cube.places.iter().map(|place| Some(*place) == pair).collect());
            }
            Dimension::Tool => {
                let calls = |tools: &Vec<crate::Weighted>| match name {
                    Some(name) => tools.iter().any(|tool| tool.name == name),
                    None => tools.is_empty(),
                };
                and(&mut self.toolsets, cube.toolsets.iter().map(calls).collect());
            }
            Dimension::Kind => {}
        }
    }

    pub(crate) fn passes(&self, row: &Row) -> bool {
        let holds = |mask: &Option<Vec<bool>>, number: u32| mask.as_ref().is_none_or(|mask| mask[number as usize]);
        holds(&self.sessions, row.session)
            && holds(&self.rates, row.rate)
            && holds(&self.agents, row.agent)
            && holds(&self.places, row.place)
            && holds(&self.toolsets, row.tools)
    }

    /// What of some usage counts.
    pub(crate) fn part(&self, rate: &Rate, usage: &Usage) -> Usage {
        match self.kind {
            Some(kind) if usage.requests > 0 => rate.only(kind, usage),
            _ => *usage,
        }
    }
}

/// Sums of rows by a number and by rate: what is of one kind is worked out at the end, not for each row.
#[derive(Debug)]
pub(crate) struct Sums<'a> {
    cube: &'a Cube,
    mask: &'a Mask,
    cells: Vec<Usage>,
}

impl<'a> Sums<'a> {
    /// No sums yet, for so many numbers.
    pub(crate) fn new(cube: &'a Cube, mask: &'a Mask, numbers: usize) -> Self {
        Self { cube, mask, cells: vec![Usage::default(); numbers * cube.rates.len().max(1)] }
    }

    pub(crate) fn add(&mut self, number: usize, row: &Row) {
        self.cells[number * self.cube.rates.len() + row.rate as usize] += row.usage;
    }

    /// The sums of a number, by rate, as they count; those without requests are left out.
    pub(crate) fn by_rate(&self, number: usize) -> impl Iterator<Item = (&Rate, Usage)> {
        let rates = self.cube.rates.iter();
        let sums = rates.zip(self.cells.iter().skip(number * self.cube.rates.len()));
        sums.filter(|(_, usage)| usage.requests > 0).map(|(rate, usage)| (rate, self.mask.part(rate, usage)))
    }

    /// The same as they are, of whatever kind.
    pub(crate) fn whole_by_rate(&self, number: usize) -> impl Iterator<Item = (&Rate, &Usage)> {
        let rates = self.cube.rates.iter();
        let sums = rates.zip(self.cells.iter().skip(number * self.cube.rates.len()));
        sums.filter(|(_, usage)| usage.requests > 0)
    }

    /// The sum of a number.
    pub(crate) fn of(&self, number: usize) -> Usage {
        let mut sum = Usage::default();
        self.by_rate(number).for_each(|(_, usage)| sum += usage);
        sum
    }
}

impl Cube {
    /// The rows of a range that count.
    pub(crate) fn counting<'a>(&'a self, range: Range<usize>, mask: &'a Mask) -> impl Iterator<Item = &'a Row> {
        self.rows.get(range).unwrap_or_default().iter().filter(|row| mask.passes(row))
    }

    /// Sums of the rows of a range by a number of theirs.
    pub(crate) fn sums<'a>(
        &'a self,
        range: Range<usize>,
        mask: &'a Mask,
        numbers: usize,
        number: impl Fn(&Row) -> u32,
    ) -> Sums<'a> {
        let mut sums = Sums::new(self, mask, numbers);
        for row in self.counting(range, mask) {
            sums.add(number(row) as usize, row);
        }
        sums
    }
}
