//! The rehearsal with operations: the code that is rehearsed is that of the product.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use journal::{Operation, Scope, Stamp};
use sync::rehearsal::{Fate, Memory, Shelf, Streams};
use sync::{Conduct, Local, Outcome, Page, Settled, Terms, carry_out};

use super::sealed::Seal;
use testkit::Random;

use super::script::{Event, SUBJECTS, Script, fate};
use super::verdict::{Verdict, undone};

/// Passes after which nothing may be left to pass.
const PASSES: usize = 8;

/// Names of machines are this far apart, so that nobody is given the name of another.
const NAMES_APART: u64 = 1_000;

/// A machine: its journal, what it settled with each remote, its clock.
#[derive(Debug, Clone)]
struct Machine {
    journal: Memory,
    settled: Vec<Settled>,
    /// What it has of each remote that is encrypted.
    seals: Vec<Seal>,
    skew: i64,
}

/// What operations come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct State {
    fields: BTreeMap<u64, (Stamp, u64)>,
    notes: BTreeMap<u64, BTreeSet<u64>>,
    /// Every value that was ever set, by subject.
    values: BTreeMap<u64, BTreeSet<u64>>,
}

struct World {
    machines: Vec<Machine>,
    backups: BTreeMap<usize, Machine>,
    shelves: Vec<Shelf>,
    /// What remotes are set back to: what was kept of them, else what they were made with.
    kept: Vec<Streams>,
    is_sealed: bool,
    names: u64,
    /// What the next value or note is called.
    ids: u64,
    now_ms: i64,
    seen: BTreeMap<u64, BTreeSet<u64>>,
    /// Notes that somebody was told are kept.
    notes: BTreeSet<u64>,
    passed: u64,
}

/// Plays a script and looks at what came of it.
pub(super) fn play(script: &Script) -> Verdict {
    let random = Rc::new(RefCell::new(Random::new(script.seed ^ 0x5eed)));
    let mut world = World::new(script, &random);
    for event in &script.events {
        world.now_ms += 60_000;
        world.meet(*event);
    }
    world.settle()
}

impl World {
    fn new(script: &Script, random: &Rc<RefCell<Random>>) -> Self {
        let machine = |(number, skew): (usize, &i64)| {
            let name = (number as u64 + 1) * NAMES_APART;
            let seals = (0..script.remotes).map(|_| Seal::of(name)).collect();
            Machine { journal: Memory::new(name), settled: vec![Settled::new(); script.remotes], seals, skew: *skew }
        };
        let kept = |_| if script.is_sealed { Seal::locked() } else { Streams::new() };
        let kept: Vec<Streams> = (0..script.remotes).map(kept).collect();
        let shelf = |streams: &Streams| {
            let random = Rc::clone(random);
            let mut shelf = Shelf::new(move || fate(&mut random.borrow_mut()));
            shelf.streams.clone_from(streams);
            shelf
        };
        Self {
            machines: script.skews.iter().enumerate().map(machine).collect(),
            backups: BTreeMap::new(),
            shelves: kept.iter().map(shelf).collect(),
            kept,
            is_sealed: script.is_sealed,
            names: script.skews.len() as u64 + 1,
            ids: 0,
            now_ms: 1_700_000_000_000,
            seen: BTreeMap::new(),
            notes: BTreeSet::new(),
            passed: 0,
        }
    }

    fn meet(&mut self, event: Event) {
        match event {
            Event::Set { machine, subject } => self.set(machine, subject),
            Event::Note { machine, subject } => self.note(machine, subject),
            Event::Sync { machine, remote, power } => {
                self.machines[machine].journal.fuse = power;
                self.sync(machine, remote);
                self.machines[machine].journal.fuse = None;
            }
            Event::Arrive { remote } => self.shelves[remote].deliver_late(),
            Event::Backup { machine } => {
                self.backups.insert(machine, self.machines[machine].clone());
            }
            Event::Restore { machine } => {
                if let Some(backup) = self.backups.get(&machine).cloned() {
                    self.lose(|world| {
                        world.machines[machine] = backup;
                        world.give_names(machine);
                    });
                }
            }
            Event::Copy { machine } => {
                self.machines.push(self.machines[machine].clone());
                self.give_names(self.machines.len() - 1);
            }
            Event::Keep { remote } => {
                self.kept[remote] = self.shelves[remote].streams.clone();
            }
            Event::SetBack { remote } => {
                let kept = self.kept[remote].clone();
                self.lose(|world| world.shelves[remote].streams = kept);
            }
            Event::Clock { machine, skew } => {
                self.machines[machine].skew = skew;
                if self.is_sealed {
                    self.machines[machine].seals[0].rekey(&mut self.shelves[0]);
                }
            }
        }
    }

    fn set(&mut self, machine: usize, subject: u64) {
        let state = State::of(self.machines[machine].journal.streams.values().flatten());
        let revision = state.fields.get(&subject).map_or(0, |(stamp, _)| stamp.revision) + 1;
        let value = self.next_id();
        self.seen.insert(value, state.values.get(&subject).cloned().unwrap_or_default());
        self.say(machine, &format!("set {subject} {value} {revision} {}", self.clock(machine)));
    }

    fn note(&mut self, machine: usize, subject: u64) {
        let note = self.next_id();
        self.notes.insert(note);
        self.say(machine, &format!("note {subject} {note}"));
    }

