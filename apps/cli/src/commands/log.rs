//! `sessions log`: writes something down.

use std::io::Read;

use clap::Args;
use journal::Scope;
use notes::{Draft, EntryId};

use crate::commands::entries::document;
use crate::context::Context;
use crate::notebook;
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions log issue Double refund on retry
  sessions log decision 'Refunds are idempotent' --body 'Key: order and attempt.'
  git diff | sessions log finding 'What the fix changes' --body -
  sessions log --category task --status blocked --title 'Rotate keys'

Categories: finding, task, decision, issue, note; statuses: open, in_progress, blocked, resolved, info. Findings, tasks and
issues are open when nothing else is said, decisions and notes are for information. `[entries]` in the settings adds more.

Exit codes: 0 written, 1 it cannot be, 2 a fault of this program.";

/// Write something down: a finding, a task, a decision, an issue or a note
///
/// It belongs to the project of this directory and to the session that runs the command, else to the newest session of
/// this directory.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Log {
    /// Category and title; only the title where --category is given
    #[arg(value_name = "CATEGORY TITLE")]
    words: Vec<String>,
    /// What kind of entry it is
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// Its status [default: that of the category]
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Its title
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// What there is to say, Markdown; `-` reads standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    body: Option<String>,
    /// The session that it belongs to
    #[arg(long, visible_alias = "session-id", value_name = "ID")]
    session: Option<String>,
    /// Keep it among your own machines, whoever works on the project
    #[arg(long)]
    private: bool,
}

impl Log {
    /// Writes it down.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let vocabulary = notebook::vocabulary(context);
        let mut words = self.words.as_slice();
        let category = match (&self.category, words.split_first()) {
            (Some(category), _) => category,
            (None, Some((category, rest))) => {
                words = rest;
                category
            }
            (None, None) => return Err(usage("An entry needs a category and a title.").into()),
        };
        let category = vocabulary.checked_category(category).map_err(|fault| usage(&fault.to_string()))?;
        let status = self.status.as_deref().unwrap_or_else(|| vocabulary.default_status(category));
        let status = vocabulary.checked_status(status).map_err(|fault| usage(&fault.to_string()))?;
        let title = self.title.clone().unwrap_or_else(|| words.join(" "));
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(usage("An entry needs a title.").into());
        }
        let session = self.session.clone().or_else(|| notebook::session(context));
        let (project, _) = notebook::project(context, &context.environment.cwd);
        let mut draft = Draft::default()
            .set("title", title)
            .set("category", category)
            .set("status", status)
            .set("project", project.key.as_str())
            .set("project_name", project.name.as_str())
            .set("directory", project.root.to_string_lossy());
        let body = body(self.body.as_deref())?;
        draft = body.iter().fold(draft, |draft, body| draft.set("body", body.as_str()));
        draft = session.iter().fold(draft, |draft, session| draft.set("session", session.as_str()));
        let scope = if self.private { Scope::Private } else { Scope::Project(project.key.clone()) };
        let id = EntryId::fresh(scope);
        let mut desk = notebook::desk(context)?;
        desk.change_entry(&id, draft, &notebook::author(context), notebook::now_ms(context))?;
        if context.json {
            return document(context, desk.notes(), &id);
        }
        Ok(context.output.line(&format!("logged {category} ({status}) id={}", id.id))?)
    }
}

/// A text that was given, or standard input for `-`.
pub(crate) fn body(given: Option<&str>) -> color_eyre::Result<Option<String>> {
    if given != Some("-") {
        return Ok(given.map(str::to_owned));
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

/// Something about the command that cannot be understood.
pub(crate) fn usage(message: &str) -> Fault {
    Fault::new("usage", message).next("See `--help` of the command.")
}
