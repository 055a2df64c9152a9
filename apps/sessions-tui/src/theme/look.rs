//! How a role looks, as a theme file writes it: `#7ab8ff on #262d38 bold`.

use ratatui::style::{Color, Modifier, Style};

use super::Depth;
use super::color::{SIXTEEN, nearest_indexed, nearest_named};

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("crossed-out", Modifier::CROSSED_OUT),
];

/// A color as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Red, green and blue.
    Rgb(u32),
    /// A number in the table of 256.
    Indexed(u8),
    /// One of the sixteen.
    Named(Color),
}

/// Ink, ground and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) ink: Option<Paint>,
    pub(super) ground: Option<Paint>,
    pub(super) modifiers: Modifier,
}

impl Look {
    /// Reads a look; the error says which word means nothing, and what was probably meant.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut look = Self::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let word = word.to_lowercase();
            if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
                look.modifiers |= *modifier;
            } else if word == "on" {
                let color = words.next().ok_or("a color is missing after `on`")?;
                look.ground = paint(&color.to_lowercase())?;
            } else {
                look.ink = paint(&word)?;
            }
        }
        Ok(look)
    }

    /// As a terminal of some depth shows it; with the sixteen alone, the nearest of them.
    pub(super) fn style(&self, depth: Depth) -> Style {
        let style = Style { fg: self.ink.and_then(|ink| ink.color(depth)), ..Style::new() };
        Style { bg: self.ground.and_then(|ground| ground.color(depth)), ..style }.add_modifier(self.modifiers)
    }
}

impl Paint {
    fn color(self, depth: Depth) -> Option<Color> {
        match (self, depth) {
            (_, Depth::None) => None,
            (Self::Named(color), _) => Some(color),
            (Self::Indexed(index), Depth::Ansi) => Some(nearest_named(super::color::of_index(index))),
            (Self::Indexed(index), _) => Some(Color::Indexed(index)),
            (Self::Rgb(rgb), Depth::Ansi) => Some(nearest_named(rgb)),
            (Self::Rgb(rgb), Depth::Indexed) => Some(Color::Indexed(nearest_indexed(rgb))),
            (Self::Rgb(rgb), Depth::True) => Some(Color::from_u32(rgb)),
        }
    }
}

/// A color by its name, number or `#` code; `default` is the terminal's own.
pub(super) fn paint(word: &str) -> Result<Option<Paint>, String> {
    if word == "default" {
        return Ok(None);
    }
    if let Some((color, _, _)) = SIXTEEN.iter().find(|(_, name, _)| *name == word) {
        return Ok(Some(Paint::Named(*color)));
    }
    if let Some(digits) = word.strip_prefix('#') {
        return hexadecimal(digits).map(|rgb| Some(Paint::Rgb(rgb))).ok_or_else(|| {
            format!("`{word}` is no color: after # come three or six digits (0 to 9, a to f), as in #7ab8ff")
        });
    }
    if let Ok(number) = word.parse::<u32>() {
        let index = u8::try_from(number).map_err(|_| format!("`{word}` is no color: numbers go from 0 to 255"))?;
        return Ok(Some(Paint::Indexed(index)));
    }
    let names = SIXTEEN.iter().map(|(_, name, _)| *name).chain(["default", "on"]);
    let meant = config::meant(word, names.chain(MODIFIERS.map(|(name, _)| name)));
    let hint = meant.map_or_else(
        || "; write #rrggbb, a number up to 255, or a name as in `bright-blue`".to_owned(),
        |meant| format!("; did you mean `{meant}`?"),
    );
    Err(format!("`{word}` is no color{hint}"))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    match digits.len() {
        6 => Some(value),
        3 => Some((value >> 8) * 0x11_00_00 + (value >> 4 & 15) * 0x11_00 + (value & 15) * 0x11),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(Option<Paint>, Option<Paint>, Modifier), &str>) {
        let look = Look::parse(text).map(|look| (look.ink, look.ground, look.modifiers));
        assert_eq!(look.as_ref().map_err(String::as_str), expect.as_ref().map_err(|text| *text), "{text}");
    }

    #[test]
    fn looks_are_written_in_words() {
        let rgb = |value| Some(Paint::Rgb(value));
        check("", Ok((None, None, Modifier::empty())));
        check("#7ab8ff on #123 bold", Ok((rgb(0x7a_b8_ff), rgb(0x11_22_33), Modifier::BOLD)));
        check("Bright-Blue", Ok((Some(Paint::Named(Color::LightBlue)), None, Modifier::empty())));
        check(
            "on 236 italic underlined",
            Ok((None, Some(Paint::Indexed(236)), Modifier::ITALIC | Modifier::UNDERLINED)),
        );
        check("default on default", Ok((None, None, Modifier::empty())));
    }

    #[test]
    fn a_wrong_word_is_explained() {
        check("brihgt-blue", Err("`brihgt-blue` is no color; did you mean `bright-blue`?"));
        check("blod", Err("`blod` is no color; did you mean `bold`?"));
        check("qqq", Err("`qqq` is no color; write #rrggbb, a number up to 255, or a name as in `bright-blue`"));
        check("256", Err("`256` is no color: numbers go from 0 to 255"));
        check("red on", Err("a color is missing after `on`"));
        let digits = "is no color: after # come three or six digits (0 to 9, a to f), as in #7ab8ff";
        for word in ["#12", "#12345g", "#+12345", "#é"] {
            check(word, Err(&format!("`{word}` {digits}")));
        }
    }

    #[test]
    fn colors_fall_to_the_nearest_of_the_table() {
        let style = |text: &str, depth| Look::parse(text).expect("a look").style(depth).fg;
        for (rgb, expect) in [("#ff0000", 196), ("#000000", 16), ("#808080", 244), ("#ffffff", 231)] {
            assert_eq!(style(rgb, Depth::Indexed), Some(Color::Indexed(expect)), "{rgb}");
        }
        assert_eq!(style("#ee1111", Depth::Ansi), Some(Color::LightRed));
        assert_eq!(style("244", Depth::Ansi), Some(Color::DarkGray));
        assert_eq!(style("red", Depth::None), None);
    }
}
