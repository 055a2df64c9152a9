//! Questions that a small history can be asked, and what they come to.

#[path = "cube/history.rs"]
mod history;
#[path = "cube/pages.rs"]
mod pages;
#[path = "cube/rhythm.rs"]
mod rhythm;
#[path = "cube/rows.rs"]
mod rows;
