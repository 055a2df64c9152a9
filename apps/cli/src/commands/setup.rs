//! `sessions setup`: wires this program into Claude Code and the machine's schedule, and takes it out again.

mod machine;
mod purge;
mod wishing;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use setup::{Found, Plan, Receipt, SetupError, Step};

use crate::asking;
use crate::commands::doctor;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, printable};
use crate::report::Fault;

pub(crate) use machine::Places;

const EXAMPLES: &str = "\
Examples:
  sessions setup                    show what would be changed, ask, do it
  sessions setup --dry-run          only show it
  sessions setup --yes              do it without asking
  sessions setup --check            what is set up, and what is wrong with it
  sessions setup --remove           take everything out again; data stays
  sessions setup --remove --purge   and delete the data, after one more question

What is set up: hooks in settings.json of Claude Code (everything else in it stays as it is, byte for byte; a copy is kept
beside it), a page for Claude that your CLAUDE.md imports, and a schedule for `sessions tick` (systemd, cron or launchd).
A hook is ours when its command is a program called sessions-hook with one word or none; all others are left alone.
Running it again changes nothing, or brings paths up to date. --no-page and --no-schedule take that part out again.";

/// Set up hooks, the page for Claude and a schedule, or take them out
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(crate) struct Setup {
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
    /// Only show what would be changed
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Folder of Claude Code [default: `$CLAUDE_CONFIG_DIR`, else ~/.claude]
    #[arg(long, value_name = "DIR")]
    config_dir: Option<String>,
    /// Without a schedule: ticks are then started by hooks and commands alone
    #[arg(long)]
    no_schedule: bool,
    /// Without a page for Claude
    #[arg(long)]
    no_page: bool,
    /// With our status line in Claude Code, unless another one is set
    #[arg(long)]
    statusline: bool,
    /// With completions for your shell ($SHELL: bash, zsh or fish)
    #[arg(long)]
    completions: bool,
    /// Take everything out again; data stays
    #[arg(long, conflicts_with_all = ["no_schedule", "no_page", "statusline", "completions"])]
    remove: bool,
    /// With --remove: delete the data, too, after a question of its own
    #[arg(long, requires = "remove")]
    purge: bool,
    /// Answers the question of --purge: the data folder
    #[arg(long, value_name = "DIR", requires = "purge")]
    purge_data: Option<String>,
    /// Only check what is set up; exit code 1 if something is missing or wrong
    #[arg(long, conflicts_with_all = ["yes", "dry_run", "remove", "no_schedule", "no_page", "statusline", "completions"])]
    check: bool,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    config_dir: PathBuf,
    /// Whether it was done, rather than only shown.
    done: bool,
    steps: Vec<Shown>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deleted: Vec<PathBuf>,
}

/// A step as scripts read it.
#[derive(Debug, Serialize)]
struct Shown {
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    diff: String,
}

impl From<&Step> for Shown {
    fn from(step: &Step) -> Self {
        let (name, path) = match step {
            Step::Write { path, .. } => ("write", Some(path.clone())),
            Step::Delete { path, .. } => ("delete", Some(path.clone())),
            Step::Crontab { .. } => ("crontab", None),
            Step::Call(_) => ("call", None),
        };
        Self { step: name, path, diff: step.diff() }
    }
}

