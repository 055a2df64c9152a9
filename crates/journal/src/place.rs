//! Where a data folder is, so that a copy of it is noticed.
//!
//! A copy that wrote on under the number of its original would make two streams of one name. So the number belongs to a
//! place: to the machine (its id, its network cards) and to the folder (its number and time of birth in the file system).
//! Renaming the folder or one above it changes neither, nor does an upgrade of the system. A folder that was copied,
//! restored from a backup, or moved to another disk, is another place: that cannot be told from a copy.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// Files that hold the number of an installation of the system.
const MACHINE_IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

const CARDS: &str = "/sys/class/net";

/// A folder on a machine. What would tell others about the machine is kept as hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The installation of the system, if it says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine: Option<String>,
    /// Its network cards, as far as they are real.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    cards: BTreeSet<String>,
    /// The folder, see [`name_in_file_system`].
    folder: String,
}

impl Place {
    /// That of a folder on this machine.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let machine = MACHINE_IDS.iter().find_map(|path| fs::read_to_string(path).ok());
        let machine = machine.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        Ok(Self {
            machine: machine.map(|id| hidden(&id)),
            cards: cards(Path::new(CARDS)),
            folder: name_in_file_system(&fs::metadata(folder)?),
        })
    }

    /// Whether two are the same. One network card that stayed is enough, and what one of both does not know is not
    /// compared.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let machine = self.machine.is_none() || other.machine.is_none() || self.machine == other.machine;
        let cards = self.cards.is_empty() || other.cards.is_empty() || !self.cards.is_disjoint(&other.cards);
        machine && cards && self.folder == other.folder
    }
}

/// What a file system calls a file or a folder whatever its path is: its number, and when it was made where that is known,
/// because numbers are given again.
pub(crate) fn name_in_file_system(metadata: &fs::Metadata) -> String {
    let made = metadata.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", metadata.ino(), made.map_or(0, |made| made.as_millis()))
}

/// Addresses of the network cards that are devices: those of bridges and containers change with every start.
fn cards(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let real = entries.filter(|card| card.join("device").exists());
    let addresses = real.filter_map(|card| fs::read_to_string(card.join("address")).ok());
    let addresses = addresses.map(|address| address.trim().to_owned());
    addresses
        .filter(|address| address.contains(|digit| !":0".contains(digit)))
        .map(|address| hidden(&address))
        .collect()
}

fn hidden(text: &str) -> String {
    blake3::derive_key("sessions: place of a data folder", text.as_bytes())[..8]
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(machine: Option<&str>, cards: &[&str], folder: &str) -> Place {
        let cards = cards.iter().map(|card| (*card).to_owned()).collect();
        Place { machine: machine.map(str::to_owned), cards, folder: folder.to_owned() }
    }

    #[test]
    fn another_machine_or_another_folder_is_another_place() {
        let here = place(Some("m"), &["a", "b"], "7");
        let check = |other: Place, same: bool| {
            assert_eq!((here.is(&other), other.is(&here)), (same, same), "{other:?}");
        };
        check(here.clone(), true);
        check(place(Some("m"), &["b", "c"], "7"), true);
        check(place(Some("m"), &[], "7"), true);
        check(place(None, &["a"], "7"), true);
        check(place(Some("n"), &["a", "b"], "7"), false);
        check(place(Some("m"), &["c"], "7"), false);
        check(place(Some("m"), &["a", "b"], "8"), false);
    }

    #[test]
    fn a_folder_that_is_renamed_stays_the_place_and_a_copy_is_another() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let (old, new) = (home.path().join("old"), home.path().join("new"));
        fs::create_dir(&old).expect("a folder can be made");
        let before = Place::of(&old).expect("it is there");
        fs::rename(&old, &new).expect("it can be renamed");
        assert!(before.is(&Place::of(&new).expect("it is there")));
        fs::create_dir(&old).expect("a folder can be made");
        assert!(!before.is(&Place::of(&old).expect("it is there")));
    }

    #[test]
    fn nothing_of_the_machine_can_be_read_from_it() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let card = home.path().join("eth0");
        fs::create_dir_all(card.join("device")).expect("a folder can be made");
        fs::create_dir_all(home.path().join("lo")).expect("a folder can be made");
        fs::write(card.join("address"), "02:42:ac:11:00:02\n").expect("a file can be written");
        fs::write(home.path().join("lo/address"), "aa:bb:cc:00:00:01\n").expect("a file can be written");
        let cards = cards(home.path());
        assert_eq!(cards.len(), 1, "{cards:?}");
        assert!(!cards.iter().any(|card| card.contains(':')), "{cards:?}");
    }
}
