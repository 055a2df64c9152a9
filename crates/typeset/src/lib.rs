//! A conversation as rows of styled text: Markdown, code, changes, output of tools.
//!
//! An item of a conversation goes in with a width, rows come out. This crate knows nothing of screens, files or
//! colors: a [`Paint`] names what a piece of text *is*, and whoever draws it decides how that looks. No control
//! character of a transcript survives in a row.

mod ansi;
mod blocks;
mod clean;
mod code;
mod diff;
mod long;
mod markdown;
mod measure;
mod paint;
mod para;
mod sheet;
mod table;
mod tool;
mod wrap;

pub use clean::{is_invisible, without_heaps};
pub use code::{Code, Colors};
pub use measure::{break_at, cut, grapheme_width, head, is_plain, width};
pub use paint::{Color, Fill, Paint, Role};
pub use sheet::{Head, Layout, Part, PartKind, Row, Run, Sheet, Speaker, plain, prose, sheet};
