//! What tests and benchmarks share: homes, transcripts made to measure, generated histories, the real corpus.

mod corpus;
pub mod history;
mod home;
mod long;
mod postgres;
mod transcript;

pub use corpus::{corpus, lay_out};
pub use history::Random;
pub use home::Home;
pub use long::long_transcript;
pub use postgres::PostgresServer;
pub use transcript::{Transcript, Usage};
