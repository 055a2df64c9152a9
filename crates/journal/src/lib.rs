//! What hooks leave behind: one durable file per event, drained exactly once.

mod event;
mod spool;

pub use event::{Event, EventKind};
pub use spool::{Drained, JournalError, Spool};
