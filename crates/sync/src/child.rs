//! A program that is given a time to answer in.

use std::process::{Command, Output};
use std::time::Duration;

use crate::Fault;

/// Runs a program with an input; after the deadline it is ended.
pub(crate) fn run(command: &mut Command, input: &[u8], deadline: Duration) -> Result<Output, Fault> {
    let outcome = config::answer_within(command, input, deadline);
    let program = command.get_program().to_string_lossy();
    outcome
        .map_err(|error| Fault::Unreachable(format!("`{program}` cannot be started: {error}")))?
        .ok_or(Fault::Late(deadline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_never_answers_is_ended() {
        let outcome = run(Command::new("sleep").arg("60"), b"", Duration::from_millis(20));
        assert!(matches!(outcome, Err(Fault::Late(_))), "{outcome:?}");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let fault = run(&mut Command::new("no-such-program"), b"", Duration::from_secs(1)).expect_err("it is missing");
        assert!(fault.to_string().contains("`no-such-program` cannot be started"), "{fault}");
    }
}
