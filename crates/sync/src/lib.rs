//! The same operations on every machine: what to send, what to take in, and the remotes that carry them.
//!
//! What a remote is told is a set of operations of the journal; what is planned is pure, what is carried out may be cut off
//! anywhere and asked again.

mod address;
mod carry;
mod child;
mod device;
mod digits;
mod duck;
mod fault;
mod folder;
mod git;
mod head;
mod heal;
mod local;
mod outcome;
mod plan;
mod postgres;
mod record;
pub mod rehearsal;
mod remote;
mod sealed;
mod segment;
pub mod serving;
mod terms;

pub use address::{Address, FORMS, Means};
pub use carry::{Conduct, Progress, carry_out, survey};
pub use device::{Change, Device, Devices};
pub use duck::Duck;
pub use fault::Fault;
pub use folder::Folder;
pub use git::Git;
pub use head::{Head, Heads};
pub use local::{Local, Page};
pub use outcome::{Left, Outcome};
pub use plan::{Own, Step, plan};
pub use postgres::Postgres;
pub use record::{Record, Records};
pub use remote::Remote;
pub use sealed::{Access, Effort, Keyring, Member, Sealed, Seen, Who, is_encrypted};
pub use terms::{Settled, Terms};
