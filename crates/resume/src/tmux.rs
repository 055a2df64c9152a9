//! tmux: a window for a session, and the pane that a session runs in already.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::Plan;

/// A tmux server that can be spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tmux {
    program: PathBuf,
    /// The server's socket; none: the usual one.
    socket: Option<PathBuf>,
}

/// A pane of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// As tmux is given it: `%3`.
    pub id: String,
    /// As a person finds it: `work:2.1`.
    pub name: String,
}

/// Why tmux did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TmuxError {
    /// Its program cannot be started.
    #[error("tmux cannot be started: {0}")]
    NotStarted(#[from] io::Error),
    /// It said no.
    #[error("tmux says: {0}")]
    Refused(String),
}

impl Tmux {
    /// The server that this program runs in, from the value of `$TMUX`.
    pub fn around(variable: &str) -> Self {
        let socket = variable.split(',').next().unwrap_or_default();
        Self { program: "tmux".into(), socket: Some(socket.into()).filter(|socket: &PathBuf| socket.is_absolute()) }
    }

    /// The usual server of this person, whether or not this program runs in it.
    pub fn usual() -> Self {
        Self { program: "tmux".into(), socket: None }
    }

    /// Opens a window with the planned program; its place comes back, as in `work:3`.
    pub fn open(&self, plan: &Plan, name: &str) -> Result<String, TmuxError> {
        let said = self.ask(&window(plan, name))?;
        Ok(said.trim().to_owned())
    }

    /// Shows a pane to whoever looks at this server.
    pub fn switch_to(&self, pane: &Pane) -> Result<(), TmuxError> {
        self.ask(&words(["switch-client", "-t", &pane.id])).map(drop)
    }

    /// The pane of a terminal (`/dev/pts/3`).
    pub fn pane_of(&self, terminal: &str) -> Option<Pane> {
        let format = "#{pane_tty}\t#{pane_id}\t#{pane_dead}\t#{session_name}:#{window_index}.#{pane_index}";
        pane_in(&self.ask(&words(["list-panes", "-a", "-F", format])).ok()?, terminal)
    }

