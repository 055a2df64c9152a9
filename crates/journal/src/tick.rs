//! One tick at a time, and no event left lying by the one that ends.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::{JournalError, Spool};

/// How often a busy lock is tried, a millisecond apart: a hook that looks at it holds it for microseconds.
const TRIES: u32 = 10;

/// The lock that a running tick holds; dropped, or with its process, it is free.
#[derive(Debug)]
pub struct TickLock {
    _file: File,
}

impl TickLock {
    /// Takes the lock; none if a tick runs. Makes the file and its folder when they are missing.
    pub fn take(path: &Path) -> Result<Option<Self>, JournalError> {
        let file = open(path)?;
        for attempt in 1..=TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if attempt < TRIES => thread::sleep(Duration::from_millis(1)),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => return Err(JournalError::io("lock", path)(source)),
            }
        }
        Ok(None)
    }

    /// Takes the lock as soon as no tick runs.
    pub fn wait(path: &Path) -> Result<Self, JournalError> {
        let file = open(path)?;
        file.lock().map_err(JournalError::io("lock", path))?;
        Ok(Self { _file: file })
    }

    /// Whether a tick runs. Looks with a shared lock, so that any number of hooks may look at once.
    pub fn is_held(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

fn open(path: &Path) -> Result<File, JournalError> {
    if let Some(folder) = path.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(JournalError::io("make the folder", folder))?;
    }
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    opened.map_err(JournalError::io("open", path))
}

/// What to do when another tick runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Leave the work to it.
    Leave,
    /// Wait until it is done.
    Wait,
}

/// What came of wanting a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticked {
    /// The work was done, this many times.
    Done(u32),
    /// Another tick runs, and will take the events that this one was started for.
    Busy,
}

/// Does the work of a tick under the lock, and again as long as events came in while it ended.
///
/// A hook leaves its event, then looks at the lock, and starts no tick if it is held. The holder may have drained the
/// spool before the event was there. So it looks into the spool once more **after** it has let go of the lock: a hook
/// that saw the lock held had left its event before that look, and a hook that comes later sees the lock free.
/// Events that were there before the work and are there still are no reason to repeat it.
pub fn tick<E: From<JournalError>>(
    lock: &Path,
    spool: &Spool,
    patience: Patience,
    mut work: impl FnMut() -> Result<(), E>,
) -> Result<Ticked, E> {
    let mut rounds = 0;
    loop {
        let held = match patience {
            Patience::Leave => TickLock::take(lock)?,
            Patience::Wait => Some(TickLock::wait(lock)?),
        };
        let Some(held) = held else {
            return Ok(if rounds == 0 { Ticked::Busy } else { Ticked::Done(rounds) });
        };
        let before = spool.waiting()?;
        work()?;
        rounds += 1;
        drop(held);
        if spool.waiting()?.is_subset(&before) {
            return Ok(Ticked::Done(rounds));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, EventKind};

    fn event() -> Event {
        Event::new(EventKind::Stop, 1, b"{}")
    }

    #[test]
    fn one_tick_runs_at_a_time() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("state/tick.lock");
        assert!(!TickLock::is_held(&path));
        let held = TickLock::take(&path).expect("it can be made").expect("nobody holds it");
        assert!(TickLock::is_held(&path) && TickLock::is_held(&path));
        assert!(TickLock::take(&path).expect("it can be opened").is_none());
        let spool = Spool::new(home.path().join("spool"));
        let ticked = tick(&path, &spool, Patience::Leave, || -> Result<(), JournalError> {
            panic!("no work while another tick runs")
        });
        assert_eq!(ticked.expect("the lock can be tried"), Ticked::Busy);
        drop(held);
        assert!(!TickLock::is_held(&path));
    }

    #[test]
    fn an_event_left_while_a_tick_ends_is_taken_by_it() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("tick.lock");
        let spool = Spool::new(home.path().join("spool"));
        let mut late = Some(event());
        let mut taken = 0;
        let ticked = tick(&path, &spool, Patience::Leave, || {
            let drained = spool.drain(|_| Ok::<(), JournalError>(()))?;
            taken += drained.events;
            if let Some(late) = late.take() {
                spool.leave(&late)?;
                assert!(TickLock::is_held(&path), "the hook of this event starts no tick");
            }
            Ok::<(), JournalError>(())
        });
        assert_eq!((ticked.expect("nothing fails"), taken), (Ticked::Done(2), 1));
    }

    #[test]
    fn events_that_cannot_be_taken_do_not_keep_a_tick_running() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let spool = Spool::new(home.path().join("spool"));
        spool.leave(&event()).expect("it can be left");
        let ticked = tick(&home.path().join("tick.lock"), &spool, Patience::Wait, || Ok::<(), JournalError>(()));
        assert_eq!(ticked.expect("nothing fails"), Ticked::Done(1));
    }
}
