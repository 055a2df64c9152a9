//! `sessions delete`: takes sessions off the disk and out of sight, with a day to think better of it.

use clap::Args;
use housekeeping::{Deletion, Item};
use indicatif::DecimalBytes;
use serde_json::{Value, json};
use store::{Found, SessionRow, live};

use super::search;
use crate::archiving;
use crate::asking;
use crate::context::Context;
use crate::deleting;
use crate::lookup;
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  sessions delete 4f2a --dry-run                     say what would be deleted
  sessions delete 4f2a 91cc                          show it, ask, do it
  sessions delete --query 'cost:<0.01 before:30d'    all that match

Deleted are: the transcript, transcripts of subagents, long output of tools, kept edits (file-history), lists of tasks, and
what the archive has of it. On this disk it stays in a trash for 24 hours: `sessions undelete ID` brings all of it back.

It is listed and found nowhere any more, on none of your machines, also when its transcript turns up again; files on
other machines are left to you. What was counted stays counted. Not deleted are the prompts in the history of Claude Code's
prompt line, and what the journal was told: title, first prompt, names of files and figures.";

/// Delete sessions, with a day to bring them back
///
/// A session that runs is never deleted, nor one that changes while you are asked.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Delete {
    /// Ids of sessions, or unique beginnings of them
    #[arg(value_name = "ID", required_unless_present = "query", conflicts_with = "query")]
    ids: Vec<String>,
    /// Those that a query finds, as `sessions ls` does
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
}

/// A session that is to be deleted.
struct Doomed {
    row: SessionRow,
    deletion: Deletion,
    /// Why it was not, if so.
    spared: Option<String>,
    item: Option<Item>,
}

impl Doomed {
    /// Whether it was deleted and can only be listed again: nothing of it was here.
    fn is_elsewhere(&self) -> bool {
        self.spared.is_none() && self.item.is_none()
    }
}

