//! Syncing: operations sent and taken in a second, what a sync with nothing new takes, bytes for a session; for each engine.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};
use journal::{Journal, Scope};
use sync::{Address, Conduct, Means, Remote, Settled, Terms, carry_out};
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
        let home = tempfile::tempdir()?;
        let repository = home.path().join("host.git");
        let made = Command::new("git").args(["init", "--quiet", "--bare"]).arg(&repository).status()?;
        if !made.success() {
            bail!("git cannot make a repository");
        }
        let folder = home.path().join("folder");
        std::fs::create_dir(&folder)?;
        let mut figures = self.engine("folder", &Address::Folder(folder), home.path())?;
        figures.extend(self.engine("git", &Address::Git(repository.display().to_string()), home.path())?);
        figures.extend(self.engine("DuckDB file", &Address::DuckDb(home.path().join("file.duckdb")), home.path())?);
        match PostgresServer::start() {
            Some(server) => {
                figures.extend(self.engine("PostgreSQL", &Address::Postgres(server.url("owner")), home.path())?);
            }
            None => figures.push(Figure::note("PostgreSQL is not installed: SKIPPED")),
        }
        if !self.no_transcripts {
            figures.extend(bytes_of_sessions()?);
        }
        Ok(figures)
    }

    fn engine(&self, name: &str, address: &Address, home: &Path) -> Result<Vec<Figure>> {
        let (mut one, _one) = journal()?;
        let (mut two, _two) = journal()?;
        let body = |number: usize| {
            let filling = figures_like(number);
            format!("{{\"v\":1,\"kind\":\"bench\",\"n\":{number},\"text\":\"{filling}\"}}").into_bytes()
        };
        let bodies: Vec<Vec<u8>> = (0..self.operations).map(body).collect();
        one.append(&Scope::Private, &bodies)?;
        let program = build("cli", "sessions")?;
        let open = |copy: &str| {
            let copy = home.join(format!("{name}-{copy}"));
            address.open(&Means { copy, program: program.clone(), ..Means::default() })
        };
        let (mut first, mut second) = (open("one")?, open("two")?);
        first.heads()?;
        let up = timed(|| sync(&mut one, &mut first))?;
        let down = timed(|| sync(&mut two, &mut second))?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(timed(|| sync(&mut one, &mut open("one")?))?);
        }
        rounds.sort();
        let per_second = |took: Duration| self.operations as f64 / took.as_secs_f64();
        let sent = Figure::new(format!("{name}: {} operations sent", self.operations), up.as_secs_f64(), "s");
        Ok(vec![
            if name == "PostgreSQL" { sent.budget(Budget::AtMost(3.0)) } else { sent },
            Figure::new(format!("{name}: sent per second"), per_second(up).round(), "operations"),
            Figure::new(format!("{name}: taken per second"), per_second(down).round(), "operations"),
            Figure::new(
                format!("{name}: nothing new, connecting included"),
                rounds[ROUNDS / 2].as_secs_f64() * 1e3,
                "ms",
            )
            .budget(Budget::AtMost(200.0)),
        ])
    }
}

/// What the sessions of real transcripts take on the way.
fn bytes_of_sessions() -> Result<Vec<Figure>> {
    let Some(corpus) = testkit::corpus() else {
        return Ok(vec![Figure::note("bytes per session: SKIPPED without real transcripts (SESSIONS_CORPUS)")]);
    };
    let program = build("cli", "sessions")?;
    let home = Home::new();
    lay_out(&corpus, &home.path().join(".claude"))?;
    let folder = home.path().join("remote");
    std::fs::create_dir(&folder)?;
    let run = |words: &[&str]| -> Result<serde_json::Value> {
        let output =
            Command::new(&program).args(words).env_clear().envs(home.variables()).current_dir(home.path()).output()?;
        if !output.status.success() {
            bail!("{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        serde_json::from_slice(&output.stdout).wrap_err("no JSON")
    };
    run(&["remote", "add", "bench", &folder.display().to_string(), "--json"])?;
    let answer = run(&["sync", "--json"])?;
    let (sent, bytes) = (&answer["remotes"][0]["sent"], &answer["remotes"][0]["sent_bytes"]);
    let per_session = bytes.as_f64().unwrap_or(0.0) / sent.as_f64().unwrap_or(1.0).max(1.0);
    Ok(vec![Figure::new("bytes sent for a session of the real transcripts", per_session.round(), "bytes")])
}

fn journal() -> Result<(Journal, TempDir)> {
    let home = tempfile::tempdir()?;
    Ok((Journal::open(&home.path().join("journal"))?, home))
}

fn sync(journal: &mut Journal, remote: &mut dyn Remote) -> Result<()> {
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
