//! Work beside the screen: each lane is a thread that answers with messages.

mod chores;
mod errands;
mod exporting;
mod files;
mod finder;
mod jotting;
mod live;
mod matcher;
mod opening;
mod paths;
mod pictures;
mod previews;
mod queue;
mod resuming;
mod showing;
mod stored;
mod summing;
mod syncing;
mod watching;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use crate::Launch;
use crate::app::Wake;
use crate::message::{Effect, Msg};
pub use chores::root_to_exclude;
use finder::Finder;
use jotting::SharedDesk;
pub use jotting::author;
use pictures::Pictures;
use queue::Queue;
pub use resuming::{request, window_name};

/// The lanes of a screen. They end when this is dropped.
pub(crate) struct Lanes {
    loads: Sender<Effect>,
    scans: Sender<Effect>,
    sums: Sender<Effect>,
    files: Sender<Effect>,
    previews: Sender<Effect>,
    finder: Finder,
    matcher: Sender<Effect>,
    colors: Sender<Effect>,
    watching: Sender<Effect>,
    errands: Sender<Effect>,
    jots: Sender<Effect>,
    syncs: Sender<Effect>,
    chores: Sender<Effect>,
    /// Dropped, it ends the watching of what runs.
    _live: Sender<()>,
    /// Dropped, it removes the pictures that were shown.
    _pictures: Pictures,
    cancel: Arc<AtomicBool>,
    scan_thread: JoinHandle<()>,
}

impl Lanes {
    /// Starts all lanes.
    pub(crate) fn start(launch: &Launch, wake: &Sender<Wake>) -> std::io::Result<Self> {
        let cancel = Arc::new(AtomicBool::new(false));
        let pictures = Pictures::default();
        let context = Arc::new(launch.clone());
        let desk = SharedDesk::default();
        let (loads, _) = lane("loads", wake, {
            let (context, desk) = (Arc::clone(&context), Arc::clone(&desk));
            move |queue, wake| stored::load(&context, &desk, queue, wake)
        })?;
        let (scans, scan_thread) = lane("scans", wake, {
            let (context, cancel) = (Arc::clone(&context), Arc::clone(&cancel));
            move |queue, wake| stored::scan(&context, &cancel, queue, wake)
        })?;
        let (sums, _) = lane("sums", wake, {
            let context = Arc::clone(&context);
            move |queue, wake| summing::serve(&context, queue, wake)
        })?;
        let (files, _) = lane("files", wake, {
            let (context, folder) = (Arc::clone(&context), pictures.folder());
            move |queue, wake| files::serve(&context, &folder, queue, wake)
        })?;
        let (previews, _) = lane("previews", wake, {
            let context = Arc::clone(&context);
            move |queue, wake| previews::serve(&context, queue, wake)
        })?;
        let (errands, _) = thread_of("errands", wake, {
            let context = Arc::clone(&context);
            move |requests, wake| errands::serve(&context, &requests, wake)
        })?;
        let (jots, _) = thread_of("jots", wake, {
            let (context, desk) = (Arc::clone(&context), Arc::clone(&desk));
            move |requests, wake| jotting::serve(&context, &desk, &requests, wake)
        })?;
        let (syncs, _) = lane("syncs", wake, {
            let (context, cancel) = (Arc::clone(&context), Arc::clone(&cancel));
            move |queue, wake| syncing::serve(&context, &cancel, queue, wake)
        })?;
        let (chores, _) = thread_of("chores", wake, {
            let context = Arc::clone(&context);
            move |requests, wake| chores::serve(&context, &desk, &requests, wake)
        })?;
        let (live, _) = thread_of("live", wake, move |end, wake| {
            live::watch(&context.paths.known_roots(), live::EVERY, &end, wake);
        })?;
        let (asked, _) = thread_of("finder", wake, |requests, wake| finder::serve(&requests, wake))?;
        let finder = Finder::new(asked);
        let (matcher, _) = lane("matcher", wake, matcher::serve)?;
        let (colors, _) = lane("colors", wake, color)?;
        let (watching, _) = lane("watching", wake, watching::serve)?;
        Ok(Self {
            loads,
            scans,
            sums,
            files,
            previews,
            finder,
            matcher,
            colors,
            watching,
            errands,
            jots,
            syncs,
            chores,
            _live: live,
            _pictures: pictures,
            cancel,
            scan_thread,
        })
    }

