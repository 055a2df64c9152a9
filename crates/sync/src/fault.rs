//! Why a remote could not be synced with, and what to do about it.

use std::time::Duration;

use journal::{JournalError, Stream};

/// Why something did not work. Nothing is lost by any of them: what was not sent is sent the next time.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be asked at all.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// It was asked and did not answer, so nobody knows whether it did it.
    #[error("did not answer: {0}")]
    Unanswered(String),
    /// It took too long.
    #[error("did not answer within {} seconds", .0.as_secs_f32())]
    Late(Duration),
    /// Another machine was faster; ask again.
    #[error("changed while it was written")]
    Moved,
    /// It refuses the person, or what the person wants.
    #[error("refuses: {0}")]
    Denied(String),
    /// What is there cannot be used: no database, a damaged one, one of another program or of a newer engine.
    #[error("cannot be used: {0}")]
    Unusable(String),
    /// It is to be encrypted, and holds what is not.
    #[error("holds operations that are not encrypted, and only an empty place can be locked")]
    Readable,
    /// Everything in it is encrypted, and there is no key here.
    #[error("is encrypted, and there is no key for it here")]
    Sealed,
    /// Its lock does not open, or opens for nobody.
    #[error("stays closed: {0}")]
    Closed(&'static str),
    /// This device asked to be let in, and nobody has done so yet.
    #[error("waits until a device that has its key lets this one in")]
    Waiting {
        /// What this device shows: to the person alone, so it is in no message.
        code: String,
    },
    /// This device was shut out, or a key was made that it was not given.
    #[error("has a key that this device was not given: it was shut out, or the key was changed")]
    ShutOut,
    /// Two keys came after the same one.
    #[error("has two new keys, made at once, or one that somebody slipped in")]
    TwoKeys,
    /// Somebody locked it a second time.
    #[error("was locked anew, with another key than the one here")]
    Relocked,
    /// What tells of its key is not as it was.
    #[error("has a lock that is damaged or was changed, so that no passphrase opens it")]
    LockDamaged,
    /// It is encrypted, and what tells of its key is gone.
    #[error("is encrypted, and its lock is missing there")]
    LockMissing,
    /// It holds data, and none of it is known here.
    #[error("holds {} of {}, and nothing that is known here", counted(*operations, "operation"), counted(*replicas as u64, "other device"))]
    Foreign {
        /// How many devices wrote there.
        replicas: usize,
        /// How many operations are there.
        operations: u64,
    },
    /// It was written by a later version of this program.
    #[error("was set up by a newer version of sessions (format {found}; this one knows {known})")]
    Newer {
        /// Its version.
        found: i64,
        /// The one that is known.
        known: i64,
    },
    /// It says that it has operations and does not hand them out as they were.
    #[error("{stream} is damaged there from operation {seq} on")]
    Damaged {
        /// The stream.
        stream: Stream,
        /// The first operation that cannot be had.
        seq: u64,
    },
    /// It holds, in the place of operations, what was closed by a key that nobody has who is in.
    #[error("{stream} holds there, from operation {seq} on, what no key opens that is here")]
    Opaque {
        /// The stream.
        stream: Stream,
        /// The first operation that cannot be read.
        seq: u64,
    },
    /// Its address or its settings make no sense.
    #[error("{0}")]
    Address(String),
    /// The journal of this machine failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

impl Fault {
    /// Whether trying again at once may help. Whoever has waited for as long as anything may take waits no second time.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Unanswered(_) | Self::Moved)
    }

    /// The same for the person who asked, and for no log: with the code that lets this device in.
    pub fn shown(&self) -> String {
        match self {
            Self::Waiting { code } => format!("{self}, by the code {code}"),
            other => other.to_string(),
        }
    }

    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable(_) | Self::Unanswered(_) | Self::Late(_) => {
                "It is tried again by itself; `sessions remote test` tries it now."
            }
            Self::Moved => "Run `sessions sync` again.",
            Self::Denied(_) => "Check user, password and rights; `sessions remote test` tries it again.",
            Self::Unusable(_) => {
                "Nothing in it was changed. Put back a copy of it; or take it out, `sessions remote remove <name>`, and add another \
                 place."
            }
            Self::Readable => {
                "Nothing in it was changed. Choose an empty place: what is here passes to it, encrypted. What lies in this one stays \
                 readable there until you delete it."
            }
            Self::Foreign { .. } => {
                "If these are your own devices, say so once: `sessions sync --remote <name> --join`. If not: `sessions remote \
                 remove <name>`, and choose another place."
            }
            Self::Sealed | Self::ShutOut => {
                "Nothing is lost. Remove it here and add it again with `--encrypt`: its passphrase opens it; or with \
                 `--encrypt --ask`: a device that has the key lets this one in."
            }
            Self::Closed(_) => {
                "Type it again. A device that has the key can let this one in (`--encrypt --ask`), or set another passphrase \
                 (`sessions remote rekey <name>`)."
            }
            Self::Waiting { .. } => {
                "On a device that has the key: `sessions remote let-in <name> <code>`, with the name that the place has there and the \
                 code that `sessions sync` shows here; then sync here."
            }
            Self::TwoKeys => {
                "Nothing passes, and nothing is lost. If both are yours, remove it on all devices but one and add it again with \
                 the passphrase of that one. If not, take an empty place."
            }
            Self::Relocked => {
                "Nothing passes, and nothing is lost. If you locked it anew, remove it here and add it again with its new \
                 passphrase. If you did not, choose another place."
            }
            Self::LockDamaged | Self::LockMissing => {
                "A device that has the key puts the lock back: run `sessions sync` there, then try again here. If no device \
                 has it any more, take an empty place."
            }
            Self::Newer { .. } => "Update sessions on this machine.",
            Self::Damaged { .. } => {
                "A device that still has these operations fills the gap: `sessions sync` there, when the damaged file is removed."
            }
            Self::Opaque { .. } => {
                "Whoever wrote it had a key that is lost, or was shut out. A device that has these operations passes them on beside \
                 it: `sessions sync` there."
            }
            Self::Address(_) => "See `sessions remote add --help` for the forms of an address.",
            Self::Journal(_) => {
                "Check that the disk is not full and that the folder may be written; `sessions doctor` looks at it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_lets_a_device_in_is_shown_to_the_person_and_in_no_message() {
        let fault = Fault::Waiting { code: "AAAAA-BBBBB".to_owned() };
        assert!(!format!("{fault} {}", fault.remedy()).contains("AAAAA"), "{fault}");
        assert!(fault.shown().contains("AAAAA-BBBBB"), "{}", fault.shown());
        assert_eq!(Fault::Moved.shown(), Fault::Moved.to_string());
    }
}
