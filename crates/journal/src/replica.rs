//! Who writes: one replica per data folder, and the mark that a change of a register carries.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ulid::Ulid;

/// A data folder on a machine, by a number that was drawn when it was first used. Only its owner writes under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaId(Ulid);

impl ReplicaId {
    /// One that nobody had before.
    pub fn fresh() -> Self {
        Self(Ulid::from_datetime(SystemTime::now()))
    }

    /// The number itself.
    pub(crate) fn bytes(self) -> [u8; 16] {
        self.0.to_bytes()
    }
}

impl Display for ReplicaId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, formatter)
    }
}

/// The text is no ULID in its own spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a replica is named by a ULID of 26 capital letters and digits")]
pub struct NoReplica;

impl FromStr for ReplicaId {
    type Err = NoReplica;

    fn from_str(text: &str) -> Result<Self, NoReplica> {
        let id = Ulid::from_string(text).map_err(|_| NoReplica)?;
        // one spelling only: the text is the name of a folder
        if id.to_string() == text { Ok(Self(id)) } else { Err(NoReplica) }
    }
}

impl Serialize for ReplicaId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReplicaId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What decides between two values of one register: the larger one wins.
///
/// The revision goes first, so that whoever changed a value after having seen it wins, whatever the clocks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// One more than the largest that the writer had seen for this register.
    pub revision: u64,
    /// The writer's clock, in milliseconds since 1970 UTC.
    pub wall_ms: u64,
    /// The writer.
    pub replica: ReplicaId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_has_one_spelling() {
        let id = ReplicaId::fresh();
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [id.to_string().to_lowercase(), format!("{id} "), "..".to_owned(), String::new()] {
            assert_eq!(wrong.parse::<ReplicaId>(), Err(NoReplica), "{wrong}");
        }
        assert_eq!(serde_json::to_string(&id).expect("it can be written"), format!("\"{id}\""));
    }

    #[test]
    fn who_saw_more_wins_whatever_the_clocks_say() {
        let stamp = |revision, wall_ms| Stamp { revision, wall_ms, replica: ReplicaId::fresh() };
        assert!(stamp(2, 0) > stamp(1, u64::MAX));
        assert!(stamp(1, 2) > stamp(1, 1));
        let (early, late) = (stamp(1, 1), stamp(1, 1));
        assert_eq!(early > late, early.replica > late.replica);
    }
}
