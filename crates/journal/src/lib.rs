//! What hooks leave behind: one durable file per event, drained exactly once, by one tick at a time.

mod error;
mod event;
mod fields;
mod spool;
mod tick;

pub use error::JournalError;
pub use event::{Event, EventKind, PAYLOAD_KEPT_BYTES, PAYLOAD_READ_BYTES};
pub use fields::Fields;
pub use spool::{Drained, Spool};
pub use tick::{Patience, TickLock, Ticked, tick};
