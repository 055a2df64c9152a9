//! Devices: what people call the replicas.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use journal::{JournalError, Operation, ReplicaId, Scope, Stamp};
use serde::{Deserialize, Serialize};

use crate::{Local, Page};

const KIND: &str = "device";

/// How such a body begins; others are told from it without being read.
const BEGINNING: &[u8] = b"{\"v\":1,\"kind\":\"device\",";

/// The body of an operation on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Body {
    v: u32,
    kind: String,
    at_ms: u64,
    by: String,
    replica: ReplicaId,
    revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forgotten: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<BTreeSet<ReplicaId>>,
}

/// A device, as all that was said of it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its replica.
    pub replica: ReplicaId,
    /// Replicas that it was before.
    pub earlier: Vec<ReplicaId>,
    /// What people call it, else its system or who writes there; its replica where nothing is known.
    pub name: String,
    /// The same, with the beginning of its replica behind it where another one is called so, too.
    pub label: String,
    /// Whether somebody said that it is not used any more.
    pub is_forgotten: bool,
    /// Whether it is this machine, or was it under an earlier name.
    pub is_here: bool,
    /// Operations that it wrote for others and that are here; what stays on a machine is not counted.
    pub operations: u64,
    /// When it wrote its last one, by its own clock, in milliseconds since 1970.
    pub last_ms: u64,
    /// When something of it came here last, by this machine's clock, in milliseconds since 1970; where nobody noticed, when it
    /// wrote its last one.
    pub heard_ms: u64,
}

impl Device {
    /// Whether a replica is this device, or was it.
    pub fn is(&self, replica: ReplicaId) -> bool {
        self.replica == replica || self.earlier.contains(&replica)
    }
}

/// A change of what is said of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is called so.
    Name(String),
    /// It is not used any more, or is again.
    Forgotten(bool),
    /// It was these replicas before, which write no more.
    Was(BTreeSet<ReplicaId>),
}

/// Letters of a replica that are shown at least where a name does not tell devices apart.
const HANDLE: usize = 6;

/// The version of what is remembered. Where an earlier one was written, everything is read again.
const VERSION: u32 = 1;

/// All that was said of devices.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Devices {
    /// See [`VERSION`].
    v: u32,
    names: BTreeMap<ReplicaId, (Stamp, String)>,
    forgotten: BTreeMap<ReplicaId, (Stamp, bool)>,
    /// Which replicas one was before.
    was: BTreeMap<ReplicaId, (Stamp, BTreeSet<ReplicaId>)>,
    /// What those are called that nobody named: this machine by its system, others by who writes there.
    presumed: BTreeMap<ReplicaId, String>,
    /// Operations of each that pass to others, and when it wrote the last one.
    wrote: BTreeMap<ReplicaId, (u64, u64)>,
    /// When something of each came here last, where that was noticed.
    heard: BTreeMap<ReplicaId, u64>,
    /// How far each stream was read.
    read: BTreeMap<String, u64>,
}

impl Devices {
    /// Reads what the journal says of them.
    pub fn of(local: &mut dyn Local) -> Result<Self, JournalError> {
        let mut devices = Self::default();
        devices.catch_up(local)?;
        Ok(devices)
    }

    /// The same, with what a file remembers of the last time: only what came since is read, and whoever wrote it was heard of
    /// now. The file may be thrown away, and where it cannot be written the next one reads more.
    pub fn remembered(file: &Path, local: &mut dyn Local, now_ms: u64) -> Result<Self, JournalError> {
        let before: Self = fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let anew = Self { heard: before.heard.clone(), ..Self::default() };
        let mut devices = if before.v == VERSION { before.clone() } else { anew };
        devices.catch_up(local)?;
        if before != Self::default() {
            let wrote_before = |replica: &ReplicaId| before.wrote.get(replica).map_or(0, |(operations, _)| *operations);
            let news = devices.wrote.iter().filter(|(replica, (operations, _))| *operations > wrote_before(replica));
            let heard: Vec<ReplicaId> = news.map(|(replica, _)| *replica).collect();
            devices.heard.extend(heard.into_iter().map(|replica| (replica, now_ms)));
        }
        if devices != before
            && let Ok(text) = serde_json::to_vec(&devices)
        {
            let _ = config::replace_file(file, &text);
        }
        Ok(devices)
    }

