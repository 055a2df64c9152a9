//! What lies around of sessions: how much there is, taking it away with a way back, and directories that moved.
//!
//! A person is shown what would be done before it is: [`Deletion`] and [`Relinking`] are plans that can be shown, and what
//! changed since they were made is left alone.

mod deletion;
mod documents;
mod error;
mod keys;
mod on_disk;
mod relinking;
mod roots;
mod trash;

pub use deletion::{Deletion, Part, PartKind};
pub use documents::Document;
pub use error::HousekeepingError;
pub use on_disk::on_disk;
pub use relinking::{Move, Relinked, Relinking};
pub use trash::{Item, KEPT_FOR_MS, Trash};
