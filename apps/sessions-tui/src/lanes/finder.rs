//! The lane of the finder: which sessions match the box, by their titles at once, by their contents as they are read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use search::{Caps, Found, Hit, Seen, Standing, Target, Wanted};

use super::apart;
use crate::app::Wake;
use crate::finding::{Ranking, Reach};
use crate::library::Library;
use crate::message::{Effect, Msg, Ticket};

/// Least time between two reports on a running search, after the first.
const REPORT_EVERY: Duration = Duration::from_millis(40);

/// The way to the finder. A new request stops the one before.
pub(super) struct Finder {
    sender: Sender<(Effect, Arc<AtomicBool>)>,
    current: Mutex<Arc<AtomicBool>>,
}

impl Finder {
    pub(super) fn new(sender: Sender<(Effect, Arc<AtomicBool>)>) -> Self {
        Self { sender, current: Mutex::default() }
    }

    /// Stops what is being searched and hands over what is to be searched now, if anything.
    pub(super) fn ask(&self, effect: Effect) {
        let stop = Arc::new(AtomicBool::new(false));
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.store(true, Ordering::Relaxed);
        *current = Arc::clone(&stop);
        // A lane that has ended has said so itself.
        let _ = self.sender.send((effect, stop));
    }
}

/// Answers requests to find sessions.
pub(super) fn serve(requests: &Receiver<(Effect, Arc<AtomicBool>)>, wake: &Sender<Wake>) {
    let mut memory = None;
    while let Ok(mut request) = requests.recv() {
        while let Ok(newer) = requests.try_recv() {
            request = newer;
        }
        if matches!(request.0, Effect::StopFinding) {
            // nothing is narrowed any more
            memory = None;
        }
        if let (Effect::Rank { ticket, query, setting, library, reach, thinking }, stop) = request {
            let tell = |ranking: Ranking| {
                let _ = wake.send(Wake::Msg(Msg::Ranked(ticket, ranking)));
            };
            if library.candidates().wants_tags(&query) {
                library.learn_tags(&stop);
            }
            let mut standings = library.candidates().standings(&query, &setting);
            let wanted = if reach == Reach::Titles { None } else { Wanted::new(&query, Caps::Smart) };
            let wanted = wanted.map(|wanted| wanted.thinking(thinking));
            if reach == Reach::Content && query.terms().next().is_some() {
                for standing in &mut standings {
                    standing.scores.fill(None);
                }
            }
            let ordered = query.terms().next().is_some();
            let order = Order { library: &library, standings: &standings, ordered };
            tell(Ranking { hits: order.hits(&HashMap::new()), found: Vec::new(), running: wanted.is_some() });
            if let Some(wanted) = wanted {
                let seen = narrowed(&mut memory, &library, &wanted);
                apart(|| search(&Task { wanted: &wanted, seen, order: &order, stop: &stop, ticket }, wake));
            }
        }
    }
}

/// What was seen by the search before this one, in the same sessions.
type Memory = Option<(Arc<Library>, Seen)>;

fn narrowed<'a>(memory: &'a mut Memory, library: &Arc<Library>, wanted: &Wanted) -> &'a Seen {
    let before = memory.take().filter(|(of, _)| Arc::ptr_eq(of, library)).map(|(_, seen)| seen);
    let seen = before.unwrap_or_else(|| Seen::nothing(library.files_count())).narrowed(wanted);
    &memory.insert((Arc::clone(library), seen)).1
}

/// The order of the list.
struct Order<'a> {
    library: &'a Library,
    standings: &'a [Standing],
    /// Whether the best come first; else all keep their order.
    ordered: bool,
}

impl Order<'_> {
    fn hits(&self, found: &HashMap<usize, Arc<Found>>) -> Vec<Hit> {
        let hit = |standing: &Standing| {
            let score = search::score(standing, found.get(&standing.index).map(Arc::as_ref))?;
            Some(Hit { index: standing.index, score })
        };
        let mut hits: Vec<Hit> = self.standings.iter().filter_map(hit).collect();
        if self.ordered {
            self.library.candidates().sort(&mut hits);
        }
        hits
    }
}

/// A search in contents.
struct Task<'a> {
    wanted: &'a Wanted,
    seen: &'a Seen,
    order: &'a Order<'a>,
    stop: &'a AtomicBool,
    ticket: Ticket,
}

/// Searches contents and tells what is found: the first at once, the rest every so often.
fn search(task: &Task<'_>, wake: &Sender<Wake>) {
    let library = task.order.library;
    let target =
        |standing: &Standing| Target { files: library.files(standing.index).to_vec(), standing: standing.clone() };
    let targets: Vec<Target> = task.order.standings.iter().map(target).collect();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let (sender, found) = crossbeam_channel::unbounded();
        let work = move |task: &Task<'_>| {
            search::search(task.wanted, &targets, threads, task.seen, task.stop, &|one| {
                if one.lines > 0 || one.refused {
                    let _ = sender.send(one);
                }
            });
        };
        scope.spawn(move || work(task));
        report(task, &found, wake);
    });
}

/// Tells what is found until nothing more can come.
fn report(task: &Task<'_>, found: &Receiver<Found>, wake: &Sender<Wake>) {
    let (mut all, mut fresh, mut due) = (HashMap::new(), Vec::new(), Instant::now());
    let tell = |all: &HashMap<_, _>, fresh: &mut Vec<_>, running: bool| {
        if !task.stop.load(Ordering::Relaxed) {
            let ranking = Ranking { hits: task.order.hits(all), found: std::mem::take(fresh), running };
            let _ = wake.send(Wake::Msg(Msg::Ranked(task.ticket, ranking)));
        }
    };
    loop {
        let first = if fresh.is_empty() {
            found.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            found.recv_deadline(due)
        };
        if first == Err(RecvTimeoutError::Disconnected) {
            return tell(&all, &mut fresh, false);
        }
        for one in first.into_iter().chain(found.try_iter()) {
            let (index, one) = (one.standing.index, Arc::new(one));
            all.insert(index, Arc::clone(&one));
            fresh.push((index, one));
        }
        if !fresh.is_empty() && Instant::now() >= due {
            tell(&all, &mut fresh, true);
            due = Instant::now() + REPORT_EVERY;
        }
    }
}
