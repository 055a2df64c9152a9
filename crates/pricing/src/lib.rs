//! What a request costs: a table of dated prices and the rule that applies it.
//!
//! This crate knows nothing of files, clocks or environment: the table's text is handed in.

mod bill;
mod by_kind;
mod check;
mod cost;
mod explain;
mod model;
mod model_name;
mod money;
mod price;
mod read;
#[cfg(test)]
mod sample;
mod table;

pub use by_kind::CostByKind;
pub use check::Finding;
pub use cost::Cost;
pub use explain::{Explanation, Line, Piece, Reason, SearchLine, TokenKind, TokenLine};
pub use model::{Model, Origin, Row, RowKind, Span};
pub use model_name::{CloudRegion, canonical, cloud_region};
pub use money::{NanoUsd, PicoUsd};
pub use price::{Factor, NumberFault, Price, Prices};
pub use read::PriceTableError;
pub use table::PriceTable;
