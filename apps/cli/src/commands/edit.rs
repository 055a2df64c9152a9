//! `sessions edit`: changes an entry.

use std::fs;
use std::io::{self, IsTerminal};

use clap::Args;
use notes::{Draft, Page};

use crate::commands::entries::document;
use crate::commands::log::{body, usage};
use crate::context::Context;
use crate::editor;
use crate::notebook::{self, Wanted};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions edit 3fa9c1                       in $VISUAL or $EDITOR
  sessions edit 3fa9c1 --title 'Refund race, twice'
  sessions edit refund race --category task

Exit codes: 0 done, 1 none or several match, 2 a fault of this program.";

/// Change an entry, in your editor or by flags
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Edit {
    /// Id, a beginning of it, or words of the title
    #[arg(value_name = "ID|WORDS")]
    words: Vec<String>,
    /// Titles of every project count
    #[arg(long)]
    all_projects: bool,
    /// Its new title
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Its new body; `-` reads standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    body: Option<String>,
    /// Its new category
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// Its new status
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// A note that is added to it; `-` reads standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    note: Option<String>,
}

impl Edit {
    /// Changes it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let words = self.words.join(" ");
        let wanted = Wanted { words: Some(&words), all_projects: self.all_projects, ..Wanted::default() };
        let mut desk = notebook::desk(context)?;
        let entry = notebook::find(context, desk.notes(), &wanted)?;
        let id = entry.id.clone();
        let draft = match self.draft(context)? {
            draft if draft.is_empty() => in_editor(context, &Page::of(entry))?,
            draft => draft,
        };
        let changed = desk.change_entry(&id, draft, &notebook::author(context), notebook::now_ms(context))?;
        if context.json {
            return document(context, desk.notes(), &id);
        }
        let what = if changed { "changed" } else { "as it was" };
        Ok(context.output.line(&format!("{} {what}", id.id))?)
    }

    fn draft(&self, context: &Context) -> color_eyre::Result<Draft> {
        let vocabulary = notebook::vocabulary(context);
        let mut draft = Draft::default();
        if let Some(title) = &self.title {
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            if title.is_empty() {
                return Err(usage("An entry needs a title.").into());
            }
            draft = draft.set("title", title);
        }
        if let Some(text) = body(self.body.as_deref())? {
            draft = draft.set("body", text);
        }
        if let Some(category) = &self.category {
            let category = vocabulary.checked_category(category).map_err(|fault| usage(&fault.to_string()))?;
            draft = draft.set("category", category);
        }
        if let Some(status) = &self.status {
            let status = vocabulary.checked_status(status).map_err(|fault| usage(&fault.to_string()))?;
            draft = draft.set("status", status);
        }
        if let Some(note) = body(self.note.as_deref())?.filter(|note| !note.trim().is_empty()) {
            draft = draft.note(&note, None);
        }
        Ok(draft)
    }
}

/// Lets the person change a page. What cannot be read again is kept, so that nothing that was typed is lost.
fn in_editor(context: &Context, page: &Page) -> color_eyre::Result<Draft> {
    // an editor that a script names may need none
    let is_named = ["VISUAL", "EDITOR"].iter().any(|name| context.environment.get(name).is_some());
    let has_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !is_named && !has_terminal {
        return Err(Fault::new("no-terminal", "An editor needs a terminal, and this is none.")
            .next("Say what changes: `--title`, `--body`, `--status`, `--category`.")
            .into());
    }
    let file = tempfile::Builder::new().prefix("entry-").suffix(".md").tempfile()?;
    fs::write(file.path(), page.write())?;
    let path = file.into_temp_path();
    editor::open(&context.environment, &path)?;
    let text = fs::read_to_string(&path)?;
    match Page::read(&text, &notebook::vocabulary(context)) {
        Ok(page) => Ok(page.draft()),
        Err(fault) => {
            let kept = path.keep()?;
            Err(Fault::new("page", format!("{fault}."))
                .next(format!("What you wrote is in {}.", kept.display()))
                .into())
        }
    }
}
