//! The genuine client, ended in every way there is: each session must be recorded once, and as it is on disk. Beside that, what it does
//! with a directory that moved, and with the page that it is given.
//!
//! The harness that drives it offline lies outside this repository; its `README.md` says what it needs.

mod ending;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{ContextCompat, WrapErr, bail, ensure};
use serde_json::Value;

use crate::workspace::build;
use ending::{ENDINGS, Ending, PREAMBLE};

/// How long the hooks of a session that is over have to be taken in.
const PATIENCE: Duration = Duration::from_secs(15);

/// The hook, and the ticks that it starts, on a disk on which whatever has to be durable takes half a second. `strace` stands
/// beside them (`-D`), so that the client waits for the hook alone.
const SLOW_HOOK: &str = r#"#!/bin/sh
calls=fsync,fdatasync,rename,renameat2
exec /usr/bin/strace -D -f -qq -o /dev/null -e trace=$calls -e inject=$calls:delay_exit=500000 "${0%/*}/quick-hook" "$@"
"#;

/// Run a genuine Claude Code client and end it in every way, with a table of what was recorded
#[derive(Debug, Args)]
pub(crate) struct Client {
    /// The folder with clients, as `install.sh` of the harness makes it
    #[arg(long, value_name = "DIR")]
    clients: PathBuf,
    /// The harness [default: `$SESSIONS_CLIENT_HARNESS`]
    #[arg(long, value_name = "DIR", env = "SESSIONS_CLIENT_HARNESS")]
    harness: PathBuf,
    /// The version of the client
    #[arg(long, value_name = "VERSION", default_value = "2.1.328")]
    version: String,
    /// Where it works; what is there is deleted
    #[arg(long, value_name = "DIR")]
    work: PathBuf,
    /// Only endings with this in their name
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
}

/// One ending at work.
struct Stage {
    folder: PathBuf,
    sessions: PathBuf,
}

/// What came of an ending.
struct Outcome {
    found: Vec<Session>,
    /// Whether no scan of ours was needed: the hooks and the ticks that they started did it.
    by_hooks: bool,
    /// Whether the client told of its end.
    end_told: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    id: String,
    prompts: u64,
    requests: u64,
    tokens: u64,
}

impl Client {
    pub(crate) fn run(&self) -> Result<()> {
        let client = fs::canonicalize(self.clients.join(format!("claude-{}", self.version)))
            .wrap_err("there is no such client; `install.sh` of the harness installs it")?;
        let harness = fs::canonicalize(&self.harness).wrap_err("there is no harness")?;
        let programs = [build("cli", "sessions")?, build("hook", "sessions-hook")?];
        let mut failed = 0;
        println!(
            "| ending of client {} | sessions | prompts | requests | end told | recorded by | verdict |",
            self.version
        );
        println!("|---|---|---|---|---|---|---|");
        for ending in ENDINGS.iter().filter(|ending| ending.name.contains(&self.only)) {
            let stage = Stage::new(&self.work.join(ending.name.replace([' ', '/'], "-")), &programs, ending)?;
            let outcome = stage.act(ending, &harness, &client);
            failed += usize::from(!report(ending, outcome));
        }
        ensure!(
            failed == 0,
            "{failed} endings were not recorded as they should be; {} holds them",
            self.work.display()
        );
        Ok(())
    }
}

fn report(ending: &Ending, outcome: Result<Outcome>) -> bool {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            println!("| {} | | | | | | FAILED: {error:#} |", ending.name);
            return false;
        }
    };
    let list = |figure: fn(&Session) -> u64| {
        let figures: Vec<String> = outcome.found.iter().map(|session| figure(session).to_string()).collect();
        figures.join(", ")
    };
    let mut prompts: Vec<u64> = outcome.found.iter().map(|session| session.prompts).collect();
    prompts.sort_unstable();
    let is_right = prompts == ending.prompts && outcome.end_told == ending.end_told;
    println!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        ending.name,
        outcome.found.len(),
        list(|session| session.prompts),
        list(|session| session.requests),
        if outcome.end_told { "yes" } else { "no" },
        if outcome.by_hooks { "hooks" } else { "scan" },
        if is_right { "right".to_owned() } else { format!("WRONG: expected prompts {:?}", ending.prompts) },
    );
    is_right
}

