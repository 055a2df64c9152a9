//! Wires `sessions` into Claude Code and into the machine's schedule, and takes it out again.
//!
//! What is changed is worked out first, from texts and to texts (`Plan`), shown, and then carried out.

mod carrying;
pub mod crontab;
mod editing;
mod error;
mod found;
mod hooks;
mod json;
mod machine;
pub mod page;
mod plan;
mod receipt;
mod schedule;
pub mod settings;
mod writing;

pub use carrying::{backups, wiring};
pub use editing::Trace;
pub use error::SetupError;
pub use found::Found;
pub use hooks::HOOK_PROGRAM;
pub use machine::{Machine, is_program};
pub use plan::{Plan, Step, Wish};
pub use receipt::{Done, Receipt};
pub use schedule::{Schedule, Scheduler};
