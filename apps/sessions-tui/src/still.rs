//! Pictures as text with the terminal's colors, for commands that print and end.

use std::path::Path;

use chart::{Ink, Row};
use config::Environment;
use ratatui::style::{Color, Modifier, Style};

use crate::appearance;
use crate::theme::{Depth, Theme};

/// How pictures are printed on the terminal that the process runs in.
#[derive(Debug, Clone, Copy)]
pub struct Still {
    theme: Theme,
    ink: Ink,
}

impl Still {
    /// With the theme of a person; one that is wrong is as good as it can be, and the screen says what is wrong.
    pub fn new(environment: &Environment, setting: &str, folder: &Path) -> Self {
        let (theme, _) = appearance::theme(environment, setting, folder);
        let ink = match appearance::depth(environment) {
            Depth::None | Depth::Ansi => Ink::Pattern,
            Depth::Indexed | Depth::True => Ink::Color,
        };
        Self { theme, ink }
    }

    /// What tells series apart.
    pub fn ink(&self) -> Ink {
        self.ink
    }

    /// A row as text with control sequences.
    pub fn text(&self, row: &Row) -> String {
        let painted = row.runs.iter().map(|run| {
            let codes = codes(self.theme.paint(run.paint));
            if codes.is_empty() { run.text.clone() } else { format!("\x1b[{}m{}\x1b[0m", codes.join(";"), run.text) }
        });
        painted.collect()
    }
}

/// Parameters of the control sequence for a style (ECMA-48, SGR).
fn codes(style: Style) -> Vec<String> {
    const ATTRIBUTES: [(Modifier, &str); 6] = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
        (Modifier::CROSSED_OUT, "9"),
    ];
    let set = ATTRIBUTES.into_iter().filter(|(modifier, _)| style.add_modifier.contains(*modifier));
    let mut codes: Vec<String> = set.map(|(_, code)| code.to_owned()).collect();
    codes.extend(style.fg.and_then(|color| color_code(color, 30)));
    codes.extend(style.bg.and_then(|color| color_code(color, 40)));
    codes
}

/// The parameter of a color: from 30 on as ink, from 40 on as ground.
fn color_code(color: Color, base: u8) -> Option<String> {
    let named = |place: u8| Some((base + place).to_string());
    let bright = |place: u8| Some((base + 60 + place).to_string());
    match color {
        Color::Reset => None,
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => Some(format!("{};5;{index}", base + 8)),
        Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", base + 8)),
    }
}

#[cfg(test)]
mod tests {
    use chart::{Paint, Run, Tone};

    use super::*;
    use crate::theme::Mode;

    #[test]
    fn a_row_has_the_colors_of_the_theme() {
        let check = |depth, expect: &str| {
            let still = Still { theme: Theme::new(Mode::Dark, depth), ink: Ink::Color };
            let run = |text: &str, tone| Run { text: text.to_owned(), paint: Paint::of(tone) };
            let row = Row { runs: vec![run("10 ", Tone::Text), run("┤", Tone::Dim), run("x", Tone::Strong)] };
            assert_eq!(still.text(&row), expect);
        };
        check(Depth::True, "10 \x1b[38;2;139;147;161m┤\x1b[0m\x1b[1mx\x1b[0m");
        check(Depth::Ansi, "10 \x1b[90m┤\x1b[0m\x1b[1mx\x1b[0m");
        check(Depth::None, "10 \x1b[2m┤\x1b[0m\x1b[1mx\x1b[0m");
    }
}
