//! How a session is taken up again: directory, command, window, and what stands in the way.
//!
//! This crate reads no environment and no transcript: the caller says where to look.

mod below;
mod directories;
mod moves;
mod nearby;
mod places;
mod plan;
mod program;
mod project;
mod repository;
mod run;
mod tmux;
mod whereabouts;

pub use below::Below;
pub use directories::{directories, gone};
pub use moves::Moves;
pub use places::{Place, Places, locate, relocate};
pub use plan::{Obstacle, Plan, Request, plan, plan_to_print};
pub use project::{Project, labels};
pub use repository::Repository;
pub use tmux::{Pane, Tmux, TmuxError};
pub use whereabouts::Whereabouts;
