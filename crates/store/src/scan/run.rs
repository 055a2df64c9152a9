//! One scan from beginning to end.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use duckdb::Connection;
use pricing::PriceTable;

use super::plan::{self, Plan, Task};
use super::read::{News, Queue, expected_bytes};
use super::walk::Walk;
use super::{Progress, ScanOptions, ScanReport};
use crate::ingest::{self, Folded, Ledger, Marks, Piece, Touched};
use crate::open::{Access, Opened};
use crate::{Store, StoreError};

/// A batch is committed when it holds this many rows …
const BATCH_ROWS: usize = 50_000;

/// … or was read from this many bytes …
const BATCH_BYTES: u64 = 256 << 20;

/// … or has waited for this long.
const BATCH_AGE: Duration = Duration::from_secs(1);

/// Time between two commits in which others get their turn with the store.
const GAP: Duration = Duration::from_millis(20);

/// Pieces that wait for the writer at most.
const WAITING: usize = 64;

/// Brings a store up to date.
pub(crate) fn run(
    store: &Store,
    options: &ScanOptions,
    prices: &PriceTable,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<ScanReport, StoreError> {
    let (report, folded) = (ScanReport::default(), Folded::default());
    let mut scan = Scan { store, prices, cancel, report, folded, stale_prices: false };
    let plan = scan.plan(options)?;
    scan.read(&plan.tasks, options.threads, progress)?;
    scan.finish(&plan)?;
    Ok(scan.into_report())
}

struct Scan<'a> {
    store: &'a Store,
    prices: &'a PriceTable,
    cancel: &'a AtomicBool,
    report: ScanReport,
    folded: Folded,
    stale_prices: bool,
}

