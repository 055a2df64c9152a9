//! From a session to the command that takes it up again.

use std::ffi::OsString;
use std::path::PathBuf;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The session's id.
    pub id: String,
    /// Its transcript, if one is known.
    pub transcript: Option<PathBuf>,
    /// Directories that it ran in, the best first.
    pub directories: Vec<PathBuf>,
    /// Root that the transcript lies under, if it is not the default one.
    pub claude_config_dir: Option<PathBuf>,
    /// Take it up under a new id.
    pub fork: bool,
    /// Flags for `claude`, after ours.
    pub flags: Vec<OsString>,
    /// `$PATH`.
    pub search_path: Option<OsString>,
}

/// The command that takes a session up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The directory to start it in.
    pub directory: PathBuf,
    /// Variables to set.
    pub variables: Vec<(String, OsString)>,
}

/// What stands in the way, with the way out in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// `claude` is not on the PATH.
    #[error(
        "`claude` was not found on the PATH. Install Claude Code, or start this program from a shell that finds it."
    )]
    NoClaude,
}

/// Works out the command, looking at the disk but changing nothing.
pub fn plan(request: &Request) -> Result<Plan, Obstacle> {
    let _ = request;
    Err(Obstacle::NoClaude)
}
