//! `sessions man`: manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use crate::cli::{Cli, Global};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions man | man -l -
  sessions man --out ~/.local/share/man/man1";

/// Write the manual: one page to standard output, or all pages to a folder
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Man {
    /// Folder for the pages, one per command; it is made when it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes the manual.
pub(crate) fn run(command: &Man, global: &Global) -> color_eyre::Result<()> {
    if global.json {
        return Err(Fault::new("usage", "The manual has no JSON form.").next("Leave `--json` out.").into());
    }
    let Some(folder) = &command.out else {
        let mut page = Vec::new();
        Page::new(Cli::command()).render(&mut page)?;
        return Ok(io::stdout().write_all(&page)?);
    };
    fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder)).map_err(|error| {
        Fault::new("io", format!("Cannot write the manual to {}: {error}.", folder.display()))
            .next("Choose a folder that you may write to.")
            .into()
    })
}
