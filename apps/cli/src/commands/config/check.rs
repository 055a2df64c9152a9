//! `sessions config check`: everything that is wrong with the person's files, at once.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::plain_text::counted;
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions config check
  sessions config check --json | jq -r '.problems[]'

The screen says the same when it is started, and goes on with what is right.";

/// Say what is wrong with your settings, keys, theme and prices; exit code 1 if anything is
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {}

#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    config_file: PathBuf,
    problems: Vec<String>,
}

/// Checks the files.
pub(super) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let mut problems: Vec<String> = context.settings_problems.drain(..).map(|problem| problem.to_string()).collect();
    problems.extend(sessions_tui::problems(&context.environment, &context.paths, &context.settings));
    problems.extend(context.checked_prices().err().map(|problem| problem.to_string()));
    let (count, config_file) = (problems.len(), context.paths.config_file());
    if context.json {
        context.output.json(&Answer { schema: 1, config_file, problems })?;
    } else if problems.is_empty() {
        context.output.line(&format!("Nothing is wrong with {} and the files beside it.", config_file.display()))?;
    } else {
        for problem in problems {
            context.output.line(&problem)?;
        }
    }
    context.output.finish()?;
    if count == 0 {
        return Ok(());
    }
    let found = counted(count as u64, "problem");
    Err(Fault::new("config", format!("{found} found.")).next("What is right holds all the same.").into())
}