impl Scan<'_> {
    /// Looks at the disk and into the store at the same time, and compares.
    fn plan(&mut self, options: &ScanOptions) -> Result<Plan, StoreError> {
        let (plan, seen) = thread::scope(|scope| {
            let walked = scope.spawn(|| Walk::over(&options.roots));
            let look = || Opened::existing(self.store.path(), Access::Read, self.store.patience());
            let opened = self.store.exists().then(look).transpose()?;
            let known = opened.as_ref().map(|opened| opened.ask(plan::known)).transpose()?.unwrap_or_default();
            let mut walk = walked.join().expect("a walk does not panic");
            plan::named(&known).for_each(|path| walk.look_at(Path::new(path)));
            options.extra_files.iter().for_each(|path| walk.look_at(path));
            let mut seen = walk.seen();
            self.report.files_seen = seen.files.len() as u64;
            let mut plan = plan::plan(&mut seen, known);
            if let Some(opened) = opened {
                opened.ask(|connection| plan::resume(connection, &mut plan))?;
                opened.ask(|connection| self.count(connection))?;
            }
            Ok::<_, StoreError>((plan, seen))
        })?;
        self.report.files_gone = plan.marks.gone.len() as u64;
        self.report.unreadable = seen.unreadable;
        Ok(plan)
    }

    /// Reads files on several threads and commits what they say on this one.
    fn read(&mut self, tasks: &[Task], threads: usize, progress: &mut dyn FnMut(Progress)) -> Result<(), StoreError> {
        if tasks.is_empty() {
            return Ok(());
        }
        let wanted = if threads == 0 { thread::available_parallelism().map_or(2, usize::from) } else { threads };
        let failed = AtomicBool::new(false);
        let queue = Queue::new(tasks, [self.cancel, &failed]);
        let (sender, news) = crossbeam_channel::bounded(WAITING);
        thread::scope(|scope| {
            for _ in 0..wanted.min(tasks.len()) {
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || queue.work(&sender));
            }
            drop(sender);
            let mut shown = Progress {
                files_total: tasks.len() as u64,
                bytes_total: tasks.iter().map(expected_bytes).sum(),
                ..Progress::default()
            };
            let result = self.write(&news, &mut shown, progress);
            drop(news);
            failed.store(true, Ordering::Relaxed);
            result
        })?;
        if self.cancel.load(Ordering::Relaxed) { Err(StoreError::Cancelled) } else { Ok(()) }
    }

    /// Commits what is read in batches, until nothing is left.
    fn write(
        &mut self,
        news: &Receiver<News>,
        shown: &mut Progress,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        let mut ledger = Ledger::default();
        let mut batch = Batch::default();
        progress(*shown);
        loop {
            match news.recv_timeout(batch.time_left()) {
                Ok(News::Unreadable(path, reason)) => {
                    shown.files_done += 1;
                    self.report.unreadable.push((path, reason));
                }
                Ok(News::Piece(piece)) => {
                    shown.files_done += u64::from(piece.done);
                    shown.bytes_done += piece.bytes;
                    shown.bytes_total = shown.bytes_total.max(shown.bytes_done);
                    progress(*shown);
                    self.report.files_read += u64::from(piece.done);
                    self.report.bytes_read += piece.bytes;
                    batch.push(*piece);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.commit(&mut batch, &mut ledger),
            }
            if batch.is_full() {
                self.commit(&mut batch, &mut ledger)?;
            }
        }
    }

    fn commit(&mut self, batch: &mut Batch, ledger: &mut Ledger) -> Result<(), StoreError> {
        let pieces = std::mem::take(batch).pieces;
        if pieces.is_empty() {
            return Ok(());
        }
        let prices = self.prices;
        let folded = self.change(|connection| ingest::commit(connection, pieces, ledger, prices))?;
        self.note(folded);
        Ok(())
    }

    /// What remains when all files are read: files that are gone, prices that changed, the totals of the report.
    fn finish(&mut self, plan: &Plan) -> Result<(), StoreError> {
        if self.stale_prices {
            self.reprice()?;
        }
        if plan.is_empty() {
            return Ok(());
        }
        let (prices, marks) = (self.prices, plan.may_have_moved.then_some(&plan.marks));
        let mut opened = Opened::or_create(self.store.path(), self.store.patience())?;
        if let Some(marks) = marks {
            let folded = opened.transaction(|connection| settle(connection, marks, prices))?;
            self.note(folded);
        }
        opened.ask(|connection| self.count(connection))
    }

    /// Prices everything anew, slice by slice; the new version is noted when all is done.
    fn reprice(&mut self) -> Result<(), StoreError> {
        let prices = self.prices;
        let slices = self.change(ingest::slices)?;
        for slice in 0..slices {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(StoreError::Cancelled);
            }
            self.change(|connection| {
                let touched = ingest::reprice(connection, prices, (slice, slices))?;
                ingest::fold(connection, &touched.sessions)
            })?;
        }
        self.change(|connection| ingest::note_prices(connection, prices))
    }

    /// Opens the store, changes it in one transaction and closes it.
    fn change<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let value = Opened::or_create(self.store.path(), self.store.patience())?.transaction(work)?;
        thread::sleep(GAP);
        Ok(value)
    }

    fn count(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let sql = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM requests),
            (SELECT CAST(coalesce(sum(problems), 0) AS BIGINT) FROM files)";
        let row = |row: &duckdb::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (sessions, requests, problems): (i64, i64, i64) = connection.query_row(sql, [], row)?;
        self.report.sessions = sessions.unsigned_abs();
        self.report.requests = requests.unsigned_abs();
        self.report.problems = problems.unsigned_abs();
        self.stale_prices = requests > 0 && !ingest::follows(connection, self.prices)?;
        Ok(())
    }

    fn note(&mut self, folded: Folded) {
        let new = |session: &String| self.folded.new.contains(session);
        let changed: Vec<String> = folded.changed.into_iter().filter(|session| !new(session)).collect();
        self.folded.changed.extend(changed);
        self.folded.new.extend(folded.new);
    }

    fn into_report(self) -> ScanReport {
        ScanReport {
            sessions_new: self.folded.new.len() as u64,
            sessions_changed: self.folded.changed.len() as u64,
            ..self.report
        }
    }
}

/// Marks files that are gone or back, drops those that were moved, and works out what follows.
fn settle(connection: &Connection, marks: &Marks, prices: &PriceTable) -> Result<Folded, StoreError> {
    let mut touched = Touched::default();
    ingest::mark(connection, marks, &mut touched)?;
    ingest::drop_superseded(connection, &mut touched)?;
    ingest::recount(connection, prices, &mut touched)?;
    ingest::seal(connection)?;
    ingest::fold(connection, &touched.sessions)
}

/// Pieces that wait to be committed.
#[derive(Default)]
struct Batch {
    pieces: Vec<Piece>,
    rows: usize,
    bytes: u64,
    /// When the first of them came.
    since: Option<Instant>,
}

impl Batch {
    fn push(&mut self, piece: Piece) {
        self.rows += piece.requests.len() + piece.tool_uses.len() + 1;
        self.bytes += piece.bytes;
        self.since.get_or_insert_with(Instant::now);
        self.pieces.push(piece);
    }

    /// How long more pieces may come.
    fn time_left(&self) -> Duration {
        self.since.map_or(BATCH_AGE, |since| BATCH_AGE.saturating_sub(since.elapsed()))
    }

    fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES || self.time_left().is_zero()
    }
}
