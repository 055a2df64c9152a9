//! Encrypted places beside plain ones: what passing an operation costs when everything is an age file.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::Result;
use journal::{Journal, ReplicaId, Scope};
use sync::{Address, Effort, Keyring, Means, Remote, Sealed, Seen, Who};
use testkit::PostgresServer;

use super::sync::sync;
use super::table::Figure;

/// Bytes of a body: about what the outline of a short session takes.
const BODY_BYTES: usize = 1_000;

/// Rounds with nothing new, of which the one in the middle counts.
const ROUNDS: usize = 11;

const PASSPHRASE: &str = "four unlikely words";

/// Encrypted places beside plain ones: a folder and a PostgreSQL server on this machine
#[derive(Debug, Args)]
pub(super) struct Sealing {
    /// Operations
    #[arg(long, default_value_t = 10_000)]
    operations: usize,
}

impl Sealing {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let home = tempfile::tempdir()?;
        let mut figures = Vec::new();
        for is_sealed in [false, true] {
            let folder = home.path().join(format!("folder-{is_sealed}"));
            std::fs::create_dir(&folder)?;
            figures.extend(self.speed("folder", &Address::Folder(folder), home.path(), is_sealed)?);
            match PostgresServer::start() {
                Some(server) => {
                    figures.extend(self.speed(
                        "PostgreSQL",
                        &Address::Postgres(server.url("owner")),
                        home.path(),
                        is_sealed,
                    )?);
                }
                None => figures.push(Figure::note("PostgreSQL is not installed: SKIPPED")),
            }
        }
        let begun = Instant::now();
        let who = Who { name: "bench".to_owned(), replica: ReplicaId::fresh() };
        Keyring::enter(&mut sync::rehearsal::Shelf::reliable(), PASSPHRASE, &who, Effort::PASSPHRASE)?;
        figures.push(Figure::new("locking a place with a passphrase", begun.elapsed().as_secs_f64(), "s"));
        Ok(figures)
    }

    fn speed(&self, name: &str, address: &Address, home: &Path, is_sealed: bool) -> Result<Vec<Figure>> {
        let (mut one, mut two) = (journal(home)?, journal(home)?);
        let body = |number: usize| {
            format!("{{\"n\":{number},\"text\":\"{}\"}}", "0123456789".repeat(BODY_BYTES / 10)).into_bytes()
        };
        one.append(&Scope::Private, &(0..self.operations).map(body).collect::<Vec<_>>())?;
        let seen = home.join(format!("{name}.seen"));
        let keyring = if is_sealed {
            let who = Who { name: "bench".to_owned(), replica: one.replica() };
            Some(Keyring::enter(&mut address.open(&Means::default())?, PASSPHRASE, &who, Effort::LITTLE)?)
        } else {
            None
        };
        let open = || -> Result<Box<dyn Remote>> {
            let remote = address.open(&Means::default())?;
            Ok(match &keyring {
                Some(keyring) => Box::new(Sealed::new(remote, keyring.clone(), Seen::load(&seen))),
                None => remote,
            })
        };
        open()?.heads()?;
        let up = timed(|| sync(&mut one, &mut open()?))?;
        let down = timed(|| sync(&mut two, &mut open()?))?;
        let mut rounds = (0..ROUNDS).map(|_| timed(|| sync(&mut one, &mut open()?))).collect::<Result<Vec<_>>>()?;
        rounds.sort();
        let per_second = |took: Duration| (self.operations as f64 / took.as_secs_f64()).round();
        let name = if is_sealed { format!("{name}, encrypted") } else { name.to_owned() };
        let mut figures = vec![
            Figure::new(format!("{name}: sent per second"), per_second(up), "operations"),
            Figure::new(format!("{name}: taken per second"), per_second(down), "operations"),
            Figure::new(format!("{name}: nothing new"), rounds[ROUNDS / 2].as_secs_f64() * 1e3, "ms"),
        ];
        if let Address::Folder(folder) = address {
            let bytes = size(folder)? / self.operations as u64;
            figures.push(Figure::new(format!("{name}: an operation"), bytes as f64, "bytes"));
        }
        Ok(figures)
    }
}

fn journal(home: &Path) -> Result<Journal> {
    Ok(Journal::open(&home.join(ReplicaId::fresh().to_string()))?)
}

/// Bytes of everything below a folder.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}
