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
mod condition;
mod extent;
pub mod figures;
mod finding;
mod glimpse;
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
mod search_line;
mod sort;
mod still;
mod summary;
mod terminal;
mod theme;
mod toast;
mod update;
mod view;
mod wrapped;

pub use app::{Exporter, Form, Launch, Outcome, problems, run};
pub use commands::{Action, COMMANDS, Command, Commands, KeyMap, Scope};
pub use condition::Outlook;
pub use extent::Here;
pub use finding::{Quote, Ranking, Reach};
pub use glimpse::{Exchange, Glimpse};
pub use key::Key;
pub use lanes::{request, window_name};
pub use library::{Entry, Knowledge, Library};
pub use message::{Effect, Errand, Exported, Msg, Planned, Ticket, Way};
pub use model::{Model, Setup};
pub use reader::{At, Match, Matches, Opened, Opening, Script, Which, find};
pub use sort::Sort;
pub use still::Still;
pub use theme::{BUILT_IN, Depth, Mode, ROLES, Reading, Role, Theme};
pub use update::update;
pub use view::{render, view};
pub use wrapped::wrapped;
