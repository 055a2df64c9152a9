//! What the store is asked, one file per question.

mod find;
mod session;
mod sessions;
mod usage_by_model;

pub(crate) use find::find;
pub(crate) use session::session;
pub(crate) use sessions::sessions;
pub(crate) use usage_by_model::usage_by_model;
