//! Syncing: operations sent and taken in a second, what a sync with nothing new takes, bytes for a session; for each engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};
use journal::{Journal, Scope};
use sync::{Address, Conduct, Folder, Means, Remote, Settled, Terms, carry_out};
use tempfile::TempDir;
use testkit::{Home, PostgresServer, lay_out};

use super::table::{Budget, Figure};
use crate::workspace::build;

/// Bytes of a body: about what the outline of a short session takes.
const BODY_BYTES: usize = 1_000;

/// Rounds with nothing new, of which the one in the middle counts.
const ROUNDS: usize = 11;

/// Syncing with a folder, a git repository, a DuckDB file and a PostgreSQL server on this machine
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// Operations
    #[arg(long, default_value_t = 10_000)]
    operations: usize,
    /// Leave out what real transcripts come to
    #[arg(long)]
    no_transcripts: bool,
}

impl Sync {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        eprintln!("building `sessions`, which has the engine of DuckDB");
        let bench = Bench { program: build("cli", "sessions")?, home: tempfile::tempdir()? };
        let mut history = if self.no_transcripts { None } else { History::told_by(&bench.program)? };
        let mut figures = Vec::new();
        for (name, engine) in Engine::ALL {
            eprintln!("{name}");
            let Some(place) = Place::make(engine, bench.home.path(), "figures")? else {
                figures.push(Figure::note(format!("{name} is not installed: SKIPPED")));
                continue;
            };
            figures.extend(bench.speed(name, &place, self.operations)?);
            if let Some(history) = &mut history {
                let Some(place) = Place::make(engine, bench.home.path(), "sessions")? else { continue };
                figures.push(bench.weight(name, &place, history)?);
            }
        }
        if history.is_none() {
            figures.push(Figure::note("bytes for a session: SKIPPED without real transcripts (SESSIONS_CORPUS)"));
        }
        Ok(figures)
    }
}

#[derive(Debug, Clone, Copy)]
enum Engine {
    Folder,
    Git,
    DuckDb,
    Postgres,
}

