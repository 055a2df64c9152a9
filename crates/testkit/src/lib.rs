//! What tests and benchmarks share: homes, generated histories, the real corpus.

mod corpus;
mod home;

pub use corpus::{corpus, lay_out};
pub use home::Home;
