//! `sessions undelete`: brings a deleted session back.

use clap::Args;
use housekeeping::Item;
use indicatif::DecimalBytes;
use notes::Notes;
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
  sessions undelete          list what was deleted and can be brought back
  sessions undelete 4f2a     put everything of it back to where it lay

Files are there for 24 hours. Later, or where the session was deleted on another machine, what is left of it is listed again:
its figures, and files that were never deleted.";

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
        let items = deleting::trash(context).items();
        let Some(typed) = &self.id else { return list(context, &items) };
        let id = session(desk.notes(), &items, typed.trim())?;
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
fn session(notes: &Notes, items: &[Item], typed: &str) -> Result<String, Fault> {
    let marked = notes.marked().filter(|(_, marks)| marks.is_deleted()).map(|(session, _)| session.to_owned());
    let mut found: Vec<String> = items.iter().map(|item| item.session.clone()).chain(marked).collect();
    found.retain(|id| !typed.is_empty() && id.starts_with(typed));
    found.sort_unstable();
    found.dedup();
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

fn list(context: &mut Context, items: &[Item]) -> color_eyre::Result<()> {
    if context.json {
        let items: Vec<Value> = items
            .iter()
            .map(|item| {
                json!({ "session": item.session, "deleted_at_ms": item.deleted_at_ms, "until_ms": item.ends_at_ms(),
                    "bytes": item.bytes, "files": item.files })
            })
            .collect();
        return context.output.json(&json!({ "schema": 1, "deleted": items }));
    }
    if items.is_empty() {
        return Ok(context.output.line("Nothing was deleted in the last 24 hours.")?);
    }
    for item in items {
        let (bytes, until) = (DecimalBytes(item.bytes).to_string(), deleting::until(context, item));
        context.output.line(&format!("{}  {bytes:>10}  until {until}", item.session))?;
    }
    Ok(())
}
