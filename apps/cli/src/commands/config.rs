//! `sessions config`: what is wrong with your settings, and themes to start your own from.

mod check;
mod theme;

use clap::{Args, Subcommand};

use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  sessions config check            everything that is wrong with your files
  sessions config theme            the names of all themes
  sessions config theme dark > ~/.config/sessions/themes/mine.toml

`theme = \"mine\"` below [display] in config.toml then chooses the copy. Make the folder `themes` first.";

/// Check your settings, and print themes to start your own from
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Theme(theme::Theme),
}

impl Config {
    /// Carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        match &self.command {
            Command::Check(_) => check::run(context),
            Command::Theme(command) => command.run(context),
        }
    }
}
