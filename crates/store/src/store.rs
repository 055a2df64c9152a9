//! The store itself: one call opens, asks and closes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::{DateTime, Utc};
use duckdb::Connection;
use journal::Journal;
use pricing::PriceTable;
use summary::Cube;
use transcript::SessionId;

use crate::open::{Access, Opened};
use crate::{
    Audit, Belongings, CubeQuery, Found, LatestRequest, LoggedSession, Names, Noting, Progress, ScanOptions,
    ScanReport, SessionDetail, SessionRow, Spending, StoreError, Unpriced, UsageQuery, UsageReport, adopting, fold,
    noting, projects, questions, rebuild, scan,
};

/// How long a call waits for others, unless it is told otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store file. Cheap to make and to clone; opens nothing.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    patience: Duration,
}

impl Store {
    /// The store at a path, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: PATIENCE }
    }

    /// The same store, waiting for others for as long as said (default: five seconds).
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long a call waits for others.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether there is a store file.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Brings the store up to date with the roots; makes it if there is none.
    ///
    /// Others get their turn with the store between two batches. When `cancel` is set, what was read so far is kept
    /// and `StoreError::Cancelled` returned; the next scan goes on from there.
    pub fn scan(
        &self,
        options: &ScanOptions,
        prices: &PriceTable,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, StoreError> {
        scan::run(self, options, prices, cancel, progress)
    }

    /// Tells the journal of sessions that came to something else since it was told of them last; returns how many. What
    /// was told stays told: a session whose transcript is gone keeps its figures, whatever becomes of the store.
    ///
    /// Some sessions at a time; when `cancel` is set, the rest is told the next time.
    pub fn note_sessions(
        &self,
        journal: &Journal,
        noting: &mut Noting<'_>,
        cancel: &AtomicBool,
    ) -> Result<u64, StoreError> {
        if !self.exists() {
            return Ok(0);
        }
        noting::note(self, journal, noting, cancel)
    }

    /// Sessions that came to something else since the journal was told of them, as the last scan saw them.
    pub fn untold(&self, journal: &Journal, now: DateTime<Utc>) -> Result<Vec<SessionId>, StoreError> {
        if self.exists() { noting::untold(self, journal, now) } else { Ok(Vec::new()) }
    }

    /// Forgets which project the directories at and below one belong to: the next scan looks anew.
    pub fn forget_projects(&self, directory: &Path) -> Result<(), StoreError> {
        if !self.exists() {
            return Ok(());
        }
        let mut opened = Opened::existing(&self.path, Access::Write, self.patience)?;
        opened.transaction(|connection| projects::forget(connection, &directory.to_string_lossy()))
    }

    /// Those of the sessions that another program recorded that are not here: neither by a transcript nor as they were
    /// recorded until then.
    pub fn missing_of(&self, sessions: &[LoggedSession]) -> Result<Vec<LoggedSession>, StoreError> {
        adopting::wanted(self, sessions)
    }

    /// Tells the journal of sessions that another program recorded and that have no transcript; returns how many. The next
    /// scan takes them in, and a transcript takes their place if one comes. `author` worked in those of which it is not
    /// known who did.
    pub fn adopt(
        journal: &Journal,
        sessions: &[LoggedSession],
        author: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        adopting::adopt(journal, sessions, author, now)
    }

    /// Forgets how far the journal is folded in and what it was told of: the next scan folds all of it in again, and what is
    /// missing there is told again. Needed when something was cut off from it.
    pub fn forget_journal(&self) -> Result<(), StoreError> {
        if !self.exists() {
            return Ok(());
        }
        Opened::existing(&self.path, Access::Write, self.patience)?.transaction(fold::forget)
    }

    /// Throws the store away and makes it again; what only the old one knew (transcripts that are gone) is taken over.
    ///
    /// A store that cannot be read is renamed and kept, see `ScanReport::set_aside`. Until the new one is whole the
    /// old one stays in place.
    pub fn rebuild(
        &self,
        options: &ScanOptions,
        prices: &PriceTable,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, StoreError> {
        rebuild::rebuild(self, options, prices, cancel, progress)
    }

    /// All sessions, latest first. A store that does not exist yet has none.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        self.ask(Vec::new(), questions::sessions)
    }

    /// What belongs to each session beside its row.
    pub fn belongings(&self) -> Result<HashMap<SessionId, Belongings>, StoreError> {
        self.ask(HashMap::new(), questions::belongings)
    }

    /// The session that an id or a prefix of one stands for.
    pub fn find(&self, prefix: &str) -> Result<Found, StoreError> {
        self.ask(Found::None, |connection| questions::find(connection, prefix))
    }

    /// A session with its files and its usage by model.
    pub fn session(&self, id: &SessionId) -> Result<Option<SessionDetail>, StoreError> {
        self.ask(None, |connection| questions::session(connection, id))
    }

    /// Usage over time or by what it was for. A store that does not exist yet has none.
    pub fn usage(&self, query: &UsageQuery) -> Result<UsageReport, StoreError> {
        self.ask(UsageReport::default(), |connection| questions::usage(connection, query))
    }

    /// All requests, put together for a screen that asks anything of them. A store that does not exist yet has none.
    pub fn cube(&self, query: &CubeQuery<'_>) -> Result<Cube, StoreError> {
        self.ask(Cube::default(), |connection| questions::cube(connection, query))
    }

    /// The names that usage can be asked for.
    pub fn names(&self) -> Result<Names, StoreError> {
        self.ask(Names::default(), questions::names)
    }

    /// Every request that a session's files tell, and why it counts as it does.
    pub fn audit(&self, id: &SessionId) -> Result<Audit, StoreError> {
        self.ask(Audit::default(), |connection| questions::audit(connection, id))
    }

    /// What was spent from `since` on, in the order of time, by the quarter of an hour and the model; where a block of
    /// the whole history goes over that moment, from the start of it: so [`crate::blocks`] finds the same blocks.
    /// Requests without a time are left out.
    pub fn spendings(&self, since: DateTime<Utc>) -> Result<Vec<Spending>, StoreError> {
        self.ask(Vec::new(), |connection| questions::spendings(connection, since))
    }

    /// Sessions that asked their model since a moment, and when they did last; subagents' requests left out.
    pub fn latest_requests(&self, since: DateTime<Utc>) -> Result<Vec<LatestRequest>, StoreError> {
        self.ask(Vec::new(), |connection| questions::latest_requests(connection, since))
    }

    /// Models that requests were made with and that have no price, the one with the most requests first.
    pub fn unpriced(&self) -> Result<Vec<Unpriced>, StoreError> {
        self.ask(Vec::new(), questions::unpriced)
    }

    /// Opens the store, asks one thing and closes it.
    fn ask<T>(&self, without: T, question: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if !self.exists() {
            return Ok(without);
        }
        Opened::existing(&self.path, Access::Read, self.patience)?.ask(question)
    }
}
