//! The person's machines: what they are called, and the way to a session on another one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use config::{Environment, Paths, Settings};
use journal::{Journal, JournalError, ReplicaId};
use sync::Devices;

/// What the person's machines are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machines {
    /// This one.
    pub here: String,
    /// The others, by all the numbers that they have or had.
    pub others: BTreeMap<ReplicaId, String>,
    /// When something of each came here last, where that is known.
    pub heard: BTreeMap<ReplicaId, DateTime<Utc>>,
}

impl Machines {
    /// As settings and journal say, so that this machine is called what the others call it. What cannot be read says nothing:
    /// others are named by their numbers then.
    pub fn of(paths: &Paths, settings: &Settings, environment: &Environment) -> Self {
        let own = own_name(settings, environment);
        let unsaid = Self { here: own.clone().unwrap_or_default(), ..Self::default() };
        said(paths, own).unwrap_or(unsaid)
    }

    /// The names of all, this one first.
    pub fn names(&self) -> Vec<String> {
        let others = self.others.keys().map(|device| self.name(Some(*device)));
        let mut names = vec![self.name(None)];
        for name in others {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The name of one of them; none: this one.
    pub fn name(&self, device: Option<ReplicaId>) -> String {
        match device {
            None if self.here.is_empty() => "this device".to_owned(),
            None => self.here.clone(),
            Some(device) => self.others.get(&device).cloned().unwrap_or_else(|| device.to_string()),
        }
    }
}

/// The devices that the journal knows, this one named as settings or system say until somebody names it.
pub fn devices(
    paths: &Paths,
    settings: &Settings,
    environment: &Environment,
    journal: &mut Journal,
) -> Result<Devices, JournalError> {
    known(paths, journal, own_name(settings, environment))
}

/// The names of the other machines.
pub(crate) fn others(paths: &Paths) -> BTreeMap<ReplicaId, String> {
    said(paths, None).map(|machines| machines.others).unwrap_or_default()
}

/// What settings or system call this machine.
fn own_name(settings: &Settings, environment: &Environment) -> Option<String> {
    settings.device.clone().or_else(|| environment.host_name())
}

/// What the journal says of all machines, this one named so until somebody names it; none where there is no journal.
fn said(paths: &Paths, own: Option<String>) -> Option<Machines> {
    let folder = paths.journal();
    if !folder.is_dir() {
        return None;
    }
    let mut journal = Journal::open(&folder).ok()?;
    let devices = known(paths, &mut journal, own).ok()?;
    let replica = journal.replica();
    let here = devices.called(replica).map(|_| devices.label(replica)).unwrap_or_default();
    let mut heard = BTreeMap::new();
    for device in devices.list(&journal) {
        let Some(at) = moment(device.heard_ms) else { continue };
        heard.extend(device.earlier.iter().chain([&device.replica]).map(|replica| (*replica, at)));
    }
    Some(Machines { here, others: devices.others(&journal), heard })
}

fn known(paths: &Paths, journal: &mut Journal, own: Option<String>) -> Result<Devices, JournalError> {
    let now_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    Ok(Devices::remembered(&paths.devices_file(), journal, now_ms)?.presuming(journal.replica(), own))
}

fn moment(ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(ms).ok().filter(|ms| *ms > 0)?)
}
/// How something is done on another machine, by a command of this program: there, or from here.
pub fn way_there(device: &str, command: &str) -> String {
    format!("there: `sessions {command}`, or from here `{}`", command_there(device, command))
}

/// A command of this program, run on another machine from this one.
pub(crate) fn command_there(device: &str, command: &str) -> String {
    let name = device.split(" (").next().unwrap_or_default();
    let is_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let host = if name.is_empty() || name.starts_with('-') || !name.chars().all(is_host) { "<host>" } else { name };
    format!("ssh -t {host} sessions {command}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_can_be_a_host_is_taken_for_one() {
        let way = |device: &str| command_there(device, "resume 4f2a");
        let expect = |host: &str| format!("ssh -t {host} sessions resume 4f2a");
        assert_eq!(way("tower"), expect("tower"));
        assert_eq!(way("tower (01M8CS)"), expect("tower"));
        assert_eq!(way("old desktop"), expect("<host>"));
        assert_eq!(way("-oProxyCommand=x"), expect("<host>"));
        assert_eq!(way("-v"), expect("<host>"));
    }
}
