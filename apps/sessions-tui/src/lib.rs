//! The screens: a list, a preview, a reader.
//!
//! A message comes in, [`update`] changes the [`Model`] and answers with [`Effect`]s, lanes carry them out and answer
//! with messages, [`view`] draws the model. `update` does no I/O and reads no clock; `view` changes nothing.

mod app;
mod appearance;
mod arrangement;
mod ask;
mod cells;
mod commands;
mod excerpt;
mod extent;
pub mod figures;
mod finding;
mod key;
mod lanes;
mod layout;
mod library;
mod list;
mod message;
mod model;
mod palette;
mod preview;
mod reader;
mod rehearsal;
mod sort;
mod state;
mod terminal;
mod theme;
mod toast;
mod update;
mod view;
mod wrapped;

pub use app::{Exporter, Form, Launch, Outcome, problems, run};
pub use commands::{Action, COMMANDS, Command, Commands, KeyMap, Scope};
pub use excerpt::{Excerpt, Exchange};
pub use extent::Here;
pub use finding::{Ranking, Reach};
pub use key::Key;
pub use library::{Entry, Knowledge, Library};
pub use message::{Effect, Errand, Msg, Planned, Ticket, Way, Written};
pub use model::{Model, Setup};
pub use reader::{At, Found, Match, Opened, Opening, Script, Which, find};
pub use sort::Sort;
pub use state::Outlook;
pub use theme::{BUILT_IN, Depth, Mode, ROLES, Reading, Role, Theme};
pub use update::update;
pub use view::{render, view};
pub use wrapped::wrapped;
