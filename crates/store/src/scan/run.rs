//! One scan from beginning to end.

mod beside;
mod counting;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use archive::Archive;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use duckdb::Connection;
use journal::Journal;
use pricing::PriceTable;
use resume::Moves;

use super::plan::{self, Plan};
use super::read::{News, Queue, expected_bytes};
use super::walk::Walk;
use super::{Progress, ScanOptions, ScanReport, Strides};
use super::{glance, kept};
use crate::fold::{self, Offsets};
use crate::ingest::{self, Bundle, Folded, Ledger, Marks, Touched, Writing};
use crate::open::{Access, Opened, PLENTY};
use crate::{Store, StoreError, projects};

/// In a first scan commits only add: merging the parts of a table that each of them leaves would write the table several
/// times over. The commits of later scans merge what is worth it. What is full is written while more is read, not at the end,
/// and every commit goes straight into the file: the engine's log would be written, and read, for nothing.
const ADDING: &str = "SET max_vacuum_tasks = 0; SET write_buffer_row_group_count = 1;
    SET checkpoint_threshold = '1KB'; SET auto_checkpoint_skip_wal_threshold = 0";

/// Bytes of a history up to which the batches of a first scan are larger, so that fewer commits are waited for. What is
/// remembered of requests and sessions until the end grows with the history, and a large one leaves less memory for batches.
const SMALL: u64 = 1_000_000_000;

/// How much larger they are.
const LARGER: usize = 2;

/// What the engine gets for such a batch, in bytes: with it, hardly anything is put aside on the disk.
const AMPLE: u64 = 64_000_000;

/// What it may take where the history is larger: what it has written is better kept on the disk.
const SPARSE: u64 = 30_000_000;

/// Time between two commits in which others get their turn with the store.
const GAP: Duration = Duration::from_millis(20);

/// Bundles that wait for the writer at most: while it commits, or writes what is full, the readers go on.
const WAITING: usize = 14;