impl Delete {
    /// Shows what is deleted, asks, deletes it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if let Some(obstacle) = scanning::freshen(context, true)? {
            return Err(obstacle);
        }
        let mut rows = self.rows(context)?;
        let notes = notebook::notes_if_readable(context);
        for row in &mut rows {
            notebook::name(row, &notes);
        }
        let mut doomed = Vec::new();
        for row in rows {
            let deletion = deleting::deletion(context, &row)?;
            doomed.push(Doomed { row, deletion, spared: None, item: None });
        }
        if doomed.is_empty() {
            return Err(Fault::new("not-found", "No session matches, so there is nothing to delete.").into());
        }
        if !context.json {
            show(context, &doomed)?;
        }
        if self.dry_run {
            return self.answer(context, &doomed);
        }
        let count = doomed.len().to_string();
        let (question, wanted) = match doomed.len() {
            1 => ("Delete it? [y/N] ".to_owned(), vec!["y", "yes"]),
            many => (format!("Type {many} to delete these {many} sessions: "), vec![count.as_str()]),
        };
        if !asking::confirm(context, self.yes, &question, &wanted)? {
            return Ok(context.output.line("Nothing was deleted.")?);
        }
        carry_out(context, &mut doomed)?;
        scanning::freshen(context, true)?;
        self.answer(context, &doomed)
    }

    /// The sessions that are meant. Those that run are refused by name, and left out of what a query finds.
    fn rows(&self, context: &mut Context) -> color_eyre::Result<Vec<SessionRow>> {
        if let Some(query) = &self.query {
            let query = search::parse(context, query)?;
            if query.is_empty() {
                return Err(Fault::new("usage", "An empty query would mean every session; nothing was deleted.")
                    .next("Say which: `sessions search --language` explains how. `sessions ls QUERY` shows what it finds.")
                    .into());
            }
            let rows = context.store.sessions()?;
            let mut rows = lookup::matching(context, rows, &query)?;
            let all = rows.len();
            rows.retain(|row| !runs(context, row.id().as_str()));
            if rows.len() < all {
                context
                    .output
                    .note(&format!("Left out: {} that run now.", counted((all - rows.len()) as u64, "session")));
            }
            return Ok(rows);
        }
        let mut rows: Vec<SessionRow> = Vec::new();
        for id in &self.ids {
            // one that was deleted on another machine may still have files here
            let row = match context.store.find(id.trim())? {
                Found::One(row) => *row,
                Found::Many(_) | Found::None => lookup::session(context, id)?,
            };
            if runs(context, row.id().as_str()) {
                return Err(Fault::new("running", format!("The session {} runs now; nothing was deleted.", row.id()))
                    .next("End it first.")
                    .into());
            }
            if rows.iter().all(|other| other.id() != row.id()) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn answer(&self, context: &mut Context, doomed: &[Doomed]) -> color_eyre::Result<()> {
        if context.json {
            let sessions: Vec<Value> = doomed.iter().map(|one| as_json(one, self.dry_run)).collect();
            context.output.json(&json!({ "schema": 1, "dry_run": self.dry_run, "sessions": sessions }))?;
        } else if self.dry_run {
            context.output.line("Nothing was deleted (--dry-run).")?;
        } else {
            let done: Vec<&Doomed> = doomed.iter().filter(|one| one.spared.is_none()).collect();
            let bytes = done.iter().map(|one| one.deletion.bytes() + one.deletion.bytes_packed()).sum();
            let line = format!("Deleted: {}, {}.", counted(done.len() as u64, "session"), DecimalBytes(bytes));
            context.output.line(&line)?;
            let id = |of: &Doomed| if done.len() == 1 { of.row.id().to_string() } else { "ID".to_owned() };
            if let Some((one, item)) = done.iter().find_map(|one| Some((one, one.item.as_ref()?))) {
                let (id, until) = (id(one), deleting::until(context, item));
                context.output.line(&format!("`sessions undelete {id}` brings it back until {until}."))?;
            }
            if let Some(one) = done.iter().find(|one| one.is_elsewhere()) {
                let what = if done.len() == 1 { "it" } else { "one of which nothing was here" };
                context.output.line(&format!("`sessions undelete {}` lists {what} again, at any time.", id(one)))?;
            }
        }
        context.output.finish()?;
        let spared: Vec<String> = doomed.iter().filter_map(|one| one.spared.clone()).collect();
        if spared.is_empty() {
            return Ok(());
        }
        Err(Fault::new("changed", format!("Not deleted:\n{}", spared.join("\n")))
            .next("Look at it, then run this again.")
            .into())
    }
}

fn runs(context: &Context, session: &str) -> bool {
    live::running(&context.paths.known_roots()).iter().any(|running| running.session.as_str() == session)
}

/// Deletes them one after the other; what stands in the way of one does not keep the others.
fn carry_out(context: &Context, doomed: &mut [Doomed]) -> color_eyre::Result<()> {
    let (trash, archive) = (deleting::trash(context), archiving::archive(context));
    let mut desk = notebook::desk(context)?;
    let deletions: Vec<Deletion> = doomed.iter().map(|one| one.deletion.clone()).collect();
    let runs = |session: &str| runs(context, session);
    let mut mark = |session: &str| deleting::mark(context, &mut desk, session, true);
    let outcomes = trash.delete(&deletions, &archive, notebook::now_ms(context), &runs, &mut mark)?;
    for (one, outcome) in doomed.iter_mut().zip(outcomes) {
        match outcome {
            Ok(item) => one.item = item,
            Err(error) => one.spared = Some(format!("{}: {}", one.row.id(), one_line(&error.to_string()))),
        }
    }
    Ok(())
}

/// Says exactly what is deleted.
fn show(context: &mut Context, doomed: &[Doomed]) -> color_eyre::Result<()> {
    for Doomed { row, deletion, .. } in doomed {
        let title = row.session.title.as_ref().map_or_else(|| "(untitled)".to_owned(), |title| one_line(&title.text));
        context.output.line(&format!("{}  {}", row.id(), title))?;
        for (kind, count, bytes) in deletion.by_kind() {
            let what = counted(count, kind.name());
            context.output.line(&format!("  {:>10}  {what}", DecimalBytes(bytes).to_string()))?;
        }
        if !deletion.packs.is_empty() {
            let bytes = DecimalBytes(deletion.bytes_packed()).to_string();
            context.output.line(&format!("  {bytes:>10}  in the archive"))?;
        }
        for path in &deletion.elsewhere {
            let path = one_line(&path.display().to_string());
            context.output.line(&format!("       stays  {path}, which lies outside of Claude Code's folders"))?;
        }
        if deletion.parts.is_empty() && deletion.packs.is_empty() && deletion.elsewhere.is_empty() {
            context.output.line("              nothing of it is on this disk; it is only listed no more")?;
        }
    }
    Ok(())
}

fn as_json(one: &Doomed, dry_run: bool) -> Value {
    let Doomed { row, deletion, spared, item } = one;
    let files: Vec<Value> = deletion
        .parts
        .iter()
        .map(|part| json!({ "path": part.path, "kind": part.kind.name(), "bytes": part.bytes }))
        .collect();
    json!({
        "id": row.id().as_str(),
        "title": row.session.title.as_ref().map(|title| title.text.as_str()),
        "deleted": !dry_run && spared.is_none(),
        "spared": spared,
        "bytes": deletion.bytes(),
        "archive_bytes": deletion.bytes_packed(),
        "until_ms": item.as_ref().map(Item::ends_at_ms),
        "files": files,
        "elsewhere": deletion.elsewhere,
    })
}
