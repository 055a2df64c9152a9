//! The text and the exit code of every ending; made here and nowhere else.

use std::cell::RefCell;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};

use archive::ArchiveError;
use color_eyre::Report;
use config::ConfigError;
use housekeeping::HousekeepingError;
use resume::Obstacle;
use serde::Serialize;
use store::StoreError;

use crate::plain_text::{one_line, printable};

/// Something that the person can fix: exit code 1, unless it is given another one.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    code: &'static str,
    message: String,
    next_step: Option<String>,
    candidates: Vec<Candidate>,
    exit: u8,
}

/// One of several things that may have been meant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Candidate {
    /// Full id of the session.
    pub(crate) id: String,
    /// When it was last active, RFC 3339.
    pub(crate) when: Option<String>,
    /// Display name of its project.
    pub(crate) project: Option<String>,
    /// Its title.
    pub(crate) title: Option<String>,
}

impl Fault {
    /// A fault with a code for scripts and a message for people.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), next_step: None, candidates: Vec::new(), exit: 1 }
    }

    /// Says what to do next.
    pub(crate) fn next(mut self, step: impl Into<String>) -> Self {
        self.next_step = Some(step.into());
        self
    }

    /// Ends the program with another exit code.
    pub(crate) fn exit(self, exit: u8) -> Self {
        Self { exit, ..self }
    }

    /// What is wrong and what to do next, in one line.
    pub(crate) fn in_one_line(&self) -> String {
        let step = self.next_step.as_deref().unwrap_or_default();
        let end = if self.message.ends_with(['.', '?']) { "" } else { "." };
        one_line(&format!("{}{end} {step}", self.message))
    }

    /// Lists what may have been meant.
    pub(crate) fn candidates(mut self, candidates: Vec<Candidate>) -> Self {
        self.candidates = candidates;
        self
    }
}

/// How errors are written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Style {
    json: bool,
    color: bool,
}

impl Style {
    /// Reads it off the arguments before they are parsed, so that wrong arguments are answered in kind.
    pub(crate) fn of_arguments(arguments: &[OsString]) -> Self {
        let ours: Vec<&str> = arguments.iter().map_while(|word| word.to_str().filter(|word| *word != "--")).collect();
        let color = match ours.iter().position(|word| word.starts_with("--color")) {
            Some(at) if ours[at].ends_with("always") || ours.get(at + 1) == Some(&"always") => true,
            Some(at) if ours[at].ends_with("never") || ours.get(at + 1) == Some(&"never") => false,
            _ => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        Self { json: ours.contains(&"--json"), color }
    }
}

/// Runs the program, turns what came of it into text on standard error and an exit code, and leaves at once: a thread of the
/// screen may still ask the engine something, which must not be taken apart under it as it is at an ordinary exit.
pub(crate) fn conclude(style: Style, program: impl FnOnce() -> color_eyre::Result<()>) -> ! {
    let outcome = panic::catch_unwind(AssertUnwindSafe(program));
    let is_said_now = matches!(&outcome, Ok(Err(report)) if is_of_disk(report));
    if let Some(held) = HELD.take().filter(|_| !is_said_now) {
        let _ = io::stderr().lock().write_all(held.as_bytes());
    }
    let code = match outcome {
        Ok(Ok(())) => 0,
        Ok(Err(report)) if is_broken_pipe(&report) => 0,
        Ok(Err(report)) => ending_of(&report).write(style),
        Err(_) => 2,
    };
    // what could not be written was told by whoever wrote it
    let _ = io::stdout().lock().flush();
    signal_hook::low_level::exit(code.into())
}

/// What clap has to say: help and version on standard output, anything else as a fault.
pub(crate) fn grammar(error: &clap::Error) -> color_eyre::Result<()> {
    if !error.use_stderr() {
        return Ok(error.print()?);
    }
    let rendered = error.render().to_string();
    let text = rendered.trim_end().strip_prefix("error: ").unwrap_or(&rendered);
    let mut message: Vec<&str> = text.lines().collect();
    message.retain(|line| !line.starts_with("For more information"));
    Err(Fault::new("usage", message.join("\n").trim_end())
        .next("See `sessions --help`, or `--help` of the command.")
        .into())
}

thread_local! {
    /// The first warning that the data folder may not be written, held back: several things fail for that one cause, and it is told
    /// once, by whatever ends the program.
    static HELD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Whether the cause is that something may not be written for good.
fn is_of_disk(report: &Report) -> bool {
    let is_kind =
        |error: &io::Error| matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied);
    report.downcast_ref::<Fault>().is_some_and(|fault| fault.code == "read-only")
        || report.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_kind)
}

