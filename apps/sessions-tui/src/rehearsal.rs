//! A panic on purpose: what a test needs to see that the terminal comes back and that the report can be read.

use config::Environment;

/// Names the place that is to panic: `screen` or `lane`.
const VARIABLE: &str = "SESSIONS_REHEARSE_PANIC";

/// Panics if this place was asked to.
pub(crate) fn panic_if_asked(environment: &Environment, place: &str) {
    assert_ne!(environment.get(VARIABLE), Some(place), "a panic was asked for by {VARIABLE}");
}
