//! Reading a request from a line.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::usage::{Usage, parts};
use super::{Request, RequestKey};
use crate::skim::Raw;
use crate::wire::{Message, Record, text};
use crate::{ProblemKind, SessionId};

/// Where an API message stands: what its own record, or the record around it, says.
#[derive(Debug, Clone)]
pub(crate) struct Origin<'a> {
    /// The record that holds the message (inside an `agent_progress` record: the nested one).
    pub(crate) record: &'a Record<'a>,
    pub(crate) session: Cow<'a, str>,
    /// The session that it was copied from, where the record says so.
    pub(crate) copied_from: Option<Cow<'a, str>>,
    pub(crate) agent: Option<Cow<'a, str>>,
    pub(crate) sidechain: bool,
    pub(crate) at: Option<DateTime<Utc>>,
    /// Time of the first line of the file that is not marked as a copy.
    pub(crate) file_since: Option<DateTime<Utc>>,
    pub(crate) branch: Option<Cow<'a, str>>,
    pub(crate) offset: u64,
}

impl Origin<'_> {
    /// The key of the request that the message belongs to.
    pub(crate) fn key(&self, message: &Message<'_>) -> RequestKey {
        let id = message.id();
        if let Some(id) = id.as_ref().filter(|id| id.starts_with("msg_")) {
            return RequestKey(id.clone().into_owned());
        }
        let original = self.copied_from.as_deref().filter(|from| !from.is_empty());
        let session = original.unwrap_or(&self.session);
        RequestKey(match (id, self.record.request_id(), self.record.uuid()) {
            (Some(id), Some(request), _) => format!("{id}|{request}|{session}"),
            (Some(id), None, _) => format!("{id}||{session}"),
            (None, _, Some(uuid)) => format!("uuid:{uuid}"),
            (None, _, None) => format!("at:{session}:{}", self.offset),
        })
    }

    /// The request as this line tells it; none if the line is none (no usage, written by the client, unmetered).
    pub(crate) fn request(&self, message: &Message<'_>, odd: &mut Option<ProblemKind>) -> Option<Request> {
        let model = message.model().unwrap_or_default();
        let raw = message.usage.filter(|usage| usage.is_object())?;
        if model == SYNTHETIC || self.record.is_unmetered() {
            return None;
        }
        let usage = Usage::cut(raw);
        if usage.odd {
            *odd = Some(ProblemKind::OddRecord);
        }
        let mut request = Request {
            key: self.key(message),
            session: SessionId(self.session.clone().into_owned()),
            agent: self.agent.as_deref().map(str::to_owned),
            uuid: owned(self.record.uuid()),
            request_id: owned(self.record.request_id()),
            at: self.at,
            tokens: usage.tokens,
            web_searches: 0,
            line_searches: usage.searches,
            tool_searches: 0,
            speed: owned(text(usage.speed)),
            tier: owned(text(usage.tier)),
            geo: owned(text(usage.geo)),
            stop_reason: owned(message.stop_reason()),
            sidechain: self.sidechain,
            forked: self.copied_from.is_some(),
            file_since: self.file_since,
            parts: parts(&usage, message, &model),
            model: model.into_owned(),
            recorded_nano_usd: self.record.cost.and_then(nano_usd),
            branch: self.branch.as_deref().map(str::to_owned),
            offset: self.offset,
        };
        request.settle();
        Some(request)
    }
}

/// The model of messages that the client writes itself.
pub(crate) const SYNTHETIC: &str = "<synthetic>";

/// The largest amount that is believed, a million dollars in nano-dollars: sums of such amounts cannot overflow.
const MOST_NANO_USD: f64 = 1e15;

/// An amount in dollars as nano-dollars; none for nonsense.
pub(crate) fn nano_usd(raw: Raw<'_>) -> Option<i64> {
    let nano = (raw.float()? * 1e9).round();
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    (0.0..=MOST_NANO_USD).contains(&nano).then_some(nano as i64)
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}
