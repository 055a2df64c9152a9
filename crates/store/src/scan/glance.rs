//! Whether anything can have changed, found out without the store.

use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use rustc_hash::FxHasher;

use super::walk::{Seen, Walk};

/// A number that changes when a transcript under some roots does, or one that was named: its path, size or time.
pub fn glance(roots: &[PathBuf], named: &[PathBuf]) -> u64 {
    let mut walk = Walk::over(roots);
    for path in named {
        walk.look_at(path);
    }
    of(&walk.seen())
}

/// The number of what was seen, in whatever order.
pub(super) fn of(seen: &Seen) -> u64 {
    let files = seen.files.iter().map(|file| {
        let mut hasher = FxHasher::default();
        (&file.path, file.size, file.mtime_ns).hash(&mut hasher);
        hasher.finish()
    });
    files.fold(seen.files.len() as u64, u64::wrapping_add)
}
