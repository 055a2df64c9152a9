//! `sessions backup`: what cannot be made again, in one verified file, and back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread;

use archive::backup::{self, About, Act, Backup as Opened, Put, Rule, Source, Step};
use chrono::SecondsFormat;
use clap::Args;
use color_eyre::Report;
use config::Paths;
use indicatif::DecimalBytes;
use journal::{Journal, TickLock};
use serde_json::{Value, json};
use sessions_tui::figures::count;

use super::tick;
use crate::archiving;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions backup ~/sessions.backup              journal, archive, settings, places and limits in one file
  sessions backup --check ~/sessions.backup      read all of it, and compare it with its hashes
  sessions backup --restore ~/sessions.backup --dry-run
  sessions backup --restore ~/sessions.backup

What hooks left and what is new under your folders is taken in first. Restoring adds to what is there: what lies there and is the same, newer or yours stays. `--force` replaces what differs,
and keeps what it replaces beside it. The store is not in a backup: it is made again.";

/// What to do where a backup that is written lacks transcripts.
const AGAIN: &str =
    "Put right what stands in the way (`sessions archive --check` names what is damaged), and write it again.";
/// What to do where one that was written lacks them.
const LOST: &str =
    "All else in it is whole. Another backup may have them, or Claude Code still: `sessions archive` keeps those.";

/// Put everything that cannot be made again into one file, or take it back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(crate) struct Backup {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take back what is in the file
    #[arg(long, conflicts_with = "check")]
    restore: bool,
    /// Only read it, and compare it with its hashes
    #[arg(long)]
    check: bool,
    /// With --restore: only say what would be done
    #[arg(long, requires = "restore")]
    dry_run: bool,
    /// Do not take what is new into the archive first
    #[arg(long, conflicts_with_all = ["check", "restore"])]
    no_archive: bool,
    /// Write over a file that exists; with --restore: replace what differs
    #[arg(long)]
    force: bool,
}

/// What could not be kept before a backup was written.
#[derive(Debug, Default)]
struct Hindered {
    /// Nothing could be.
    everything: bool,
    /// Sessions of which no transcript is kept.
    sessions: BTreeSet<String>,
}

impl Hindered {
    /// Sessions whose transcripts should be in a backup and are not. Where nothing could be kept, all that were known count.
    fn missing(&self, manifest: &backup::Manifest) -> u64 {
        let missing = self.sessions.union(&manifest.unreadable).count() as u64;
        let known = manifest.about.sessions.filter(|_| self.everything).unwrap_or_default();
        missing.max(known.saturating_sub(manifest.transcripts))
    }
}

