//! Finding a session by what a person remembers of it.
//!
//! The only owner of the query language, of what a session is found by and of what counts as a match: the box of the
//! screen, `sessions ls` and `sessions search` ask here, so the same query finds the same sessions in the same order.
//! It knows nothing of stores or screens. Clock, zone and directories are handed in; only `content` reads files, those
//! that it is given.

mod candidates;
mod completion;
mod content;
mod marked;
mod moment;
mod names;
mod plain;
mod query;
mod subject;
mod text;
mod within_line;

pub use candidates::{Candidates, Hit, Standing};
pub use completion::{Completion, Known, Offer, complete};
pub use content::{
    Caps, Context, Excerpt, File, Found, Passage, Searched, Seen, Target, Together, Wanted, score, search, tags,
};
pub use marked::{pattern, patterns};
pub use moment::{Moment, day_of};
pub use names::{NameHit, rank_names};
pub use plain::holds;
pub use query::{
    Bound, Clause, FORMS, Fault, Form, Measure, NameField, Query, Setting, Size, State, Term, TermKind, What,
};
pub use subject::{Field, Marks, Subject, positions};
