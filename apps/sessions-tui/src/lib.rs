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
mod entries;
mod extent;
pub mod figures;
mod finding;
mod glimpse;
mod house;
mod key;
mod lanes;
mod layout;
mod library;
mod list;
mod machines;
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
mod syncing;
mod terminal;
mod theme;
mod toast;
mod update;
mod view;
mod wrapped;

pub use app::{Exporter, Form, Launch, Outcome, Syncer, Watch, problems, run};
pub use ask::Confirm;
pub use commands::{Action, COMMANDS, Command, Commands, KeyMap, Scope};
pub use condition::{Outlook, state};
pub use entries::Ledger;
pub use extent::Here;
pub use finding::{Quote, Ranking, Reach};
pub use glimpse::{Exchange, Glimpse};
pub use house::Weights;
pub use key::Key;
pub use lanes::{author, request, root_to_exclude, window_name};
pub use library::{Entry, Knowledge, Library, marks, places, present, ran_in, to_go_on};
pub use machines::{Machines, devices, way_there};
pub use message::{Chore, Effect, Errand, Exported, Jot, Msg, Planned, Ticket, Way};
pub use model::{Model, Setup};
pub use reader::{At, Hunt, Match, Matches, Needle, Opened, Opening, Script, Which, find};
pub use sort::Sort;
pub use still::Still;
pub use syncing::{RemoteState, SyncNews, Synced, Tested};
pub use theme::{BUILT_IN, Depth, Mode, ROLES, Reading, Role, Theme};
pub use update::update;
pub use view::{render, view};
pub use wrapped::wrapped;
