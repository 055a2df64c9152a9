//! `sessions exclude`: projects that are not recorded.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
  sessions exclude shop                    the directories of the project shop, where no directory here is called so
  sessions exclude '~/clients/*/secret'    `*` and `?` stand for letters of a name, `**` for any names
  sessions exclude --remove ~/private

Of sessions that begin there nothing is taken in any more: they are not recorded by scans and hooks, not searched, not
archived. What was taken in before is not shown as long as they are excluded; `sessions delete` deletes it.";

/// Names that are told, at most, where none is meant.
const NEAR: usize = 5;

/// Leave projects out: not recorded, not searched, not archived
///
/// The setting `projects.exclude` in config.toml, which this changes and nothing else.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Exclude {
    /// Directories, patterns of them, or names of projects
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
        let mut changed = Vec::new();
        for named in &self.directories {
            let known = |listed: &[String], one: &str| listed.iter().position(|other| other == one);
            if let Some(at) = known(&listed, named).filter(|_| self.remove) {
                changed.push(listed.remove(at));
                continue;
            }
            let mut found = 0;
            for one in meant(context, named, self.remove)? {
                match (known(&listed, &one), self.remove) {
                    (None, false) => listed.push(one.clone()),
                    (Some(at), true) => drop(listed.remove(at)),
                    _ => continue,
                }
                found += 1;
                changed.push(one);
            }
            if found == 0 && self.remove {
                let message = format!("`{}` is not excluded.", one_line(named));
                return Err(Fault::new("not-found", message).next("`sessions exclude` lists what is.").into());
            }
        }
        if !changed.is_empty() {
            // into what stands there now: somebody may have changed it meanwhile
            let write = |now: &mut Vec<String>| {
                now.retain(|one| !changed.contains(one));
                now.extend(changed.iter().filter(|_| !self.remove).cloned());
            };
            context.settings.exclude = config::change_excluded(&context.paths.config_file(), write)?;
        }
        answer(context)
    }
}

/// What a word stands for, as it is written into the settings: a directory or a pattern, else all directories of the project that is
/// called so. A word that could be both is taken for the directory, which is told.
fn meant(context: &Context, named: &str, removed: bool) -> color_eyre::Result<Vec<String>> {
    let named = named.trim();
    if named.is_empty() {
        let step = "Give a directory, a pattern or a project; `.` is the directory that you are in.";
        return Err(Fault::new("usage", "An empty word names no directory; nothing was changed.").next(step).into());
    }
    let written = config::written_directory(named, &context.environment);
    if !removed && Path::new(&written).parent().is_none() {
        let message = format!("Everything lies below {}: nothing would be recorded any more.", one_line(&written));
        let step = "Exclude directories below it, or take it all back: `sessions setup --remove`.";
        return Err(Fault::new("usage", message).next(step).into());
    }
    let project = if is_path(named) { Vec::new() } else { of_project(context, named)? };
    if is_path(named) || (project.is_empty() && named.contains(['/', '\\'])) {
        return Ok(vec![written]);
    }
    if context.environment.resolve(named).is_dir() {
        if !project.is_empty() && !project.contains(&written) && !removed {
            let (word, taken) = (one_line(named), one_line(&written));
            let message = format!("`{word}` is taken for the directory {taken}, though a project is called so.");
            let step = format!("The project: `sessions exclude {}`.", one_line(&project.join(" ")));
            context.warn(&Fault::new("both", message).next(step).into());
        }
        return Ok(vec![written]);
    }
    if project.is_empty() && !removed {
        let message = format!("No directory and no project is called `{}`.", one_line(named));
        let near = near(context, named)?;
        let alike = if near.is_empty() {
            "`sessions ls` shows the names of projects.".to_owned()
        } else {
            format!("These projects are called alike: {}.", one_line(&near.join(", ")))
        };
        let step = format!("{alike} `./{}` means a directory that is not there yet.", one_line(named));
        return Err(Fault::new("not-found", message).next(step).into());
    }
    Ok(project)
}

/// Whether a word names a directory or a pattern of them, whatever there is: a project can be called `ada/shop`.
fn is_path(named: &str) -> bool {
    named.starts_with(['.', '/', '~', '\\']) || named.ends_with('/') || named.contains(['*', '?'])
}

/// Names of projects that hold a word, a few of them.
fn near(context: &Context, word: &str) -> color_eyre::Result<Vec<String>> {
    let rows = context.store.sessions()?;
    let names = rows.into_iter().filter_map(|row| row.session.project);
    let near: BTreeSet<String> = names.filter(|name| name.to_lowercase().contains(&word.to_lowercase())).collect();
    Ok(near.into_iter().take(NEAR).collect())
}

/// The directories of the project that is called so, or has this key: each with what lies below it, so that none lies below
/// another.
fn of_project(context: &Context, name: &str) -> color_eyre::Result<Vec<String>> {
    let is_called = |row: &store::SessionRow| {
        let names = [&row.session.project, &row.project_key].into_iter().flatten();
        names.map(|own| own.to_lowercase()).any(|own| own == name.to_lowercase())
    };
    let rows = context.store.sessions()?;
    let began = rows.iter().filter(|row| is_called(row)).filter_map(|row| row.session.cwd_first.as_deref());
    let roots: BTreeSet<PathBuf> =
        began.map(|began| sessions_tui::root_to_exclude(&context.environment, Path::new(began))).collect();
    let is_below = |path: &&PathBuf| roots.iter().any(|other| other != *path && path.starts_with(other));
    Ok(roots.iter().filter(|path| !is_below(path)).map(|path| context.environment.shorten(path)).collect())
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
