//! `sessions inbox`: what others did.

use clap::Args;
use notes::Unread;
use serde_json::{Value, json};
use sessions_tui::figures;

use crate::commands::entries::as_json;
use crate::commands::entry::told;
use crate::context::Context;
use crate::notebook::{self, moment};
use crate::output::Role;
use crate::plain_text::one_line;

const EXAMPLES: &str = "\
Examples:
  sessions inbox           what others did since you looked last; looking marks it as read
  sessions inbox --peek    the same, and it stays unread
  sessions inbox --count   one line if there is anything, nothing otherwise

What counts is what had come to this machine when you looked, and no clock: an old change that comes late is shown. What
you have read on one of your machines is read on all of them.";

/// Show what others did to entries since you looked last
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inbox {
    /// Only say how many there are, and nothing if there are none
    #[arg(long, conflicts_with = "peek")]
    count: bool,
    /// Leave it unread
    #[arg(long)]
    peek: bool,
}

impl Inbox {
    /// Shows it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if self.count {
            return count(context);
        }
        let author = notebook::author(context);
        let notes = notebook::notes(context)?;
        let unread = notes.unread(&author);
        if context.json {
            let entries: Vec<Value> = unread.iter().map(unread_as_json).collect();
            context.output.json(&json!({ "schema": 1, "unread": entries }))?;
        } else if unread.is_empty() {
            context.output.line("Nothing new by others.")?;
        } else {
            for one in &unread {
                write(context, one)?;
            }
        }
        if !self.peek && !unread.is_empty() {
            // marked only when it is written out
            context.output.finish()?;
            notebook::desk(context)?.mark_read(&author, notebook::now_ms(context))?;
        }
        Ok(())
    }
}

fn count(context: &mut Context) -> color_eyre::Result<()> {
    let unread = notebook::unread(context)?;
    if context.json {
        return context.output.json(&json!({ "schema": 1, "unread": unread }));
    }
    if unread > 0 {
        let entries = if unread == 1 { "1 entry" } else { &format!("{unread} entries") };
        let text = format!("{entries} changed by others; see `sessions inbox`.");
        context.output.line(&text)?;
    }
    Ok(())
}

fn write(context: &mut Context, one: &Unread<'_>) -> color_eyre::Result<()> {
    let entry = one.entry;
    let kind = format!("[{}/{}]", one_line(entry.category()), one_line(entry.status()));
    let title = context.output.paint(Role::Strong, &one_line(entry.title()));
    let project = context.output.paint(Role::Dim, &one_line(entry.project_name()));
    let id = context.output.paint(Role::Handle, &entry.id.id);
    context.output.line(&format!("{kind} {title}  {project}  {id}"))?;
    for change in &one.changes {
        let ago = moment(change.at_ms).map(|at| figures::ago(at, context.now)).unwrap_or_default();
        context.output.line(&format!("    {} ({ago}): {}", one_line(&change.by), told(change)))?;
    }
    for conflict in entry.conflicts() {
        let names = conflict.writes.iter().map(|write| one_line(&write.by)).collect::<Vec<_>>().join(" and ");
        context.output.line(&format!(
            "    {names} set {} at once; `sessions entry {}` shows both",
            conflict.field, entry.id.id
        ))?;
    }
    Ok(())
}

fn unread_as_json(one: &Unread<'_>) -> Value {
    let changes = one.changes.iter().map(|change| {
        let at = moment(change.at_ms).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        json!({ "at": at, "by": change.by, "set": change.set, "notes": change.notes })
    });
    json!({ "entry": as_json(one.entry), "changes": changes.collect::<Vec<_>>() })
}