impl Setup {
    /// Shows the plan, asks, and carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if context.is_demo() {
            return Err(Fault::new("demo", "The demo sets nothing up.").next("Leave `--demo` out.").into());
        }
        let places = Places::new(context, self.config_dir.as_deref());
        if self.check {
            return doctor::wiring(context, &places);
        }
        let plan = self.plan(context, &places)?;
        let data = if self.purge { purge::files(&context.paths) } else { Vec::new() };
        if !context.json {
            show(context, &plan)?;
        }
        let done = !self.dry_run && (plan.steps.is_empty() || asking::agrees(context, self.yes)?);
        if done {
            carry_out(context, &places, &plan)?;
        }
        let deleted = if done && self.purge { self.purge(context, &data)? } else { Vec::new() };
        if context.json {
            let (steps, notes) = (plan.steps.iter().map(Shown::from).collect(), plan.notes);
            let config_dir = places.config_dir;
            return context.output.json(&Answer { schema: 1, config_dir, done, steps, notes, deleted });
        }
        for line in self.ending(context, &places, &plan, done) {
            context.output.line(&line)?;
        }
        Ok(())
    }

    fn plan(&self, context: &Context, places: &Places) -> color_eyre::Result<Plan> {
        let receipt = Receipt::read(&context.paths.setup_file());
        let wanted = if self.remove || self.no_schedule { None } else { places.machine.scheduler() };
        let completions = if self.completions { Some(wishing::completions(context)?) } else { None };
        let others: Vec<PathBuf> = completions.iter().map(|(path, _)| path.clone()).collect();
        let found = Found::look(&places.config_dir, &places.schedule, wanted, &others, receipt, &places.machine)?;
        if self.remove {
            return Ok(Plan::remove(&places.schedule, &found).map_err(|error| fault(&error))?);
        }
        let wish = wishing::wish(places, wanted, !self.no_page, self.statusline, completions)?;
        let mut plan = Plan::set_up(&wish, &places.schedule, &found).map_err(|error| fault(&error))?;
        if wanted.is_none() && !self.no_schedule {
            let note =
                "Neither systemd nor cron answers here, so there is no schedule: hooks and commands start ticks.";
            plan.notes.push(note.to_owned());
        }
        Ok(plan)
    }

    fn purge(&self, context: &mut Context, files: &[PathBuf]) -> color_eyre::Result<Vec<PathBuf>> {
        let folder = context.paths.data.clone();
        let is_named = self.purge_data.as_ref().map(|named| context.environment.resolve(named) == folder);
        let agreed = match is_named {
            Some(agreed) => agreed,
            None if io::stdin().is_terminal() && !context.json => {
                context.output.finish()?;
                let count = match files.len() {
                    1 => "1 file or folder".to_owned(),
                    count => format!("{count} files and folders"),
                };
                let question = format!(
                    "Delete {count} in {}? It cannot be made again. Type the folder to agree: ",
                    folder.display()
                );
                context.environment.resolve(&asking::ask(&question)?) == folder
            }
            None => false,
        };
        if !agreed {
            let step = format!("`--purge-data {}` agrees to it.", folder.display());
            return Err(Fault::new("unanswered", "The data stays: its folder was not named.").next(step).into());
        }
        purge::delete(&folder, files)?;
        Ok(files.to_vec())
    }

    fn ending(&self, context: &Context, places: &Places, plan: &Plan, done: bool) -> Vec<String> {
        let mut lines: Vec<String> = plan.notes.iter().map(|note| format!("Note: {note}")).collect();
        let what = match (plan.steps.is_empty(), self.remove) {
            (true, false) => "Everything is set up already; nothing was changed.",
            (true, true) => "Nothing is set up; nothing was changed.",
            (false, true) if self.dry_run => "Nothing was changed; `sessions setup --remove` does it.",
            (false, false) if self.dry_run => "Nothing was changed; `sessions setup` does it.",
            (false, _) if !done => "Nothing was changed.",
            (false, true) => "Taken out.",
            (false, false) => {
                "Set up. Sessions that run already call the hooks from their next prompt on; `sessions doctor` checks it."
            }
        };
        lines.push(what.to_owned());
        if self.remove && done {
            let (data, config) = (context.paths.data.display(), context.paths.config.display());
            lines.push(if self.purge {
                format!("The data is deleted; your settings in {config} stay.")
            } else {
                format!("What was recorded stays in {data}; `--remove --purge` deletes it.")
            });
            lines.extend(copies(&places.config_dir));
        }
        lines
    }
}

/// Says which copies of the person's files stay: they are theirs.
fn copies(config_dir: &Path) -> Option<String> {
    let files = ["settings.json", "CLAUDE.md"].map(|name| config_dir.join(name));
    // a file may be a link: the copies lie beside the file itself
    let places = files.iter().map(|file| file.canonicalize().unwrap_or_else(|_| file.clone()));
    let copies: Vec<PathBuf> = places.flat_map(|file| setup::backups(&file)).map(|(_, copy)| copy).collect();
    let folder = copies.first()?.parent()?.display().to_string();
    let count = counted(copies.len() as u64, "numbered copy").replace("copys", "copies");
    let name = copies[0].file_name()?.to_string_lossy().into_owned();
    Some(format!("{count} of your files from before stay in {folder} (`{name}` …); delete them when you like."))
}

/// Writes what a plan changes, with colors where there are any.
fn show(context: &mut Context, plan: &Plan) -> color_eyre::Result<()> {
    for line in printable(&plan.diff()).lines() {
        let role = match line.bytes().next() {
            _ if line.starts_with("+++") || line.starts_with("---") || line.starts_with("$ ") => Role::Strong,
            Some(b'+') => Role::Handle,
            Some(b'-') => Role::Match,
            _ => Role::Dim,
        };
        let line = context.output.paint(role, line);
        context.output.line(&line)?;
    }
    Ok(())
}

fn carry_out(context: &Context, places: &Places, plan: &Plan) -> color_eyre::Result<()> {
    let problems = plan.carry_out(&places.machine, &context.paths.setup_file());
    match problems.as_slice() {
        [] => Ok(()),
        [problem] => Err(fault(problem).into()),
        problems => {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(Fault::new("setup", all.join("\n"))
                .next("The rest is done. Run it again once this is put right.")
                .into())
        }
    }
}

/// Says what stands in the way and what to do about it.
pub(crate) fn fault(error: &SetupError) -> Fault {
    let step = match error {
        SetupError::File { .. } | SetupError::NotStrict { .. } | SetupError::Shape { .. } => {
            "Claude Code ignores such a file, or this part of it. Put it right, then run this again."
        }
        SetupError::Changed { .. } => "Look at it, then run this again.",
        SetupError::Program { .. } => "The rest is done. `--no-schedule` leaves the schedule out.",
        SetupError::Io { .. } => "Check that the file may be read and written, then run this again.",
    };
    Fault::new("setup", error.to_string()).next(step)
}

/// Whether hooks of ours are in the settings that Claude Code reads in this environment. Settings that cannot be read are
/// not ours to judge here.
pub(crate) fn is_set_up(context: &Context) -> bool {
    let places = Places::new(context, None);
    setup::wiring(&places.config_dir).map_or(true, |wiring| wiring.events.iter().any(|(_, program)| program.is_some()))
}
