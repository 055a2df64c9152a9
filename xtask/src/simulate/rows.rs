//! The same rehearsal with one row per subject, of which the one that was changed last wins: what to be better than.

use std::collections::{BTreeMap, BTreeSet};

use sync::rehearsal::Fate;
use testkit::Random;

use super::script::{Event, Script, fate};
use super::verdict::{Verdict, undone};

/// Passes after which it has to be the same everywhere.
const PASSES: usize = 8;

/// A row, as a table with an `updated_at` holds it: notes are lines of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Row {
    updated_ms: i64,
    value: Option<u64>,
    notes: Vec<u64>,
}

type Table = BTreeMap<u64, Row>;

#[derive(Debug, Clone)]
struct Machine {
    table: Table,
    skew: i64,
    /// Values that were ever seen here, by subject.
    seen: BTreeMap<u64, BTreeSet<u64>>,
}

struct World {
    machines: Vec<Machine>,
    backups: BTreeMap<usize, Machine>,
    remotes: Vec<Table>,
    kept: BTreeMap<usize, Table>,
    random: Random,
    ids: u64,
    now_ms: i64,
    seen: BTreeMap<u64, BTreeSet<u64>>,
    notes: BTreeSet<u64>,
    passed: u64,
}

/// Plays a script and looks at what came of it.
pub(super) fn play(script: &Script) -> Verdict {
    let machine = |skew: &i64| Machine { table: Table::new(), skew: *skew, seen: BTreeMap::new() };
    let mut world = World {
        machines: script.skews.iter().map(machine).collect(),
        backups: BTreeMap::new(),
        remotes: vec![Table::new(); script.remotes],
        kept: BTreeMap::new(),
        random: Random::new(script.seed ^ 0x5eed),
        ids: 0,
        now_ms: 1_700_000_000_000,
        seen: BTreeMap::new(),
        notes: BTreeSet::new(),
        passed: 0,
    };
    for event in &script.events {
        world.now_ms += 60_000;
        world.meet(*event);
    }
    world.settle()
}

impl World {
    fn meet(&mut self, event: Event) {
        match event {
            Event::Set { machine, subject } => {
                let value = self.change(machine, subject, |row, id| row.value = Some(id));
                let seen = self.machines[machine].seen.entry(subject).or_default();
                self.seen.insert(value, seen.clone());
                seen.insert(value);
            }
            Event::Note { machine, subject } => {
                let note = self.change(machine, subject, |row, id| row.notes.push(id));
                self.notes.insert(note);
            }
            Event::Sync { machine, remote, power } => self.sync(machine, remote, power, true),
            Event::Backup { machine } => {
                self.backups.insert(machine, self.machines[machine].clone());
            }
            Event::Restore { machine } => {
                if let Some(backup) = self.backups.get(&machine).cloned() {
                    self.lose(|world| world.machines[machine] = backup);
                }
            }
            Event::Copy { machine } => self.machines.push(self.machines[machine].clone()),
            Event::Keep { remote } => {
                self.kept.insert(remote, self.remotes[remote].clone());
            }
            Event::SetBack { remote } => {
                let kept = self.kept.get(&remote).cloned().unwrap_or_default();
                self.lose(|world| world.remotes[remote] = kept);
            }
            Event::Clock { machine, skew } => self.machines[machine].skew = skew,
            Event::Arrive { .. } => {}
        }
    }

    fn change(&mut self, machine: usize, subject: u64, change: impl FnOnce(&mut Row, u64)) -> u64 {
        self.ids += 1;
        let Machine { table, skew, .. } = &mut self.machines[machine];
        let row = table.entry(subject).or_default();
        change(row, self.ids);
        row.updated_ms = self.now_ms + *skew;
        self.ids
    }

    /// Takes newer rows and gives newer rows, each in a request that can be lost.
    fn sync(&mut self, machine: usize, remote: usize, power: Option<u32>, can_fail: bool) {
        let subjects: BTreeSet<u64> =
            self.machines[machine].table.keys().chain(self.remotes[remote].keys()).copied().collect();
        for (step, subject) in subjects.into_iter().enumerate() {
            if power.is_some_and(|power| step >= usize::try_from(power).unwrap_or(0)) {
                return;
            }
            let lost = can_fail && !matches!(fate(&mut self.random), Fate::Fine | Fate::Twice | Fate::AnswerLost);
            let here = self.machines[machine].table.get(&subject).cloned();
            let there = self.remotes[remote].get(&subject).cloned();
            let age = |row: &Option<Row>| row.as_ref().map(|row| row.updated_ms);
            if lost || age(&here) == age(&there) {
                continue;
            }
            self.passed += 1;
            if age(&here) > age(&there) {
                self.remotes[remote].insert(subject, here.unwrap_or_default());
            } else {
                let row = there.unwrap_or_default();
                self.machines[machine].seen.entry(subject).or_default().extend(row.value);
                self.machines[machine].table.insert(subject, row);
            }
        }
    }

    fn lose(&mut self, disaster: impl FnOnce(&mut Self)) {
        let before = self.anywhere();
        disaster(self);
        let after = self.anywhere();
        self.notes.retain(|note| after.contains(note) || !before.contains(note));
    }

    fn anywhere(&self) -> BTreeSet<u64> {
        let tables = self.machines.iter().map(|machine| &machine.table).chain(&self.remotes);
        tables.flat_map(Table::values).flat_map(|row| row.notes.iter().copied()).collect()
    }

    fn settle(mut self) -> Verdict {
        for _ in 0..PASSES {
            for machine in 0..self.machines.len() {
                for remote in 0..self.remotes.len() {
                    self.sync(machine, remote, None, false);
                }
            }
        }
        let tables: Vec<&Table> = self.machines.iter().map(|machine| &machine.table).chain(&self.remotes).collect();
        let table = tables[0];
        let kept: BTreeSet<u64> = table.values().flat_map(|row| row.notes.iter().copied()).collect();
        let known: BTreeSet<u64> = self.seen.keys().copied().collect();
        Verdict {
            converged: tables.iter().all(|other| *other == table),
            notes: self.notes.len() as u64,
            notes_lost: self.notes.difference(&kept).count() as u64,
            edits: self.seen.values().filter(|seen| !seen.is_empty()).count() as u64,
            undone: undone(table.values().filter_map(|row| row.value), &known, &self.seen),
            passed: self.passed,
            why: String::new(),
        }
    }
}
