//! `sessions relink`: tells Claude Code and us where a directory went.

use std::path::PathBuf;

use clap::Args;
use housekeeping::{Relinked, Relinking};
use serde_json::{Value, json};
use store::live;

use crate::context::Context;
use crate::deleting;
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
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
        let plan = Relinking::plan(&context.paths.known_roots(), &old, &new)?;
        if !context.json {
            show(context, &plan)?;
        }
        if self.dry_run {
            if !context.json {
                context.output.line("Nothing was changed (--dry-run).")?;
            }
            return answer(context, &plan, None);
        }
        refuse_running(context, &plan)?;
        if !deleting::confirm(context, self.yes, "Do this? [y/N] ", &["y", "yes"])? {
            return Ok(context.output.line("Nothing was changed.")?);
        }
        let backups = context.paths.backups().join(notebook::now_ms(context).to_string());
        let done = plan.carry_out(&backups, &context.paths.places_file())?;
        scanning::freshen(context, true)?;
        answer(context, &plan, Some(done))
    }
}

/// Refuses while a client runs in the old or the new directory: it writes what is changed here.
fn refuse_running(context: &Context, plan: &Relinking) -> Result<(), Fault> {
    let running = live::running(&context.paths.known_roots());
    let is_there = |cwd: &str| [&plan.from, &plan.to].iter().any(|directory| PathBuf::from(cwd).starts_with(directory));
    match running.iter().find(|running| running.cwd.as_deref().is_some_and(is_there)) {
        None => Ok(()),
        Some(running) => {
            let cwd = one_line(running.cwd.as_deref().unwrap_or_default());
            let message = format!("The session {} runs in {cwd}; nothing was changed.", running.session);
            Err(Fault::new("running", message).next("End it first."))
        }
    }
}

fn show(context: &mut Context, plan: &Relinking) -> color_eyre::Result<()> {
    for one in &plan.moves {
        let (from, to) = (one_line(&one.from.display().to_string()), one_line(&one.to.display().to_string()));
        context.output.line(&format!("move    {from}\n     to {to}"))?;
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
