//! A home that is tortured: its programs, its transcripts, and what must come out of them in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail, ensure};
use config::{Environment, Paths};
use journal::Stream;
use testkit::{Home, Random};

use crate::workspace::build_programs;

/// How long a program may take that nobody kills.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is asked of a store: every session, what it cost, and when.
const QUESTIONS: &[&[&str]] =
    &[&["usage", "--by", "session", "--breakdown", "--json"], &["usage", "--by", "day", "--json"], &["ls", "--json"]];

/// A home with both programs.
pub(super) struct Scene {
    pub(super) home: Home,
    pub(super) paths: Paths,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) sessions: PathBuf,
    pub(super) hook: PathBuf,
    events: u64,
    /// Whether the files came from another folder.
    is_copy: bool,
}

impl Scene {
    /// A home with a generated history of about so many bytes.
    pub(super) fn new(bytes: u64, seed: u64) -> Result<Self> {
        let (home, paths, variables) = empty_home()?;
        testkit::history::generate(&home.claude(), bytes, seed)?;
        let (sessions, hook) = programs()?;
        Ok(Self { home, paths, variables, sessions, hook, events: 0, is_copy: false })
    }

    /// A data folder beside this one's, of the same home, for what is left of this one's files. The journal takes it for
    /// the copy that it is, and goes on in a stream of its own, in which it may tell an event again, under the same id.
    pub(super) fn beside(&self) -> Result<Self> {
        let home = Home::new();
        let data = home.path().join("data").to_string_lossy().into_owned();
        let mut variables = self.variables.clone();
        variables.insert("SESSIONS_HOME".to_owned(), data);
        let cwd = home.path().to_owned();
        let paths =
            Paths::new(&Environment { variables: variables.clone(), home: Some(self.home.path().to_owned()), cwd })?;
        let (sessions, hook) = (self.sessions.clone(), self.hook.clone());
        Ok(Self { home, paths, variables, sessions, hook, events: 0, is_copy: true })
    }

