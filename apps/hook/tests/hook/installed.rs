//! A home with the hook installed in it, and a stand-in for `sessions`.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use journal::{Event, JournalError, Spool};
use testkit::Home;

/// Where nothing that is expected takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `sessions` that notes that it ran, says its process id into one pipe, and ends when it hears from another.
const STAND_IN: &str = "#!/bin/sh\nroot=${SESSIONS_HOME%/data}\necho \"$*\" >> \"$root/runs\"\necho $$ > \"$root/started\"\nread -r _ < \"$root/go\"\necho done > \"$root/ended\"\n";

/// A home with the hook installed in its `bin`.
pub(crate) struct Installed {
    /// The home.
    pub(crate) home: Home,
}

impl Installed {
    /// Without a `sessions` anywhere.
    pub(crate) fn alone() -> Self {
        let installed = Self { home: Home::new() };
        fs::create_dir(installed.at("bin")).expect("a folder can be made");
        installed.install(Path::new(env!("CARGO_BIN_EXE_sessions-hook")), "bin/sessions-hook");
        installed
    }

    /// With the stand-in beside it.
    pub(crate) fn with_stand_in(place: &str) -> Self {
        let installed = Self::alone();
        fs::write(installed.at("stand-in"), STAND_IN).expect("a file can be written");
        installed.install(&installed.at("stand-in"), place);
        for pipe in ["started", "go", "ended"] {
            assert!(Command::new("mkfifo").arg(installed.at(pipe)).status().expect("mkfifo runs").success());
        }
        installed
    }

    /// By another process: a descriptor that is open for writing in this one would keep a program from being started.
    fn install(&self, from: &Path, to: &str) {
        let copied = Command::new("install").args(["-D", "-m", "755"]).arg(from).arg(self.at(to)).status();
        assert!(copied.expect("install runs").success());
    }

    /// A path below the home.
    pub(crate) fn at(&self, relative: &str) -> PathBuf {
        self.home.path().join(relative)
    }

    /// The hook, to be fed.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.at("bin/sessions-hook"));
        command.args(arguments).env_clear().envs(self.home.variables());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the hook with a payload.
    pub(crate) fn run(&self, arguments: &[&str], payload: &[u8]) -> Output {
        feed(&mut self.command(arguments), payload)
    }

    fn spool(&self) -> Spool {
        Spool::new(self.at("data/spool"))
    }

    /// Takes what lies in the spool. A process that another test forks holds a copy of the spool's lock until it becomes
    /// its program, so the spool may be busy for a moment.
    pub(crate) fn events(&self) -> Vec<Event> {
        loop {
            let mut events = Vec::new();
            let drained = self.spool().drain(|batch| {
                events.extend_from_slice(batch);
                Ok::<(), JournalError>(())
            });
            let drained = drained.expect("it can be drained");
            assert_eq!((drained.damaged, drained.postponed), (0, 0));
            if !drained.busy {
                return events;
            }
            thread::yield_now();
        }
    }

    /// What went wrong.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.at("data/logs/hook.log")).unwrap_or_default()
    }

    /// Arguments of every run of the stand-in.
    pub(crate) fn runs(&self) -> String {
        fs::read_to_string(self.at("runs")).unwrap_or_default()
    }

    /// Waits for one word from a pipe of the stand-in.
    pub(crate) fn hear(&self, pipe: &str) -> String {
        let (sender, receiver) = mpsc::channel();
        let path = self.at(pipe);
        thread::spawn(move || {
            let mut word = String::new();
            File::open(path).and_then(|mut pipe| pipe.read_to_string(&mut word)).expect("a pipe can be read");
            sender.send(word)
        });
        receiver.recv_timeout(PATIENCE).expect("the stand-in answers")
    }

    /// Lets the stand-in end.
    pub(crate) fn let_end(&self) {
        fs::write(self.at("go"), "go\n").expect("the stand-in listens");
        assert_eq!(self.hear("ended"), "done\n");
    }
}

/// Runs the hook with a payload.
pub(crate) fn feed(command: &mut Command, payload: &[u8]) -> Output {
    let mut child = command.spawn().expect("the hook starts");
    // A hook that does not want all of it may close the pipe.
    let _ = child.stdin.take().expect("it is piped").write_all(payload);
    child.wait_with_output().expect("the hook ends")
}
