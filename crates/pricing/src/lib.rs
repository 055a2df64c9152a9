//! What a request costs: a table of dated prices and the rule that applies it.
//!
//! This crate knows nothing of files, clocks or environment: the table's text is handed in.

mod cost;
mod model_name;
mod money;
mod table;

pub use cost::Cost;
pub use model_name::canonical;
pub use money::NanoUsd;
pub use table::{PriceTable, PriceTableError};
