//! The scan as its callers see it.

#[path = "scan/files.rs"]
mod files;
#[path = "scan/history.rs"]
mod history;
#[path = "scan/order.rs"]
mod order;
#[path = "scan/questions.rs"]
mod questions;
#[path = "scan/rebuild.rs"]
mod rebuild;
#[path = "scan/trouble.rs"]
mod trouble;
