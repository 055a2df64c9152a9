//! The screens: a list, a preview, a reader.

mod app;
pub mod figures;

pub use app::{Launch, Outcome, run};
