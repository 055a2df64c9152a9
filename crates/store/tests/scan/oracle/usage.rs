//! What of an answer's usage is billed.

use serde_json::Value;

/// What an answer is billed for.
#[derive(Debug)]
pub(crate) struct Bill {
    /// Input, output, five-minute writes, one-hour writes, reads, over all pieces.
    pub(crate) tokens: [u64; 5],
    pub(crate) pieces: Vec<Piece>,
    pub(crate) line_searches: u64,
    /// Of paused answers.
    pub(crate) more_searches: u64,
}

/// A part that is billed on its own.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) model: String,
    pub(crate) tokens: [u64; 5],
    /// An advisor runs at standard speed.
    pub(crate) always_standard: bool,
}

/// Rules 6 and 8.
pub(crate) fn bill(message: &Value) -> Bill {
    let usage = &message["usage"];
    let own = message["model"].as_str().unwrap_or_default();
    let model = |entry: &Value| entry["model"].as_str().filter(|name| !name.is_empty()).unwrap_or(own).to_owned();
    let piece = |entry: &Value, model| Piece { model, tokens: tokens(entry), always_standard: false };
    let entries: Vec<&Value> = usage["iterations"].as_array().into_iter().flatten().collect();
    let of_type = |kind: &'static str| entries.iter().filter(move |entry| entry["type"] == kind);

    let mut fallbacks: Vec<Piece> = of_type("fallback_message").map(|entry| piece(entry, model(entry))).collect();
    let mut pieces = if fallbacks.is_empty() { vec![piece(usage, own.to_owned())] } else { Vec::new() };
    if message["stop_reason"] == "refusal" {
        fallbacks.pop();
    }
    pieces.append(&mut fallbacks);
    pieces
        .extend(of_type("advisor_message").map(|entry| Piece { always_standard: true, ..piece(entry, model(entry)) }));
    pieces.extend(of_type("compaction").map(|entry| piece(entry, own.to_owned())));
    let paused = message["pausedResponses"].as_array().into_iter().flatten();
    let paused: Vec<&Value> = paused.filter(|response| response["usage"].is_object()).collect();
    pieces.extend(paused.iter().map(|one| piece(&one["usage"], model(one))));
    let searches = |usage: &Value| figure(&usage["server_tool_use"]["web_search_requests"]);

    let mut sum = [0; 5];
    for piece in &pieces {
        sum.iter_mut().zip(piece.tokens).for_each(|(sum, count)| *sum += count);
    }
    let more_searches = paused.iter().map(|one| searches(&one["usage"])).sum();
    Bill { tokens: sum, pieces, line_searches: searches(usage), more_searches }
}

/// Rule 6: the split never replaces the total.
fn tokens(usage: &Value) -> [u64; 5] {
    let split = |name: &str| figure(&usage["cache_creation"][name]);
    let (five, hour) = (split("ephemeral_5m_input_tokens"), split("ephemeral_1h_input_tokens"));
    let total = &usage["cache_creation_input_tokens"];
    let total = if is_figure(total) { figure(total) } else { five + hour };
    let hour = hour.min(total);
    let read = figure(&usage["cache_read_input_tokens"]);
    [figure(&usage["input_tokens"]), figure(&usage["output_tokens"]), total - hour, hour, read]
}

/// A count; what is none is zero.
pub(crate) fn figure(value: &Value) -> u64 {
    if is_figure(value) { value.as_u64().unwrap_or(0) } else { 0 }
}

fn is_figure(value: &Value) -> bool {
    value.as_u64().is_some_and(|count| count <= 1_000_000_000_000)
}
