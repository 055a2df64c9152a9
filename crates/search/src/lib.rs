//! Finding a session by what a person remembers of it.
//!
//! The only owner of what a session is found by and of what counts as a match: the box of the screen and the words of
//! `sessions ls` ask here, so the same words find the same sessions in the same order. It knows nothing of files,
//! stores or screens.

mod candidates;
mod subject;
mod text;

pub use candidates::{Candidates, Hit};
pub use subject::{Field, Subject, positions};
