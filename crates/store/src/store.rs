//! The store itself: one call opens, asks and closes.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use pricing::PriceTable;

use crate::{Found, ModelUsage, Progress, ScanOptions, ScanReport, SessionDetail, SessionRow, StoreError};

/// A store file. Cheap to make and to clone; opens nothing.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// The store at a path, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a store file.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Brings the store up to date with the roots.
    pub fn scan(
        &self,
        options: &ScanOptions,
        prices: &PriceTable,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, StoreError> {
        let _ = (options, prices, cancel, progress);
        Ok(ScanReport::default())
    }

    /// Throws the store away and makes it again.
    pub fn rebuild(
        &self,
        options: &ScanOptions,
        prices: &PriceTable,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, StoreError> {
        self.scan(options, prices, cancel, progress)
    }

    /// All sessions, latest first. A store that does not exist yet has none.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        Ok(Vec::new())
    }

    /// The session that an id or a prefix of one stands for.
    pub fn find(&self, prefix: &str) -> Result<Found, StoreError> {
        let _ = prefix;
        Ok(Found::None)
    }

    /// A session with its files and its usage by model.
    pub fn session(&self, id: &transcript::SessionId) -> Result<Option<SessionDetail>, StoreError> {
        let _ = id;
        Ok(None)
    }

    /// Usage by model over the whole history, the costliest first.
    pub fn usage_by_model(&self) -> Result<Vec<ModelUsage>, StoreError> {
        Ok(Vec::new())
    }
}