impl Backup {
    /// Writes, checks or takes back a backup.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let file = context.environment.cwd.join(&self.file);
        if (self.check || self.restore) && !file.is_file() {
            let message = format!("There is no backup {}.", one_line(&file.display().to_string()));
            return Err(Fault::new("not-found", message)
                .next("Name the file that `sessions backup FILE` wrote.")
                .into());
        }
        if self.check {
            let manifest = Opened::open(&file)?.manifest;
            written(context, &file, &manifest, "is whole")?;
            return ending(incomplete(&manifest, manifest.unreadable.len() as u64, LOST));
        }
        if self.restore {
            return self.take_back(context, &file);
        }
        if file.exists() && !self.force {
            let message = format!("{} exists.", one_line(&file.display().to_string()));
            return Err(Fault::new("exists", message)
                .next("Name another file, or write over it with `--force`.")
                .into());
        }
        // no tick adds to what is read meanwhile; one that runs is waited for
        let (_tick, hindered) = self.catch_up(context)?;
        let (archive, sources) = (archiving::archive(context), sources(&context.paths)?);
        if archive.packs()?.is_empty() && !sources.iter().any(|source| source.name.starts_with("journal/")) {
            let data = one_line(&context.paths.data.display().to_string());
            return Err(Fault::new("nothing", format!("There is nothing to back up in {data}."))
                .next("`sessions where` lists every path; `sessions scan` takes in what is there.")
                .into());
        }
        let about = About {
            program: concat!("sessions ", env!("CARGO_PKG_VERSION")).to_owned(),
            created_at: context.now.to_rfc3339_opts(SecondsFormat::Secs, true),
            sessions: context.store.sessions().ok().map(|rows| rows.len() as u64),
            operations: operations(&context.paths),
        };
        let manifest = backup::write(&file, &archive, sources, about)?;
        written(context, &file, &manifest, "written")?;
        ending(incomplete(&manifest, hindered.missing(&manifest), AGAIN))
    }

    /// Takes in what hooks left and what is new, so that it is in the backup, too. What stands in the way is told, and what is
    /// kept already goes into the backup all the same. Returns what holds ticks off, and what could not be kept.
    fn catch_up(&self, context: &Context) -> color_eyre::Result<(Option<TickLock>, Hindered)> {
        let mut hindered = Hindered::default();
        let lock = match TickLock::wait(&context.paths.tick_lock()) {
            Ok(lock) => lock,
            Err(problem) => {
                if !(context.paths.journal().is_dir() || context.paths.archive().is_dir()) {
                    return Err(problem.into());
                }
                warn(context, &problem.into());
                return Ok((None, Hindered { everything: !self.no_archive, ..hindered }));
            }
        };
        let mut problem = tick::catch_up(context).err();
        if !self.no_archive {
            let (listening, archive) = (Listening::begin()?, archiving::archive(context));
            let threads = thread::available_parallelism().map_or(2, usize::from);
            let kept = archiving::keep(context, &archive, None, threads, listening.flag());
            if listening.flag().load(Ordering::Relaxed) {
                return Err(Fault::new("stopped", "Stopped. No backup was written; what was archived so far is kept.")
                    .next("Run it again, or with `--no-archive` to leave out what is new.")
                    .into());
            }
            match kept {
                Ok(kept) => {
                    let kept = kept.unwrap_or_default();
                    hindered.sessions = kept.missing;
                    for (path, reason) in kept.problems {
                        let message = format!("{} is not in the backup: {reason}.", path.display());
                        context.warn(&Fault::new("not-kept", message).into());
                    }
                }
                // what hinders both is told once
                Err(error) => {
                    hindered.everything = true;
                    problem = problem.or(Some(error.into()));
                }
            }
        }
        if let Some(problem) = problem {
            warn(context, &problem);
        }
        Ok((Some(lock), hindered))
    }

    fn take_back(&self, context: &mut Context, file: &Path) -> color_eyre::Result<()> {
        let opened = Opened::open(file)?;
        // no tick adds to what is compared and replaced meanwhile
        let _tick = if self.dry_run { None } else { Some(TickLock::wait(&context.paths.tick_lock())?) };
        let _journal = if self.dry_run { None } else { Some(Journal::hold(&context.paths.journal())?) };
        let steps = opened.plan(&|name| place(&context.paths, name))?;
        let archive = archiving::archive(context);
        let put = if self.dry_run { None } else { Some(opened.restore(&archive, &steps, self.force)?) };
        self.write(context, &opened, &steps, put)?;
        context.output.finish()?;
        ending(incomplete(&opened.manifest, opened.manifest.unreadable.len() as u64, LOST))
    }

    fn write(
        &self,
        context: &mut Context,
        opened: &Opened,
        steps: &[Step],
        put: Option<Put>,
    ) -> color_eyre::Result<()> {
        let about = &opened.manifest.about;
        if context.json {
            let file = |step: &Step| json!({ "name": step.name, "path": step.path, "bytes": step.bytes, "act": word(step.act) });
            let files: Vec<Value> = steps.iter().map(file).collect();
            let put = put.map(|put| json!({ "written": put.written, "merged": put.merged, "replaced": put.replaced }));
            return context.output.json(&json!({
                "schema": 1, "created_at": about.created_at, "program": about.program,
                "sessions": about.sessions, "operations": about.operations, "dry_run": self.dry_run,
                "files": files, "put": put,
            }));
        }
        let heading = format!(
            "A backup of {}, by {}: {}. It is whole.",
            about.created_at,
            about.program,
            counts(&opened.manifest)
        );
        context.output.line(&one_line(&heading))?;
        for act in [Act::New, Act::Longer, Act::Merge, Act::Same, Act::Newer, Act::Differs] {
            let of_act = || steps.iter().filter(|step| step.act == act);
            if of_act().next().is_some() {
                let bytes = DecimalBytes(of_act().map(|step| step.bytes).sum());
                context.output.line(&format!("{:>10}  {:>10}  {}", of_act().count(), bytes.to_string(), word(act)))?;
            }
        }
        for step in steps.iter().filter(|step| step.act == Act::Differs) {
            let fate = if self.force {
                "replaced; what was there lies beside it"
            } else {
                "stays as it is; `--force` replaces it"
            };
            context.output.line(&one_line(&format!("{} {fate}", step.path.display())))?;
        }
        let last = match put {
            None => "Nothing was written (--dry-run).".to_owned(),
            Some(put) => {
                format!(
                    "{} written, {} added to. `sessions scan` takes them in.",
                    counted(put.written + put.replaced, "file"),
                    put.merged
                )
            }
        };
        Ok(context.output.line(&last)?)
    }
}