    /// Whether anything was set aside as damaged.
    pub(super) fn has_damage(&self) -> bool {
        let folders = ["spool/damaged", "journal/damaged"].map(|name| self.paths.data.join(name));
        folders.iter().any(|folder| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()))
    }

    /// Waits until no tick runs that a hook started.
    pub(super) fn wait_for_tick(&self) {
        let begun = Instant::now();
        let busy = || File::open(self.paths.tick_lock()).is_ok_and(|lock| lock.try_lock_shared().is_err());
        while busy() && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5));
        }
    }

    /// A `sessions` command.
    pub(super) fn sessions(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.sessions);
        command.args(arguments).env_clear().envs(&self.variables).current_dir(self.home.path());
        command
    }

    /// A hook, the payload that it is to be given, and the id by which its event is known again.
    pub(super) fn hook(&mut self, random: &mut Random) -> (Command, String, String) {
        self.events += 1;
        let session = format!("{:08x}-0000-4000-8000-{:012x}", self.events, self.events);
        let event = random.pick(&["session-start", "post-tool-use", "stop", "session-end"]);
        let payload = serde_json::json!({
            "session_id": session,
            "transcript_path": self.home.claude().join(format!("projects/-home-you/{session}.jsonl")),
            "cwd": self.home.path(),
            "hook_event_name": event,
            "reason": "other",
            "padding": "x".repeat(random.below(4_000)),
        });
        let mut command = Command::new(&self.hook);
        command.arg(event).env_clear().envs(&self.variables).current_dir(self.home.path());
        (command, payload.to_string(), session)
    }

    /// Runs a command to its end and says what it printed; fails when it fails.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = finish(self.sessions(arguments), "")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "`sessions {}` failed ({}): {said}", arguments.join(" "), output.status);
        ensure!(!said.contains("panicked"), "`sessions {}` panicked: {said}", arguments.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Waits until no tick runs, then ticks once more.
    pub(super) fn settle(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let answer: serde_json::Value = serde_json::from_str(&self.run(&["tick", "--json"])?)?;
            if answer["already_running"] != true {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("a tick ran for longer than {} s", PATIENCE.as_secs());
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// What the store answers about everything, without what changes from one call to the next.
    pub(super) fn answers(&self) -> Result<String> {
        self.answers_with(&self.variables)
    }

    /// What a store that was never tortured answers about the same transcripts and the same journal.
    pub(super) fn answers_of_a_new_store(&self) -> Result<String> {
        let aside = tempfile::tempdir()?;
        copy_folder(&self.paths.journal(), &aside.path().join("journal"))?;
        let mut variables = self.variables.clone();
        variables.insert("SESSIONS_HOME".to_owned(), aside.path().to_string_lossy().into_owned());
        self.answers_with(&variables)
    }

    fn answers_with(&self, variables: &BTreeMap<String, String>) -> Result<String> {
        let mut answers = String::new();
        for question in QUESTIONS {
            let mut command = self.sessions(question);
            command.env_clear().envs(variables);
            let output = finish(command, "")?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success() && !said.contains("panicked"), "`{}` failed: {said}", question.join(" "));
            let mut answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
            forget_clock(&mut answer);
            answers += &serde_json::to_string_pretty(&answer)?;
            answers.push('\n');
        }
        Ok(answers)
    }

    /// Keeps what is new, then reads all that is kept: no content of a file may be damaged or have to be made again.
    pub(super) fn check_archive(&self) -> Result<()> {
        self.run(&["archive"])?;
        let output = finish(self.sessions(&["archive", "--check", "--json"]), "")?;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let flaws = answer["flaws"].as_array().cloned().unwrap_or_default();
        let of_files: Vec<_> = flaws.iter().filter(|flaw| !flaw["file"].is_null()).collect();
        ensure!(of_files.is_empty(), "the archive is damaged: {of_files:?}");
        Ok(())
    }

    /// Whether what hooks acknowledged is recorded, each once; fails with what is lost or doubled.
    pub(super) fn check_events(&self, acknowledged: &BTreeSet<String>) -> Result<()> {
        let mut seen: BTreeMap<(Option<Stream>, String), usize> = BTreeMap::new();
        let mut recorded = BTreeSet::new();
        for (stream, session) in super::recorded::events(&self.paths)? {
            recorded.insert(session.clone());
            *seen.entry((self.is_copy.then_some(stream), session)).or_default() += 1;
        }
        let lost = acknowledged.difference(&recorded).count();
        let doubled = seen.values().filter(|count| **count > 1).count();
        ensure!(lost == 0 && doubled == 0, "{lost} acknowledged events lost, {doubled} recorded twice");
        Ok(())
    }
}

/// Both programs, built once for all homes.
fn programs() -> Result<(PathBuf, PathBuf)> {
    static BUILT: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    if let Some(built) = BUILT.get() {
        return Ok(built.clone());
    }
    let built = build_programs()?;
    Ok(BUILT.get_or_init(|| built).clone())
}

fn empty_home() -> Result<(Home, Paths, BTreeMap<String, String>)> {
    let home = Home::new();
    let mut variables = home.variables();
    variables.insert("SESSIONS_USER".to_owned(), "tester".to_owned());
    let paths = Paths::new(&Environment {
        variables: variables.clone(),
        home: Some(home.path().to_owned()),
        cwd: home.path().to_owned(),
    })?;
    Ok((home, paths, variables))
}

/// Copies a folder with all that is in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Takes out of an answer what depends on the moment of asking.
fn forget_clock(answer: &mut serde_json::Value) {
    match answer {
        serde_json::Value::Object(fields) => {
            for name in ["generated_at", "age", "warm", "live", "days_left", "archived"] {
                fields.remove(name);
            }
            fields.values_mut().for_each(forget_clock);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(forget_clock),
        _ => {}
    }
}

/// Starts a program and gives it its input.
pub(super) fn start(mut command: Command, input: &str) -> Result<Child> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().wrap_err_with(|| format!("cannot start {command:?}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that was killed or does not read is no fault of this one.
        let _ = stdin.write_all(input.as_bytes());
    }
    Ok(child)
}

/// Runs a program to its end.
pub(super) fn finish(command: Command, input: &str) -> Result<Output> {
    Ok(start(command, input)?.wait_with_output()?)
}
