//! Questions at the terminal.

use std::io::{self, IsTerminal, Write};

use crate::context::Context;
use crate::report::Fault;

/// Asks at the terminal; an empty answer where nobody answers.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}")?;
    stderr.flush()?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        writeln!(stderr)?;
    }
    Ok(answer.trim().to_owned())
}

/// Asks whether what was shown is to be done.
pub(crate) fn agrees(context: &mut Context, yes: bool) -> color_eyre::Result<bool> {
    confirm(context, yes, "Do this? [y/N] ", &["y", "yes"])
}

/// Asks before something that is hard to take back: the answer has to be what is `wanted`. Where nobody can be asked, says
/// what a script has to.
pub(crate) fn confirm(context: &mut Context, yes: bool, question: &str, wanted: &[&str]) -> color_eyre::Result<bool> {
    if yes {
        return Ok(true);
    }
    if context.json || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Fault::new("unanswered", "Nothing was changed: there is nobody to ask.")
            .next("`--yes` does it without asking, `--dry-run` only shows it.")
            .into());
    }
    context.output.finish()?;
    let answer = ask(question)?.to_lowercase();
    Ok(wanted.contains(&answer.as_str()))
}
