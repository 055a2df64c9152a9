//! The engine in a program of its own: whatever hangs in it hangs there, and ends with it.

use std::fmt::{self, Debug, Formatter};
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{Channel, PATIENCE, fault_in};
use crate::Fault;
use crate::serving::{self, Access, Answer, Place, Question, Refusal};

/// The command of the program that serves.
const COMMAND: &str = "engine";

type Answered = Result<Vec<Answer>, Refusal>;

/// A program that serves a database, for as long as the value lives.
pub(super) struct Program {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<Answered>,
}

impl Program {
    /// Starts it and names the place. A token goes through the pipe alone: neither arguments nor environment hold it.
    pub(super) fn start(program: &Path, place: &Place) -> Result<Self, Fault> {
        let failed =
            |error: &dyn fmt::Display| Fault::Unreachable(format!("{} cannot be started: {error}", program.display()));
        let mut command = Command::new(program);
        command.arg(COMMAND).env_remove("motherduck_token").env_remove("MOTHERDUCK_TOKEN");
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = spawned.map_err(|error| failed(&error))?;
        let (Some(mut questions), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&"it has no pipes"));
        };
        let (sender, answers) = mpsc::channel();
        // It ends with the program, whose pipe it holds.
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(Some(answered)) = serving::receive::<Answered>(&mut stdout) {
                if sender.send(answered).is_err() {
                    break;
                }
            }
        });
        serving::send(&mut questions, place).map_err(|error| failed(&error))?;
        Ok(Self { child, questions, answers })
    }
}

impl Channel for Program {
    fn ask(&mut self, access: Access, statements: &[String], deadline: Duration) -> Result<Vec<Answer>, Fault> {
        let patience = PATIENCE.min(deadline / 2);
        let question = Question { access, statements: statements.to_vec(), patience, deadline };
        let ended = |_| Fault::Unanswered("the program that has the database open was ended".to_owned());
        serving::send(&mut self.questions, &question).map_err(ended)?;
        match self.answers.recv_timeout(deadline) {
            Ok(Ok(answers)) => Ok(answers),
            Ok(Err(refusal)) => Err(fault_of(refusal)),
            Err(RecvTimeoutError::Timeout) => Err(Fault::Late(deadline)),
            Err(RecvTimeoutError::Disconnected) => Err(ended(std::io::ErrorKind::BrokenPipe.into())),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It holds nothing open between two questions, so nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Debug for Program {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Program").field("process", &self.child.id()).finish_non_exhaustive()
    }
}

fn fault_of(refusal: Refusal) -> Fault {
    match refusal {
        Refusal::Away(why) => Fault::Unreachable(why),
        Refusal::Denied(why) => Fault::Denied(why),
        Refusal::Unusable(why) => Fault::Unusable(why),
        Refusal::Engine(message) => fault_in(&message).unwrap_or(Fault::Denied(message)),
    }
}
