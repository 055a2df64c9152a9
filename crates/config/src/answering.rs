//! Programs that are given a time to answer in.

use std::io::{self, Read, Write};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs a program with an input and returns what it printed; none if it had to be ended because it was not done by the
/// deadline.
///
/// # Errors
/// When it cannot be started.
pub fn answer_within(command: &mut Command, input: &[u8], deadline: Duration) -> io::Result<Option<Output>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.to_vec();
    let (sender, receiver) = mpsc::channel();
    // These end with the program, whose pipes they hold.
    thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(&input)));
    let (told, errors) = mpsc::channel();
    thread::spawn(move || told.send(all_of(stderr)));
    thread::spawn(move || sender.send(all_of(stdout)));
    let Ok(stdout) = receiver.recv_timeout(deadline) else {
        // It may have ended by itself in the meantime.
        let _ = child.kill();
        let _ = child.wait();
        return Ok(None);
    };
    let status = child.wait()?;
    // a program that it left behind may hold that pipe for ever
    let stderr = errors.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    Ok(Some(Output { status, stdout, stderr }))
}

fn all_of(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What came before a fault is what there is.
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_returned() {
        let output = answer_within(Command::new("cat").arg("-"), b"hello", Duration::from_secs(20));
        let output = output.expect("cat can be started").expect("it answers");
        assert_eq!((output.status.success(), output.stdout.as_slice()), (true, b"hello".as_slice()));
    }

    #[test]
    fn a_program_that_never_answers_is_ended() {
        let outcome = answer_within(Command::new("sleep").arg("60"), b"", Duration::from_millis(20));
        assert!(matches!(outcome, Ok(None)), "{outcome:?}");
    }

    #[test]
    fn a_program_that_is_missing_is_an_error() {
        let outcome = answer_within(&mut Command::new("no-such-program"), b"", Duration::from_secs(1));
        assert_eq!(outcome.expect_err("it is missing").kind(), io::ErrorKind::NotFound);
    }
}
