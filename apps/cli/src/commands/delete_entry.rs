//! `sessions delete-entry`: takes an entry away, and brings it back.

use clap::Args;
use notes::Draft;

use crate::commands::entries::document;
use crate::context::Context;
use crate::notebook::{self, Wanted};
use crate::plain_text::one_line;

const EXAMPLES: &str = "\
Examples:
  sessions delete-entry 3fa9c1
  sessions delete-entry 3fa9c1 --undo

Exit codes: 0 done, 1 none or several match, 2 a fault of this program.";

/// Delete an entry, or bring a deleted one back
///
/// It is left out of every list and search; its history stays, so that it can be brought back at any time.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeleteEntry {
    /// Id, a beginning of it, or words of the title
    #[arg(value_name = "ID|WORDS")]
    words: Vec<String>,
    /// Titles of every project count
    #[arg(long)]
    all_projects: bool,
    /// Bring it back
    #[arg(long)]
    undo: bool,
}

impl DeleteEntry {
    /// Deletes it or brings it back.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let words = self.words.join(" ");
        let wanted =
            Wanted { words: Some(&words), all_projects: self.all_projects, deleted: self.undo, ..Wanted::default() };
        let mut desk = notebook::desk(context)?;
        let entry = notebook::find(context, desk.notes(), &wanted)?;
        let (id, title) = (entry.id.clone(), one_line(entry.title()));
        let draft = Draft::default().set("deleted", !self.undo);
        desk.change_entry(&id, draft, &notebook::author(context), notebook::now_ms(context))?;
        if context.json {
            return document(context, desk.notes(), &id);
        }
        let text = if self.undo {
            format!("{} is back: {title}", id.id)
        } else {
            format!("{} deleted: {title}\n`sessions delete-entry --undo {0}` brings it back.", id.id)
        };
        Ok(context.output.line(&text)?)
    }
}
