//! `sessions restore`: puts a deleted transcript back where Claude Code finds it.

use std::path::{Path, PathBuf};

use archive::{Archive, Restoration, To};
use clap::Args;
use indicatif::DecimalBytes;
use serde_json::{Value, json};

use super::tick::find_transcript;
use crate::archiving;
use crate::context::Context;
use crate::deleting;
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
        refuse_a_second(context, &id, to.as_deref())?;
        let root = if to.is_some() { None } else { other_root(context, &archive, &id)? };
        let to = match (&to, &root) {
            (Some(folder), _) => To::Folder(folder),
            (None, Some((own, _))) => To::Root(own),
            (None, None) => To::Home,
        };
        let restoration = archive.restoration(&id, to)?.ok_or_else(|| not_kept(&id))?;
        if let Some(missing) = restoration.missing.first().filter(|_| !self.damaged) {
            let path = one_line(&missing.path.display().to_string());
            let message = format!("A part of {path} is damaged: {} bytes from byte {} on.", missing.bytes, missing.at);
            return Err(Fault::new("damaged", message).next("`--damaged` puts back what can be read of it.").into());
        }
        let written = if self.dry_run { 0 } else { archive.restore(&id, &restoration)? };
        if !self.dry_run && self.to.is_none() {
            scanning::freshen(context, true)?;
        }
        let before = root.as_ref().map(|(_, before)| before.as_path());
        self.write(context, &id, &restoration, before, written)
    }

    fn write(
        &self,
        context: &mut Context,
        id: &str,
        what: &Restoration,
        before: Option<&Path>,
        written: u64,
    ) -> color_eyre::Result<()> {
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
        match found.pop() {
            Some(id) => Ok(id),
            None => Err(match context.store.find(typed) {
                Ok(store::Found::One(row)) => not_kept(row.id().as_str()),
                _ => not_kept(typed),
            }
            .into()),
        }
    }
}

/// Refuses to make a second transcript of the same id: the client would find neither.
fn refuse_a_second(context: &Context, id: &str, to: Option<&Path>) -> Result<(), Fault> {
    let roots = context.paths.known_roots();
    let is_under_a_root = to.is_none_or(|to| roots.iter().any(|root| to.starts_with(root.join("projects"))));
    match find_transcript(&context.paths, id).filter(|_| is_under_a_root) {
        None => Ok(()),
        Some(path) => {
            let message = format!("The transcript of {id} is there: {}.", one_line(&path.display().to_string()));
            Err(Fault::new("exists", message).next(format!("Go on with it by `sessions resume {id}`.")))
        }
    }
}

/// The folder of Claude Code to put a session under, and the one that it lay under, if that is not one of this machine's.
fn other_root(context: &Context, archive: &Archive, id: &str) -> color_eyre::Result<Option<(PathBuf, PathBuf)>> {
    let known = context.paths.known_roots();
    let real = |root: &PathBuf| root.canonicalize().unwrap_or_else(|_| root.clone());
    let transcripts = archive.files(id)?.into_iter().filter(|member| member.place.is_session());
    let Some(before) = transcripts.max_by_key(|member| member.modified_ms).map(|member| member.place.root) else {
        return Ok(None);
    };
    if known.iter().any(|root| real(root) == before) {
        return Ok(None);
    }
    // where `claude` looks, even if it never ran here, and where a scan looks
    let own = context.environment.claude_folder().filter(|own| own.is_dir() || context.paths.roots.contains(own));
    Ok(own.or_else(|| known.into_iter().next()).map(|own| (own, before)))
}

fn not_kept(id: &str) -> Fault {
    Fault::new("not-kept", format!("The archive has no transcript of {}.", one_line(id)))
        .next("`sessions ls is:archived` lists what it has; `sessions rescue` shows prompts of sessions that are gone.")
}
