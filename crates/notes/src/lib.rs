//! What people and Claude write down beside the sessions: entries and marks, folded from the journal.
//!
//! Nothing here is stored but the operations: what is known is the fold of a set of them, in memory, and the same on every
//! machine that has the same ones, in whatever order they came.

mod author;
mod body;
mod desk;
mod draft;
mod entry;
mod import;
mod inbox;
mod lookup;
mod marks;
mod notes;
mod page;
mod record;
mod register;
mod vocabulary;

pub use author::Author;
pub use body::{Kind, Turn};
pub use desk::Desk;
pub use draft::Draft;
pub use entry::{Conflict, Entry, EntryId, shown};
pub use import::{Foreign, Step};
pub use inbox::Unread;
pub use journal::Scope;
pub use lookup::{Filter, Match, find, shortest};
pub use marks::Marks;
pub use notes::Notes;
pub use page::{Page, PageFault};
pub use record::{Change, Note, Record};
pub use register::{Register, Write, WriteId};
pub use vocabulary::Vocabulary;
