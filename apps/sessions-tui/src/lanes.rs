//! Work beside the screen: each lane is a thread that answers with messages.

mod files;
mod matcher;
mod queue;
mod resuming;
mod stored;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::Launch;
use crate::app::Wake;
use crate::message::Effect;
use queue::Queue;

/// The lanes of a screen. They end when this is dropped.
pub(crate) struct Lanes {
    loads: Sender<Effect>,
    scans: Sender<Effect>,
    files: Sender<Effect>,
    matcher: Sender<Effect>,
    cancel: Arc<AtomicBool>,
    scan_thread: JoinHandle<()>,
}

impl Lanes {
    /// Starts all lanes.
    pub(crate) fn start(launch: &Launch, wake: &Sender<Wake>) -> std::io::Result<Self> {
        let cancel = Arc::new(AtomicBool::new(false));
        let context = Arc::new(launch.clone());
        let (loads, _) = lane("loads", wake, {
            let context = Arc::clone(&context);
            move |queue, wake| stored::load(&context, queue, wake)
        })?;
        let (scans, scan_thread) = lane("scans", wake, {
            let (context, cancel) = (Arc::clone(&context), Arc::clone(&cancel));
            move |queue, wake| stored::scan(&context, &cancel, queue, wake)
        })?;
        let (files, _) = lane("files", wake, move |queue, wake| files::serve(&context, queue, wake))?;
        let (matcher, _) = lane("matcher", wake, matcher::serve)?;
        Ok(Self { loads, scans, files, matcher, cancel, scan_thread })
    }

    /// Hands work to its lane; what is not work for a lane comes back.
    pub(crate) fn perform(&self, effect: Effect) -> Option<Effect> {
        let lane = match &effect {
            Effect::Load(_) => &self.loads,
            Effect::Scan => &self.scans,
            Effect::Excerpt { .. } | Effect::Open { .. } | Effect::Plan { .. } => &self.files,
            Effect::Rank { .. } | Effect::Wrap { .. } | Effect::Find { .. } => &self.matcher,
            Effect::Suspend | Effect::Redraw | Effect::Retake | Effect::Leave(_) => return Some(effect),
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

fn lane(
    name: &str,
    wake: &Sender<Wake>,
    work: impl FnOnce(Queue, &Sender<Wake>) + Send + 'static,
) -> std::io::Result<(Sender<Effect>, JoinHandle<()>)> {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let wake = wake.clone();
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let farewell = Farewell { wake };
        work(Queue::new(receiver), &farewell.wake);
    })?;
    Ok((sender, thread))
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
