//! A home with transcripts, and an archive beside it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use archive::{Archive, Bounds, Kept};
use tempfile::TempDir;

/// Long after everything was written, in milliseconds: no line is waited for any more.
pub(crate) const LATER: i64 = 4_000_000_000_000;

pub(crate) struct Scene {
    pub(crate) home: TempDir,
    pub(crate) archive: Archive,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let archive = Archive::at(&home.path().join("archive"));
        Self { home, archive }
    }

    pub(crate) fn root(&self) -> PathBuf {
        let root = self.home.path().join(".claude");
        fs::create_dir_all(root.join("projects")).expect("a folder can be made");
        root.canonicalize().expect("it was just made")
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root().join("projects").join(below)
    }

    pub(crate) fn write(&self, below: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        fs::write(&path, content).expect("it can be written");
        path
    }

    pub(crate) fn append(&self, below: &str, content: impl AsRef<[u8]>) {
        let file = File::options().append(true).create(true).open(self.path(below));
        file.and_then(|mut file| file.write_all(content.as_ref())).expect("it can be written");
    }

    pub(crate) fn keep_at(&self, now_ms: i64, since_ms: Option<i64>) -> Kept {
        let (roots, stop) = ([self.root()], AtomicBool::new(false));
        let bounds = Bounds { roots: &roots, now_ms, since_ms, until: None, threads: 2, stop: &stop };
        let kept = self.archive.keep(&bounds).expect("the archive can be written");
        assert_eq!(kept.problems, []);
        kept
    }

    pub(crate) fn keep(&self) -> Kept {
        self.keep_at(LATER, None)
    }

    /// Lets the archive be looked over again.
    pub(crate) fn tidy(&self) -> Kept {
        let _ = fs::remove_file(self.archive.folder().join(".tidied"));
        self.keep()
    }

    pub(crate) fn kept(&self, path: &Path) -> Vec<u8> {
        let content = self.archive.read(path).expect("the archive can be read").expect("it is kept");
        assert_eq!(content.missing, [], "{}", path.display());
        content.bytes
    }

    pub(crate) fn pack(&self, session: &str) -> PathBuf {
        self.archive.folder().join(format!("{session}.zst"))
    }
}

/// Lines that do not repeat each other.
pub(crate) fn lines(seed: u64, count: u64) -> String {
    let number = |at: u64| (seed << 32 | at).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let line = |at| format!("{{\"uuid\":\"{:x}\",\"text\":\"{:x}{at:x}\"}}\n", number(at), number(!at));
    (0..count).map(line).collect::<Vec<_>>().concat()
}