    /// Hands work to its lane; what is not work for a lane comes back.
    pub(crate) fn perform(&self, effect: Effect) -> Option<Effect> {
        let lane = match &effect {
            Effect::Load(_) => &self.loads,
            Effect::Scan => &self.scans,
            Effect::Sum { .. } => &self.sums,
            Effect::ReadEntries(_) | Effect::Jot(_) => &self.jots,
            Effect::LookAtSync(_) | Effect::Sync | Effect::TestRemotes => &self.syncs,
            Effect::Weigh(_) | Effect::Chore(_) => &self.chores,
            Effect::Glimpse { .. } | Effect::Quote { .. } => &self.previews,
            Effect::Open { .. } | Effect::Write { .. } | Effect::ViewPictures(_) => &self.files,
            Effect::Plan { .. } | Effect::Offer { .. } | Effect::Export { .. } => &self.errands,
            Effect::Copy(text) => {
                let _ = self.errands.send(Effect::Copy(text.clone()));
                return Some(effect);
            }
            Effect::Rank { .. } | Effect::StopFinding => {
                self.finder.ask(effect);
                return None;
            }
            Effect::Find { .. } => &self.matcher,
            Effect::Color(_) => &self.colors,
            Effect::Follow(_) => &self.watching,
            Effect::Suspend
            | Effect::Redraw
            | Effect::Retake
            | Effect::Page(_)
            | Effect::Edit(..)
            | Effect::Leave(_) => {
                return Some(effect);
            }
        };
        // A lane that has ended has said so itself.
        let _ = lane.send(effect);
        None
    }

    /// Stops a scan that is running and gives it a moment to end in good order. The store survives being cut off at
    /// any point, so the wait is short.
    pub(crate) fn finish(self) {
        self.cancel.store(true, Ordering::Relaxed);
        drop(self.scans);
        let end = Instant::now() + Duration::from_millis(300);
        while !self.scan_thread.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Finds the colors of code. The first code of a language takes a while, so nobody waits for it.
fn color(mut queue: Queue, wake: &Sender<Wake>) {
    while let Some(request) = queue.next() {
        let Effect::Color(codes) = request else { continue };
        let colored = codes.into_iter().map(|code| {
            let colors = code.colors();
            (code, colors)
        });
        let _ = wake.send(Wake::Msg(Msg::Colored(colored.collect())));
    }
}

fn lane(
    name: &str,
    wake: &Sender<Wake>,
    work: impl FnOnce(Queue, &Sender<Wake>) + Send + 'static,
) -> std::io::Result<(Sender<Effect>, JoinHandle<()>)> {
    thread_of(name, wake, move |receiver, wake| work(Queue::new(receiver), wake))
}

fn thread_of<T: Send + 'static>(
    name: &str,
    wake: &Sender<Wake>,
    work: impl FnOnce(Receiver<T>, &Sender<Wake>) + Send + 'static,
) -> std::io::Result<(Sender<T>, JoinHandle<()>)> {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let wake = wake.clone();
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let farewell = Farewell { wake };
        work(receiver, &farewell.wake);
    })?;
    Ok((sender, thread))
}

/// Does a piece of work that takes a lot of memory for a while in a thread of its own: what was given back goes back to the
/// system only when its thread ends.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

/// Tells the screen when a lane ends by a panic: waiting for its answers would be in vain.
struct Farewell {
    wake: Sender<Wake>,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.wake.send(Wake::LaneFailed);
        }
    }
}
