//! Finding a session: fuzzy ranking over what a list shows.

mod fuzzy;

pub use fuzzy::{Field, Hit, Matcher};
