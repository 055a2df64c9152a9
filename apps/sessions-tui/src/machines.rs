//! The person's machines: what they are called, and the way to a session on another one.

use std::collections::BTreeMap;

use config::{Environment, Paths, Settings};
use journal::{Journal, ReplicaId};
use sync::Devices;
use transcript::SessionId;

/// What the person's machines are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machines {
    /// This one.
    pub here: String,
    /// The others, by their numbers.
    pub others: BTreeMap<ReplicaId, String>,
}

impl Machines {
    /// As settings and journal say. What cannot be read says nothing: others are named by their numbers then.
    pub fn of(paths: &Paths, settings: &Settings, environment: &Environment) -> Self {
        let (said, others) = said(paths).unwrap_or_default();
        let here = settings.device.clone().or(said).or_else(|| environment.host_name());
        Self { here: here.unwrap_or_default(), others }
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

/// The names of the other machines.
pub(crate) fn others(paths: &Paths) -> BTreeMap<ReplicaId, String> {
    said(paths).map(|(_, others)| others).unwrap_or_default()
}

/// What the journal says this machine and the others are called; none where there is no journal.
fn said(paths: &Paths) -> Option<(Option<String>, BTreeMap<ReplicaId, String>)> {
    let folder = paths.journal();
    if !folder.is_dir() {
        return None;
    }
    let mut journal = Journal::open(&folder).ok()?;
    let devices = Devices::remembered(&paths.devices_file(), &mut journal).ok()?;
    Some((devices.name(journal.replica()).map(str::to_owned), devices.others(&journal)))
}

/// How a session goes on whose transcript lies on another machine.
pub fn way_there(device: &str, id: &SessionId) -> String {
    format!("Go on there: `sessions resume {id}`, or from here `{}`.", command_there(device, id))
}

/// The command that goes on with a session on another machine from this one.
pub(crate) fn command_there(device: &str, id: &SessionId) -> String {
    let name = device.split(" (").next().unwrap_or_default();
    let is_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let host = if name.is_empty() || name.starts_with('-') || !name.chars().all(is_host) { "<host>" } else { name };
    format!("ssh -t {host} sessions resume {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_can_be_a_host_is_taken_for_one() {
        let way = |device: &str| command_there(device, &"4f2a".into());
        let expect = |host: &str| format!("ssh -t {host} sessions resume 4f2a");
        assert_eq!(way("tower"), expect("tower"));
        assert_eq!(way("tower (01M8CS)"), expect("tower"));
        assert_eq!(way("old desktop"), expect("<host>"));
        assert_eq!(way("-oProxyCommand=x"), expect("<host>"));
        assert_eq!(way("-v"), expect("<host>"));
    }
}
