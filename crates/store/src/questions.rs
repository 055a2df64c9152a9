//! What the store is asked, one file per question.

mod audit;
mod belongings;
mod carrying;
mod cube;
mod elsewhere;
mod find;
mod latest;
mod ledger;
mod names;
mod session;
mod sessions;
mod spendings;
mod unpriced;
mod usage;

pub(crate) use audit::audit;
pub use audit::{Audit, AuditedRequest, Telling};
pub(crate) use belongings::belongings;
pub use cube::CubeQuery;
pub(crate) use cube::cube;
pub(crate) use find::find;
pub(crate) use latest::latest_requests;
pub use names::Names;
pub(crate) use names::names;
pub(crate) use session::session;
pub(crate) use sessions::{picked_sessions, sessions};
pub(crate) use spendings::spendings;
pub(crate) use unpriced::unpriced;
pub(crate) use usage::usage;
