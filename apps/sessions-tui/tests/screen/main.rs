//! The whole screen, driven by keys on a backend in memory.

mod anything;
mod arranging;
mod driver;
mod errands;
mod finding;
mod grid;
mod history;
mod lanes;
mod layers;
mod list;
mod pictures;
mod reader;
mod transcripts;
