//! What a row of usage is called.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use store::Subject;

/// A row that stands for requests without a name.
pub(super) const NONE: &str = "(none)";

/// The key of a row, for scripts.
pub(super) fn key(subject: &Subject, zone: Tz) -> String {
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE.to_owned());
    match subject {
        Subject::Total => "total".to_owned(),
        Subject::Undated => NONE.to_owned(),
        Subject::Period { name, .. } => name.clone(),
        Subject::Session(session) => session.id.0.clone(),
        Subject::Named(name) | Subject::Tool(name, _) => named(name),
        Subject::Branch { branch, .. } => named(branch),
        Subject::Block(block) => moment(block.start, zone),
    }
}

/// A moment in the viewer's zone, RFC 3339 to the second.
fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A model without the part of its name that all have.
pub(super) fn model(name: &str) -> &str {
    name.strip_prefix("claude-").unwrap_or(name)
}
