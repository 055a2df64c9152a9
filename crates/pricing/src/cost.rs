//! The rule that turns a request's tokens into money.

use crate::NanoUsd;

/// What a request costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cost {
    /// The exact amount; none when a model in it has no price.
    pub known: Option<NanoUsd>,
    /// Models in it that have no price.
    pub unknown_models: Vec<String>,
}
