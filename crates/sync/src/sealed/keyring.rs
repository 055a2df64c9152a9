//! What a device has of an encrypted remote: its own key, the remote's keys, and who else has them.

use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use journal::ReplicaId;
use serde::{Deserialize, Serialize};

/// Version of the file.
const VERSION: u32 = 2;

/// What marks of keys are derived for.
const MARKS: &str = "sessions 2026 marks of keys that are followed by a newer one";

/// How the text of a key begins; random letters follow.
const KEY_BEGINNING: &str = "AGE-SECRET-KEY-1";

/// Letters of a code, of five bits each.
const CODE_LETTERS: usize = 20;

/// What a device has of an encrypted remote. The file that holds it is read by its owner alone and passes nowhere.
#[derive(Clone)]
pub struct Keyring {
    pub(super) held: Held,
    /// Where it is kept; nowhere in rehearsals.
    pub(super) file: Option<PathBuf>,
    /// In whose name this device speaks by now; none where nobody said so.
    pub(super) speaks_as: Option<ReplicaId>,
}

/// The content of the file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    v: u32,
    /// Which lock the remote has; drawn by chance when it was locked.
    pub(super) lock: String,
    /// What was said of its keys, from the first on, to put it back where it is lost.
    pub(super) chain: Vec<String>,
    /// Whoever this is.
    pub(super) who: Who,
    /// The key of this device, which opens what others close for it.
    pub(super) identity: String,
    /// Those before it, until others are told of this one: a key that was made meanwhile is closed for them.
    #[serde(default)]
    pub(super) former: Vec<String>,
    /// The keys of the remote, oldest first; none while this device waits to be let in.
    pub(super) keys: Vec<String>,
    /// The same, closed by the passphrase.
    pub(super) recovery: Option<Recovery>,
    /// Devices that were let in, this one among them.
    pub(super) devices: Vec<Member>,
    /// Whom this device itself let in and shut out: what others said by an older key may be of somebody who was shut out.
    #[serde(default)]
    pub(super) decided: Vec<Member>,
    /// The code that this device shows while it waits.
    pub(super) code: Option<String>,
    /// Requests, by their hashes, that are listed no more on this device: whoever made them was let in here and has not heard of it
    /// yet, or is to be passed over.
    #[serde(default)]
    pub(super) settled: Vec<String>,
}

/// Keys closed by a passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recovery {
    /// How many.
    pub(super) generation: usize,
    /// The file, as base64.
    pub(super) closed: String,
}

/// A device that wants to read a remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// What people call it.
    pub name: String,
    /// In whose name it speaks.
    pub replica: ReplicaId,
}

/// A device that was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Whoever it is.
    #[serde(flatten)]
    pub who: Who,
    /// What is closed for it. Only those who are in know it, so that nobody else can close anything for it.
    pub recipient: String,
    /// Whether somebody said that it gets no further key.
    #[serde(default)]
    pub is_out: bool,
}

impl Member {
    /// Whoever has a key of their own.
    pub(super) fn of(who: &Who, identity: &Identity) -> Self {
        Self { who: who.clone(), recipient: identity.to_public().to_string(), is_out: false }
    }
}

impl Debug for Keyring {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keyring")
            .field("lock", &self.held.lock)
            .field("who", &self.held.who)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// That of a device which has a key of its own and nothing else yet.
    pub(super) fn fresh(who: &Who, lock: String) -> Self {
        let identity = Identity::generate();
        let own = Member::of(who, &identity);
        let held = Held {
            v: VERSION,
            lock,
            chain: Vec::new(),
            who: who.clone(),
            identity: text_of(&identity),
            former: Vec::new(),
            keys: Vec::new(),
            recovery: None,
            devices: vec![own],
            decided: Vec::new(),
            code: None,
            settled: Vec::new(),
        };
        Self { held, file: None, speaks_as: None }
    }

    /// Reads it; none where there is none, or where it cannot be used.
    pub fn load(file: &Path) -> Option<Self> {
        let held: Held = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let are_keys =
            held.keys.iter().chain([&held.identity]).chain(&held.former).all(|key| key.parse::<Identity>().is_ok());
        let is_sound = held.v == VERSION && are_keys && !held.devices.is_empty();
        is_sound.then(|| Self { held, file: Some(file.to_owned()), speaks_as: None })
    }

    /// The same, kept in a file from now on.
    pub fn kept_in(mut self, file: &Path) -> io::Result<Self> {
        self.file = Some(file.to_owned());
        self.write()?;
        Ok(self)
    }

    /// Writes it where it is kept.
    ///
    /// # Panics
    ///
    /// Never: texts and numbers can be written as JSON.
    pub(super) fn write(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = serde_json::to_vec_pretty(&self.held).expect("texts and numbers can be written as JSON");
        config::replace_file(file, &text)
    }

    /// The code that this device shows while it waits to be let in.
    pub fn code(&self) -> Option<&str> {
        self.held.code.as_deref()
    }

    /// How many keys the remote had; none while this device waits.
    pub fn generation(&self) -> usize {
        self.held.keys.len()
    }

    /// What opens what others close for this device.
    pub(super) fn own_identities(&self) -> Vec<Identity> {
        [&self.held.identity].into_iter().chain(&self.held.former).filter_map(|key| key.parse().ok()).collect()
    }

    /// The keys of the remote, newest first.
    pub(super) fn identities(&self) -> Vec<Identity> {
        self.held.keys.iter().rev().filter_map(|key| key.parse().ok()).collect()
    }

    /// The keys as `age` reads them, one on a line, oldest first.
    pub(super) fn keys_text(&self) -> String {
        self.held.keys.iter().fold(String::new(), |text, key| text + key + "\n")
    }

