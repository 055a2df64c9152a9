//! `sessions import-from`: brings over what another program kept.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use journal::{Journal, Scope};
use notes::{Author, Desk, EntryId, Foreign, Step};
use resume::Project;
use serde_json::json;
use store::{Logged, LoggedEntry, Store, StoreError};

use crate::context::Context;
use crate::notebook;
use crate::report::Fault;
use crate::scanning::{self, Work};

const EXAMPLES: &str = "\
Examples:
  sessions import-from csl --dry-run       say what would be done
  sessions import-from csl                 bring all of it over; again, only what is new
  sessions import-from csl ~/old.duckdb

A session that has no transcript here is listed and counted as it was recorded: by model, at its end, and with every line of
an answer counted on its own, which is more than there was. A transcript takes its place if one comes.";

/// Bring over what another program kept
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportFrom {
    #[command(subcommand)]
    program: Program,
}

/// A program.
#[derive(Debug, Subcommand)]
enum Program {
    /// `claude-session-logger`: its entries with their times and authors, what was read of its inbox, and its sessions that
    /// have no transcript any more
    Csl(Csl),
}

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct Csl {
    /// Its database [default: `claude-session-logger/sessions.duckdb` in Claude Code's folder]
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is brought over.
struct Told {
    path: PathBuf,
    entries: usize,
    changes: usize,
    sessions: usize,
}

impl ImportFrom {
    /// Brings it over.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Program::Csl(csl) = &self.program;
        csl.run(context)
    }
}

impl Csl {
    fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let path = self.database(context)?;
        let logged = Logged::read(&path).map_err(|error| match error {
            StoreError::Damaged { path, message } => Fault::new(
                "not-csl",
                format!("{} is no database of claude-session-logger ({message}).", path.display()),
            )
            .next("Name another one: `sessions import-from csl <PATH>`.")
            .into(),
            error => color_eyre::Report::from(error),
        })?;
        let author = notebook::author(context);
        let foreign: Vec<Foreign> = logged.entries.iter().map(|entry| foreign(entry, &author)).collect();
        let notes = notebook::notes(context)?;
        let steps: Vec<Step> = foreign.iter().flat_map(|entry| entry.steps(&notes)).collect();
        let entries = foreign.iter().filter(|entry| steps.iter().any(|step| step.id.id == entry.id.id)).count();
        // what a transcript tells goes before what was recorded of it
        scanning::scan(context, Work::Scan)?;
        let missing = context.store.missing_of(&logged.sessions)?;
        let told = Told { path, entries, changes: steps.len(), sessions: missing.len() };
        if !self.dry_run {
            let mut desk = notebook::desk(context)?;
            let now_ms = notebook::now_ms(context);
            carry_out(&mut desk, steps, &author, logged.inbox_read_ms, now_ms)?;
            Store::adopt(&Journal::open(&context.paths.journal())?, &missing, &author.name, context.now)?;
            scanning::scan(context, Work::Scan)?;
        }
        self.answer(context, &logged, &told)
    }

    fn answer(&self, context: &mut Context, logged: &Logged, told: &Told) -> color_eyre::Result<()> {
        if context.json {
            return context.output.json(&json!({
                "schema": 1, "path": told.path, "dry_run": self.dry_run, "entries": logged.entries.len(),
                "entries_new_or_changed": told.entries, "changes": told.changes, "sessions": logged.sessions.len(),
                "sessions_new_or_changed": told.sessions,
            }));
        }
        let were = if self.dry_run { "would be" } else { "were" };
        let (all, sessions) = (logged.entries.len(), logged.sessions.len());
        context
            .output
            .line(&format!("{} of {all} entries {were} brought over, in {} changes.", told.entries, told.changes))?;
        let known = sessions - told.sessions;
        context.output.line(&format!(
            "{} of {sessions} sessions {were} brought over, as they were recorded; {known} are here already.",
            told.sessions
        ))?;
        Ok(())
    }

    fn database(&self, context: &Context) -> color_eyre::Result<PathBuf> {
        let usual = || context.paths.roots.iter().map(|root| root.join("claude-session-logger/sessions.duckdb"));
        let named = self.path.as_deref().map(|path| context.environment.resolve(path));
        let named = named.map(|path| if path.is_dir() { path.join("sessions.duckdb") } else { path });
        let path = named.or_else(|| usual().find(|path| path.is_file()));
        path.filter(|path| path.is_file()).ok_or_else(|| {
            Fault::new("not-found", "There is no database of claude-session-logger.")
                .next("Name it: `sessions import-from csl <PATH>`.")
                .into()
        })
    }
}

/// Makes the changes in the order of their times; what was read of the inbox there is read here.
fn carry_out(
    desk: &mut Desk,
    mut steps: Vec<Step>,
    author: &Author,
    read_ms: Option<u64>,
    now_ms: u64,
) -> color_eyre::Result<()> {
    steps.sort_by_key(|step| step.at_ms);
    let unread = steps.partition_point(|step| read_ms.is_some_and(|read| step.at_ms <= read));
    let later = steps.split_off(unread);
    let nothing_was_new = desk.notes().unread(author).is_empty();
    let any = desk.carry_out(steps, author)? > 0;
    // what was new here before the import stays so
    if any && nothing_was_new {
        desk.mark_read(author, now_ms)?;
    }
    desk.carry_out(later, author)?;
    Ok(())
}

/// What separates the body of an entry from the notes that were added to it there.
const UPDATE: &str = "\n[update] ";

fn foreign(entry: &LoggedEntry, author: &Author) -> Foreign {
    let or_me =
        |name: &Option<String>| name.clone().filter(|name| name != "unknown").unwrap_or_else(|| author.name.clone());
    let written = entry.project.clone().unwrap_or_default();
    let directory = entry.cwd.as_deref().map(Path::new).filter(|directory| directory.is_dir());
    let project = directory.map(Project::of).filter(|project| written.is_empty() || is_same(&project.name, &written));
    let (key, name, root) = project.map_or_else(
        || (written.clone(), written.clone(), entry.cwd.clone().unwrap_or_default()),
        |project| (project.key, project.name, project.root.display().to_string()),
    );
    let scope = if key.is_empty() { Scope::Private } else { Scope::Project(key.clone()) };
    let mut parts = entry.body.split(UPDATE).map(str::to_owned);
    let body = parts.next().unwrap_or_default();
    let changed = entry.updated_at_ms.map(|at| (at, or_me(&entry.updated_by.clone().or(entry.created_by.clone()))));
    Foreign {
        id: EntryId { scope, id: entry.id.clone() },
        fields: vec![
            ("category", entry.category.clone()),
            ("project", key),
            ("project_name", name),
            ("directory", root),
            ("session", entry.session_id.clone().unwrap_or_default()),
        ],
        title: entry.title.clone(),
        body,
        notes: parts.collect(),
        status: entry.status.clone(),
        opened: (entry.logged_at_ms, or_me(&entry.created_by)),
        changed,
    }
}

/// Whether a project is meant by the name that it had there: letters and digits in lower case, `-` between them.
fn is_same(name: &str, written: &str) -> bool {
    let words = |text: &str| {
        let text = text.to_lowercase();
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    };
    words(name) == words(written)
}
