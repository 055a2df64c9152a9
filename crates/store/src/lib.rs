//! The DuckDB store: schema, open and close discipline, scan, one file per question.
//!
//! The store is derived: deleted or damaged, it is rebuilt from the transcripts to the same answers. It is opened
//! late and closed early: no value of this crate keeps the file open between two calls.

mod columns;
mod error;
mod ingest;
pub mod live;
mod open;
mod questions;
mod rebuild;
mod resolve;
mod rows;
mod scan;
mod schema;
mod store;

pub use error::StoreError;
pub use rows::{Found, ModelUsage, SessionDetail, SessionRow, TranscriptFile};
pub use scan::{Progress, ScanOptions, ScanReport};
pub use store::Store;
