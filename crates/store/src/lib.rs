//! The DuckDB store: schema, open and close discipline, scan, one file per question.
//!
//! The store is derived: deleted or damaged, it is rebuilt from the transcripts to the same answers. It is opened
//! late and closed early: no value of this crate keeps the file open between two calls.

mod adopting;
mod blocks;
mod columns;
mod elsewhere;
mod error;
mod fold;
mod foreign;
mod ingest;
pub mod live;
mod noting;
mod open;
mod projects;
mod questions;
mod rebuild;
mod resolve;
pub mod retention;
mod rows;
mod scan;
mod schema;
mod store;
mod usage;

pub use blocks::{Block, Burn, Projection, Spending, blocks};
pub use elsewhere::{Elsewhere, Location, Silence, Told};
pub use error::StoreError;
pub use fold::{Outline, Outliner, told_of};
pub use foreign::{Logged, LoggedEntry, LoggedModel, LoggedSession};
pub use noting::Noting;
pub use open::engine_version;
pub use questions::{Audit, AuditedRequest, CubeQuery, Names, Telling};
pub use resolve::Ownership;
pub use rows::{Belongings, Found, LatestRequest, SessionDetail, SessionRow, TranscriptFile, Unpriced};
pub use scan::{Progress, ScanOptions, ScanReport, Strides, glance};
pub use store::Store;
pub use usage::{
    Calendar, Grouping, LedgerSum, ModelUsage, Period, SessionUsage, Stretch, Subject, Usage, UsageFilter, UsageQuery,
    UsageReport, UsageRow,
};
