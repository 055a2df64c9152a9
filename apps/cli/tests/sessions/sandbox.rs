//! A home that is thrown away, and the program run in it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::Home;

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sessions");

/// A home, and the program run in it.
pub(crate) struct Sandbox {
    /// The home.
    pub(crate) home: Home,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output, with the home written as `~`.
    pub(crate) stdout: String,
    /// Standard error, with the home written as `~`.
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty home.
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// Runs the program without anything on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, "", |command| command)
    }

    /// Runs the program with a text on standard input, after a change to the command.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        stdin: &str,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Answer {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().envs(self.home.variables()).current_dir(self.home.path());
        change(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let mut pipe = child.stdin.take().expect("standard input is a pipe");
        // A program that reads nothing may close the pipe first.
        let _ = pipe.write_all(stdin.as_bytes());
        drop(pipe);
        let output = child.wait_with_output().expect("the program ends");
        Answer {
            code: output.status.code().expect("no signal ended it"),
            stdout: self.neutral(&output.stdout),
            stderr: self.neutral(&output.stderr),
        }
    }

    /// Puts a program of a name in front of the search path: a shell script.
    pub(crate) fn program(&self, name: &str, script: &str) -> String {
        let folder = self.home.path().join("bin");
        fs::create_dir_all(&folder).expect("a folder can be made");
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}")).expect("a script can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        format!("{}:/usr/bin:/bin", folder.display())
    }

    /// A directory below the home, made if it is missing.
    pub(crate) fn directory(&self, relative: &str) -> PathBuf {
        let directory = self.home.path().join(relative);
        fs::create_dir_all(&directory).expect("a directory can be made");
        directory
    }

    /// Text with the home written as `~`.
    pub(crate) fn neutral(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("everything that is printed is UTF-8");
        let home = self.home.path();
        let real = fs::canonicalize(home).expect("the home exists");
        [real.as_path(), home].iter().fold(text, |text, home| text.replace(&*home.to_string_lossy(), "~"))
    }
}

impl Answer {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error on standard error, as JSON.
    pub(crate) fn error(&self) -> Value {
        self.told("error")
    }

    /// The warning on standard error, as JSON.
    pub(crate) fn warning(&self) -> Value {
        self.told("warning")
    }

    fn told(&self, what: &str) -> Value {
        let value: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(value["schema"], 1);
        value[what].clone()
    }

    /// Standard output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        &self.stdout
    }

    /// Standard error of a run that a person has to fix.
    #[track_caller]
    pub(crate) fn refused(&self) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{self:?}");
        &self.stderr
    }
}

/// Everything below a folder, sorted, as paths relative to it.
pub(crate) fn listing(folder: &Path) -> Vec<String> {
    fn walk(top: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(top, &path, found);
            } else {
                found.push(path.strip_prefix(top).expect("it lies below").to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}
