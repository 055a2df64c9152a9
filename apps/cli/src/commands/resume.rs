//! `sessions resume`: goes on with a session.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use resume::{Obstacle, Place, Places, Plan, Request, Tmux, TmuxError, Whereabouts};
use serde::Serialize;
use store::SessionRow;

use crate::archiving;
use crate::context::Context;
use crate::lookup::{self, Wish, Within, ran_in};
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::scanning;
use crate::ticking;

const EXAMPLES: &str = "\
Examples:
  sessions resume 4f2a                 go on with the session whose id begins so
  sessions resume --latest             the newest session of this directory
  sessions resume 4f2a --fork          leave it as it is, go on in a copy
  sessions resume 4f2a --tmux          in a new tmux window; where it runs already, go there
  sessions resume 4f2a -- --model opus flags for `claude`
  sessions resume 4f2a --print         only show the command";

/// Go on with a session, in its own directory
///
/// Becomes `claude --resume` there. A session that is running already is not started twice. A directory that moved is
/// found by the git remote of its repository, and remembered, as is the one that `--directory` names.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(crate) struct Resume {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID", conflicts_with = "latest")]
    id: Option<String>,
    /// The newest session that ran in this directory or below
    #[arg(long)]
    latest: bool,
    /// Leave the session as it is and go on in a copy with a new id
    #[arg(long)]
    fork: bool,
    /// Open it in a new tmux window; a session that is running already is shown in its pane
    #[arg(long, conflicts_with = "print")]
    tmux: bool,
    /// Show the command instead of running it; `--json` does so too
    #[arg(long)]
    print: bool,
    /// Start it in this directory instead of its own
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Start it even if it is running already
    #[arg(long)]
    force: bool,
    /// Flags for `claude`
    #[arg(last = true, value_name = "FLAGS")]
    flags: Vec<OsString>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    session: &'a str,
    directory: &'a Path,
    command: Vec<String>,
    variables: Vec<Variable>,
    shell: String,
    /// What has to be there before it can be run.
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Variable {
    name: String,
    value: String,
}

impl Resume {
    /// Resumes the session; returns only if something stands in the way.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let row = match &self.id {
            Some(id) => lookup::session(context, id)?,
            None if self.latest => latest(context)?,
            None => {
                return Err(Fault::new("usage", "Which session? Give its id, or a unique beginning of it.")
                    .next("`--latest` goes on with the newest session of this directory. See `sessions ls`, or `--help` of the command.")
                    .into());
            }
        };
        if context.is_demo() {
            return Err(Fault::new("demo", "The sessions of the demo are made up and cannot be resumed.")
                .next("Leave `--demo` out to resume your own.")
                .into());
        }
        if row.transcript.is_none() {
            refuse_without_transcript(context, &row)?;
        }
        let tmux = context.environment.get("TMUX").map(Tmux::around);
        if self.tmux && tmux.is_none() {
            return Err(Fault::new("no-tmux", "This terminal is not in tmux, so there is no window to open it in.")
                .next("Leave `--tmux` out to resume it here.")
                .into());
        }
        let request = self.request(context, &row)?;
        if let Some(pid) = request.running.filter(|_| !self.fork && !self.only_shows(context)) {
            return self.go_to(context, &Whereabouts::of(pid, tmux.as_ref()), tmux.as_ref());
        }
        let plan = self.plan(context, &row, request)?;
        if context.json {
            return answer(context, &row, &plan);
        }
        if self.print {
            return Ok(context.output.line(&plan.command_line())?);
        }
        let title = row.session.title.as_ref().map_or_else(|| "(untitled)".to_owned(), |title| one_line(&title.text));
        let directory = plan.directory.display();
        if let Some(tmux) = tmux.filter(|_| self.tmux) {
            let window = tmux.open(&plan, &sessions_tui::window_name(&row)).map_err(|error| tmux_fault(&error))?;
            return Ok(context.output.line(&format!("Opened in tmux window {window}: {title}"))?);
        }
        context.output.note(&format!("Resuming {} in {directory}: {title}", row.id()));
        context.output.finish()?;
        ticking::start_if_due(context);
        Err(plan.exec().into())
    }

    /// Whether the command is only shown: then nothing is remembered.
    fn only_shows(&self, context: &Context) -> bool {
        self.print || context.json
    }

    /// The plan. A directory that is gone is looked for; the one that was named is remembered in its place.
    fn plan(&self, context: &mut Context, row: &SessionRow, request: Request) -> color_eyre::Result<Plan> {
        let only_shows = self.only_shows(context);
        let drafted = |request: &Request| {
            if only_shows { resume::plan_to_print(request) } else { resume::plan(request) }
        };
        let gone = match drafted(&request) {
            Err(Obstacle::DirectoryGone { directory, .. }) => directory,
            drafted => {
                let plan = drafted?;
                if self.directory.is_some() && !only_shows {
                    remember(context, row, &plan.directory)?;
                }
                return Ok(plan);
            }
        };
        let known: Vec<PathBuf> = context
            .store
            .sessions()?
            .iter()
            .flat_map(|row| ran_in(row).map(PathBuf::from).collect::<Vec<_>>())
            .collect();
        let (file, home) = (context.paths.places_file(), context.environment.home());
        let look = if only_shows { resume::locate } else { resume::relocate };
        match look(&file, &gone, &row.session.pr_links, &known, home) {
            Place::Found(place) => {
                context.output.note(&format!("{} is gone; going on in {}", gone.display(), place.display()));
                Ok(drafted(&Request { directories: vec![place], ..request })?)
            }
            Place::Guess(guess) => {
                let obstacle = Obstacle::DirectoryGone { id: request.id, directory: gone };
                let fault = Fault::new("no-directory", obstacle.to_string());
                Err(match guess {
                    Some(guess) => fault.next(format!("It may be {} now.", guess.display())).into(),
                    None => fault.into(),
                })
            }
        }
    }

    /// Shows a session that is running already, as far as that is possible.
    fn go_to(&self, context: &mut Context, place: &Whereabouts, tmux: Option<&Tmux>) -> color_eyre::Result<()> {
        if let (true, Some(tmux), Some(pane)) = (self.tmux, tmux, &place.pane) {
            tmux.switch_to(pane).map_err(|error| tmux_fault(&error))?;
            return Ok(context.output.line(&format!("It runs in tmux pane {}", pane.name))?);
        }
        let fault = Fault::new("running", format!("This session is open already, in {place}."));
        let way = "Go on there, or take up a copy of it under a new id with `--fork`.";
        let there = "`--tmux` goes there.";
        Err(if tmux.is_some() && place.pane.is_some() { fault.next(format!("{there} {way}")) } else { fault.next(way) }
            .into())
    }

    fn request(&self, context: &Context, row: &SessionRow) -> color_eyre::Result<Request> {
        let mut request = sessions_tui::request(&context.environment, &context.settings, &context.moves(), row);
        if let Some(named) = &self.directory {
            request.directories = vec![existing(&context.environment.cwd.join(named))?];
        }
        request.flags.extend(self.flags.iter().cloned());
        request.running = if self.force { None } else { running(context, row) };
        Ok(Request { fork: self.fork, ..request })
    }
}

