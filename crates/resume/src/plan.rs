//! From a session to the command that takes it up again.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf, absolute};

use crate::directories::gone;
use crate::program;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The session's id.
    pub id: String,
    /// Its transcript, if one is known.
    pub transcript: Option<PathBuf>,
    /// Directories that it ran in, the best first; the first that exists is taken.
    ///
    /// [`crate::directories`] puts them in order.
    pub directories: Vec<PathBuf>,
    /// Root that the transcript lies under, if it is not the default one.
    pub claude_config_dir: Option<PathBuf>,
    /// Take it up under a new id.
    pub fork: bool,
    /// Flags for `claude`, after ours.
    pub flags: Vec<OsString>,
    /// Claude Code's program: a name on the search path, or an absolute path; empty: `claude`.
    pub program: PathBuf,
    /// `$PATH`.
    pub search_path: Option<OsString>,
    /// The process that has it open now, if one does.
    pub running: Option<u32>,
}

/// The command that takes a session up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The program, an absolute path; only a name where it is not there ([`plan_to_print`]).
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The directory to start it in.
    pub directory: PathBuf,
    /// Variables to set.
    pub variables: Vec<(String, OsString)>,
}

impl Plan {
    /// What has to be there before it can be run: the program, where only its name is known.
    pub fn missing(&self) -> Option<Obstacle> {
        let is_found = self.program.is_absolute() && program::is_executable(&self.program);
        (!is_found).then(|| Obstacle::NoClaude { program: self.program.clone() })
    }
}

/// What stands in the way, with the way out in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The session is open in another process; Claude Code locks nothing, and two of them would mix their records.
    #[error(
        "This session is open already, in process {pid}. Go on there, or take up a copy of it under a new id with \
         `--fork`."
    )]
    Running {
        /// The process that has it open.
        pid: u32,
    },
    /// No transcript of it is known.
    #[error(
        "No transcript of session {id} is known, so that Claude Code cannot take it up. Run `sessions scan` and try \
         again; a session that was never saved cannot be resumed."
    )]
    NeverSaved {
        /// The session.
        id: String,
    },
    /// Its transcript is not there any more.
    #[error(
        "The transcript of session {id} is gone from {}. Claude Code deletes transcripts after 30 days; a larger \
         `cleanupPeriodDays` in its settings keeps later ones longer. If it was only moved, run `sessions scan` and \
         try again; if you have a backup, put the file back.", .transcript.display()
    )]
    TranscriptGone {
        /// The session.
        id: String,
        /// Where the transcript was.
        transcript: PathBuf,
    },
    /// None of its directories exists.
    #[error(
        "The directory of session {id} is gone: {}. Create or restore it, or name the one to use now with \
         `--directory`.", .directory.display()
    )]
    DirectoryGone {
        /// The session.
        id: String,
        /// The best of them.
        directory: PathBuf,
    },
    /// Its transcript names no directory.
    #[error("It is not known in which directory session {id} ran. Name the one to use with `--directory`.")]
    NoDirectory {
        /// The session.
        id: String,
    },
    /// Its program is not there.
    #[error(
        "`{}` was not found{}. Install Claude Code, start this program from a shell that finds it, or name its program \
         by the setting `claude.program`.", .program.display(), if program.is_absolute() { "" } else { " on the PATH" }
    )]
    NoClaude {
        /// The program that was looked for.
        program: PathBuf,
    },
}

/// Works out the command, looking at the disk but changing nothing.
pub fn plan(request: &Request) -> Result<Plan, Obstacle> {
    draft(request, found(request))
}

/// The same, to be read and not run: a program that is not there stands by its name.
pub fn plan_to_print(request: &Request) -> Result<Plan, Obstacle> {
    draft(
        request,
        found(request).or_else(|obstacle| match obstacle {
            Obstacle::NoClaude { program } => Ok(program),
            other => Err(other),
        }),
    )
}

fn found(request: &Request) -> Result<PathBuf, Obstacle> {
    program::find(&request.program, request.search_path.as_deref())
}

fn draft(request: &Request, program: Result<PathBuf, Obstacle>) -> Result<Plan, Obstacle> {
    if let Some(pid) = request.running.filter(|_| !request.fork) {
        return Err(Obstacle::Running { pid });
    }
    let transcript = transcript(request)?;
    let directory = directory(request)?;
    let program = program?;
    let mut arguments = vec!["--resume".into(), name(&request.id, &transcript)];
    if request.fork {
        arguments.push("--fork-session".into());
    }
    arguments.extend(request.flags.iter().cloned());
    let variables = request.claude_config_dir.iter().map(|root| {
        let root = absolute(root).unwrap_or_else(|_| root.clone());
        ("CLAUDE_CONFIG_DIR".to_owned(), root.into_os_string())
    });
    Ok(Plan { program, arguments, directory, variables: variables.collect() })
}

fn transcript(request: &Request) -> Result<PathBuf, Obstacle> {
    let Some(transcript) = &request.transcript else {
        return Err(Obstacle::NeverSaved { id: request.id.clone() });
    };
    if !transcript.is_file() {
        return Err(Obstacle::TranscriptGone { id: request.id.clone(), transcript: transcript.clone() });
    }
    Ok(absolute(transcript).unwrap_or_else(|_| transcript.clone()))
}

fn directory(request: &Request) -> Result<PathBuf, Obstacle> {
    let id = || request.id.clone();
    if let Some(gone) = gone(&request.directories) {
        return Err(Obstacle::DirectoryGone { id: id(), directory: gone.to_owned() });
    }
    let directory = request.directories.iter().find(|directory| directory.is_dir());
    let directory = directory.ok_or_else(|| Obstacle::NoDirectory { id: id() })?;
    Ok(absolute(directory).unwrap_or_else(|_| directory.clone()))
}

/// What `--resume` is given: the id where the client finds exactly this file by it, else the path of the file.
///
/// The client looks an id up as a file name in `projects/*/` and refuses one that two projects hold; ids that are
/// no lower-case UUID it takes for a title (client 2.1.328, observed). A path always works, and the session goes on
/// in that file.
fn name(id: &str, transcript: &Path) -> OsString {
    let folder = transcript.parent();
    let projects =
        folder.and_then(Path::parent).filter(|projects| projects.file_name() == Some(OsStr::new("projects")));
    let found_by_id = |projects: &Path| {
        let named_so =
            transcript.file_stem() == Some(OsStr::new(id)) && transcript.extension() == Some(OsStr::new("jsonl"));
        named_so && is_uuid(id) && !held_elsewhere(id, projects, folder)
    };
    if projects.is_some_and(found_by_id) { id.into() } else { transcript.into() }
}

/// Whether another project folder holds a transcript of that id, too.
fn held_elsewhere(id: &str, projects: &Path, folder: Option<&Path>) -> bool {
    let file = format!("{id}.jsonl");
    let Ok(others) = projects.read_dir() else { return false };
    others
        .flatten()
        .map(|other| other.path())
        .any(|other| Some(other.as_path()) != folder && other.join(&file).is_file())
}

/// Whether it has the form of the ids that Claude Code gives: a UUID in lower case.
fn is_uuid(id: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    id.len() == 36
        && id
            .bytes()
            .enumerate()
            .all(|(index, byte)| if [8, 13, 18, 23].contains(&index) { byte == b'-' } else { hex(byte) })
}

#[cfg(test)]
mod tests;
