//! Where files live, and the settings in layers: default < file < environment < flag.
//!
//! The environment is handed in as a value; nothing here writes outside the folders that it names.

mod desktop;
mod durable;
mod environment;
mod error;
mod meant;
mod paths;
mod roots;
mod session_types;
mod setting;
mod settings;

pub use durable::{make_private_folder, replace_file, replace_shared_file};
pub use environment::Environment;
pub use error::ConfigError;
pub use meant::meant;
pub use paths::Paths;
pub use session_types::SessionTypes;
pub use setting::{SETTINGS, Setting};
pub use settings::{Budget, KeySetting, Settings};
