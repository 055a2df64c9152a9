//! Our own lock beside the store: one writer or many readers over all processes, one opener within this one.
//!
//! The engine's own lock belongs to the process, not to a descriptor: opening the same file twice in one process
//! loses rows silently, and closing any other descriptor of it gives the lock away. So nobody touches the store
//! without holding this lock first.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::StoreError;

/// Stores that this process has open.
static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
static CLOSED: Condvar = Condvar::new();

/// Who else may have the store open at the same time, in other processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Others that look only.
    WithReaders,
    /// Nobody.
    Alone,
}

/// The right to open a store; dropping it gives the right back.
#[derive(Debug)]
pub(super) struct Held {
    /// None where a reader could not have one.
    file: Option<File>,
    sharing: Sharing,
    _turn: Turn,
}

impl Held {
    /// Waits for the right to open a store, until `deadline` at most.
    pub(super) fn acquire(store: &Path, sharing: Sharing, deadline: Instant) -> Result<Self, StoreError> {
        let turn = Turn::acquire(store, deadline)?;
        let path = lock_file(store);
        let io = |action, source| StoreError::Io { action, path: path.clone(), source };
        let mut file = match options().open(&path) {
            Ok(file) => file,
            Err(source) if sharing == Sharing::Alone => return Err(io("open", source)),
            // In a folder that is not ours to write to, a reader takes the lock that is there. Where there is none, the
            // engine's own lock keeps writers away.
            Err(_) => match File::open(&path) {
                Ok(file) => file,
                Err(_) => return Ok(Self { file: None, sharing, _turn: turn }),
            },
        };
        let mut pause = Pause::default();
        loop {
            let attempt = match sharing {
                Sharing::WithReaders => file.try_lock_shared(),
                Sharing::Alone => file.try_lock(),
            };
            match attempt {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(io("lock", source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(StoreError::Locked { path: store.to_owned(), holder: holder(&mut file) });
                }
                Err(TryLockError::WouldBlock) => pause.take(),
            }
        }
        if sharing == Sharing::Alone {
            sign(&mut file).map_err(|source| io("write", source))?;
        }
        Ok(Self { file: Some(file), sharing, _turn: turn })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.sharing == Sharing::Alone) {
            // A name that stays behind only makes a later message less exact.
            let _ = file.set_len(0);
        }
    }
}

/// A short random pause, longer after each failure, so that nobody who waits is always the second.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    taken: u32,
}

impl Pause {
    /// Sleeps 1 to 15 ms.
    pub(crate) fn take(&mut self) {
        let longest = 2000_u64 << self.taken.min(3);
        self.taken += 1;
        let chance = RandomState::new().build_hasher().finish();
        std::thread::sleep(Duration::from_micros(1000 + chance % longest));
    }
}

/// This process's turn with a store.
#[derive(Debug)]
struct Turn {
    store: PathBuf,
}

impl Turn {
    fn acquire(store: &Path, deadline: Instant) -> Result<Self, StoreError> {
        let name = identity(store);
        let mut open = open_stores();
        while open.contains(&name) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let holder = " (this very program)".to_owned();
                return Err(StoreError::Locked { path: store.to_owned(), holder });
            }
            open = CLOSED.wait_timeout(open, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        open.insert(name.clone());
        Ok(Self { store: name })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        open_stores().remove(&self.store);
        CLOSED.notify_all();
    }
}

fn open_stores() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The store's path without symlinks and detours, also while the file itself does not exist.
fn identity(store: &Path) -> PathBuf {
    let resolved = || {
        let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(store.file_name()?))
    };
    fs::canonicalize(store).ok().or_else(resolved).unwrap_or_else(|| store.to_owned())
}

fn lock_file(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}

/// Leaves our process id, for the message of whoever waits in vain.
fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
    text.trim().parse::<u32>().map_or_else(|_| String::new(), |process| format!(" (process {process})"))
}
