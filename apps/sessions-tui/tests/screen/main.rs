//! The whole screen, driven by keys on a backend in memory.

mod anything;
mod arranging;
mod driver;
mod entries;
mod errands;
mod finding;
mod grid;
mod history;
mod house;
mod lanes;
mod layers;
mod list;
mod notebook;
mod opening;
mod pictures;
mod reader;
mod summary;
mod syncing;
mod transcripts;
mod year;