/// Brings a store up to date.
pub(crate) fn run(
    store: &Store,
    options: &ScanOptions,
    prices: &PriceTable,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<ScanReport, StoreError> {
    match scan(store, options, prices, cancel, progress) {
        // what was committed is whole, and the rest is read once more: a history that needs more memory gets it
        Err(error) if error.is_lack_of_memory() => {
            let strides = Strides { memory: Some(PLENTY), ..options.strides };
            scan(store, &ScanOptions { strides, ..options.clone() }, prices, cancel, progress)
        }
        result => result,
    }
}

fn scan(
    store: &Store,
    options: &ScanOptions,
    prices: &PriceTable,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<ScanReport, StoreError> {
    let (report, folded) = (ScanReport::default(), Folded::default());
    let strides = options.strides;
    let (stale_prices, uncounted) = (false, false);
    let mut scan = Scan {
        store,
        prices,
        cancel,
        strides,
        made: None,
        report,
        folded,
        stale_prices,
        uncounted,
        offsets: None,
        looked_at_ns: None,
        projects: projects::Known::new(),
        moves: &options.moves,
    };
    let plan = scan.plan(options)?;
    let opened = scan.read(&plan, None, options.threads, progress)?;
    scan.finish(&plan, opened)?;
    if let Some(folder) = options.journal.as_ref().filter(|folder| folder.is_dir()) {
        match Journal::open(folder) {
            Ok(journal) => scan.fold_in(&journal)?,
            // what is stored and what the transcripts say is not less true for it
            Err(_) => scan.report.damaged_streams += 1,
        }
    }
    if let Some(folder) = &options.archive {
        scan.take_kept(&Archive::at(folder), options.threads, progress)?;
    }
    let open = || Opened::or_create(store.path(), store.patience());
    scan.name_projects(&mut |news| open()?.transaction(|connection| projects::note(connection, news)))?;
    if cancel.load(Ordering::Relaxed) { Err(StoreError::Cancelled) } else { Ok(scan.into_report()) }
}

struct Scan<'a> {
    store: &'a Store,
    prices: &'a PriceTable,
    cancel: &'a AtomicBool,
    strides: Strides,
    /// A store that is made while the roots are walked and the first files are read.
    made: Option<JoinHandle<Option<Opened>>>,
    report: ScanReport,
    folded: Folded,
    stale_prices: bool,
    /// Whether a first import was killed before everything was counted.
    uncounted: bool,
    /// How far the journal is folded in; none where there was no store.
    offsets: Option<Offsets>,
    /// When packs were last put into the archive, as far as the store has looked.
    looked_at_ns: Option<i64>,
    /// What was known of directories before the scan.
    projects: projects::Known,
    /// Directories that went elsewhere.
    moves: &'a Moves,
}

impl Scan<'_> {
    /// Looks at the disk and into the store at the same time, and compares.
    fn plan(&mut self, options: &ScanOptions) -> Result<Plan, StoreError> {
        let (plan, seen) = thread::scope(|scope| {
            let walked = scope.spawn(|| Walk::over(&options.roots));
            let look = || Opened::existing(self.store.path(), Access::Read, self.store.patience());
            let opened = self.store.exists().then(look).transpose()?;
            if opened.is_none() && has_something(options) {
                let path = self.store.path().to_owned();
                // what is in the way is told when there is something to store
                self.made = Some(thread::spawn(move || Opened::or_create(&path, Duration::ZERO).ok()));
            }
            let known = opened.as_ref().map(|opened| opened.ask(plan::known)).transpose()?.unwrap_or_default();
            let mut walk = walked.join().expect("a walk does not panic");
            let mut named: Vec<PathBuf> = plan::named(&known).map(PathBuf::from).collect();
            named.extend(options.extra_files.iter().cloned());
            if let Some(opened) = &opened {
                self.offsets = Some(opened.ask(fold::offsets)?);
                self.looked_at_ns = opened.ask(kept::looked_at)?;
                named.extend(opened.ask(fold::unread_transcripts)?.into_iter().map(PathBuf::from));
            }
            for path in &named {
                walk.look_at(path);
            }
            let mut seen = walk.seen();
            self.report.files_seen = seen.files.len() as u64;
            (self.report.glance, self.report.named) = (glance::of(&seen), named);
            let mut plan = plan::plan(&mut seen, known, &options.excluded);
            if let Some(opened) = opened {
                opened.ask(|connection| plan::resume(connection, &mut plan))?;
                opened.ask(|connection| self.count(connection))?;
                self.projects = opened.ask(projects::known)?;
                self.folded.homes.extend(opened.ask(projects::unknown)?);
                self.folded.homes.extend(projects::moved(&self.projects, self.moves));
            }
            Ok::<_, StoreError>((plan, seen))
        })?;
        self.report.files_gone = plan.marks.gone.len() as u64;
        self.report.unreadable = seen.unreadable;
        Ok(plan)
    }

    /// Reads files on several threads and stores what they say on this one. Returns the store if it is still open.
    fn read(
        &mut self,
        plan: &Plan,
        archive: Option<&Archive>,
        threads: usize,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Opened>, StoreError> {
        let tasks = &plan.tasks;
        if tasks.is_empty() {
            return Ok(None);
        }
        let wanted = if threads == 0 { thread::available_parallelism().map_or(2, usize::from) } else { threads };
        let failed = AtomicBool::new(false);
        let (prices, stop) = (plan.is_first.then_some(self.prices), [self.cancel, &failed]);
        let queue = Queue::new(tasks, prices, archive, self.strides, stop);
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
            let result = self.write(&news, plan.is_first, &mut shown, progress);
            drop(news);
            failed.store(true, Ordering::Relaxed);
            result
        })
    }

    /// Stores what is read until nothing is left. Others get their turn with the store in between.
    fn write(
        &mut self,
        news: &Receiver<News>,
        is_first: bool,
        shown: &mut Progress,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<Opened>, StoreError> {
        progress(*shown);
        let is_small = shown.bytes_total <= SMALL;
        if is_first && is_small {
            self.strides.batch_rows = self.strides.batch_rows.saturating_mul(LARGER);
        }
        let mut desk = Desk { news, ledger: Ledger::default(), shown, progress };
        let mut next = self.next(&mut desk, None);
        while let Next::Bundle(first) = next {
            let mut opened = self.open()?;
            if is_first {
                opened.ask(|connection| Ok(connection.execute_batch(ADDING)?))?;
                opened.limit(self.strides.memory.or(Some(if is_small { AMPLE } else { SPARSE })))?;
            }
            next = self.hold(&mut opened, first, &mut desk)?;
            if matches!(next, Next::End) {
                return self.count_left_over(desk.ledger, Some(opened));
            }
            drop(opened);
            thread::sleep(GAP);
            if matches!(next, Next::Late) {
                next = self.next(&mut desk, None);
            }
        }
        self.count_left_over(desk.ledger, None)
    }

    /// Opens the store for writing; makes it first if there is none.
    fn open(&mut self) -> Result<Opened, StoreError> {
        self.made().map_or_else(|| self.open_again(), Ok)
    }

    fn open_again(&self) -> Result<Opened, StoreError> {
        let opened = Opened::or_create(self.store.path(), self.store.patience())?;
        if self.strides.memory.is_some() {
            opened.limit(self.strides.memory)?;
        }
        Ok(opened)
    }

    /// The store that was made meanwhile, once.
    fn made(&mut self) -> Option<Opened> {
        self.made.take().and_then(|made| made.join().ok()).flatten()
    }

    /// Stores batches, one transaction each, while the store may be held. Says what comes next.
    fn hold(&mut self, opened: &mut Opened, first: Box<Bundle>, desk: &mut Desk<'_>) -> Result<Next, StoreError> {
        let until = Instant::now() + self.strides.hold;
        let mut bundle = first;
        loop {
            let (folded, next) = opened.transaction(|connection| self.batch(connection, bundle, until, desk))?;
            self.note(folded);
            match next {
                Next::Bundle(following) if Instant::now() < until => bundle = following,
                next => return Ok(next),
            }
        }
    }

    /// Stores one batch.
    fn batch(
        &mut self,
        connection: &Connection,
        first: Box<Bundle>,
        until: Instant,
        desk: &mut Desk<'_>,
    ) -> Result<(Folded, Next), StoreError> {
        let mut ledger = std::mem::take(&mut desk.ledger);
        let mut writing = Writing::begin(connection, self.prices, &mut ledger)?;
        let (mut next, mut rows) = (Next::Bundle(first), 0);
        while let Next::Bundle(bundle) = next {
            if rows >= self.strides.batch_rows {
                next = Next::Bundle(bundle);
                break;
            }
            rows += bundle.rows();
            writing.take(*bundle)?;
            next = self.next(desk, Some(until));
        }
        let folded = writing.finish()?;
        desk.ledger = ledger;
        Ok((folded, next))
    }

    /// Waits for the next bundle.
    fn next(&mut self, desk: &mut Desk<'_>, deadline: Option<Instant>) -> Next {
        loop {
            let news = match deadline {
                Some(deadline) => desk.news.recv_deadline(deadline),
                None => desk.news.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match news {
                Ok(News::Unreadable(path, reason)) => {
                    desk.shown.files_done += 1;
                    self.report.unreadable.push((path, reason));
                }
                Ok(News::Bundle(bundle)) => {
                    for piece in bundle.pieces() {
                        desk.shown.files_done += u64::from(piece.done);
                        desk.shown.bytes_done += piece.bytes;
                        self.report.files_read += u64::from(piece.done);
                        self.report.bytes_read += piece.bytes;
                    }
                    desk.shown.bytes_total = desk.shown.bytes_total.max(desk.shown.bytes_done);
                    (desk.progress)(*desk.shown);
                    return Next::Bundle(bundle);
                }
                Err(RecvTimeoutError::Timeout) => return Next::Late,
                Err(RecvTimeoutError::Disconnected) => return Next::End,
            }
        }
    }

    /// What remains when all files are read: files that are gone, prices that changed, the totals of the report. A scan
    /// that was called off keeps what it read and does no more.
    fn finish(&mut self, plan: &Plan, opened: Option<Opened>) -> Result<(), StoreError> {
        let (prices, called_off) = (self.prices, self.cancel.load(Ordering::Relaxed));
        if plan.is_empty() {
            drop(self.made());
        } else {
            let mut opened = match opened {
                Some(opened) => opened,
                None => self.open()?,
            };
            if plan.may_have_moved && !called_off {
                self.note(opened.transaction(|connection| settle(connection, &plan.marks, prices))?);
            }
            if plan.is_first {
                // nobody waits for a store that was just made: it need not be opened once more
                self.name_projects(&mut |news| opened.transaction(|connection| projects::note(connection, news)))?;
            }
            let stale_prices = self.stale_prices;
            opened.ask(|connection| self.count(connection))?;
            self.stale_prices |= stale_prices;
        }
        if called_off {
            Ok(())
        } else if std::mem::take(&mut self.stale_prices) {
            self.reprice()
        } else if std::mem::take(&mut self.uncounted) {
            self.count_all_again()
        } else {
            Ok(())
        }
    }

    /// Fails when the scan was called off.
    fn go_on(&self) -> Result<(), StoreError> {
        if self.cancel.load(Ordering::Relaxed) { Err(StoreError::Cancelled) } else { Ok(()) }
    }

    /// Changes the store in one transaction, with the store open or not.
    fn step<T>(
        &self,
        opened: &mut Option<Opened>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match opened {
            Some(opened) => opened.transaction(work),
            None => self.change(work),
        }
    }

    /// Opens the store, changes it in one transaction and closes it.
    fn change<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let value = self.open_again()?.transaction(work)?;
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
        if problems > 0 {
            self.report.not_understood = worst(connection)?;
        }
        self.stale_prices = requests > 0 && !ingest::follows(connection, self.prices)?;
        self.uncounted = ingest::is_uncounted(connection)?;
        Ok(())
    }

    fn note(&mut self, folded: Folded) {
        let new = |session: &String| self.folded.new.contains(session);
        let changed: Vec<String> = folded.changed.into_iter().filter(|session| !new(session)).collect();
        self.folded.changed.extend(changed);
        self.folded.new.extend(folded.new);
        self.folded.directories.extend(folded.directories);
        self.folded.homes.extend(folded.homes);
    }

    fn into_report(self) -> ScanReport {
        ScanReport {
            sessions_new: self.folded.new.len() as u64,
            sessions_changed: self.folded.changed.len() as u64,
            directories: self.folded.directories,
            ..self.report
        }
    }
}

/// Whether there may be a transcript.
fn has_something(options: &ScanOptions) -> bool {
    !options.extra_files.is_empty() || options.roots.iter().any(|root| root.join("projects").is_dir())
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

/// What the writer works with over a whole scan.
struct Desk<'a> {
    news: &'a Receiver<News>,
    ledger: Ledger,
    shown: &'a mut Progress,
    progress: &'a mut dyn FnMut(Progress),
}

/// What comes next from the readers.
enum Next {
    /// Pieces of files.
    Bundle(Box<Bundle>),
    /// Nothing yet.
    Late,
    /// Nothing any more.
    End,
}

/// Files with stretches that were not understood, the worst first.
fn worst(connection: &Connection) -> Result<Vec<(PathBuf, u64)>, StoreError> {
    let sql =
        "SELECT path, CAST(problems AS BIGINT) FROM files WHERE problems > 0 ORDER BY problems DESC, path LIMIT 10";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((PathBuf::from(row.get::<_, String>(0)?), row.get::<_, i64>(1)?)))?;
    rows.map(|row| row.map(|(path, problems)| (path, problems.unsigned_abs())).map_err(StoreError::from)).collect()
}
