//! `sessions completions`: words that a shell can complete.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::{Cli, Global};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions completions bash > ~/.local/share/bash-completion/completions/sessions
  sessions completions zsh  > \"${fpath[1]}/_sessions\"
  sessions completions fish > ~/.config/fish/completions/sessions.fish";

/// Write a completion script for a shell to standard output
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Writes the script.
pub(crate) fn run(command: &Completions, global: &Global) -> color_eyre::Result<()> {
    if global.json {
        return Err(Fault::new("usage", "A completion script has no JSON form.").next("Leave `--json` out.").into());
    }
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "sessions", &mut script);
    Ok(std::io::Write::write_all(&mut std::io::stdout(), &script)?)
}
