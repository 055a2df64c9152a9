//! Where files live, and the settings in layers: default < file < environment < flag.
//!
//! The environment is handed in as a value; nothing here writes outside the folders that it names.

mod answering;
mod desktop;
mod durable;
mod environment;
mod error;
mod excluded;
mod identity;
mod meant;
mod paths;
mod remotes;
mod roots;
mod session_types;
mod setting;
mod settings;

pub use answering::answer_within;
pub use durable::{
    is_same, make_private_folder, move_file, replace_file, replace_file_for, replace_kept_file, replace_shared_file,
    try_writing,
};
pub use environment::Environment;
pub use error::ConfigError;
pub use excluded::{Excluded, began_in, change_excluded, written_directory};
pub use identity::{Identities, USER_VARIABLE};
pub use meant::meant;
pub use paths::Paths;
pub use remotes::RemoteSetting;
pub use session_types::{GENERAL, SessionTypes};
pub use setting::{SETTINGS, Setting};
pub use settings::{Banner, Budget, Keep, KeySetting, Settings, Ticks};
