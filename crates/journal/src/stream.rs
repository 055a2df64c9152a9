//! A stream: what one replica writes for one circle of readers.

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ReplicaId;

/// A longer key is no key, bytes.
const KEY_MAX_BYTES: usize = 1024;

/// A longer name of a file is shortened and told from others by a hash, bytes; file systems allow 255.
const FILE_NAME_MAX_BYTES: usize = 180;

/// Who may read a stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// This data folder alone: it goes to no remote at all. What may quote a conversation stands here.
    Here,
    /// The person alone: it goes to their own remotes and nowhere else.
    Private,
    /// Those who work on a project; its key.
    Project(String),
    /// Everybody who is given a publication; its name.
    Publish(String),
}

/// The text names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope is `here`, `private`, `project:<key>` or `publish:<name>`, of {KEY_MAX_BYTES} bytes at most")]
pub struct NoScope;

impl Scope {
    /// Whether others can take it in: the key is neither empty nor too long.
    pub(crate) fn is_sound(&self) -> bool {
        self.key().is_none_or(|key| (1..=KEY_MAX_BYTES).contains(&key.len()))
    }

    /// Name of the file of a stream: whatever the key is, one plain name, and another for every key.
    pub(crate) fn file_name(&self) -> String {
        let word = self.word();
        let Some(key) = self.key() else { return format!("{word}.log") };
        let mut name = format!("{word}-");
        for byte in key.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                name.push(char::from(byte));
            } else {
                let _ = write!(name, "%{byte:02x}");
            }
        }
        if name.len() > FILE_NAME_MAX_BYTES {
            name.truncate(FILE_NAME_MAX_BYTES);
            let _ = write!(name, "~{}", &blake3::hash(key.as_bytes()).to_hex()[..32]);
        }
        name + ".log"
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Private => "private",
            Self::Project(_) => "project",
            Self::Publish(_) => "publish",
        }
    }

    fn key(&self) -> Option<&str> {
        match self {
            Self::Here | Self::Private => None,
            Self::Project(key) | Self::Publish(key) => Some(key),
        }
    }
}

impl Display for Scope {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.key() {
            None => formatter.write_str(self.word()),
            Some(key) => write!(formatter, "{}:{key}", self.word()),
        }
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        let scope = match text.split_once(':') {
            None if text == "here" => Self::Here,
            None if text == "private" => Self::Private,
            Some(("project", key)) => Self::Project(key.to_owned()),
            Some(("publish", name)) => Self::Publish(name.to_owned()),
            _ => return Err(NoScope),
        };
        if scope.is_sound() { Ok(scope) } else { Err(NoScope) }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What one replica writes for one circle of readers: a sequence of operations without gaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stream {
    /// Who writes it.
    pub replica: ReplicaId,
    /// Who may read it.
    pub scope: Scope,
}

impl Display for Stream {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.replica, self.scope)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for scope in [
            Scope::Here,
            Scope::Private,
            Scope::Project("github.com/ada/loom: 2".into()),
            Scope::Publish("team".into()),
        ] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        for wrong in ["", "Private", "private:", "project", "project:", "other:key"] {
            assert_eq!(wrong.parse::<Scope>(), Err(NoScope), "{wrong}");
        }
        assert_eq!(format!("project:{}", "x".repeat(KEY_MAX_BYTES + 1)).parse::<Scope>(), Err(NoScope));
    }

    #[test]
    fn a_key_from_outside_is_never_a_path() {
        let keys = ["../../etc/passwd", "a/b", "a%2fb", "a b", "ключ", ".", "..", "\0", "a", "A"];
        let long = ["x".repeat(400), "x".repeat(401), "/".repeat(400)];
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).chain(long).collect();
        let names: BTreeSet<String> = keys.iter().map(|key| Scope::Project(key.clone()).file_name()).collect();
        assert_eq!(names.len(), keys.len(), "every key has a file of its own: {names:?}");
        for name in names {
            assert!(name.starts_with("project-") && name.len() <= 255, "{name}");
            assert!(!name.contains(['/', '\0']) && name.is_ascii(), "{name}");
        }
    }
}
