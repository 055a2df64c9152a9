//! Every request of a session with all that is told of it, so that a person can check a total by hand.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use duckdb::{Connection, OptionalExt};
use pricing::PicoUsd;
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{Precedence, Request, SessionId};

use super::carrying::carries_on;
use crate::resolve::{Age, Copy, Ownership, is_shared, ownership, resolve};
use crate::{StoreError, ingest};

/// The requests of a session, and what their sum is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Every request that the session's files tell, oldest first; also those that another session pays for.
    pub requests: Vec<AuditedRequest>,
    /// The sum of the known costs as lists show it.
    pub cost: PicoUsd,
    /// Whether the session carries on another one, see [`crate::SessionUsage::carries_on`].
    pub carries_on: bool,
}

/// A request as it is counted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedRequest {
    /// The request as it is counted; its `session` is the one that pays.
    pub request: Request,
    /// What each file tells of it. The usage of the first one counts; of several that say the same, the one that is
    /// counted comes first.
    pub tellings: Vec<Telling>,
    /// Why that one's usage counts; none when there is no other.
    pub precedence: Option<Precedence>,
    /// Why the session pays for it that pays.
    pub ownership: Ownership,
}

/// A request as one file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Where the file lies or lay.
    pub path: PathBuf,
    /// Whether it existed at the last scan.
    pub present: bool,
    /// The session that the file belongs to.
    pub session: SessionId,
    /// Whether the request is counted at this place.
    pub counted: bool,
    /// What the best line of the file says; `offset` is where that stands, in bytes.
    pub request: Request,
}

/// Asks for every request that the files of a session tell.
pub(crate) fn audit(connection: &Connection, session: &SessionId) -> Result<Audit, StoreError> {
    let groups = ingest::told_by(connection, session)?;
    let shared = groups.iter().filter(|copies| is_shared(copies)).flatten();
    let ages = ingest::ages(connection, shared.map(|copy| &copy.place.session))?;
    let present = present(connection)?;
    let mut requests: Vec<_> = groups.into_iter().map(|copies| audited(copies, &ages, &present)).collect();
    requests.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(Audit { requests, cost: cost(connection, session)?, carries_on: carries_on(connection, session)? })
}

/// Oldest first; requests without a time last.
fn order(request: &AuditedRequest) -> impl Ord + use<'_> {
    let at: Option<DateTime<Utc>> = request.request.at;
    (at.is_none(), at, request.request.offset, &request.request.key)
}

fn audited(mut copies: Vec<Copy>, ages: &FxHashMap<String, Age>, present: &FxHashSet<i64>) -> AuditedRequest {
    let counted = resolve(&copies, ages);
    let ownership = ownership(&copies, ages);
    let is_counted =
        |copy: &Copy| copy.place.file_id == counted.place.file_id && copy.request.offset == counted.request.offset;
    copies.sort_by(|one, other| (&one.place, &one.request.key).cmp(&(&other.place, &other.request.key)));
    let goes_before = |one: &Copy, other: &Copy| one.request.precedence(&other.request).is_some();
    copies.sort_by(|one, other| goes_before(other, one).cmp(&goes_before(one, other)));
    let says_the_same = |copy: &Copy| copies[0].request.precedence(&copy.request) == Some(Precedence::Same);
    if let Some(at) = copies.iter().position(|copy| is_counted(copy) && says_the_same(copy)) {
        copies[..=at].rotate_right(1);
    }
    let precedence =
        copies.get(1).map(|second| copies[0].request.precedence(&second.request).unwrap_or(Precedence::Same));
    let telling = |copy: Copy| {
        let counted = is_counted(&copy);
        let Copy { place, request } = copy;
        Telling {
            present: present.contains(&place.file_id),
            counted,
            path: place.path.into(),
            session: SessionId(place.session),
            request,
        }
    };
    let tellings = copies.into_iter().map(telling).collect();
    AuditedRequest { tellings, request: counted.request, precedence, ownership }
}

/// Files that existed at the last scan.
fn present(connection: &Connection) -> Result<FxHashSet<i64>, StoreError> {
    let mut statement = connection.prepare("SELECT file_id FROM files WHERE present")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn cost(connection: &Connection, session: &SessionId) -> Result<PicoUsd, StoreError> {
    let mut statement = connection.prepare("SELECT cost_pico_usd FROM sessions WHERE session_id = ?")?;
    let pico: Option<i64> = statement.query_row([session.as_str()], |row| row.get(0)).optional()?;
    Ok(PicoUsd(pico.unwrap_or_default().into()))
}