    /// Hands a text to tmux for its own buffer and the clipboard of the terminal around it: what a program writes to
    /// reach a clipboard, tmux keeps back unless it is told otherwise.
    pub fn copy(&self, text: &str) -> Result<(), TmuxError> {
        let mut child = self.command(&words(["load-buffer", "-w", "-"])).stdin(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        answer(&child.wait_with_output()?).map(drop)
    }

    fn ask(&self, words: &[OsString]) -> Result<String, TmuxError> {
        answer(&self.command(words).stdin(Stdio::null()).output()?)
    }

    fn command(&self, words: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(socket) = &self.socket {
            command.arg("-S").arg(socket);
        }
        command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

fn words<const N: usize>(words: [&str; N]) -> Vec<OsString> {
    words.map(OsString::from).to_vec()
}

/// What tmux is asked to open a window for a plan.
fn window(plan: &Plan, name: &str) -> Vec<OsString> {
    let mut asked = words(["new-window", "-P", "-F", "#{session_name}:#{window_index}", "-n"]);
    asked.extend([literal(name.as_ref()), "-c".into(), literal(plan.directory.as_os_str())]);
    for (variable, value) in &plan.variables {
        let mut set = OsString::from(format!("{variable}="));
        set.push(value);
        asked.extend(["-e".into(), set]);
    }
    asked.push("--".into());
    asked.push(plan.program.clone().into_os_string());
    asked.extend(plan.arguments.iter().cloned());
    asked
}

/// A text that tmux takes as it stands: in names and directories it expands `#{…}`, and runs `#(…)` in a shell.
fn literal(text: &OsStr) -> OsString {
    let doubled = text.as_bytes().iter().flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'#' { 2 } else { 1 }));
    OsString::from_vec(doubled.collect())
}

fn answer(output: &Output) -> Result<String, TmuxError> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(TmuxError::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The pane of a terminal; one whose program has ended keeps the name of a terminal that another one may have by now.
fn pane_in(listed: &str, terminal: &str) -> Option<Pane> {
    listed.lines().find_map(|line| {
        let mut fields = line.split('\t');
        let (tty, id, dead, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        (tty == terminal && dead != "1").then(|| Pane { id: id.to_owned(), name: name.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_given_directory_variables_and_program() {
        let plan = Plan {
            program: "/opt/claude".into(),
            arguments: vec!["--resume".into(), "abc".into()],
            directory: "/home/ada/web shop".into(),
            variables: vec![("CLAUDE_CONFIG_DIR".to_owned(), "/root 2".into())],
        };
        let asked = window(&plan, "Fix it");
        let asked: Vec<&str> = asked.iter().filter_map(|word| word.to_str()).collect();
        let format = "#{session_name}:#{window_index}";
        let expect = ["new-window", "-P", "-F", format, "-n", "Fix it", "-c", "/home/ada/web shop", "-e"];
        assert_eq!(asked[..9], expect);
        assert_eq!(asked[9..], ["CLAUDE_CONFIG_DIR=/root 2", "--", "/opt/claude", "--resume", "abc"]);
    }

    #[test]
    fn a_title_and_a_directory_are_nothing_that_tmux_expands() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let directory = folder.path().join("#(touch ran-too) #{pid} ##");
        std::fs::create_dir(&directory).expect("a folder can be made");
        let (socket, seen, ran) = (folder.path().join("socket"), folder.path().join("seen"), folder.path().join("ran"));
        let tmux = Tmux { program: "tmux".into(), socket: Some(socket) };
        // Nothing to ask where there is no tmux; the words that it is given are looked at below.
        if tmux.ask(&words(["-f", "/dev/null", "new-session", "-d", "-s", "main", "-c", "/"])).is_ok() {
            let script = r#"printf '%s' "$PWD" > "$0.new"; mv "$0.new" "$0"; sleep 60"#;
            let plan = Plan {
                program: "/bin/sh".into(),
                arguments: vec!["-c".into(), script.into(), seen.clone().into()],
                directory: directory.clone(),
                variables: vec![],
            };
            let name = format!("#(touch {}) #W", ran.display());
            let opened = tmux.open(&plan, &name);
            let names = tmux.ask(&words(["list-windows", "-F", "#{window_name}"]));
            for _ in 0..200 {
                if seen.exists() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            tmux.ask(&words(["kill-server"])).expect("it runs");
            opened.expect("a window can be opened");
            assert!(names.expect("it runs").lines().any(|line| line == name), "the name is as it was given");
            assert_eq!(std::fs::read(&seen).expect("it was started"), directory.as_os_str().as_bytes());
            assert!(!ran.exists() && !directory.join("ran-too").exists(), "nothing was run");
        }
        assert_eq!(literal("a #(b) ## c".as_ref()), "a ##(b) #### c");
    }

    #[test]
    fn the_pane_of_a_terminal_is_found_by_its_whole_name_if_it_is_alive() {
        let listed = "/dev/pts/11\t%4\t0\tmain:0.0\n/dev/pts/1\t%5\t1\tended:0.0\n/dev/pts/1\t%7\t0\tmy work:2.1\n";
        let expect = Pane { id: "%7".to_owned(), name: "my work:2.1".to_owned() };
        assert_eq!(pane_in(listed, "/dev/pts/1"), Some(expect));
        assert_eq!(pane_in(listed, "/dev/pts/2"), None);
    }

    #[test]
    fn the_socket_is_the_first_part_of_the_variable() {
        assert_eq!(Tmux::around("/tmp/tmux-0/default,123,0").socket, Some("/tmp/tmux-0/default".into()));
        assert_eq!(Tmux::around("").socket, None);
    }

    #[test]
    fn a_tmux_that_is_not_there_is_an_error() {
        let tmux = Tmux { program: "/no/such/tmux".into(), socket: None };
        let pane = Pane { id: "%1".to_owned(), name: "a:0.0".to_owned() };
        assert!(matches!(tmux.switch_to(&pane), Err(TmuxError::NotStarted(_))));
    }
}
