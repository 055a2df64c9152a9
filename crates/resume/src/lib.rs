//! How a session is taken up again: directory, command, and what stands in the way.

mod plan;

pub use plan::{Obstacle, Plan, Request, plan};
