//! Named roles of color, for dark and light terminals and for every depth of color.

use ratatui::style::{Color, Modifier, Style};

/// Whether the terminal is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Light letters on a dark ground.
    Dark,
    /// Dark letters on a light ground.
    Light,
}

/// How many colors the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: attributes only (`NO_COLOR`).
    None,
    /// The sixteen named ones.
    Ansi,
    /// The table of 256.
    Indexed,
    /// Any.
    True,
}

/// What everything is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Plain text.
    pub text: Style,
    /// Text that stands out: titles, the name of the screen.
    pub strong: Style,
    /// Everything secondary.
    pub dim: Style,
    /// Rules and separators.
    pub rule: Style,
    /// The thing under the cursor and the marks that lead to it.
    pub accent: Style,
    /// Ground of the selected row.
    pub selected: Style,
    /// Letters that match.
    pub matched: Style,
    /// The match that the reader stands on.
    pub current: Style,
    /// What is alive now.
    pub live: Style,
    /// What needs attention.
    pub warning: Style,
    /// What failed.
    pub error: Style,
    /// Code.
    pub code: Style,
    /// Quotes.
    pub quote: Style,
    /// Keys in footer and help.
    pub key: Style,
}

/// Roles that have a color: as a dark terminal shows it, as a light one does, and by name.
struct Shade {
    dark: u32,
    light: u32,
    ansi_dark: Color,
    ansi_light: Color,
}

const fn shade(dark: u32, light: u32, ansi_dark: Color, ansi_light: Color) -> Shade {
    Shade { dark, light, ansi_dark, ansi_light }
}

const DIM: Shade = shade(0x8b_93_a1, 0x5f_67_74, Color::DarkGray, Color::DarkGray);
const RULE: Shade = shade(0x3d_44_50, 0xc9_ce_d6, Color::DarkGray, Color::Gray);
const ACCENT: Shade = shade(0x7a_b8_ff, 0x1f_5f_bf, Color::LightBlue, Color::Blue);
const SELECTED: Shade = shade(0x26_2d_38, 0xe3_ea_f4, Color::Reset, Color::Reset);
const MATCHED: Shade = shade(0xff_c8_57, 0xa3_5a_00, Color::Yellow, Color::Red);
const LIVE: Shade = shade(0x7d_d3_8c, 0x1f_7a_35, Color::Green, Color::Green);
const WARNING: Shade = shade(0xe8_b3_39, 0x94_5f_00, Color::Yellow, Color::Magenta);
const ERROR: Shade = shade(0xff_7b_72, 0xb4_23_18, Color::LightRed, Color::Red);
const CODE: Shade = shade(0x9f_d0_c4, 0x1d_66_5b, Color::Cyan, Color::Cyan);
const QUOTE: Shade = shade(0xb5_a6_d9, 0x5d_4a_94, Color::Magenta, Color::Magenta);

impl Theme {
    /// The theme for a terminal.
    pub fn new(mode: Mode, depth: Depth) -> Self {
        let fg = |shade: &Shade| shade.color(mode, depth).map_or_else(Style::new, |color| Style::new().fg(color));
        let plain = Style::new();
        let colorless = depth == Depth::None;
        let attribute = |style: Style, modifier| if colorless { style.add_modifier(modifier) } else { style };
        let selected = match SELECTED.color(mode, depth) {
            Some(Color::Reset) => plain.add_modifier(Modifier::BOLD),
            Some(ground) => plain.bg(ground),
            None => plain.add_modifier(Modifier::REVERSED),
        };
        Self {
            text: plain,
            strong: plain.add_modifier(Modifier::BOLD),
            dim: attribute(fg(&DIM), Modifier::DIM),
            rule: attribute(fg(&RULE), Modifier::DIM),
            accent: fg(&ACCENT).add_modifier(Modifier::BOLD),
            selected,
            matched: attribute(fg(&MATCHED).add_modifier(Modifier::BOLD), Modifier::UNDERLINED),
            current: fg(&MATCHED).add_modifier(Modifier::REVERSED),
            live: attribute(fg(&LIVE), Modifier::BOLD),
            warning: attribute(fg(&WARNING), Modifier::BOLD),
            error: attribute(fg(&ERROR), Modifier::BOLD),
            code: fg(&CODE),
            quote: attribute(fg(&QUOTE), Modifier::ITALIC),
            key: attribute(fg(&ACCENT), Modifier::BOLD),
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Mode::Dark, Depth::Indexed)
    }
}

impl Shade {
    fn color(&self, mode: Mode, depth: Depth) -> Option<Color> {
        let rgb = if mode == Mode::Dark { self.dark } else { self.light };
        match depth {
            Depth::None => None,
            Depth::Ansi if mode == Mode::Dark => Some(self.ansi_dark),
            Depth::Ansi => Some(self.ansi_light),
            Depth::Indexed => Some(Color::Indexed(nearest(rgb))),
            Depth::True => Some(Color::from_u32(rgb)),
        }
    }
}

/// The entry of the 256-color table (cube and grays) that is nearest to a color.
fn nearest(rgb: u32) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let [_, red, green, blue] = rgb.to_be_bytes();
    let level = |value: u8| (0u8..6).min_by_key(|at| LEVELS[usize::from(*at)].abs_diff(value)).unwrap_or(0);
    let (r, g, b) = (level(red), level(green), level(blue));
    let cube = (16 + 36 * r + 6 * g + b, [r, g, b].map(|at| LEVELS[usize::from(at)]));
    let mean = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let step = (0u8..24).min_by_key(|step| u16::from(8 + 10 * step).abs_diff(mean)).unwrap_or(0);
    let gray = (232 + step, [8 + 10 * step; 3]);
    let distance = |candidate: [u8; 3]| -> u32 {
        candidate.iter().zip([red, green, blue]).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    if distance(gray.1) < distance(cube.1) { gray.0 } else { cube.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_color_only_attributes_are_used() {
        let theme = Theme::new(Mode::Dark, Depth::None);
        for style in [theme.dim, theme.accent, theme.selected, theme.matched, theme.live, theme.error, theme.code] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn colors_fall_to_the_nearest_of_the_table() {
        for (rgb, expect) in [(0xff_00_00, 196), (0x00_00_00, 16), (0x80_80_80, 244), (0xff_ff_ff, 231)] {
            assert_eq!(nearest(rgb), expect, "{rgb:06x}");
        }
    }
}