    /// Reads on. Where a stream is shorter than what was read of it, all of them are read anew.
    fn catch_up(&mut self, local: &mut dyn Local) -> Result<(), JournalError> {
        let page = Page { operations: 10_000, bytes: 16 << 20 };
        let heads = local.heads()?;
        let there: BTreeMap<String, u64> = heads.iter().map(|(stream, head)| (stream.to_string(), head.seq)).collect();
        if self.read.iter().any(|(stream, read)| there.get(stream).is_none_or(|there| there < read)) {
            *self = Self::default();
        }
        self.v = VERSION;
        self.wrote.values_mut().for_each(|(operations, _)| *operations = 0);
        for (stream, head) in heads {
            let passes = if stream.scope == Scope::Here { 0 } else { head.seq };
            self.wrote.entry(stream.replica).or_default().0 += passes;
            let mut after = self.read.get(&stream.to_string()).copied().unwrap_or(0);
            // of what others are told in a project, the last one says who wrote it and when
            let is_private = stream.scope == Scope::Private;
            if !is_private && stream.scope != Scope::Here {
                after = after.max(head.seq.saturating_sub(1));
            }
            while stream.scope != Scope::Here && after < head.seq {
                let read = local.read(&stream, after, page)?;
                let Some(last) = read.last() else { break };
                after = last.seq;
                let said = last.head().unwrap_or_default();
                let (_, latest) = self.wrote.entry(stream.replica).or_default();
                *latest = (*latest).max(said.at_ms);
                if !said.by.is_empty() && !is_private {
                    self.presumed.insert(stream.replica, format!("device of {}", said.by));
                }
                for operation in read.iter().filter(|_| is_private) {
                    let carried = operation.carried();
                    self.take(carried.as_ref().unwrap_or(operation));
                }
                self.read.insert(stream.to_string(), after);
            }
        }
        Ok(())
    }

    fn take(&mut self, operation: &Operation) {
        if !operation.body.starts_with(BEGINNING) {
            return;
        }
        let Ok(body) = serde_json::from_slice::<Body>(&operation.body) else { return };
        let stamp = Stamp { revision: body.revision, wall_ms: body.at_ms, replica: operation.stream.replica };
        if let Some(name) = body.name {
            set(&mut self.names, body.replica, stamp, name);
        }
        if let Some(forgotten) = body.forgotten {
            set(&mut self.forgotten, body.replica, stamp, forgotten);
        }
        if let Some(was) = body.was.filter(|_| body.replica == operation.stream.replica) {
            set(&mut self.was, body.replica, stamp, was);
        }
    }

    /// The same, with a name for a device that nobody named yet.
    #[must_use]
    pub fn presuming(mut self, replica: ReplicaId, name: Option<String>) -> Self {
        self.presumed.extend(name.map(|name| (replica, name)));
        self
    }

    /// The same, with a device of which nothing came yet, as it calls itself: the others are told apart from it, too.
    #[must_use]
    pub fn meeting(mut self, replica: ReplicaId, name: &str) -> Self {
        self.wrote.entry(replica).or_default();
        self.presumed.entry(replica).or_insert_with(|| name.to_owned());
        self
    }

    /// What a device is called, by whoever named it, else as is presumed.
    pub fn called(&self, replica: ReplicaId) -> Option<&str> {
        self.name(replica).or_else(|| self.presumed.get(&replica).map(String::as_str))
    }

    /// What somebody called a device.
    pub fn name(&self, replica: ReplicaId) -> Option<&str> {
        self.names.get(&replica).map(|(_, name)| name.as_str())
    }

    /// The replica that a device goes on under, which is the same one for most: of those that say that they were it and that
    /// nobody says to have been, the latest.
    pub fn present(&self, replica: ReplicaId) -> ReplicaId {
        let claims = |(_, (_, was)): &(&ReplicaId, &(Stamp, BTreeSet<ReplicaId>)), one| was.contains(&one);
        let is_last = |one: &ReplicaId| !self.was.iter().any(|claim| claims(&claim, *one));
        let claimants = self.was.iter().filter(|claim| claims(claim, replica)).map(|(one, _)| *one);
        claimants.filter(is_last).max().unwrap_or(replica)
    }

