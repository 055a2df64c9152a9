//! Charts as SVG, from the same scales, colors and levels as the rows.

mod bars;
mod heat;
mod pen;
mod shares;
mod style;

use crate::{Calendar, Chart, Hours, Unit};
use pen::Pen;

/// A part of a document.
#[derive(Debug, Clone)]
pub enum Drawing {
    /// Stacked bars with their legend.
    Bars(Chart),
    /// The days of a year.
    Calendar(Calendar),
    /// The hours of the week.
    Hours(Box<Hours>),
    /// Names with an amount each, in the order in which they are listed, as bars.
    Shares(Unit, Vec<(String, u128)>),
}

/// What is said of a drawing, and of a document.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// Its heading.
    pub title: String,
    /// What it shows, in a sentence; read out to those who do not see it.
    pub description: String,
}

/// Columns of a document, in pixels.
const WIDTH: usize = 960;
/// Pixels that stay free at each side.
const MARGIN: usize = 24;
/// Pixels from the heading of a drawing to the drawing.
const HEAD: usize = 52;
/// Pixels below a drawing.
const FOOT: usize = 28;

/// An SVG document of drawings below each other, with text as text, no script, and colors for light and dark pages.
pub fn document(text: &Text, drawings: &[(Text, Drawing)]) -> String {
    let mut pen = Pen::default();
    let mut top = MARGIN;
    let is_alone = drawings.len() == 1;
    if !is_alone {
        pen.text("title", MARGIN, top + 20, &text.title);
        pen.text("dim", MARGIN, top + 40, &text.description);
        top += 40 + FOOT;
    }
    for (about, drawing) in drawings {
        pen.open(top, about);
        pen.text("heading", MARGIN, 16, &about.title);
        pen.text("dim", MARGIN, 34, &about.description);
        let height = match drawing {
            Drawing::Bars(chart) => bars::draw(&mut pen, chart),
            Drawing::Calendar(calendar) => heat::calendar(&mut pen, calendar),
            Drawing::Hours(hours) => heat::hours(&mut pen, hours),
            Drawing::Shares(unit, names) => shares::draw(&mut pen, *unit, names),
        };
        pen.close();
        top += HEAD + height + FOOT;
    }
    let height = top;
    let (title, description) = (pen::escaped(&text.title), pen::escaped(&text.description));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"title description\">\n<title id=\"title\">{title}</title>\n\
         <desc id=\"description\">{description}</desc>\n<style>{}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n{}</svg>\n",
        style::sheet(),
        pen.finish()
    )
}