/// Writes on standard error what is wrong beside an answer that is given all the same.
pub(crate) fn warn(style: Style, problem: &Report) {
    let ending = ending_of(problem);
    let text = if style.json { ending.as_json("warning") } else { ending.as_text("warning: ", style.color) };
    if is_of_disk(problem) {
        return HELD.with_borrow_mut(|held| {
            held.get_or_insert(text);
        });
    }
    // Standard error may be closed; there is nobody left to tell then.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// An error as it leaves the program.
#[derive(Debug, Serialize)]
struct Ending<'a> {
    code: &'a str,
    message: String,
    next_step: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    candidates: &'a [Candidate],
    #[serde(skip)]
    exit: u8,
}

impl Ending<'_> {
    fn write(&self, style: Style) -> u8 {
        let text = if style.json { self.as_json("error") } else { self.as_text("", style.color) };
        // Standard error may be closed; there is nobody left to tell then.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        self.exit
    }

    fn as_json(&self, name: &str) -> String {
        let text = serde_json::to_string(self).expect("texts and lists can be written as JSON");
        format!("{{\"schema\":1,\"{name}\":{text}}}\n")
    }

    fn as_text(&self, kind: &str, color: bool) -> String {
        let (red, plain) = if color { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
        let mut lines = vec![format!("{red}sessions:{plain} {kind}{}", printable(&self.message))];
        lines.extend(self.candidates.iter().map(|candidate| {
            let or = |field: &Option<String>, none: &str| field.as_deref().map_or_else(|| none.to_owned(), one_line);
            let (when, project) = (or(&candidate.when, "-"), or(&candidate.project, "-"));
            format!("  {}  {when}  {project}  {}", one_line(&candidate.id), or(&candidate.title, "(untitled)"))
        }));
        lines.extend(self.next_step.as_deref().map(|step| printable(step).into_owned()));
        lines.join("\n") + "\n"
    }
}

fn ending_of(report: &Report) -> Ending<'_> {
    if let Some(fault) = report.downcast_ref::<Fault>() {
        return Ending {
            code: fault.code,
            message: fault.message.clone(),
            next_step: fault.next_step.clone(),
            candidates: &fault.candidates,
            exit: fault.exit,
        };
    }
    let (code, exit, message, next_step) = if let Some(error) = report.downcast_ref::<StoreError>() {
        of_store(error)
    } else if let Some(error @ ConfigError::NoHome) = report.downcast_ref() {
        ("no-home", 1, error.to_string(), None)
    } else if let Some(error @ ConfigError::Invalid { .. }) = report.downcast_ref() {
        ("config", 1, error.to_string(), Some("Correct the file, or move it away to use the defaults.".to_owned()))
    } else if let Some(error) = report.downcast_ref::<ArchiveError>() {
        of_archive(error)
    } else if let Some(error) = report.downcast_ref::<HousekeepingError>() {
        of_housekeeping(error)
    } else if let Some(error) = report.downcast_ref::<journal::JournalError>() {
        ("spool", 1, error.to_string(), Some(files_step(error)))
    } else if let Some(error) = report.downcast_ref::<Obstacle>() {
        (code_of(error), 1, error.to_string(), None)
    } else if report.downcast_ref::<io::Error>().is_some() || report.downcast_ref::<ConfigError>().is_some() {
        ("io", 1, chain_of(report), Some(files_step(report.as_ref())))
    } else {
        (
            "fault",
            2,
            chain_of(report),
            Some("This is a fault of the program; please report it with the text above.".to_owned()),
        )
    };
    Ending { code, message, next_step, candidates: &[], exit }
}

fn of_archive(error: &ArchiveError) -> (&'static str, u8, String, Option<String>) {
    let (code, step) = match error {
        ArchiveError::Busy { .. } => ("archive-busy", "Try again when it is done.".to_owned()),
        ArchiveError::NoBackup { .. } => {
            ("backup", "Nothing was changed. Take another copy of it, or another backup.".to_owned())
        }
        ArchiveError::Io { .. } => ("archive", files_step(error)),
    };
    (code, 1, error.to_string(), Some(step))
}

