//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

use archive::ArchiveError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum HousekeepingError {
    /// The disk refused something.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not as it was when it was looked at. Nothing was changed.
    #[error("{} changed a moment ago, so nothing was done.", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A deletion was called off, and not all of it could be put back. It is in the trash, under the name of the session.
    #[error("Not all of {session} could be put back after its deletion failed.")]
    Stuck {
        /// The session.
        session: String,
    },
    /// A file changed after a directory's transcripts were moved.
    #[error("{} changed meanwhile; what was moved is moved.", .path.display())]
    Half {
        /// The file.
        path: PathBuf,
    },
    /// Something lies where a file would be put. Nothing is written over.
    #[error("{} is there already, so nothing was put back.", .path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// A directory that is said to have moved is there.
    #[error("{} is still there.", .path.display())]
    StillThere {
        /// The directory.
        path: PathBuf,
    },
    /// What is named as a directory is none.
    #[error("{} is no directory.", .path.display())]
    NoDirectory {
        /// What was named.
        path: PathBuf,
    },
    /// Something lies already wherever the files of a directory that moved would go.
    #[error("Nothing was moved: something lies already where these would go.{}", listed(.paths))]
    InTheWay {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// No session ran in a directory that is said to have moved.
    #[error("No session ran in {} or below.", .path.display())]
    Unknown {
        /// The directory.
        path: PathBuf,
        /// Directories that may be meant, the likeliest first.
        near: Vec<PathBuf>,
    },
    /// A client works where something would be changed.
    #[error("The session {session} runs in {}; nothing was changed.", .directory.display())]
    RunsThere {
        /// Its session.
        session: String,
        /// Where it works.
        directory: PathBuf,
    },
    /// A client has a session open that would be deleted.
    #[error("The session {session} runs now; it was not deleted.")]
    Runs {
        /// The session.
        session: String,
    },
    /// A session would be put back that is there.
    #[error("The transcript of {session} is there: {}.", .path.display())]
    Second {
        /// The session.
        session: String,
        /// Its transcript.
        path: PathBuf,
    },
    /// The archive has no transcript of a session.
    #[error("The archive has no transcript of {session}.")]
    NotKept {
        /// The session.
        session: String,
    },
    /// What the archive has of a session is damaged.
    #[error("A part of {} is damaged: {bytes} bytes from byte {at} on.", .path.display())]
    Damaged {
        /// The session.
        session: String,
        /// The file.
        path: PathBuf,
        /// Bytes that are damaged.
        bytes: u64,
        /// The first of them.
        at: u64,
    },
    /// The archive refused something.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl HousekeepingError {
    /// What to do about it; none where it depends on what the system says.
    pub fn next_step(&self) -> Option<String> {
        let step = match self {
            Self::Io { .. } | Self::Archive(_) => return None,
            Self::Changed { .. } => "Look at it again, and try again when it rests.".to_owned(),
            Self::Stuck { session } => format!("`sessions undelete {session}` puts it back, within 24 hours."),
            Self::Half { .. } => "Run it again: the rest is done then.".to_owned(),
            Self::Occupied { .. } => "Move it away, then run this again; nothing is ever written over.".to_owned(),
            Self::StillThere { .. } => "Move it first; this brings along what Claude Code knows of it.".to_owned(),
            Self::InTheWay { .. } => {
                "Compare both, move one away, then run this again; nothing is ever written over.".to_owned()
            }
            Self::NoDirectory { .. } => "Give the directory as it is called now.".to_owned(),
            Self::Unknown { near, .. } => match near.as_slice() {
                [] => "`sessions ls --json` says where each session ran (`cwd_last`).".to_owned(),
                near => {
                    let near: Vec<String> = near.iter().map(|path| path.display().to_string()).collect();
                    format!("Sessions ran in these, which are gone: {}. Is one of them meant?", near.join(", "))
                }
            },
            Self::RunsThere { .. } | Self::Runs { .. } => "End it first.".to_owned(),
            Self::Second { session, .. } => format!("Go on with it by `sessions resume {session}`."),
            Self::NotKept { .. } => "`sessions ls is:archived` lists what it has; `sessions rescue` shows prompts of sessions that are gone.".to_owned(),
            Self::Damaged { session, .. } => format!("`sessions restore {session} --damaged` puts back what can be read of it."),
        };
        Some(step)
    }

    /// Says on which path something failed.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// Paths, each in a line of its own.
fn listed(paths: &[PathBuf]) -> String {
    let lines = paths.iter().map(|path| path.display().to_string());
    std::iter::once(String::new()).chain(lines).collect::<Vec<_>>().join("\n")
}
