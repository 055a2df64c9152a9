//! What Claude Code gives to its status line, read so that no field can be missed.
//!
//! The fields are those of Claude Code 2.1.328, seen on the genuine client and described in its documentation of status
//! lines. `rate_limits` is there only with a subscription, and only after the first answer of a session.

use serde_json::Value;

use crate::{Limit, payload_fault};

/// A longer name of a window is none; a longer name of a model is cut.
const NAME_MAX_BYTES: usize = 256;

/// Windows beyond this number are passed over.
const WINDOWS_MAX: usize = 16;

/// What a status line is drawn from; each is none when the payload does not say, or says something else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The model as people call it, else its id. Foreign text: it may hold anything.
    pub model: Option<String>,
    /// What Claude Code thinks that the session cost, in billionths of a US dollar.
    pub session_cost_nano_usd: Option<i64>,
    /// How full the context is, in hundredths of a percent.
    pub context_hundredths: Option<u32>,
    /// Tokens in the context: the prompt of the last request.
    pub context_tokens: Option<u64>,
    /// The official limits.
    pub limits: Vec<Limit>,
}

impl Status {
    /// Reads a payload that was received at a moment (milliseconds since 1970 UTC); an error says what is wrong with the
    /// whole of it.
    pub fn read(payload: &[u8], now_ms: u64) -> Result<Self, String> {
        if let Some(fault) = payload_fault(payload) {
            return Err(fault);
        }
        let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
        let value: Value = serde_json::from_slice(payload).map_err(|error| format!("it is no JSON: {error}"))?;
        let model = ["/model/display_name", "/model/id"].iter().find_map(|place| label(value.pointer(place)?));
        let context = value.get("context_window");
        let tokens = context.and_then(|context| prompt_tokens(context.get("current_usage")?));
        let size = context.and_then(|context| context.get("context_window_size")?.as_u64());
        let told = context.and_then(|context| scaled(context.get("used_percentage")?, 2));
        let share = || u32::try_from(tokens?.saturating_mul(10_000).checked_div(size?)?).ok();
        Ok(Self {
            model,
            session_cost_nano_usd: value.pointer("/cost/total_cost_usd").and_then(|cost| scaled(cost, 9)),
            context_hundredths: told.or_else(share),
            context_tokens: tokens,
            limits: limits(&value, now_ms),
        })
    }
}

fn limits(value: &Value, now_ms: u64) -> Vec<Limit> {
    let windows = value.get("rate_limits").and_then(Value::as_object);
    let read = |(window, limit): (&String, &Value)| {
        let resets_ms = limit.get("resets_at").and_then(|seconds| scaled(seconds, 3));
        let window = name(&Value::from(window.as_str()))?;
        Some(Limit { seen_ms: now_ms, window, used_hundredths: scaled(limit.get("used_percentage")?, 2)?, resets_ms })
    };
    windows.into_iter().flatten().take(WINDOWS_MAX).filter_map(read).collect()
}

/// The whole prompt of a request: what was read from the cache and written to it counts.
fn prompt_tokens(usage: &Value) -> Option<u64> {
    let kinds = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    let counts: Vec<u64> = kinds.iter().filter_map(|kind| usage.get(kind)?.as_u64()).collect();
    (!counts.is_empty()).then(|| counts.into_iter().fold(0, u64::saturating_add))
}

/// What people read: its beginning when it is too long.
fn label(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    if text.len() <= NAME_MAX_BYTES {
        return Some(text.to_owned());
    }
    let end = (0..=NAME_MAX_BYTES).rev().find(|end| text.is_char_boundary(*end))?;
    Some(format!("{}…", &text[..end]))
}

fn name(value: &Value) -> Option<String> {
    value.as_str().filter(|text| (1..=NAME_MAX_BYTES).contains(&text.len())).map(str::to_owned)
}

/// A number that is not negative, times 10^`decimals`, rounded.
fn scaled<N: std::str::FromStr>(value: &Value, decimals: usize) -> Option<N> {
    let number = value.as_f64().filter(|number| number.is_finite() && !number.is_sign_negative())?;
    format!("{number:.decimals$}").replace('.', "").parse().ok()
}

#[cfg(test)]
mod tests;
