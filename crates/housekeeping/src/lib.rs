//! What lies around of sessions: how much there is, taking it away with a way back, and directories that moved.
//!
//! A person is shown what would be done before it is: [`Deletion`], [`Restoring`] and [`Relinking`] are plans that can be shown, and
//! what changed since they were made is left alone. Commands and screen refuse the same, because it is refused here.

mod deleting;
mod deletion;
mod documents;
mod error;
mod keys;
mod on_disk;
mod relinking;
mod restoring;
mod roots;
mod trash;

pub use deleting::Deleted;
pub use deletion::{Deletion, Part, PartKind};
pub use documents::Document;
pub use error::HousekeepingError;
pub use on_disk::on_disk;
pub use relinking::{Move, Relinked, Relinking};
pub use restoring::{Homes, Restoring, transcript_of};
pub use trash::{Item, KEPT_FOR_MS, Trash};
