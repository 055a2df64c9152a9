//! `sessions undelete`: brings a deleted session back.

use clap::Args;
use housekeeping::{Deleted, Item};
use indicatif::DecimalBytes;
use serde_json::{Value, json};

use crate::archiving;
use crate::context::Context;
use crate::deleting;
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  sessions undelete          list what was deleted, and until when its files are there
  sessions undelete 4f2a     put everything of it back to where it lay

Files are there for 24 hours. Later, or where none of them were on this machine, what is left of the
session is listed again: its figures, and files that were never deleted. The machine that deleted it
puts its files back when it hears from another one, if they are still there.";

/// Bring a deleted session back
///
/// Its files are put back as they were, to the byte and the time; nothing is written over.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Undelete {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Undelete {
    /// Brings it back, or lists what could be.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let mut desk = notebook::desk(context)?;
        let deleted = deleting::deleted(context, desk.notes());
        let Some(typed) = &self.id else { return list(context, &deleted) };
        let id = session(&deleted, typed.trim())?;
        let back = deleting::trash(context).put_back(&id, &archiving::archive(context))?;
        deleting::mark(context, &mut desk, &id, false)?;
        scanning::freshen(context, true)?;
        let files: Vec<_> = back.iter().flat_map(|item| &item.files).collect();
        if context.json {
            return context.output.json(&json!({ "schema": 1, "session": id, "files": files }));
        }
        let line = if back.is_empty() {
            format!("{id} is listed again; none of its files were in the trash.")
        } else {
            let bytes = back.iter().map(|item| item.bytes).sum();
            format!("{id} is back: {}, {}.", counted(files.len() as u64, "file"), DecimalBytes(bytes))
        };
        Ok(context.output.line(&line)?)
    }
}

/// The one deleted session that an id or a beginning of one stands for.
fn session(deleted: &[Deleted], typed: &str) -> Result<String, Fault> {
    let mut found: Vec<String> = deleted.iter().map(|one| one.session.clone()).collect();
    found.retain(|id| !typed.is_empty() && id.starts_with(typed));
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Fault::new(
            "not-found",
            format!("No deleted session has an id that begins with `{}`.", one_line(typed)),
        )
        .next("`sessions undelete` lists those that can be brought back.")),
        several => match several.iter().find(|id| *id == typed) {
            Some(exact) => Ok(exact.clone()),
            None => Err(Fault::new("ambiguous", format!("{} deleted sessions begin with that.", several.len()))
                .next("Use more of the id.")),
        },
    }
}

fn list(context: &mut Context, deleted: &[Deleted]) -> color_eyre::Result<()> {
    if context.json {
        let items: Vec<Value> = deleted
            .iter()
            .map(|one| {
                json!({ "session": one.session, "deleted_at_ms": one.at_ms,
                    "until_ms": one.item.as_ref().map(Item::ends_at_ms), "bytes": one.item.as_ref().map(|item| item.bytes),
                    "files": one.item.as_ref().map(|item| &item.files) })
            })
            .collect();
        return context.output.json(&json!({ "schema": 1, "deleted": items }));
    }
    if deleted.is_empty() {
        return Ok(context.output.line("Nothing is deleted.")?);
    }
    let rows = context.store.sessions()?;
    for one in deleted {
        let row = rows.iter().find(|row| row.id().as_str() == one.session);
        let title = row.and_then(|row| row.session.title.as_ref()).map(|title| one_line(&title.text));
        let (bytes, until) = match &one.item {
            Some(item) => (DecimalBytes(item.bytes).to_string(), format!("until {}", deleting::until(context, item))),
            // nothing of it was here, or a day has passed
            None => ("no files".to_owned(), "at any time".to_owned()),
        };
        let line = format!("{}  {bytes:>10}  {until:<18}  {}", one.session, title.unwrap_or_default());
        context.output.line(line.trim_end())?;
    }
    Ok(())
}
