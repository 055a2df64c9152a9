//! Where files live, and the settings in layers: default < file < environment < flag.
//!
//! The environment is handed in as a value; nothing here writes outside the folders that it names.

mod environment;
mod paths;
mod settings;

pub use environment::Environment;
pub use paths::Paths;
pub use settings::{ConfigError, Settings};