fn written(context: &mut Context, file: &Path, manifest: &backup::Manifest, what: &str) -> color_eyre::Result<()> {
    let bytes: u64 = manifest.members.iter().map(|listed| listed.bytes).sum();
    let size = file.metadata()?.len();
    let files = manifest.members.len() as u64;
    if context.json {
        let About { created_at, sessions, operations, .. } = &manifest.about;
        context.output.json(&json!({
            "schema": 1, "file": file, "bytes": size, "files": files, "created_at": created_at, "sessions": sessions,
            "sessions_archived": manifest.transcripts, "operations": operations,
        }))?;
        return context.output.finish();
    }
    let line =
        format!("{} {what}: {}; {} in {}", file.display(), counts(manifest), DecimalBytes(bytes), DecimalBytes(size));
    context.output.line(&one_line(&line))?;
    context.output.finish()
}

/// Says so where transcripts are missing in a backup that is whole otherwise; `step` is what to do then.
fn incomplete(manifest: &backup::Manifest, missing: u64, step: &str) -> Option<Fault> {
    let there = manifest.transcripts;
    let message = format!(
        "{} of {} are in the backup with their transcripts.",
        count(there),
        counted(there + missing, "session")
    );
    (missing > 0).then(|| Fault::new("incomplete", message).next(step))
}

/// How a command ends: its answer is given, and something may be wrong all the same.
fn ending(fault: Option<Fault>) -> color_eyre::Result<()> {
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}

/// What a backup holds, in words.
fn counts(manifest: &backup::Manifest) -> String {
    let About { sessions, operations, .. } = manifest.about;
    let known = sessions.map(|sessions| counted(sessions, "session"));
    let archived = format!("{} with their transcripts", count(manifest.transcripts));
    let archived = known.map_or_else(|| archived.clone(), |known| format!("{known}, {archived}"));
    let operations = operations.map(|operations| format!(", {} of the journal", counted(operations, "operation")));
    format!("{archived}{}, {}", operations.unwrap_or_default(), counted(manifest.members.len() as u64, "file"))
}

/// Operations in the journal; none if it cannot be read, or there is none.
fn operations(paths: &Paths) -> Option<u64> {
    let journal = Journal::open(&paths.journal()).ok()?;
    Some(journal.heads().into_iter().map(|(_, seq, _)| seq).sum())
}

/// What goes into a backup beside the archive. While the sizes of the logs are taken, nothing is added to the journal: what
/// is read of them is a beginning that was whole at one moment.
fn sources(paths: &Paths) -> color_eyre::Result<Vec<Source>> {
    let folder = paths.journal();
    let held = if folder.is_dir() { Journal::hold(&folder).ok() } else { None };
    let mut sources = backup::sources(&folder, "journal")?;
    drop(held);
    sources.extend(backup::sources(&paths.themes(), "config/themes")?);
    sources.extend(single(paths).into_iter().map(|(name, path, _)| Source {
        name: name.to_owned(),
        path,
        bytes: None,
    }));
    Ok(sources)
}

/// Says what is not in the backup, because it could not be taken in.
fn warn(context: &Context, problem: &Report) {
    let message = format!("What is new is not in the backup: {problem}.");
    let step = "What was kept before is in it. Put this right, and write it again.";
    context.warn(&Fault::new("not-taken-in", message).next(step).into());
}

/// What becomes of a file, in words.
fn word(act: Act) -> &'static str {
    match act {
        Act::New => "new",
        Act::Same => "the same",
        Act::Newer => "newer here",
        Act::Longer => "goes on",
        Act::Merge => "added to",
        Act::Differs => "differs",
    }
}

/// Files that stand alone, with their names in a backup.
fn single(paths: &Paths) -> [(&'static str, PathBuf, Rule); 5] {
    [
        ("config/config.toml", paths.config_file(), Rule::Own),
        ("config/prices.toml", paths.prices_file(), Rule::Own),
        ("config/session_types.yaml", paths.session_types_file(), Rule::Own),
        ("places.json", paths.places_file(), Rule::Own),
        ("limits.jsonl", paths.limits_file(), Rule::Lines),
    ]
}

/// Where a file of a backup goes, and how it is treated there. The journal knows by itself when its folder is a copy.
fn place(paths: &Paths, name: &str) -> Option<(PathBuf, Rule)> {
    if let Some((_, path, rule)) = single(paths).into_iter().find(|(known, ..)| *known == name) {
        return Some((path, rule));
    }
    let (top, below) = name.split_once('/')?;
    let is_plain = below.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if !is_plain {
        return None;
    }
    match top {
        "journal" => Some((paths.data.join("journal").join(below), Rule::Grows)),
        "archive" => Some((paths.archive().join(below), Rule::Pack)),
        "config" => Some((paths.themes().join(below.strip_prefix("themes/")?), Rule::Own)),
        _ => None,
    }
}
