//! One request from its lines and copies, whatever their order.

use std::cmp::Reverse;
use std::mem::swap;

use chrono::{DateTime, Utc};

use super::{Part, Request};
use crate::{SessionId, Tokens};

/// Why the usage of one telling of a request counts and not that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precedence {
    /// It is no sidechain, the other is one.
    NotASidechain,
    /// It has a `stop_reason`, the other has none.
    Finished,
    /// It has more output tokens.
    MoreOutput,
    /// It stands later in its file; its usage is another one.
    Later,
    /// Both say the same.
    Same,
}

impl Request {
    /// Why the usage of this telling counts and not that of `other`; none if that of `other` does.
    pub fn precedence(&self, other: &Self) -> Option<Precedence> {
        if self.rank() < other.rank() {
            return None;
        }
        let usage = |request: &Self| {
            (
                request.tokens,
                request.line_searches,
                request.model.clone(),
                request.parts.clone(),
                [request.speed.clone(), request.tier.clone(), request.geo.clone()],
            )
        };
        Some(if self.sidechain != other.sidechain {
            Precedence::NotASidechain
        } else if self.stop_reason.is_some() != other.stop_reason.is_some() {
            Precedence::Finished
        } else if self.tokens.output != other.tokens.output {
            Precedence::MoreOutput
        } else if usage(self) == usage(other) {
            Precedence::Same
        } else {
            Precedence::Later
        })
    }

    /// Takes in another line or copy of the same request.
    ///
    /// Commutative, associative and idempotent. The usage is taken whole from the winner: not a sidechain before a
    /// sidechain, a `stop_reason` before none, then most output, then the last in the file. The session comes from the
    /// original: not marked as a copy, then in the older file. The time is the earliest.
    pub fn merge(&mut self, mut other: Self) {
        if other.rank() > self.rank() {
            swap(self, &mut other);
        }
        if other.originality() < self.originality() {
            swap(&mut self.session, &mut other.session);
            self.forked = other.forked;
            self.file_since = other.file_since;
        }
        self.at = earliest(self.at, other.at);
        self.tool_searches = self.tool_searches.max(other.tool_searches);
        self.recorded_nano_usd = self.recorded_nano_usd.max(other.recorded_nano_usd);
        self.settle();
    }

    /// Works out the number of web searches that are billed.
    pub fn settle(&mut self) {
        let own = if self.line_searches > 0 { self.line_searches } else { self.tool_searches };
        self.web_searches = self.parts.iter().fold(own, |sum, part| sum.saturating_add(part.web_searches));
    }

    /// The greater, the rather its usage counts; equal only when the usage is the same in every respect.
    fn rank(&self) -> (Reverse<bool>, bool, u64, u64, Rest<'_>) {
        let rest = Rest {
            tokens: self.tokens,
            line_searches: self.line_searches,
            texts: [&self.stop_reason, &self.speed, &self.tier, &self.geo, &self.uuid, &self.request_id],
            place: [&self.agent, &self.branch],
            model: &self.model,
            parts: &self.parts,
        };
        (Reverse(self.sidechain), self.stop_reason.is_some(), self.tokens.output, self.offset, rest)
    }

    /// The smaller, the rather its session is the one that made the request.
    fn originality(&self) -> (bool, bool, Option<DateTime<Utc>>, &SessionId) {
        (self.forked, self.file_since.is_none(), self.file_since, &self.session)
    }
}

/// What decides between lines that are equal by every rule.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rest<'a> {
    tokens: Tokens,
    line_searches: u32,
    texts: [&'a Option<String>; 6],
    place: [&'a Option<String>; 2],
    model: &'a str,
    parts: &'a [Part],
}

/// The earlier of two times that may not be known.
pub(crate) fn earliest(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
