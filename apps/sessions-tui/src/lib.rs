//! The screens: a list, a preview, a reader.
//!
//! A message comes in, [`update`] changes the [`Model`] and answers with [`Effect`]s, lanes carry them out and answer
//! with messages, [`view`] draws the model. `update` does no I/O and reads no clock; `view` changes nothing.

mod app;
mod appearance;
mod cells;
mod commands;
mod excerpt;
pub mod figures;
mod key;
mod lanes;
mod layout;
mod library;
mod list;
mod message;
mod model;
mod preview;
mod reader;
mod terminal;
mod theme;
mod update;
mod view;

pub use app::{Launch, Outcome, run};
pub use commands::{Action, COMMANDS, Command, Scope};
pub use excerpt::{Excerpt, Exchange};
pub use key::Key;
pub use library::{Entry, Library};
pub use message::{Effect, Msg, Ticket};
pub use model::{Model, Setup};
pub use reader::{Document, wrapped};
pub use theme::{Depth, Mode, Theme};
pub use update::update;
pub use view::{render, view};