fn of_housekeeping(error: &HousekeepingError) -> (&'static str, u8, String, Option<String>) {
    let code = match error {
        HousekeepingError::Archive(error) => return of_archive(error),
        HousekeepingError::Io { .. } => "io",
        HousekeepingError::Changed { .. } | HousekeepingError::Half { .. } => "changed",
        HousekeepingError::Stuck { .. } => "stuck",
        HousekeepingError::InTheWay { .. } | HousekeepingError::Occupied { .. } | HousekeepingError::Second { .. } => {
            "exists"
        }
        HousekeepingError::StillThere { .. } => "still-there",
        HousekeepingError::NoDirectory { .. } => "no-directory",
        HousekeepingError::Unknown { .. } => "not-found",
        HousekeepingError::RunsThere { .. } | HousekeepingError::Runs { .. } => "running",
        HousekeepingError::NotKept { .. } => "not-kept",
        HousekeepingError::Damaged { .. } => "damaged",
    };
    (code, 1, error.to_string(), Some(error.next_step().unwrap_or_else(|| files_step(error))))
}

/// What is wrong with the store, and what to do about it.
pub(crate) fn said_of_store(error: &StoreError) -> (String, String) {
    let (_, _, message, step) = of_store(error);
    (message, step.unwrap_or_default())
}

fn of_store(error: &StoreError) -> (&'static str, u8, String, Option<String>) {
    let step = |text: &str| Some(text.to_owned());
    match error {
        StoreError::Locked { path, holder } => {
            let message = format!("{} is in use by another program{holder}.", path.display());
            ("store-locked", 1, message, step("Try again when it is done."))
        }
        StoreError::Newer { path, found, known } => {
            let message = format!(
                "{} was written by a newer version of sessions (schema {found}; this one knows {known}).",
                path.display()
            );
            ("store-newer", 1, message, step("Update sessions, or make the store again with `sessions rebuild`."))
        }
        StoreError::Damaged { path, message } => {
            let message = format!("{} is damaged ({message}).", path.display());
            (
                "store-damaged",
                1,
                message,
                step("Run `sessions rebuild`: it is made again from the transcripts, and this file is kept beside it."),
            )
        }
        StoreError::Io { .. } => ("io", 1, error.to_string(), Some(files_step(error))),
        StoreError::Journal(_) => ("journal", 1, error.to_string(), Some(files_step(error))),
        StoreError::Cancelled => {
            let message = "Stopped. What was read so far is kept.".to_owned();
            ("stopped", 1, message, step("The next `sessions scan` goes on from there."))
        }
        StoreError::Engine(_) => (
            "fault",
            2,
            error.to_string(),
            step("This is a fault of the program; please report it with the text above."),
        ),
    }
}

fn code_of(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Running { .. } => "running",
        Obstacle::NeverSaved { .. } | Obstacle::TranscriptGone { .. } => "gone",
        Obstacle::DirectoryGone { .. } | Obstacle::NoDirectory { .. } => "no-directory",
        Obstacle::NoClaude { .. } => "no-claude",
    }
}

/// What to do about a file that cannot be used, by what the system says of it.
pub(crate) fn files_step(error: &(dyn Error + 'static)) -> String {
    let (mut kind, mut cause) = (None, Some(error));
    while let Some(error) = cause {
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        cause = error.source();
    }
    let step = match kind {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => "Make room on that disk, then run it again.",
        Some(ErrorKind::ReadOnlyFilesystem) => {
            "That disk can only be read. Make it writable, or name another data folder by SESSIONS_HOME."
        }
        Some(ErrorKind::PermissionDenied) => {
            "Give yourself the right to read and write there; `sessions where` lists every path."
        }
        Some(ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::AlreadyExists) => {
            "Is a disk missing, or a file in the place of a folder? `sessions where` lists every path."
        }
        _ => "Check that the disk is not full and that the folder may be written; `sessions where` lists every path.",
    };
    step.to_owned()
}

/// The causes from the outside in; one that its predecessor has quoted already is left out.
fn chain_of(report: &Report) -> String {
    let mut text = String::new();
    for cause in report.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn is_broken_pipe(report: &Report) -> bool {
    report
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
