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
mod opening;
mod pictures;
mod reader;
mod summary;
mod transcripts;
mod year;
