//! What a person wants of set-up, with the texts that go into files.

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;
use setup::{Scheduler, Wish};

use super::Places;
use crate::cli::Cli;
use crate::context::Context;
use crate::report::Fault;

/// The page for Claude.
const PAGE: &str = include_str!("../../../../../assets/sessions.md");

/// What is wanted.
pub(crate) fn wish(
    places: &Places,
    scheduler: Option<Scheduler>,
    page: bool,
    status_line: bool,
    completions: Option<(PathBuf, String)>,
) -> Result<Wish, Fault> {
    let hook_program = places.hook_program.clone().ok_or_else(|| {
        Fault::new("no-hook", "The program `sessions-hook` is neither beside `sessions` nor on PATH.")
            .next("Put it there: it comes with `sessions`, and Claude Code calls it.")
    })?;
    Ok(Wish { hook_program, scheduler, page: page.then_some(PAGE), status_line, completions })
}

/// The completion script of the person's shell, and where that shell looks for it.
pub(crate) fn completions(context: &Context) -> Result<(PathBuf, String), Fault> {
    let environment = &context.environment;
    let home = environment.home().map(Path::to_owned).unwrap_or_default();
    let folder =
        |variable: &str, usual: &str| environment.get(variable).map_or_else(|| home.join(usual), PathBuf::from);
    let shell = environment.get("SHELL").and_then(|shell| Path::new(shell).file_name()).and_then(|name| name.to_str());
    let (shell, path) = match shell {
        Some("bash") => {
            (Shell::Bash, folder("XDG_DATA_HOME", ".local/share").join("bash-completion/completions/sessions"))
        }
        Some("fish") => (Shell::Fish, folder("XDG_CONFIG_HOME", ".config").join("fish/completions/sessions.fish")),
        Some("zsh") => (Shell::Zsh, folder("XDG_DATA_HOME", ".local/share").join("zsh/site-functions/_sessions")),
        other => {
            let message = format!("No completions are known for the shell `{}`.", other.unwrap_or_default());
            return Err(Fault::new("shell", message).next("`sessions completions` writes them for other shells."));
        }
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sessions", &mut script);
    Ok((path, String::from_utf8_lossy(&script).into_owned()))
}
