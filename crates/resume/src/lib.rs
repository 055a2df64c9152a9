//! How a session is taken up again: directory, command, and what stands in the way.
//!
//! This crate reads no environment and no transcript: the caller says where to look.

mod directories;
mod plan;
mod program;
mod run;

pub use directories::directories;
pub use plan::{Obstacle, Plan, Request, plan, plan_to_print};
