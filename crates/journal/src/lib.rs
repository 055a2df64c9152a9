//! What hooks leave behind: one durable file per event, drained exactly once, by one tick at a time; and what they read
//! and note for a status line.

mod error;
mod event;
mod fields;
mod limits;
mod spool;
mod status;
mod tick;
mod usage_state;

pub use error::JournalError;
pub use event::{Event, EventKind, PAYLOAD_KEPT_BYTES, PAYLOAD_READ_BYTES};
pub use fields::{Fields, payload_fault};
pub use limits::{Limit, Limits};
pub use spool::{Drained, Left, Spool};
pub use status::Status;
pub use tick::{Patience, TickLock, Ticked, tick};
pub use usage_state::{Spent, UsageState};
