//! `sessions exclude`: projects that are not recorded.

use std::fs;
use std::io::ErrorKind;

use clap::Args;
use config::Excluded;
use serde_json::json;

use crate::context::Context;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions exclude                         list what is excluded
  sessions exclude ~/private               this directory and all below it
  sessions exclude '~/clients/*/secret'    `*` and `?` stand for letters of a name, `**` for any names
  sessions exclude --remove ~/private

Of sessions that begin there nothing is taken in any more: they are not recorded by scans and hooks, not searched, not
archived. What was taken in before is not shown as long as they are excluded; `sessions delete` deletes it.";

/// Leave projects out: not recorded, not searched, not archived
///
/// The setting `projects.exclude` in config.toml, which this changes and nothing else.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Exclude {
    /// Directories, or patterns of them
    #[arg(value_name = "DIR")]
    directories: Vec<String>,
    /// Record them again
    #[arg(long, requires = "directories")]
    remove: bool,
}

impl Exclude {
    /// Lists or changes what is excluded.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if context.settings.exclude_unknown && !self.directories.is_empty() {
            let message = format!("{} cannot be read as it is.", context.paths.config_file().display());
            return Err(Fault::new("config", message).next("`sessions config check` says what is wrong in it.").into());
        }
        let mut listed = context.settings.exclude.clone();
        for directory in &self.directories {
            let written = config::written_directory(directory.trim(), &context.environment);
            let known = listed.iter().position(|one| *one == written || one == directory);
            match (known, self.remove) {
                (None, false) => listed.push(written),
                (Some(at), true) => {
                    listed.remove(at);
                }
                (Some(_), false) => {}
                (None, true) => {
                    let message = format!("`{}` is not excluded.", one_line(directory));
                    return Err(Fault::new("not-found", message).next("`sessions exclude` lists what is.").into());
                }
            }
        }
        if listed != context.settings.exclude {
            write(context, &listed)?;
            context.settings.exclude = listed;
        }
        answer(context)
    }
}

fn write(context: &Context, listed: &[String]) -> color_eyre::Result<()> {
    let path = context.paths.config_file();
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let after = config::write_excluded(listed, &before).ok_or_else(|| {
        let message = format!("`projects.exclude` cannot be written into {}.", path.display());
        Fault::new("config", message).next("Write it there by hand; `sessions config check` says what is wrong.")
    })?;
    Ok(config::replace_file(&path, after.as_bytes())?)
}

fn answer(context: &mut Context) -> color_eyre::Result<()> {
    let listed = context.settings.exclude.clone();
    let rows = context.store.sessions()?;
    let of = |directory: &String| {
        let excluded = Excluded::new(std::slice::from_ref(directory), &context.environment);
        let is_one = |row: &&store::SessionRow| row.session.cwd_first.as_deref().is_some_and(|cwd| excluded.holds(cwd));
        rows.iter().filter(is_one).count() as u64
    };
    let counts: Vec<(&String, u64)> = listed.iter().map(|directory| (directory, of(directory))).collect();
    if context.json {
        let excluded: Vec<_> = counts
            .iter()
            .map(|(directory, sessions)| json!({ "directory": directory, "sessions": sessions }))
            .collect();
        return context.output.json(&json!({ "schema": 1, "excluded": excluded }));
    }
    if counts.is_empty() {
        return Ok(context.output.line("No project is excluded.")?);
    }
    for (directory, sessions) in counts {
        let recorded = counted(sessions, "session");
        context.output.line(&format!("{}  {recorded} recorded before", one_line(directory)))?;
    }
    Ok(())
}
