//! The whole screen, driven by keys on a backend in memory.

mod driver;
mod grid;
mod history;
mod lanes;
mod list;
mod pictures;
mod reader;
