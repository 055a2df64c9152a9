//! Figures as pictures: stacked bars, heatmaps, shares, as rows of styled cells or as SVG.
//!
//! Figures with their names go in with a width and a height; rows come out, or the text of an SVG. This crate knows
//! nothing of screens, files, clocks or stores: a [`Tone`] names what a cell *is*, and whoever draws it decides how that
//! looks. No row is wider than the frame, and no control character of a name survives in one.

mod amount;
mod apart;
mod bars;
mod calendar;
mod canvas;
mod chart;
mod heat;
mod hours;
mod legend;
mod paint;
mod palette;
mod pattern;
mod scale;
mod share;
mod stack;
mod svg;
mod table;

pub(crate) use amount::exact;
pub use amount::{Unit, alike, short};
pub use bars::bars;
pub use calendar::{Calendar, calendar};
pub use chart::{Bar, Chart, Cursor, Series};
pub(crate) use heat::Levels;
pub use hours::{Hours, hours};
pub use legend::legend;
pub use paint::{Frame, Ink, Paint, Picture, Row, Run, Target, Tone};
pub use palette::{Palette, SLOTS, Slot};
pub use share::{share, spark};
pub use svg::{Drawing, Text, document};
pub use table::rows;
