//! `sessions relink`: tells Claude Code and us where a directory went.

use std::path::PathBuf;

use clap::Args;
use housekeeping::{Move, Relinked, Relinking};
use serde_json::{Value, json};
use store::live::{self, Running};

use crate::asking;
use crate::banner;
use crate::context::Context;
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  mv ~/src/shop ~/src/store
  sessions relink ~/src/shop ~/src/store --dry-run    say what would be changed
  sessions relink ~/src/shop ~/src/store              show it, ask, do it

Changed are: the folders under `projects` that are named after the directory and those below it, with transcripts and memory;
`projects` in .claude.json; the directory of prompts in history.jsonl; and what `sessions resume` remembers. Files are
replaced in one step, and copies of them lie in `backups` of the data folder. What a transcript says of directories
stays: it tells where something was, and Claude Code does not need it to go on.";

/// Bring sessions along to where their directory moved
///
/// Afterwards `claude --resume` and `--continue` find them in the new directory.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Relink {
    /// Where the directory was
    #[arg(value_name = "OLD")]
    old: String,
    /// Where it is
    #[arg(value_name = "NEW")]
    new: String,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Only say what would be changed
    #[arg(long)]
    dry_run: bool,
}

impl Relink {
    /// Shows what is changed, asks, changes it.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let (old, new) = (context.environment.resolve(&self.old), context.environment.resolve(&self.new));
        if let Some(obstacle) = scanning::freshen(context, true)? {
            context.output.note(&obstacle.to_string());
        }
        let rows = context.store.sessions()?;
        // not the one that is kept: what is said here has to be read anew
        let moves = resume::Moves::read(&context.paths.places_file());
        let ran_in: Vec<PathBuf> = rows.iter().flat_map(|row| sessions_tui::present(&moves, row)).collect();
        let plan = Relinking::plan(&context.paths.known_roots(), &old, &new, &ran_in, &moves)?;
        plan.refuse_blocked()?;
        if !context.json {
            show(context, &plan)?;
        }
        if self.dry_run {
            if !context.json {
                context.output.line("Nothing was changed (--dry-run).")?;
            }
            return answer(context, &plan, None);
        }
        plan.refuse_running(pairs(&running(context)))?;
        if !asking::agrees(context, self.yes)? {
            return Ok(context.output.line("Nothing was changed.")?);
        }
        let backups = context.paths.backups().join(notebook::now_ms(context).to_string());
        let now_ms = notebook::now_ms(context);
        let done = plan.carry_out(pairs(&running(context)), &backups, &context.paths.places_file(), now_ms)?;
        scanning::freshen(context, true)?;
        if let Err(report) = banner::refresh(context, true) {
            context.warn(&report);
        }
        answer(context, &plan, Some(done))
    }
}

/// Sessions that clients have open now.
fn running(context: &Context) -> Vec<Running> {
    live::running(&context.paths.known_roots())
}

/// Each with the directory that it works in.
fn pairs(running: &[Running]) -> impl Iterator<Item = (&str, &str)> {
    running.iter().filter_map(|one| Some((one.session.as_str(), one.cwd.as_deref()?)))
}

fn show(context: &mut Context, plan: &Relinking) -> color_eyre::Result<()> {
    let folders = |one: &Move| (one.from.parent().map(PathBuf::from), one.to.parent().map(PathBuf::from));
    for together in plan.moves.chunk_by(|one, other| folders(one) == folders(other)) {
        let [one, ..] = together else { continue };
        let (from, to) = match folders(one) {
            // of several in one folder, the folder says it
            (Some(from), Some(to)) if together.len() > 1 => {
                (format!("{}: {}", from.display(), counted(together.len() as u64, "file")), to)
            }
            _ => (one.from.display().to_string(), one.to.clone()),
        };
        context.output.line(&format!(
            "move    {}\n     to {}",
            one_line(&from),
            one_line(&to.display().to_string())
        ))?;
    }
    for document in &plan.documents {
        let path = one_line(&document.path.display().to_string());
        context.output.line(&format!("change  {path}: {}", counted(document.places, "place")))?;
    }
    for path in &plan.in_the_way {
        let path = one_line(&path.display().to_string());
        context.output.line(&format!("stays   {path}: something lies there already"))?;
    }
    if plan.is_empty() {
        context
            .output
            .line("Claude Code knows nothing of that directory; it is only remembered for `sessions resume`.")?;
    }
    Ok(())
}

fn answer(context: &mut Context, plan: &Relinking, done: Option<Relinked>) -> color_eyre::Result<()> {
    if context.json {
        let moves: Vec<Value> = plan.moves.iter().map(|one| json!({ "from": one.from, "to": one.to })).collect();
        let documents: Vec<Value> =
            plan.documents.iter().map(|one| json!({ "path": one.path, "places": one.places })).collect();
        return context.output.json(&json!({
            "schema": 1, "from": plan.from, "to": plan.to, "done": done.is_some(), "moves": moves, "documents": documents,
            "in_the_way": plan.in_the_way,
        }));
    }
    if let Some(done) = done {
        let (moved, changed) = (counted(done.moved, "move"), counted(done.documents, "changed file"));
        context
            .output
            .line(&format!("Done: {moved}, {changed}. `sessions resume` and `claude --resume` go on there."))?;
    }
    Ok(())
}
