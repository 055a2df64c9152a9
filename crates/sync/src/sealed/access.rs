//! What this device has of the key of an encrypted remote, for whoever lists remotes; nobody is asked.

use std::path::Path;

use crate::Keyring;

/// What this device has of the key of an encrypted remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It has the key.
    Shared {
        /// How many devices have it, this one among them, as far as is known here.
        devices: usize,
    },
    /// It waits to be let in.
    Waiting {
        /// What it shows to a device that has the key: to the person alone.
        code: String,
    },
    /// There is nothing.
    Missing,
}

impl Access {
    /// What the file of a keyring gives.
    pub fn of(file: &Path) -> Self {
        match Keyring::load(file) {
            None => Self::Missing,
            Some(keyring) => match keyring.code() {
                Some(code) => Self::Waiting { code: code.to_owned() },
                None => Self::Shared { devices: keyring.sharers() },
            },
        }
    }

    /// It in a few words, behind those that say whose remote it is.
    pub fn words(&self) -> String {
        match self {
            Self::Shared { devices: 1 } => "encrypted for this device alone".to_owned(),
            Self::Shared { devices } => format!("encrypted for {devices} devices"),
            Self::Waiting { .. } => "encrypted, waits to be let in".to_owned(),
            Self::Missing => "encrypted, no key here".to_owned(),
        }
    }

    /// What is left to do, where this device cannot read the remote of this name.
    pub fn remedy(&self, name: &str) -> Option<String> {
        match self {
            Self::Shared { .. } => None,
            Self::Waiting { code } => Some(format!(
                "{name}: on a device that has the key, `sessions remote let-in {name} {code}`, with the name that the place has there; then \
                 here `sessions sync --remote {name} --join`."
            )),
            Self::Missing => Some(format!(
                "{name}: `sessions remote remove {name}`, then add it again with `--encrypt` and its passphrase, or with `--encrypt \
                 --ask`, so that a device that has the key lets this one in."
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Shelf, name_of};
    use crate::{Effort, Who};

    #[test]
    fn it_says_who_has_the_key_and_what_is_left_to_do() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let file = home.path().join("box.key");
        let check = |words: &str, remedy: Option<&str>| {
            let access = Access::of(&file);
            assert_eq!(access.words(), words);
            let said = access.remedy("box");
            assert!(
                remedy.map_or(said.is_none(), |remedy| said.is_some_and(|said| said.contains(remedy))),
                "{access:?}"
            );
        };
        let who = |number| Who { name: format!("device {number}"), replica: name_of(number) };
        let keep = |keyring: Keyring| keyring.kept_in(&file).expect("it can be written");
        let (mut shelf, words) = (Shelf::reliable(), "four unlikely words");
        check("encrypted, no key here", Some("remote remove box"));
        let mut one = keep(Keyring::enter(&mut shelf, words, &who(1), Effort::LITTLE).expect("it is empty"));
        check("encrypted for this device alone", None);
        let two = keep(Keyring::ask(&mut shelf, &who(2)).expect("it can ask"));
        let code = two.code().expect("it waits");
        check("encrypted, waits to be let in", Some(&format!("let-in box {code}")));
        one.let_in(&mut shelf, code).expect("it shows it");
        keep(one);
        check("encrypted for 2 devices", None);
    }
}
