//! What tokens and money went into: all requests, put together so that a screen can ask anything of them in memory.
//!
//! A [`Cube`] holds every request of a history by its hour, session, model, agent, branch and tools. A [`Page`] is what is
//! looked at at once: bars of time, rows of a [`Dimension`], filtered by [`Chip`]s. This crate knows nothing of stores,
//! screens, clocks or files: rows, prices, zone and the present moment are handed in.

mod calendar;
mod chip;
mod cube;
mod efficiency;
mod entries;
mod fold;
mod kind;
mod page;
mod rhythm;
mod share;
mod usage;

pub use calendar::{Calendar, Period, Span, Stretch};
pub use chip::{Chip, Dimension, Key};
pub use cube::{Builder, Cube, Request, Session};
pub use efficiency::{Cache, Efficiency, thousandths};
pub use entries::Entry;
pub use kind::Kind;
pub use page::{Bar, Measure, Page, Question};
pub use rhythm::{Rhythm, Streak};
pub use share::{Weighted, shares, tools_of};
pub use usage::{LedgerSum, Usage, costlier};
