//! What was said and must not be lost: one durable file per event of a hook, drained exactly once; and the operations, ours
//! and those of other machines, that are only ever added to. And what hooks read and note for a status line.

mod banner;
mod damage;
mod error;
mod event;
mod fields;
mod frame;
mod identity;
mod inbox_state;
mod journal;
mod limits;
mod log;
mod operation;
mod place;
mod reading;
mod received;
mod recorded;
mod replica;
mod spool;
mod starting;
mod status;
mod stream;
mod tick;
mod usage_state;
mod watch;

pub use banner::Banner;
pub use damage::{Damage, DamageKind};
pub use error::JournalError;
pub use event::{Event, EventKind, PAYLOAD_KEPT_BYTES, PAYLOAD_READ_BYTES};
pub use fields::{Fields, payload_fault};
pub use inbox_state::InboxState;
pub use journal::{Held, Journal};
pub use limits::{Limit, Limits};
pub use operation::{BodyHead, Hash, NoHash, Operation};
pub use reading::Operations;
pub use received::{Received, Refusal};
pub use recorded::RecordedEvent;
pub use replica::{NoReplica, ReplicaId, Stamp};
pub use spool::{Drained, Left, Spool};
pub use starting::{is_tick_due, start_tick, was_touched_lately};
pub use status::Status;
pub use stream::{NoScope, Scope, Stream};
pub use tick::{Patience, TickLock, Ticked, tick};
pub use usage_state::{Spent, UsageState};
pub use watch::{Grown, Watch, seal};