    /// Whether somebody said that a device is not used any more, and it did not say since that it is.
    pub fn is_forgotten(&self, replica: ReplicaId) -> bool {
        self.forgotten.get(&self.present(replica)).is_some_and(|(_, forgotten)| *forgotten)
    }

    /// What a replica said that it was before.
    pub fn was(&self, replica: ReplicaId) -> BTreeSet<ReplicaId> {
        self.was.get(&replica).map(|(_, was)| was.clone()).unwrap_or_default()
    }

    /// Every device that wrote anything, this one first, then by name.
    pub fn list(&self, local: &dyn Local) -> Vec<Device> {
        let mut devices: BTreeMap<ReplicaId, Device> = BTreeMap::new();
        for (replica, (operations, last_ms)) in &self.wrote {
            let present = self.present(*replica);
            let name = || self.called(present).or_else(|| self.called(*replica)).map(str::to_owned);
            let device = devices.entry(present).or_insert_with(|| Device {
                replica: present,
                earlier: Vec::new(),
                name: name().unwrap_or_else(|| present.to_string()),
                label: self.label(present),
                is_forgotten: self.is_forgotten(present),
                is_here: false,
                operations: 0,
                last_ms: 0,
                heard_ms: 0,
            });
            device.earlier.extend((*replica != present).then_some(*replica));
            device.is_here |= *replica == local.replica();
            device.operations += operations;
            device.last_ms = device.last_ms.max(*last_ms);
            device.heard_ms = device.heard_ms.max(self.heard.get(replica).copied().unwrap_or(*last_ms));
        }
        let mut devices: Vec<Device> = devices.into_values().collect();
        devices.sort_by_key(|device| (device.replica != local.replica(), device.name.clone(), device.replica));
        devices
    }

    /// What tells a device from all others: its name, and the beginning of its replica where another one is called so, too. A
    /// replica that it was before has the same.
    pub fn label(&self, replica: ReplicaId) -> String {
        let present = self.present(replica);
        let called = |one: ReplicaId, earlier| self.called(one).or_else(|| self.called(earlier));
        let Some(name) = called(present, replica) else { return present.to_string() };
        let number = present.to_string();
        let others: BTreeMap<ReplicaId, ReplicaId> = self.wrote.keys().map(|one| (self.present(*one), *one)).collect();
        let others: Vec<(String, Option<&str>)> = others
            .into_iter()
            .filter(|(other, _)| *other != present)
            .map(|(other, earlier)| (other.to_string(), called(other, earlier)))
            .collect();
        if !others.iter().any(|(_, other)| *other == Some(name)) {
            return name.to_owned();
        }
        let tells = |length: &usize| others.iter().all(|(other, _)| other.get(..*length) != number.get(..*length));
        let length = (HANDLE..number.len()).find(tells).unwrap_or(number.len());
        format!("{name} ({})", &number[..length])
    }

    /// The labels of all devices but this one, by all the replicas that they are or were.
    pub fn others(&self, local: &dyn Local) -> BTreeMap<ReplicaId, String> {
        let others = self.wrote.keys().filter(|replica| !local.owns(**replica));
        others.map(|replica| (*replica, self.label(*replica))).collect()
    }

    /// The body of an operation that says something of a device.
    ///
    /// # Panics
    ///
    /// Never: texts and numbers can be written as JSON.
    pub fn change(&self, replica: ReplicaId, change: Change, at_ms: u64, by: &str) -> Vec<u8> {
        let known = [
            self.names.get(&replica).map(|(stamp, _)| stamp.revision),
            self.forgotten.get(&replica).map(|(stamp, _)| stamp.revision),
            self.was.get(&replica).map(|(stamp, _)| stamp.revision),
        ];
        let revision = known.into_iter().flatten().max().unwrap_or(0) + 1;
        let (by, kind) = (by.to_owned(), KIND.to_owned());
        let mut body = Body { v: 1, kind, at_ms, by, replica, revision, name: None, forgotten: None, was: None };
        match change {
            Change::Name(name) => body.name = Some(name),
            Change::Forgotten(forgotten) => body.forgotten = Some(forgotten),
            Change::Was(was) => body.was = Some(was),
        }
        serde_json::to_vec(&body).expect("texts and numbers can be written as JSON")
    }
}

