//! `sessions resolve` and `sessions reopen`: the status of an entry.

use clap::Args;
use notes::Draft;

use crate::commands::entries::document;
use crate::commands::log::{body, usage};
use crate::context::Context;
use crate::notebook::{self, Wanted};

const EXAMPLES: &str = "\
Examples:
  sessions resolve 3fa9c1 --note 'fixed in 1.4'
  sessions resolve refund race               by words of the title, in this project
  sessions resolve 3fa9c1 --status blocked   any status can be given
  sessions resolve --title-match 'refund' --status resolved

Exit codes: 0 done, 1 none or several match, 2 a fault of this program.";

/// Resolve an entry, or give it another status
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Resolve {
    #[command(flatten)]
    which: Which,
    /// Its new status
    #[arg(long, value_name = "STATUS", default_value = "resolved")]
    status: String,
}

/// Open an entry again
#[derive(Debug, Args)]
pub(crate) struct Reopen {
    #[command(flatten)]
    which: Which,
}

/// Which entry is meant, and what is added to it.
#[derive(Debug, Args)]
struct Which {
    /// Id, a beginning of it, or words of the title
    #[arg(value_name = "ID|WORDS")]
    words: Vec<String>,
    /// The id
    #[arg(long, value_name = "ID", conflicts_with = "words")]
    id: Option<String>,
    /// A part of the title, taken literally
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["words", "id"])]
    title_match: Option<String>,
    /// Titles of every project count
    #[arg(long)]
    all_projects: bool,
    /// A note that is added to it; `-` reads standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    note: Option<String>,
}

impl Resolve {
    /// Gives it its status.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        self.which.set(context, &self.status, true)
    }
}

impl Reopen {
    /// Opens it again.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        self.which.set(context, "open", false)
    }
}

impl Which {
    fn set(&self, context: &mut Context, status: &str, prefer_open: bool) -> color_eyre::Result<()> {
        let vocabulary = notebook::vocabulary(context);
        let status = vocabulary.checked_status(status).map_err(|fault| usage(&fault.to_string()))?;
        let words = self.words.join(" ");
        let wanted = Wanted {
            words: Some(&words),
            id: self.id.as_deref(),
            title: self.title_match.as_deref(),
            all_projects: self.all_projects,
            prefer_open,
            ..Wanted::default()
        };
        let mut desk = notebook::desk(context)?;
        let id = notebook::find(context, desk.notes(), &wanted)?.id.clone();
        let note = body(self.note.as_deref())?.filter(|note| !note.trim().is_empty());
        let draft = Draft::default().set("status", status);
        let draft = note.iter().fold(draft, |draft, note| draft.note(note, None));
        desk.change_entry(&id, draft, &notebook::author(context), notebook::now_ms(context))?;
        if context.json {
            return document(context, desk.notes(), &id);
        }
        Ok(context.output.line(&format!("{} -> {status}", id.id))?)
    }
}
