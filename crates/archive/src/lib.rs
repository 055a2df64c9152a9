//! Transcripts kept, compressed, for longer than Claude Code keeps them.
//!
//! `docs/reference/archive.md` describes the format.

mod archive;
pub mod backup;
mod checking;
mod compacting;
mod error;
mod keeping;
mod listing;
mod member;
mod opened;
mod pack;
mod place;
mod restoring;
mod seen;
mod segment;
mod squeezing;
mod walk;
mod writing;

pub use archive::Archive;
pub use checking::{Checked, Flaw, Glanced};
pub use error::ArchiveError;
pub use keeping::{Bounds, Kept};
pub use listing::PackFile;
pub use member::{Content, Member, Missing};
pub use opened::Opened;
pub use place::Place;
pub use restoring::{Restoration, Target, To};