fn set<T>(fields: &mut BTreeMap<ReplicaId, (Stamp, T)>, replica: ReplicaId, stamp: Stamp, value: T) {
    if fields.get(&replica).is_none_or(|(known, _)| *known < stamp) {
        fields.insert(replica, (stamp, value));
    }
}

#[cfg(test)]
mod tests {
    use journal::Stream;

    use super::*;
    use crate::rehearsal::{Memory, name_of};

    #[test]
    fn whoever_named_a_device_last_having_seen_the_name_wins() {
        let mut machine = Memory::new(1);
        let replica = machine.replica();
        let say = |machine: &mut Memory, change: Change, at_ms: u64| {
            let body = Devices::of(machine).expect("memory does not fail").change(replica, change, at_ms, "ada");
            machine.append(&Scope::Private, &[body]).expect("memory does not fail");
        };
        say(&mut machine, Change::Name("laptop".into()), 9_000);
        say(&mut machine, Change::Name("old laptop".into()), 5);
        say(&mut machine, Change::Forgotten(true), 6);
        machine
            .append(&Scope::Private, &[b"{\"kind\":\"session\",\"at_ms\":7}".to_vec()])
            .expect("memory does not fail");
        let devices = Devices::of(&mut machine).expect("memory does not fail");
        let expect = Device {
            replica,
            earlier: Vec::new(),
            name: "old laptop".into(),
            label: "old laptop".into(),
            is_forgotten: true,
            is_here: true,
            operations: 4,
            last_ms: 7,
            heard_ms: 7,
        };
        assert_eq!(devices.list(&machine), [expect]);
    }

    #[test]
    fn devices_of_one_name_are_told_apart_by_their_number() {
        let mut devices = Devices::default();
        for (number, name) in [(1, "laptop"), (2, "laptop"), (3, "tower")] {
            let replica = name_of(number);
            let stamp = Stamp { revision: 1, wall_ms: 1, replica };
            devices.names.insert(replica, (stamp, name.to_owned()));
            devices.wrote.insert(replica, (1, 1));
        }
        let [one, two, three, unnamed] = [1, 2, 3, 4].map(|number| devices.label(name_of(number)));
        assert!(one.starts_with("laptop (0") && two.starts_with("laptop (0") && one != two, "{one} {two}");
        assert_eq!((three, unnamed), ("tower".to_owned(), name_of(4).to_string()));
    }

    #[test]
    fn a_device_of_which_nothing_came_yet_is_told_apart_too() {
        let mut machine = Memory::new(1);
        let body = Devices::default().change(machine.replica(), Change::Name("laptop".into()), 1, "ada");
        machine.append(&Scope::Private, &[body]).expect("memory does not fail");
        let known = Devices::of(&mut machine).expect("memory does not fail");
        let number = machine.replica();
        let label = |known: &Devices| known.label(number);
        let machines = known.meeting(machine.replica(), "as it calls itself").meeting(name_of(7), "tower");
        assert_eq!((label(&machines), machines.label(name_of(7))), ("laptop".to_owned(), "tower".to_owned()));
        let machines = machines.meeting(name_of(8), "laptop");
        assert!(label(&machines).starts_with("laptop (") && machines.label(name_of(8)).starts_with("laptop ("));
        assert_eq!(machines.list(&machine).len(), 3);
    }

