//! The grammar of the command line, and the way from words to a command.

use std::ffi::OsString;
use std::io::{self, Write};

use chrono_tz::Tz;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::commands::{
    Archive, Backup, Completions, Config, Delete, DeleteEntry, Devices, Doctor, Edit, Engine, Entries, Entry, Exclude,
    ImportFrom, Inbox, Log, Ls, Man, Mark, Prices, Rebuild, Recent, Record, Relink, Remote, Reopen, Rescue, Resolve,
    Restore, Resume, Scan, Search, Setup, Show, Sync, Tick, Types, Undelete, Usage, Where, completions, engine, man,
    rebuild, record, scan, screen, tick, usage, r#where,
};
use crate::context::Context;
use crate::{clock, negations, report, ticking};

const EXAMPLES: &str = "\
Examples:
  sessions                         open the screen
  sessions --demo                  the screen, on a built-in history
  sessions ls refund race          list what matches these words
  sessions search 'lock wait'      search what was said and done
  sessions show 4f2a               read a session (any unique beginning of its id)
  sessions resume --latest         go on with the newest session of this directory
  sessions usage --json            tokens and cost by model, for a script

Exit codes: 0 done, 1 something for you to fix, 2 a fault of this program.";

/// Finds, shows and resumes every Claude Code session on this machine.
///
/// Without a command it opens the screen.
#[derive(Debug, Parser)]
#[command(name = "sessions", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Write JSON (`{"schema":1,…}`) to standard output, and errors as JSON to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colors; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Time zone of dates and times, by its IANA name [default: that of the system]
    #[arg(long, global = true, value_name = "ZONE", value_parser = clock::parse_zone)]
    pub(crate) timezone: Option<Tz>,
    /// Use the built-in demo history; nothing of yours is read or changed
    #[arg(long, global = true)]
    pub(crate) demo: bool,
}

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ls(Ls),
    Search(Search),
    Show(Show),
    Resume(Resume),
    Restore(Restore),
    Rescue(Rescue),
    Recent(Recent),
    Usage(Usage),
    Prices(Prices),
    Log(Log),
    Entries(Entries),
    Entry(Entry),
    Resolve(Resolve),
    Reopen(Reopen),
    Edit(Edit),
    DeleteEntry(DeleteEntry),
    Inbox(Inbox),
    #[command(flatten)]
    Mark(Mark),
    Delete(Delete),
    Undelete(Undelete),
    Relink(Relink),
    Exclude(Exclude),
    ImportFrom(ImportFrom),
    Sync(Sync),
    Remote(Remote),
    Devices(Devices),
    Scan(Scan),
    Rebuild(Rebuild),
    Archive(Archive),
    Backup(Backup),
    Where(Where),
    Config(Config),
    Types(Types),
    Setup(Setup),
    Doctor(Doctor),
    Record(Record),
    Tick(Tick),
    Completions(Completions),
    Man(Man),
    #[command(hide = true)]
    Engine(Engine),
}

/// Runs the program with the arguments of the process.
pub(crate) fn main() -> ! {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let style = report::Style::of_arguments(&arguments);
    report::conclude(style, move || {
        color_eyre::install()?;
        match Cli::try_parse_from(negations::as_words(&Cli::command(), arguments)) {
            Ok(cli) => run(cli, style),
            Err(error) if error.kind() == ErrorKind::DisplayVersion => version(),
            Err(error) => report::grammar(&error),
        }
    })
}

