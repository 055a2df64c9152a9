//! Which of several copies of a request counts, and to which session it belongs.
//!
//! Forks, resumed copies and subagent files tell the same request again. Its usage is that of the best copy (see
//! `Request::merge`), its time that of the earliest. It belongs to the session whose copy is not marked as one, else to
//! the one whose file begins earliest, else to the oldest session (see `Age`). Nothing here depends on the order in which
//! files were read, nor on their paths, except between copies that are equal in everything that is counted.

use chrono::{DateTime, Utc};
use rustc_hash::{FxHashMap, FxHashSet};
use transcript::{PartKind, Request, Tokens};

/// The file that holds a copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Session that the file belongs to.
    pub(crate) session: String,
    /// Where it lies.
    pub(crate) path: String,
    /// Its row.
    pub(crate) file_id: i64,
}

/// A request as one file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    /// The file.
    pub(crate) place: Place,
    /// The request.
    pub(crate) request: Request,
}

/// How old a session is among those that tell the same requests and begin with the same line: the smaller, the more
/// original.
///
/// A session without a request of its own is an exact beginning of another one, so older; of two such sessions
/// the shorter is older. Otherwise the one whose own first request is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Age {
    /// Time of its own first request in microseconds; none if it has none of its own.
    pub(crate) own_first: Option<i64>,
    /// Requests that its files tell.
    pub(crate) told: i64,
}

/// A request that is counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The session that pays for it, and where it stands there.
    pub(crate) place: Place,
    /// The request: usage of the winning copy, time of the first, whereabouts of the owner's.
    pub(crate) request: Request,
    /// Whether files of several sessions tell it.
    pub(crate) shared: bool,
}

impl Counted {
    /// A request of which there is one copy only.
    pub(crate) fn sole(Copy { place, request }: Copy) -> Self {
        Self { place, request, shared: false }
    }
}

/// Why a request belongs to a session and not to another one whose files tell it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// No file of another session tells it.
    Alone,
    /// The tellings of the others are marked as copies.
    Original,
    /// Its file begins earlier than those of the others.
    Earlier,
    /// The session has no request of its own: it is an exact beginning of the others.
    Beginning,
    /// The first request of its own is older than those of the others.
    Older,
    /// None of them has a request of its own, and it tells the fewest.
    Shorter,
    /// Nothing tells the sessions apart; its id comes first.
    ById,
}

/// Whether files of several sessions tell a request.
pub(crate) fn is_shared(copies: &[Copy]) -> bool {
    copies.iter().any(|copy| copy.place.session != copies[0].place.session)
}

/// Puts together the copies of each request.
///
/// A key that means the same everywhere is enough. Other keys (ids of gateways, which may repeat) name the session too,
/// so copies in another session have another key: they are known by the uuid of their line.
pub(crate) fn same_requests(told: FxHashMap<String, Vec<Copy>>) -> Vec<Vec<Copy>> {
    let is_global = |copies: &Vec<Copy>| copies.first().is_none_or(|copy| copy.request.key.is_global());
    let (mut requests, local): (Vec<_>, Vec<_>) = told.into_values().partition(is_global);
    let mut groups: Vec<Vec<Copy>> = Vec::new();
    let mut group_of: FxHashMap<String, usize> = FxHashMap::default();
    for mut copies in local {
        let known: FxHashSet<usize> = uuids(&copies).filter_map(|uuid| group_of.get(uuid).copied()).collect();
        for index in known {
            copies.append(&mut groups[index]);
        }
        group_of.extend(uuids(&copies).map(|uuid| (uuid.clone(), groups.len())));
        groups.push(copies);
    }
    requests.extend(groups.into_iter().filter(|copies| !copies.is_empty()));
    requests
}

fn uuids(copies: &[Copy]) -> impl Iterator<Item = &String> {
    copies.iter().filter_map(|copy| copy.request.uuid.as_ref())
}