    #[test]
    fn a_device_that_goes_on_under_another_number_is_one_and_whoever_says_so_of_another_is_not_heard() {
        let mut machine = Memory::new(1);
        let first = machine.replica();
        let say = |machine: &mut Memory, replica: ReplicaId, change: Change| {
            let body = Devices::of(machine).expect("memory does not fail").change(replica, change, 5, "");
            machine.append(&Scope::Private, &[body]).expect("memory does not fail");
        };
        say(&mut machine, first, Change::Name("laptop".into()));
        machine.renew().expect("memory does not fail");
        let second = machine.replica();
        say(&mut machine, second, Change::Name("laptop".into()));
        let mut other = Memory::new(9);
        let stranger = other.replica();
        say(&mut other, stranger, Change::Name("tower".into()));
        say(&mut other, first, Change::Was([stranger].into()));
        let stream = Stream { replica: stranger, scope: Scope::Private };
        let said = other.read(&stream, 0, Page { operations: 9, bytes: 1 << 20 }).expect("memory does not fail");
        machine.receive(&said).expect("memory does not fail");
        let apart = Devices::of(&mut machine).expect("memory does not fail");
        assert_eq!(apart.list(&machine).len(), 3, "nobody said that they are one");
        assert!(apart.label(first).starts_with("laptop ("), "{}", apart.label(first));
        say(&mut machine, second, Change::Was([first].into()));
        let devices = Devices::of(&mut machine).expect("memory does not fail");
        assert_eq!([first, second, stranger].map(|one| devices.label(one)), ["laptop", "laptop", "tower"]);
        let listed = devices.list(&machine);
        let told: Vec<_> = listed.iter().map(|one| (one.replica, one.earlier.clone(), one.operations)).collect();
        assert_eq!(told, [(second, vec![first], 3), (stranger, Vec::new(), 2)]);
        assert!(listed[0].is(first) && listed[0].is(second) && !listed[0].is(stranger));
        // and once more, of all that it ever was
        machine.renew().expect("memory does not fail");
        let third = machine.replica();
        say(&mut machine, third, Change::Was([first, second].into()));
        say(&mut machine, third, Change::Name("old laptop".into()));
        let devices = Devices::of(&mut machine).expect("memory does not fail");
        assert_eq!([first, second, third].map(|one| devices.label(one)), ["old laptop"; 3]);
        assert_eq!(devices.present(first), third);
    }

    #[test]
    fn what_was_read_before_is_remembered_and_only_the_rest_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("devices.json");
        let mut machine = Memory::new(1);
        for name in ["laptop", "old laptop"] {
            let known = Devices::of(&mut machine).expect("memory does not fail");
            let body = known.change(machine.replica(), Change::Name(name.into()), 1, "ada");
            machine.append(&Scope::Private, &[body]).expect("memory does not fail");
            let remembered = Devices::remembered(&file, &mut machine, 5).expect("memory does not fail");
            let read =
                Devices { heard: remembered.heard.clone(), ..Devices::of(&mut machine).expect("memory does not fail") };
            assert_eq!(remembered, read);
            assert_eq!(remembered.name(machine.replica()), Some(name));
        }
        let mut younger = Memory::new(1);
        let remembered = Devices::remembered(&file, &mut younger, 5).expect("memory does not fail");
        assert_eq!(remembered.list(&younger), [], "a journal that was put back knows less");
    }

    #[test]
    fn a_device_was_heard_of_when_something_of_it_came_whatever_its_clock_says() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("devices.json");
        let (mut here, mut tower) = (Memory::new(1), Memory::new(2));
        let look = |here: &mut Memory, now_ms: u64| {
            let devices = Devices::remembered(&file, here, now_ms).expect("memory does not fail");
            devices.list(here).iter().map(|device| (device.last_ms, device.heard_ms)).collect::<Vec<_>>()
        };
        let said = |tower: &mut Memory, scope: &Scope, at_ms: u64| {
            let body = format!(r#"{{"kind":"entry","at_ms":{at_ms},"by":"eve"}}"#).into_bytes();
            tower.append(scope, &[body]).expect("memory does not fail");
            let stream = Stream { replica: tower.replica(), scope: scope.clone() };
            let page = Page { operations: 9, bytes: 1 << 20 };
            tower.read(&stream, 0, page).expect("memory does not fail")
        };
        here.append(&Scope::Private, &[b"{}".to_vec()]).expect("memory does not fail");
        assert_eq!(look(&mut here, 100), [(0, 0)]);
        here.receive(&said(&mut tower, &Scope::Private, 40)).expect("memory does not fail");
        assert_eq!(look(&mut here, 200), [(0, 0), (40, 200)]);
        assert_eq!(look(&mut here, 300), [(0, 0), (40, 200)], "nothing came since");
        here.receive(&said(&mut tower, &Scope::Project("shop".into()), 60)).expect("memory does not fail");
        assert_eq!(look(&mut here, 400), [(0, 0), (60, 400)], "in whatever stream it comes");
        let devices = Devices::of(&mut here).expect("memory does not fail");
        assert_eq!(devices.label(tower.replica()), "device of eve", "whom nobody named");
        let devices = devices.presuming(here.replica(), Some("laptop".into()));
        assert_eq!(devices.label(here.replica()), "laptop");
    }
}