impl Stage {
    /// A home in which `sessions setup` was run.
    fn new(folder: &Path, programs: &[PathBuf], ending: &Ending) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let bin = folder.join("bin");
        fs::create_dir_all(&bin)?;
        fs::create_dir_all(folder.join("proj"))?;
        fs::create_dir_all(folder.join("home/.claude"))?;
        let settings = "{\n  \"skipDangerousModePermissionPrompt\": true\n}\n";
        fs::write(folder.join("home/.claude/settings.json"), settings)?;
        for program in programs {
            let name = program.file_name().wrap_err("a program has a name")?;
            fs::copy(program, bin.join(name))?;
        }
        let stage = Self { sessions: bin.join("sessions"), folder: folder.to_owned() };
        stage.ask(&["setup", "--yes", "--no-schedule", "--json"])?;
        if ending.slow {
            ensure!(Path::new("/usr/bin/strace").exists(), "`strace` makes the disk slow; install it");
            let hook = bin.join("sessions-hook");
            fs::rename(&hook, bin.join("quick-hook"))?;
            fs::write(&hook, SLOW_HOOK)?;
            let made = Command::new("chmod").arg("755").arg(&hook).status()?;
            ensure!(made.success(), "a script cannot be made");
        }
        Ok(stage)
    }

    fn act(&self, ending: &Ending, harness: &Path, client: &Path) -> Result<Outcome> {
        let script = format!("{PREAMBLE}\n{}", ending.script);
        let output = Command::new("bash")
            .args(["-c", &script])
            .env("HARNESS", harness)
            .env("CLAUDE_BIN", client)
            .env("W", &self.folder)
            .env("CFG", "")
            .stdin(Stdio::null())
            .output()?;
        fs::write(self.folder.join("output"), &output.stdout)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        let by_hooks = self.wait_for(ending.prompts)?;
        if !by_hooks {
            self.ask(&["tick", "--json"])?;
        }
        let found = self.found()?;
        self.check_rebuilt(&found)?;
        let events = self.folder.join("home/.local/share/sessions/state/events.json");
        let events: Value = serde_json::from_slice(&fs::read(events).unwrap_or_default()).unwrap_or_default();
        Ok(Outcome { found, by_hooks, end_told: events.get("session-end").is_some() })
    }

    /// Waits until hooks and ticks are done; whether they have recorded as many prompts as there should be. Figures that stay
    /// the same while no event waits are final.
    fn wait_for(&self, prompts: &[u64]) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE;
        let mut before = None;
        loop {
            let found = self.found()?;
            let mut counts: Vec<u64> = found.iter().map(|session| session.prompts).collect();
            counts.sort_unstable();
            let is_final = !self.has_events()? && before.as_ref() == Some(&found);
            if is_final && counts == prompts {
                return Ok(true);
            }
            if Instant::now() > deadline {
                return Ok(false);
            }
            before = Some(found);
            sleep(Duration::from_secs(2));
        }
    }

    /// Whether events wait to be taken in.
    fn has_events(&self) -> Result<bool> {
        let spool = self.folder.join("home/.local/share/sessions/spool");
        let mut files = fs::read_dir(spool)?.flatten();
        Ok(files.any(|file| file.path().extension().is_some_and(|extension| extension == "json")))
    }

    fn found(&self) -> Result<Vec<Session>> {
        let answer = self.ask(&["ls", "--no-scan", "--json"])?;
        let figure = |row: &Value, place: &str| row.pointer(place).and_then(Value::as_u64).unwrap_or_default();
        let rows = answer["sessions"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<Session> = rows
            .iter()
            .map(|row| Session {
                id: row["id"].as_str().unwrap_or_default().to_owned(),
                prompts: figure(row, "/prompts"),
                requests: figure(row, "/requests"),
                tokens: figure(row, "/tokens/total"),
            })
            .collect();
        found.sort();
        Ok(found)
    }

    /// What was recorded piece by piece must be what the transcripts say as a whole.
    fn check_rebuilt(&self, found: &[Session]) -> Result<()> {
        self.ask(&["rebuild", "--json"])?;
        let rebuilt = self.found()?;
        if rebuilt != found {
            bail!("recorded {found:?}, but the transcripts say {rebuilt:?}");
        }
        let mut ids: Vec<&str> = found.iter().map(|session| session.id.as_str()).collect();
        ids.dedup();
        ensure!(ids.len() == found.len(), "a session is there twice: {found:?}");
        Ok(())
    }

    fn ask(&self, arguments: &[&str]) -> Result<Value> {
        let output = Command::new(&self.sessions)
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.join("home"))
            // The schedule of whoever runs this is none of its business, and only hooks start ticks.
            .env("PATH", self.folder.join("bin"))
            .env("SESSIONS_TICKS", "off")
            .current_dir(self.folder.join("proj"))
            .output()?;
        ensure!(output.status.success(), "sessions {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
