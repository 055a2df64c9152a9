//! Requests for tests.

use transcript::{Part, PartKind, Request, Tokens};

/// A request without tokens on 2026-11-20, of standard speed and tier.
pub(crate) fn request(model: &str) -> Request {
    let mut request: Request = serde_json::from_value(serde_json::json!({
        "key": "msg_1", "session": "s", "model": "", "at": "2026-11-20T12:00:00Z", "tokens": tokens(0, 0, 0, 0, 0),
        "web_searches": 0, "line_searches": 0, "tool_searches": 0, "speed": "standard", "tier": "standard",
        "geo": "not_available", "stop_reason": "end_turn", "sidechain": false, "forked": false, "parts": [],
        "offset": 0,
    }))
    .expect("every field that is needed");
    model.clone_into(&mut request.model);
    request
}

/// Input, output, cache writes of five minutes and of one hour, cache reads.
pub(crate) fn tokens(input: u64, output: u64, short_write: u64, long_write: u64, read: u64) -> Tokens {
    Tokens { input, output, cache_write_5m: short_write, cache_write_1h: long_write, cache_read: read }
}

pub(crate) fn part(kind: PartKind, model: &str, tokens: Tokens) -> Part {
    Part { kind, model: model.to_owned(), tokens, web_searches: 0 }
}