impl Engine {
    const ALL: [(&'static str, Self); 4] =
        [("folder", Self::Folder), ("git", Self::Git), ("DuckDB file", Self::DuckDb), ("PostgreSQL", Self::Postgres)];
}

/// A remote that is thrown away.
struct Place {
    address: Address,
    /// What it lies in; a server has its own.
    path: PathBuf,
    server: Option<PostgresServer>,
}

impl Place {
    /// An empty one; none where the engine is not installed.
    fn make(engine: Engine, home: &Path, name: &str) -> Result<Option<Self>> {
        let path = home.join(format!("{engine:?}-{name}"));
        let mut server = None;
        let address = match engine {
            Engine::Folder => {
                fs::create_dir(&path)?;
                Address::Folder(path.clone())
            }
            Engine::Git => {
                if !Command::new("git").args(["init", "--quiet", "--bare"]).arg(&path).status()?.success() {
                    bail!("git cannot make a repository");
                }
                Address::Git(path.display().to_string())
            }
            Engine::DuckDb => Address::DuckDb(path.clone()),
            Engine::Postgres => {
                server = PostgresServer::start();
                let Some(server) = &server else { return Ok(None) };
                Address::Postgres(server.url("owner"))
            }
        };
        Ok(Some(Self { address, path, server }))
    }

    /// Bytes that it takes at this moment.
    fn bytes(&self) -> Result<u64> {
        match &self.server {
            Some(server) => {
                let size = server.psql("owner", "select pg_total_relation_size('operations')");
                size.parse().wrap_err_with(|| format!("the size of a table: {size}"))
            }
            None => size(&self.path),
        }
    }
}

/// What every measurement works with.
struct Bench {
    program: PathBuf,
    home: TempDir,
}

impl Bench {
    /// Opens a place as one of two machines does.
    fn open(&self, place: &Place, machine: &str) -> Result<Box<dyn Remote>> {
        let name = place.path.file_name().unwrap_or_default().to_string_lossy();
        let copy = self.home.path().join(format!("copy-{name}-{machine}"));
        Ok(place.address.open(&Means { copy, program: self.program.clone(), ..Means::default() })?)
    }

    fn speed(&self, name: &str, place: &Place, operations: usize) -> Result<Vec<Figure>> {
        let (mut one, _one) = journal()?;
        let (mut two, _two) = journal()?;
        let body = |number: usize| {
            let filling = figures_like(number);
            format!("{{\"v\":1,\"kind\":\"bench\",\"n\":{number},\"text\":\"{filling}\"}}").into_bytes()
        };
        one.append(&Scope::Private, &(0..operations).map(body).collect::<Vec<_>>())?;
        let (mut first, mut second) = (self.open(place, "one")?, self.open(place, "two")?);
        let up = timed(|| sync(&mut one, &mut first))?;
        let down = timed(|| sync(&mut two, &mut second))?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(timed(|| sync(&mut one, &mut self.open(place, "one")?))?);
        }
        rounds.sort();
        let per_second = |took: Duration| (operations as f64 / took.as_secs_f64()).round();
        let sent = Figure::new(format!("{name}: {operations} operations sent"), up.as_secs_f64(), "s");
        let nothing_new = rounds[ROUNDS / 2].as_secs_f64() * 1e3;
        Ok(vec![
            if place.server.is_some() { sent.budget(Budget::AtMost(3.0)) } else { sent },
            Figure::new(format!("{name}: sent in a second"), per_second(up), "operations"),
            Figure::new(format!("{name}: taken in a second"), per_second(down), "operations"),
            Figure::new(format!("{name}: nothing new, connecting included"), nothing_new, "ms")
                .budget(Budget::AtMost(200.0)),
        ])
    }

    /// What the sessions of a journal take there, with all that belongs to them.
    fn weight(&self, name: &str, place: &Place, history: &mut History) -> Result<Figure> {
        let mut remote = self.open(place, "one")?;
        let (mut first, _first) = journal()?;
        first.append(&Scope::Private, &[b"{}".to_vec()])?;
        sync(&mut first, &mut remote)?;
        let empty = place.bytes()?;
        sync(&mut history.journal, &mut remote)?;
        drop(remote);
        let bytes = place.bytes()?.saturating_sub(empty) as f64 / history.sessions.max(1) as f64;
        Ok(Figure::new(format!("{name}: space for a session of the real transcripts"), bytes.round(), "bytes"))
    }
}

/// What real transcripts come to for other machines.
struct History {
    journal: Journal,
    /// How many sessions it tells.
    sessions: u64,
    /// Where the journal lies.
    _folder: TempDir,
}

impl History {
    /// That of a machine which takes them in and syncs; none without any.
    fn told_by(program: &Path) -> Result<Option<Self>> {
        let Some(corpus) = testkit::corpus() else { return Ok(None) };
        eprintln!("taking real transcripts in");
        let home = Home::new();
        lay_out(&corpus, &home.path().join(".claude"))?;
        let place = home.path().join("remote");
        fs::create_dir(&place)?;
        for words in [&["remote", "add", "bench", &place.display().to_string()][..], &["sync"]] {
            let mut command = Command::new(program);
            let output = command.args(words).env_clear().envs(home.variables()).current_dir(home.path()).output()?;
            if !output.status.success() {
                bail!("{words:?}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        let (mut journal, folder) = journal()?;
        sync(&mut journal, &mut Folder::at(&place, false)?)?;
        let mut sessions = 0;
        for (stream, ..) in journal.heads() {
            let heads = journal.read(&stream, 0).filter_map(|operation| operation.ok()?.head());
            sessions += heads.filter(|head| head.kind == "session").count() as u64;
        }
        Ok(Some(Self { journal, sessions, _folder: folder }))
    }
}

fn journal() -> Result<(Journal, TempDir)> {
    let home = tempfile::tempdir()?;
    Ok((Journal::open(&home.path().join("journal"))?, home))
}

/// Syncs once; fails if not everything was carried over.
pub(super) fn sync(journal: &mut Journal, remote: &mut dyn Remote) -> Result<()> {
    let (mut watch, mut pause) = (|_| true, |_| ());
    let terms = Terms { is_shared: false, is_joined: true };
    let outcome = carry_out(journal, remote, terms, &mut Settled::new(), &mut Conduct::quiet(&mut watch, &mut pause));
    if !outcome.is_complete() {
        bail!("not complete: {outcome:?}");
    }
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}

/// Bytes of a file, or of all files in a folder.
fn size(path: &Path) -> Result<u64> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

/// Text that compresses about as figures do.
fn figures_like(number: usize) -> String {
    let digits = (0..BODY_BYTES / 8).map(|place| {
        format!(
            "{:06x},",
            number.wrapping_mul(2_654_435_761).rotate_left(u32::try_from(place).unwrap_or(0)) & 0xff_ffff
        )
    });
    digits.collect()
}