/// Refuses a session whose transcript is gone or on another machine, or of which there never was one but of its subagents.
fn refuse_without_transcript(context: &Context, row: &SessionRow) -> color_eyre::Result<()> {
    let files = context.store.session(row.id())?.map(|detail| detail.files).unwrap_or_default();
    let id = row.id();
    if archiving::archive(context).holds(id.as_str()) {
        return Err(Fault::new("archived", format!("The transcript of {id} is gone, and the archive has it."))
            .next(format!("`sessions restore {id}` puts it back; then it can be resumed."))
            .into());
    }
    if files.iter().any(|file| file.agent.is_none()) {
        return Err(lookup::no_transcript(context, row, Wish::Resume).into());
    }
    if files.is_empty() {
        return Ok(());
    }
    Err(Fault::new("no-transcript", format!("There is no transcript of {id}, only of its subagents: it cannot go on."))
        .next(format!("Read what they did with `sessions show {id} --agent …`; `sessions show {id}` names them."))
        .into())
}

fn tmux_fault(error: &TmuxError) -> Fault {
    Fault::new("tmux", error.to_string()).next("Leave `--tmux` out to resume it here.")
}

/// Remembers where the directory of a session went, if it is gone.
fn remember(context: &Context, row: &SessionRow, place: &Path) -> color_eyre::Result<()> {
    match resume::gone(&sessions_tui::to_go_on(&context.moves(), row)) {
        Some(gone) => Ok(Places::remember(&context.paths.places_file(), gone, place)?),
        None => Ok(()),
    }
}

fn existing(directory: &Path) -> Result<PathBuf, Fault> {
    if directory.is_dir() {
        return Ok(directory.to_owned());
    }
    let message = format!("{} is no directory.", directory.display());
    Err(Fault::new("no-directory", message).next("Give `--directory` one that exists, or leave it out."))
}

/// The newest session that ran in this directory or below.
fn latest(context: &mut Context) -> color_eyre::Result<SessionRow> {
    if let Some(obstacle) = scanning::freshen(context, true)? {
        return Err(obstacle);
    }
    let here = &context.environment.cwd;
    let within = Within::of(context, here);
    let rows = lookup::rows(context)?;
    if let Some(row) = rows.iter().find(|row| within.holds(row) && row.transcript.is_some()) {
        return Ok(row.clone());
    }
    let fault = Fault::new("not-found", format!("No session ran in {} or below.", here.display()));
    let fault = match (rows.first(), lookup::way_to_relink(context, &rows, here)) {
        (_, Some(way)) => fault.next(way),
        (Some(newest), None) => fault
            .next(format!("The newest of all is this one; go on with it by `sessions resume {}`.", newest.id()))
            .candidates(vec![lookup::candidate(context, newest)]),
        (None, None) => fault.next("There are no sessions yet; start one with `claude`."),
    };
    Err(fault.into())
}

/// The process that has a session open.
fn running(context: &Context, row: &SessionRow) -> Option<u32> {
    let running = store::live::running(&context.paths.known_roots());
    running.into_iter().find(|running| running.session == *row.id()).map(|running| running.pid)
}

fn answer(context: &mut Context, row: &SessionRow, plan: &Plan) -> color_eyre::Result<()> {
    let words = std::iter::once(plan.program.as_os_str()).chain(plan.arguments.iter().map(OsString::as_os_str));
    let variables = plan
        .variables
        .iter()
        .map(|(name, value)| Variable { name: name.clone(), value: value.to_string_lossy().into_owned() });
    context.output.json(&Answer {
        schema: 1,
        session: row.id().as_str(),
        directory: &plan.directory,
        command: words.map(|word| word.to_string_lossy().into_owned()).collect(),
        variables: variables.collect(),
        shell: plan.command_line(),
        missing: plan.missing().iter().map(ToString::to_string).collect(),
    })
}
