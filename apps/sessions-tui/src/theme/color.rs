//! Colors by their red, green and blue: the nearest of a table, and how well one stands out from another.

use ratatui::style::Color;

/// The sixteen colors as xterm shows them, in the order of their numbers.
pub(super) const SIXTEEN: [(Color, &str, u32); 16] = [
    (Color::Black, "black", 0x00_00_00),
    (Color::Red, "red", 0xcd_00_00),
    (Color::Green, "green", 0x00_cd_00),
    (Color::Yellow, "yellow", 0xcd_cd_00),
    (Color::Blue, "blue", 0x00_00_ee),
    (Color::Magenta, "magenta", 0xcd_00_cd),
    (Color::Cyan, "cyan", 0x00_cd_cd),
    (Color::Gray, "white", 0xe5_e5_e5),
    (Color::DarkGray, "bright-black", 0x7f_7f_7f),
    (Color::LightRed, "bright-red", 0xff_00_00),
    (Color::LightGreen, "bright-green", 0x00_ff_00),
    (Color::LightYellow, "bright-yellow", 0xff_ff_00),
    (Color::LightBlue, "bright-blue", 0x5c_5c_ff),
    (Color::LightMagenta, "bright-magenta", 0xff_00_ff),
    (Color::LightCyan, "bright-cyan", 0x00_ff_ff),
    (Color::White, "bright-white", 0xff_ff_ff),
];

/// The entry of the 256-color table (cube and grays) that is nearest to a color.
pub(super) fn nearest_indexed(rgb: u32) -> u8 {
    (16..=255).min_by_key(|index| distance(of_index(*index), rgb)).unwrap_or(16)
}

/// The one of the sixteen that is nearest to a color.
pub(super) fn nearest_named(rgb: u32) -> Color {
    SIXTEEN.iter().min_by_key(|(_, _, named)| distance(*named, rgb)).map_or(Color::Reset, |(color, _, _)| *color)
}

/// Red, green and blue of an entry of the 256-color table.
pub(super) fn of_index(index: u8) -> u32 {
    const LEVELS: [u32; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..16 => SIXTEEN[usize::from(index)].2,
        16..232 => {
            let at = usize::from(index - 16);
            LEVELS[at / 36] << 16 | LEVELS[at / 6 % 6] << 8 | LEVELS[at % 6]
        }
        232.. => (8 + 10 * u32::from(index - 232)) * 0x01_01_01,
    }
}

fn distance(one: u32, other: u32) -> u32 {
    one.to_be_bytes().iter().zip(other.to_be_bytes()).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
}

/// How well a color stands out from another, from 1 to 21, as WCAG 2.2 defines it (contrast ratio).
#[cfg(test)]
pub(super) fn contrast(one: u32, other: u32) -> f64 {
    let luminance = |rgb: u32| -> f64 {
        let [_, red, green, blue] = rgb.to_be_bytes().map(|value| {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