fn run(cli: Cli, style: report::Style) -> color_eyre::Result<()> {
    let Cli { global, command } = cli;
    match command {
        Some(Command::Completions(command)) => return completions::run(&command, &global),
        Some(Command::Man(command)) => return man::run(&command, &global),
        Some(Command::Engine(_)) => return engine::run(),
        _ => {}
    }
    let mut context = Context::new(&global, style)?;
    heed_files(&mut context, command.as_ref())?;
    match command {
        None => screen::run(&mut context)?,
        Some(Command::Ls(command)) => command.run(&mut context)?,
        Some(Command::Search(command)) => command.run(&mut context)?,
        Some(Command::Show(command)) => command.run(&mut context)?,
        Some(Command::Resume(command)) => command.run(&mut context)?,
        Some(Command::Restore(command)) => command.run(&mut context)?,
        Some(Command::Rescue(command)) => command.run(&mut context)?,
        Some(Command::Archive(command)) => command.run(&mut context)?,
        Some(Command::Backup(command)) => command.run(&mut context)?,
        Some(Command::Recent(command)) => command.run(&mut context)?,
        Some(Command::Usage(command)) => command.run(&mut context)?,
        Some(Command::Prices(command)) => command.run(&mut context)?,
        Some(Command::Log(command)) => command.run(&mut context)?,
        Some(Command::Entries(command)) => command.run(&mut context)?,
        Some(Command::Entry(command)) => command.run(&mut context)?,
        Some(Command::Resolve(command)) => command.run(&mut context)?,
        Some(Command::Reopen(command)) => command.run(&mut context)?,
        Some(Command::Edit(command)) => command.run(&mut context)?,
        Some(Command::DeleteEntry(command)) => command.run(&mut context)?,
        Some(Command::Inbox(command)) => command.run(&mut context)?,
        Some(Command::Mark(command)) => command.run(&mut context)?,
        Some(Command::Delete(command)) => command.run(&mut context)?,
        Some(Command::Undelete(command)) => command.run(&mut context)?,
        Some(Command::Relink(command)) => command.run(&mut context)?,
        Some(Command::Exclude(command)) => command.run(&mut context)?,
        Some(Command::ImportFrom(command)) => command.run(&mut context)?,
        Some(Command::Sync(command)) => command.run(&mut context)?,
        Some(Command::Remote(command)) => command.run(&mut context)?,
        Some(Command::Devices(command)) => command.run(&mut context)?,
        Some(Command::Scan(_)) => scan::run(&mut context)?,
        Some(Command::Rebuild(_)) => rebuild::run(&mut context)?,
        Some(Command::Where(command)) => r#where::run(&command, &mut context)?,
        Some(Command::Config(command)) => command.run(&mut context)?,
        Some(Command::Types(command)) => command.run(&mut context)?,
        Some(Command::Setup(command)) => command.run(&mut context)?,
        Some(Command::Doctor(command)) => command.run(&mut context)?,
        Some(Command::Record(_)) => record::run(&mut context)?,
        Some(Command::Tick(_)) => tick::run(&mut context)?,
        Some(Command::Completions(_) | Command::Man(_) | Command::Engine(_)) => {}
    }
    context.output.finish()?;
    if context.scanned {
        ticking::start_if_due(&context);
    }
    Ok(())
}

/// Says what is wrong with the person's files, or refuses where the wrong thing could be done for it.
fn heed_files(context: &mut Context, command: Option<&Command>) -> color_eyre::Result<()> {
    match command {
        // the screen and the log of ticks say it themselves, and the others check the files
        None | Some(Command::Config(_) | Command::Doctor(_) | Command::Prices(_) | Command::Tick(_)) => {}
        // without the flags that a person means, the wrong thing could be started
        Some(Command::Resume(_)) if !context.settings_problems.is_empty() => {
            return Err(context.settings_problems.remove(0).into());
        }
        Some(Command::Usage(usage)) if usage.check_budget && !context.settings_problems.is_empty() => {
            return context.settings_fault().map_or(Ok(()), |fault| Err(usage::budget::unreadable(fault).into()));
        }
        Some(_) => {
            for problem in context.problems_of_files() {
                context.warn(&problem.into());
            }
        }
    }
    Ok(())
}

/// Writes the version of this program and of the database engine in it.
fn version() -> color_eyre::Result<()> {
    let text = format!("sessions {} (DuckDB {})\n", env!("CARGO_PKG_VERSION"), store::engine_version()?);
    Ok(io::stdout().write_all(text.as_bytes())?)
}
