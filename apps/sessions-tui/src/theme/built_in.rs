//! The themes that come with the program.

use super::Mode;

/// A theme that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// The terminals that it is made for.
    pub mode: Mode,
    /// The file, as it is in `assets/themes`.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal $mode:ident $meaning:literal)+) => {
        /// Every theme that comes with the program.
        pub const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            meaning: $meaning,
            mode: Mode::$mode,
            text: include_str!(concat!("../../../../assets/themes/", $name, ".toml")),
        },)+];
    };
}

built_in! {
    "dark" Dark "For dark terminals."
    "light" Light "For light terminals."
    "high-contrast-dark" Dark "White on black, with strong colors."
    "high-contrast-light" Light "Black on white, with strong colors."
    "color-blind-dark" Dark "Blue and orange where others use green and red, for dark terminals."
    "color-blind-light" Light "Blue and orange where others use green and red, for light terminals."
}