/// Decides what counts among all copies of one request; there is at least one.
///
/// `ages` must know the sessions of a request that is shared.
pub(crate) fn resolve(copies: &[Copy], ages: &FxHashMap<String, Age>) -> Counted {
    let owner = owner(copies.iter(), ages).expect("a request has a copy");
    let merged = copies.iter().map(|copy| copy.request.clone()).reduce(|mut one, other| {
        one.merge(other);
        one
    });
    let request = Request {
        key: copies.iter().map(|copy| &copy.request.key).min().expect("a request has a copy").clone(),
        session: owner.place.session.as_str().into(),
        agent: owner.request.agent.clone(),
        branch: owner.request.branch.clone(),
        offset: owner.request.offset,
        ..merged.expect("a request has a copy")
    };
    Counted { place: owner.place.clone(), request, shared: is_shared(copies) }
}

/// Why `resolve` finds the session that it finds.
pub(crate) fn ownership(copies: &[Copy], ages: &FxHashMap<String, Age>) -> Ownership {
    let own = owner(copies.iter(), ages).expect("a request has a copy");
    let others = copies.iter().filter(|copy| copy.place.session != own.place.session);
    let Some(rival) = owner(others, ages) else { return Ownership::Alone };
    let age = |copy: &Copy| ages.get(&copy.place.session).copied();
    match (age(own), age(rival)) {
        _ if is_copied(own) != is_copied(rival) => Ownership::Original,
        _ if begun(own) != begun(rival) => Ownership::Earlier,
        (Some(one), Some(other)) if one.own_first != other.own_first => {
            if one.own_first.is_none() {
                Ownership::Beginning
            } else {
                Ownership::Older
            }
        }
        (Some(one), Some(other)) if one.told != other.told => Ownership::Shorter,
        _ => Ownership::ById,
    }
}

/// All tokens that a request is billed for: the top level and what is added to it, or the attempts that replace it.
pub(crate) fn billed_tokens(request: &Request) -> Tokens {
    let last_attempt = request.parts.iter().rposition(|part| part.kind == PartKind::Fallback);
    let refused = request.stop_reason.as_deref() == Some("refusal");
    let top = if last_attempt.is_some() { Tokens::default() } else { request.tokens };
    let billed = request.parts.iter().enumerate().filter(|(index, part)| match part.kind {
        PartKind::Uncounted => false,
        PartKind::Fallback => !(refused && last_attempt == Some(*index)),
        PartKind::Advisor | PartKind::Compaction | PartKind::Paused => true,
    });
    billed.fold(top, |sum, (_, part)| sum + part.tokens)
}

/// The copy with the best claim to be the original.
fn owner<'a>(copies: impl Iterator<Item = &'a Copy>, ages: &FxHashMap<String, Age>) -> Option<&'a Copy> {
    copies.min_by_key(|copy| claim(copy, ages))
}

/// Whether a copy is marked as one.
fn is_copied(copy: &Copy) -> bool {
    copy.request.forked || copy.request.session.as_str() != copy.place.session
}

/// When the file of a copy begins; the later, the less original, and a file that does not say so last.
fn begun(copy: &Copy) -> (bool, Option<DateTime<Utc>>) {
    (copy.request.file_since.is_none(), copy.request.file_since)
}

/// How good a copy's claim is to be the original; the smallest is best.
///
/// A client writes into a copied file first what is new in it (when it was queued, and in old versions every copied line
/// with the time of copying): the file that begins earlier is the original, however long either goes on. Only where both
/// begin with the same copied line do the sessions' own requests decide.
fn claim<'a>(copy: &'a Copy, ages: &FxHashMap<String, Age>) -> impl Ord + use<'a> {
    let request = &copy.request;
    let age = ages.get(&copy.place.session).copied();
    (is_copied(copy), begun(copy), age, &copy.place.session, request.agent.is_some(), &request.agent, &copy.place.path)
}

#[cfg(test)]
mod tests;
