//! One file per command; its help text is its doc comment.

pub(crate) mod completions;
mod config;
mod ls;
pub(crate) mod man;
mod prices;
pub(crate) mod rebuild;
pub(crate) mod record;
mod resume;
pub(crate) mod scan;
pub(crate) mod screen;
pub(crate) mod search;
mod show;
pub(crate) mod tick;
pub(crate) mod usage;
pub(crate) mod r#where;

pub(crate) use completions::Completions;
pub(crate) use config::Config;
pub(crate) use ls::Ls;
pub(crate) use man::Man;
pub(crate) use prices::Prices;
pub(crate) use rebuild::Rebuild;
pub(crate) use record::Record;
pub(crate) use resume::Resume;
pub(crate) use scan::Scan;
pub(crate) use search::Search;
pub(crate) use show::Show;
pub(crate) use tick::Tick;
pub(crate) use usage::Usage;
pub(crate) use r#where::Where;
