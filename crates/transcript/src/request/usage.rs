//! What a `usage` object says: tokens, and what is billed beside them.

use std::borrow::Cow;

use crate::skim::Raw;
use crate::wire::{Message, text};
use crate::{Part, PartKind, Tokens};

/// No request has more tokens of a kind; sums of such figures cannot overflow.
pub(crate) const MOST_TOKENS: u64 = 1_000_000_000_000;

/// A `usage` object, cut.
#[derive(Debug, Default)]
pub(crate) struct Usage<'a> {
    pub(crate) tokens: Tokens,
    pub(crate) searches: u32,
    pub(crate) speed: Option<Raw<'a>>,
    pub(crate) tier: Option<Raw<'a>>,
    pub(crate) geo: Option<Raw<'a>>,
    iterations: Option<Raw<'a>>,
    kind: Option<Raw<'a>>,
    model: Option<Raw<'a>>,
    /// Whether a figure was not a number.
    pub(crate) odd: bool,
}

impl<'a> Usage<'a> {
    /// Cuts a `usage` object (or an entry of its `iterations`, which has the same members).
    pub(crate) fn cut(raw: Raw<'a>) -> Self {
        let mut usage = Self::default();
        let (mut total, mut short, mut long) = (None, None, None);
        for (key, value) in raw.members() {
            match key {
                "input_tokens" => usage.tokens.input = usage.figure(value).unwrap_or(0),
                "output_tokens" => usage.tokens.output = usage.figure(value).unwrap_or(0),
                "cache_read_input_tokens" => usage.tokens.cache_read = usage.figure(value).unwrap_or(0),
                "cache_creation_input_tokens" => total = usage.figure(value),
                "cache_creation" => {
                    short = value.get("ephemeral_5m_input_tokens").and_then(|raw| usage.figure(raw));
                    long = value.get("ephemeral_1h_input_tokens").and_then(|raw| usage.figure(raw));
                }
                "server_tool_use" => {
                    let searches = value.get("web_search_requests").and_then(|raw| usage.figure(raw));
                    usage.searches = searches.map_or(0, small);
                }
                "speed" => usage.speed = Some(value),
                "service_tier" => usage.tier = Some(value),
                "inference_geo" => usage.geo = Some(value),
                "iterations" => usage.iterations = Some(value),
                "type" => usage.kind = Some(value),
                "model" => usage.model = Some(value),
                _ => {}
            }
        }
        let one_hour = long.unwrap_or(0);
        let total = total.unwrap_or(one_hour + short.unwrap_or(0));
        usage.tokens.cache_write_1h = one_hour.min(total);
        usage.tokens.cache_write_5m = total - usage.tokens.cache_write_1h;
        usage
    }

    fn figure(&mut self, raw: Raw<'_>) -> Option<u64> {
        let figure = raw.count().filter(|count| *count <= MOST_TOKENS);
        self.odd |= figure.is_none() && raw.as_written() != "null";
        figure
    }

    fn model_or(&self, otherwise: &str) -> String {
        text(self.model).map_or_else(|| otherwise.to_owned(), Cow::into_owned)
    }
}

/// A count that is shown to people, as `u32`.
pub(crate) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What is billed beside or in place of the top level of `usage`.
pub(crate) fn parts(usage: &Usage<'_>, message: &Message<'_>, model: &str) -> Vec<Part> {
    let iterations: Vec<Usage<'_>> = usage
        .iterations
        .map(|raw| raw.elements().filter(|raw| raw.is_object()).map(Usage::cut).collect())
        .unwrap_or_default();
    let fell_back = iterations.iter().any(|entry| entry.is("fallback_message"));
    let mut parts: Vec<Part> = iterations.iter().filter_map(|entry| entry.part(model, fell_back)).collect();
    if message.stop_reason().as_deref() == Some("refusal") {
        leave_out_refused(&mut parts);
    }
    let paused = message.paused.into_iter().flat_map(Raw::elements);
    parts.extend(paused.filter_map(|response| {
        let usage = Usage::cut(response.get("usage").filter(|usage| usage.is_object())?);
        let model = text(response.get("model")).map_or_else(|| model.to_owned(), Cow::into_owned);
        Some(Part { kind: PartKind::Paused, model, tokens: usage.tokens, web_searches: usage.searches })
    }));
    parts
}

impl Usage<'_> {
    fn is(&self, kind: &str) -> bool {
        self.kind.is_some_and(|raw| raw.is(kind))
    }

    /// The part that an entry of `iterations` is; none for one that the top level sums already.
    fn part(&self, model: &str, fell_back: bool) -> Option<Part> {
        let kind = self.kind.and_then(Raw::string).unwrap_or_default();
        let (kind, model) = match &*kind {
            "message" if !fell_back => return None,
            "advisor_message" => (PartKind::Advisor, self.model_or(model)),
            "compaction" => (PartKind::Compaction, model.to_owned()),
            "fallback_message" => (PartKind::Fallback, self.model_or(model)),
            // also the declined attempt before a fallback: no figure of the top level holds it, and it is not billed
            _ => (PartKind::Uncounted, self.model_or(model)),
        };
        Some(Part { kind, model, tokens: self.tokens, web_searches: 0 })
    }
}

/// The last attempt is not billed when it was refused; an empty one stays, so that the top level remains replaced.
fn leave_out_refused(parts: &mut Vec<Part>) {
    let Some(last) = parts.iter_mut().rfind(|part| part.kind == PartKind::Fallback) else { return };
    let empty = Part { tokens: Tokens::default(), ..last.clone() };
    last.kind = PartKind::Uncounted;
    parts.push(empty);
}
