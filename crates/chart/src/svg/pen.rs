//! Elements of an SVG.

use std::fmt::{Display, Write};

use super::Text;

/// Pixels of a letter of small text, on the average of figures and lower case letters.
const LETTER: usize = 7;

/// Writes elements one after another.
#[derive(Debug, Default)]
pub(super) struct Pen {
    elements: String,
}

impl Pen {
    /// Opens a group so many pixels from the top, with what is said of it.
    pub(super) fn open(&mut self, top: usize, text: &Text) {
        let title = if text.description.is_empty() {
            text.title.clone()
        } else {
            format!("{}: {}", text.title, text.description)
        };
        let title = escaped(&title);
        self.write(format_args!("<g transform=\"translate(0 {top})\" role=\"group\" aria-label=\"{title}\">\n"));
    }

    /// Closes the group.
    pub(super) fn close(&mut self) {
        self.write(format_args!("</g>\n"));
    }

    /// Text that begins at a place.
    pub(super) fn text(&mut self, class: &str, x: usize, y: usize, text: &str) {
        self.write(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", escaped(text)));
    }

    /// Text around a place, or that ends there (`middle`, `end`).
    pub(super) fn anchored(&mut self, class: &str, anchor: &str, (x, y): (usize, usize), text: &str) {
        let text = escaped(text);
        self.write(format_args!(
            "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{text}</text>\n"
        ));
    }

    /// A rectangle by its corner and size; the words are told when it is pointed at.
    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), words: &str) {
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
        self.write(format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""));
        if words.is_empty() {
            self.write(format_args!("/>\n"));
        } else {
            self.write(format_args!("><title>{}</title></rect>\n", escaped(words)));
        }
    }

    /// A level line.
    pub(super) fn line(&mut self, class: &str, (from, to): (usize, usize), y: f64) {
        let y = number(y);
        self.write(format_args!("<line class=\"{class}\" x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"/>\n"));
    }

    pub(super) fn finish(self) -> String {
        self.elements
    }

    fn write(&mut self, element: std::fmt::Arguments<'_>) {
        self.elements.write_fmt(element).expect("a string takes everything");
    }
}

/// Pixels that a small text takes, about.
pub(super) fn wide(text: &str) -> usize {
    typeset::width(text) * LETTER
}

/// Text for an element or an attribute: what XML does not allow is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() || typeset::is_invisible(letter) => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A number to the hundredth.
fn number(number: f64) -> impl Display {
    (number * 100.0).round() / 100.0
}