    fn say(&mut self, machine: usize, body: &str) {
        let said = self.machines[machine].journal.append(&Scope::Private, &[body.as_bytes().to_vec()]);
        said.expect("the power is on");
    }

    fn sync(&mut self, machine: usize, remote: usize) -> Outcome {
        let (mut watch, mut pause) = (|_| true, |_| ());
        let page = Page { operations: 3, bytes: 1 << 20 };
        let mut conduct = Conduct { page, ..Conduct::quiet(&mut watch, &mut pause) };
        let Machine { journal, settled, seals, .. } = &mut self.machines[machine];
        let (rules, settled) = (Terms { is_shared: false, is_joined: true }, &mut settled[remote]);
        let place = &mut self.shelves[remote];
        let outcome = if self.is_sealed {
            seals[remote].behind(place, |hidden| carry_out(journal, hidden, rules, settled, &mut conduct))
        } else {
            carry_out(journal, place, rules, settled, &mut conduct)
        };
        self.passed += outcome.sent + outcome.taken;
        outcome
    }

    /// Something is destroyed; notes that were nowhere else cannot be asked for.
    fn lose(&mut self, disaster: impl FnOnce(&mut Self)) {
        let before = self.anywhere();
        disaster(self);
        let after = self.anywhere();
        self.notes.retain(|note| after.contains(note) || !before.contains(note));
    }

    fn anywhere(&self) -> BTreeSet<u64> {
        let machines = self.machines.iter().flat_map(|machine| machine.journal.streams.values().flatten());
        let shelves: Vec<Operation> = (0..self.shelves.len()).flat_map(|remote| self.held(remote)).collect();
        State::of(machines.chain(&shelves)).notes.into_values().flatten().collect()
    }

    /// What a remote holds, opened where it is encrypted.
    fn held(&self, remote: usize) -> Vec<Operation> {
        let streams = &self.shelves[remote].streams;
        if !self.is_sealed {
            return streams.values().flatten().cloned().collect();
        }
        let opened = self.machines.iter().find_map(|machine| machine.seals[remote].opened(streams));
        opened.unwrap_or_default()
    }

    fn give_names(&mut self, machine: usize) {
        self.names += 1;
        self.machines[machine].journal.next_name = self.names * NAMES_APART;
        for seal in &mut self.machines[machine].seals {
            seal.name = self.names * NAMES_APART;
        }
    }

    /// The network recovers, and everybody syncs until nothing is left to pass.
    fn settle(mut self) -> Verdict {
        for shelf in &mut self.shelves {
            shelf.deliver_late();
            shelf.set_fate(|| Fate::Fine);
        }
        let mut why = String::new();
        for pass in 0.. {
            let mut is_over = true;
            for machine in 0..self.machines.len() {
                for remote in 0..self.shelves.len() {
                    let outcome = self.sync(machine, remote);
                    is_over &= !outcome.changed_anything() && outcome.is_complete();
                    if pass == PASSES {
                        why = format!("machine {machine}, remote {remote}: {outcome:?}");
                    }
                }
            }
            if is_over {
                why.clear();
                break;
            }
            if pass == PASSES {
                break;
            }
        }
        self.judge(why)
    }

    fn judge(&self, why: String) -> Verdict {
        let machines = self.machines.iter().map(|machine| State::of(machine.journal.streams.values().flatten()));
        let shelves = (0..self.shelves.len()).map(|remote| State::of(self.held(remote).iter()));
        let states: Vec<State> = machines.chain(shelves).collect();
        let state = &states[0];
        let differs = states.iter().position(|other| other != state);
        let why = differs
            .map_or(why, |place| format!("number {place} tells {:?} where the first tells {state:?}", states[place]));
        let kept: BTreeSet<u64> = state.notes.values().flatten().copied().collect();
        let known: BTreeSet<u64> = state.values.values().flatten().copied().collect();
        Verdict {
            converged: why.is_empty(),
            notes: self.notes.len() as u64,
            notes_lost: self.notes.difference(&kept).count() as u64,
            edits: self.seen.values().filter(|seen| !seen.is_empty()).count() as u64,
            undone: undone(state.fields.values().map(|(_, value)| *value), &known, &self.seen),
            passed: self.passed,
            why,
        }
    }

    fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn clock(&self, machine: usize) -> u64 {
        u64::try_from(self.now_ms + self.machines[machine].skew).unwrap_or(0)
    }
}

impl State {
    /// The fold: the same for the same operations, in whatever order, carried or not.
    fn of<'a>(operations: impl Iterator<Item = &'a Operation>) -> Self {
        let mut state = Self::default();
        for operation in operations {
            match operation.carried() {
                Some(carried) => state.take(&carried),
                None => state.take(operation),
            }
        }
        state
    }

    fn take(&mut self, operation: &Operation) {
        let body = std::str::from_utf8(&operation.body).expect("bodies of a rehearsal are text");
        let (kind, numbers) = body.split_once(' ').expect("a kind and numbers");
        let numbers: Vec<u64> = numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
        let (subject, id) = (numbers[0], numbers[1]);
        debug_assert!(subject < SUBJECTS, "a script has so many subjects");
        if kind == "note" {
            self.notes.entry(subject).or_default().insert(id);
            return;
        }
        self.values.entry(subject).or_default().insert(id);
        let stamp = Stamp { revision: numbers[2], wall_ms: numbers[3], replica: operation.stream.replica };
        let field = self.fields.entry(subject).or_insert((stamp, id));
        *field = (*field).max((stamp, id));
    }
}
