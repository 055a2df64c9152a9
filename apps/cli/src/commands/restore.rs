//! `sessions restore`: puts a deleted transcript back where Claude Code finds it.

use std::path::PathBuf;

use archive::Archive;
use clap::Args;
use color_eyre::Report;
use housekeeping::{Homes, HousekeepingError, Restoring};
use indicatif::DecimalBytes;
use serde_json::{Value, json};

use crate::archiving;
use crate::context::Context;
use crate::deleting;
use crate::lookup::{self, Wish};
use crate::notebook;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;
use crate::scanning;

const EXAMPLES: &str = "\
Examples:
  sessions restore 4f2a              put the transcript back, then go on with `sessions resume 4f2a`
  sessions restore 4f2a --dry-run    only say what would be written
  sessions restore 4f2a --to ~/old   put it into another folder; `claude --resume FILE` takes it from there

What comes from another machine goes below your own folder of Claude Code. Nothing that exists is written over. The times of the files are the present one, so that Claude Code keeps them for
another 30 days; its `--continue` then takes this session for the latest.";

/// Put a deleted transcript back where `claude --resume` finds it
///
/// Its subagents' files and the output of its tools come back with it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Put it into this folder instead
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,
    /// Put back what can be read of it even if a part is damaged
    #[arg(long)]
    damaged: bool,
}

impl Restore {
    /// Puts the session back.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let archive = archiving::archive(context);
        let id = self.session(context, &archive)?;
        deleting::refuse_deleted(context, &id)?;
        let to = self.to.as_ref().map(|folder| context.environment.cwd.join(folder));
        let (roots, own) = (context.paths.known_roots(), context.paths.own_root(&context.environment));
        let homes = Homes { roots: &roots, own: own.as_deref() };
        let plan = Restoring::plan(&archive, &id, homes, to.as_deref(), self.damaged)?;
        let written = if self.dry_run { 0 } else { plan.carry_out(&archive)? };
        if !self.dry_run && self.to.is_none() {
            scanning::freshen(context, true)?;
        }
        self.write(context, &plan, written)
    }

    fn write(&self, context: &mut Context, plan: &Restoring, written: u64) -> color_eyre::Result<()> {
        let Restoring { session: id, files: what, root_before: before } = plan;
        if context.json {
            let file = |target: &archive::Target| json!({ "path": target.path, "bytes": target.bytes, "exists": target.exists, "transcript": target.is_transcript });
            let files: Vec<Value> = what.targets.iter().map(file).collect();
            return context.output.json(&json!({
                "schema": 1, "session": id, "dry_run": self.dry_run, "written": written, "files": files,
                "damaged": what.missing.len(), "root_before": before,
            }));
        }
        for target in &what.targets {
            let state = if target.exists { "is there  " } else { "put back  " };
            let path = one_line(&target.path.display().to_string());
            context.output.line(&format!("{state}{:>10}  {path}", DecimalBytes(target.bytes).to_string()))?;
        }
        if let Some(before) = before {
            let before = one_line(&before.display().to_string());
            context.output.line(&format!(
                "It lay under {before}, where nothing of yours is read: so it goes below your own folder. `--to DIR` names another."
            ))?;
        }
        let line = match (self.dry_run, &self.to) {
            (true, _) => "Nothing was written (--dry-run).".to_owned(),
            (false, None) => format!("{} put back. Go on with `sessions resume {id}`.", counted(written, "file")),
            (false, Some(_)) => format!("{} written.", counted(written, "file")),
        };
        Ok(context.output.line(&line)?)
    }

    /// The session that an id or a unique beginning of one stands for, among those that are kept.
    fn session(&self, context: &Context, archive: &Archive) -> color_eyre::Result<String> {
        let typed = self.id.trim();
        let packs = archive.packs()?;
        let mut found: Vec<String> =
            packs.into_iter().filter(|id| !typed.is_empty() && id.starts_with(typed)).collect();
        if let Some(at) = found.iter().position(|id| id == typed) {
            return Ok(found.swap_remove(at));
        }
        if found.len() > 1 {
            let listed = found.iter().take(10).map(|id| one_line(id)).collect::<Vec<_>>().join(", ");
            let message = format!("{} kept sessions begin with `{}`: {listed}.", found.len(), one_line(typed));
            return Err(Fault::new("ambiguous", message).next("Use more of the id.").into());
        }
        if let Some(id) = found.pop() {
            return Ok(id);
        }
        // what was deleted has no pack any more
        let deleted = deleting::deleted(context, &notebook::notes_if_readable(context));
        let meant = deleted.iter().find(|one| !typed.is_empty() && one.session.starts_with(typed));
        meant.map_or(Ok(()), |one| deleting::refuse_deleted(context, &one.session))?;
        Err(Self::unknown(context, typed))
    }

    /// Says why there is nothing to put back.
    fn unknown(context: &Context, typed: &str) -> Report {
        let known = match context.store.find(typed) {
            Ok(store::Found::One(row)) => Some(row),
            _ => None,
        };
        let elsewhere = known.as_ref().and_then(|row| lookup::elsewhere(context, row, Wish::Restore));
        match elsewhere {
            Some(elsewhere) => elsewhere.into(),
            None => not_kept(known.as_ref().map_or(typed, |row| row.id().as_str())).into(),
        }
    }
}

fn not_kept(id: &str) -> HousekeepingError {
    HousekeepingError::NotKept { session: one_line(id) }
}