    /// Takes over keys that somebody closed for this device; false where they do not go with those that it has. Whoever made a new
    /// one has to know all before it: who was shut out of the last one can slip in nothing.
    pub(super) fn take_keys(&mut self, text: &[u8]) -> bool {
        if self.goes_on_with(text) {
            self.add_keys(text);
            return true;
        }
        keys_of(text).iter().all(|key| self.held.keys.iter().any(|known| known == key))
    }

    /// Whether keys hold all that this device has.
    pub(super) fn goes_on_with(&self, text: &[u8]) -> bool {
        let keys = keys_of(text);
        self.held.keys.iter().all(|known| keys.contains(&known.as_str()))
    }

    /// Takes over keys that the passphrase opened.
    pub(super) fn add_keys(&mut self, text: &[u8]) {
        for key in keys_of(text) {
            if key.parse::<Identity>().is_ok() && !self.held.keys.iter().any(|known| known == key) {
                self.held.keys.push(key.to_owned());
            }
        }
    }

    /// Takes over what the passphrase opens, where it opens more.
    pub(super) fn take_recovery(&mut self, told: Option<Recovery>) {
        let known = self.held.recovery.as_ref().map_or(0, |known| known.generation);
        if let Some(told) = told.filter(|told| told.generation > known && told.generation <= self.generation()) {
            self.held.recovery = Some(told);
        }
    }

    /// What tells whoever has a key that a newer one follows it. Only those who have it can make this, and nobody learns anything
    /// else by it.
    pub(super) fn mark(key: &str) -> String {
        blake3::Hash::from(blake3::derive_key(MARKS, key.as_bytes())).to_hex().to_string()
    }

    /// The marks of all keys that are followed by a newer one.
    pub(super) fn retired(&self) -> Vec<String> {
        self.held.keys.iter().rev().skip(1).rev().map(|key| Self::mark(key)).collect()
    }

    /// The mark of the newest key.
    pub(super) fn newest_mark(&self) -> Option<String> {
        self.held.keys.last().map(|key| Self::mark(key))
    }

    /// Adds a new key.
    pub(super) fn turn(&mut self) {
        self.held.keys.push(text_of(&Identity::generate()));
    }
}

/// The keys in what somebody closed, oldest first.
pub(super) fn keys_of(text: &[u8]) -> Vec<&str> {
    std::str::from_utf8(text).unwrap_or_default().lines().collect()
}

pub(super) fn text_of(key: &Identity) -> String {
    key.to_string().expose_secret().to_owned()
}

/// A code of a hundred bits, in groups of five letters.
pub(super) fn code() -> String {
    let letters = text_of(&Identity::generate()).split_off(KEY_BEGINNING.len());
    let groups = letters.as_bytes()[..CODE_LETTERS].chunks(5).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// A code as somebody typed it, in the form in which it was made.
pub(super) fn typed(code: &str) -> String {
    let letters: Vec<char> = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let groups = letters.chunks(5).map(|group| group.iter().collect::<String>().to_uppercase());
    groups.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::name_of;

    fn keyring() -> Keyring {
        Keyring::fresh(&Who { name: "laptop".into(), replica: name_of(1) }, "lock".into())
    }

    #[test]
    fn a_keyring_is_kept_for_its_owner_alone_and_is_read_again() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let file = home.path().join("box.key");
        let mut keyring = keyring();
        keyring.turn();
        let keyring = keyring.kept_in(&file).expect("it can be written");
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert!(Keyring::load(&file).is_some_and(|read| read.held == keyring.held));
        assert!(!format!("{keyring:?}").contains("SECRET"), "{keyring:?}");
        for text in ["", "c2VjcmV0\nlock\n", "{\"v\":1}"] {
            fs::write(&file, text).expect("it can be written");
            assert!(Keyring::load(&file).is_none(), "{text}");
        }
        let mut lonely = keyring;
        lonely.held.devices.clear();
        let lonely = lonely.kept_in(&file).expect("it can be written");
        assert!(Keyring::load(&file).is_none(), "it is not even in itself: {lonely:?}");
    }

    #[test]
    fn keys_that_are_not_of_the_same_remote_are_not_taken_over() {
        let [mut ours, mut theirs, mut new] = [0; 3].map(|_| keyring());
        ours.turn();
        theirs.turn();
        let (first, foreign) = (ours.keys_text(), theirs.keys_text());
        assert!(!ours.take_keys(foreign.as_bytes()));
        assert!(new.take_keys(first.as_bytes()));
        ours.turn();
        assert!(new.take_keys(ours.keys_text().as_bytes()));
        assert!(new.take_keys(first.as_bytes()), "an older list takes nothing away");
        assert_eq!(new.keys_text(), ours.keys_text());
        // whoever was shut out knows the first key, and not the second
        theirs.held.keys = vec![first.trim().to_owned()];
        theirs.turn();
        assert!(!ours.take_keys(theirs.keys_text().as_bytes()));
        assert_eq!(new.keys_text(), ours.keys_text());
    }

    #[test]
    fn a_mark_tells_of_every_key_but_the_newest() {
        let mut ours = keyring();
        ours.turn();
        assert_eq!(ours.retired(), Vec::<String>::new());
        let first = ours.newest_mark();
        ours.turn();
        assert_eq!(ours.retired(), first.into_iter().collect::<Vec<_>>());
        assert!(!ours.retired().contains(&ours.newest_mark().expect("there is a key")));
        assert!(!format!("{:?}", ours.retired()).contains("SECRET"));
    }

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        let code = code();
        assert_eq!(code.len(), CODE_LETTERS + 3, "{code}");
        assert_eq!(typed(&code), code);
        assert_eq!(typed(&format!(" {} ", code.to_lowercase().replace('-', " "))), code);
        assert_ne!(super::code(), code);
    }
}
