//! The query language: what a person types, as clauses that must all hold.

mod clause;
mod fault;
mod form;
mod lexer;
mod parse;
mod print;
mod size;

pub use clause::{Bound, Clause, Measure, NameField, Query, State, Term, TermKind, What};
pub use fault::Fault;
pub use form::{FORMS, Form};
pub(crate) use form::{FieldKind, field_names, field_of};
pub(crate) use lexer::pieces;
pub use parse::Setting;
pub(crate) use print::as_value;
pub use size::Size;

#[cfg(test)]
mod tests;
