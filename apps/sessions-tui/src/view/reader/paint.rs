//! From what a piece of text is to how the theme draws it.

use ratatui::style::{Color, Modifier, Style};
use typeset::{Paint, Role};

use crate::theme::Theme;

/// How the theme draws a piece of text. Colors that a program chose are left away where the theme has none.
pub(in crate::view) fn style(theme: &Theme, paint: &Paint) -> Style {
    let mut style = of_role(theme, paint.role);
    if theme.error.fg.is_some() {
        if let Some(ink) = paint.color {
            style = style.fg(color(theme, ink));
        }
        if let Some(ground) = paint.ground {
            style = style.bg(color(theme, ground));
        }
    }
    for (is_set, modifier) in [
        (paint.bold, Modifier::BOLD),
        (paint.italic, Modifier::ITALIC),
        (paint.underlined, Modifier::UNDERLINED),
        (paint.struck, Modifier::CROSSED_OUT),
        (paint.reversed, Modifier::REVERSED),
    ] {
        if is_set {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn of_role(theme: &Theme, role: Role) -> Style {
    match role {
        Role::Text => theme.text,
        Role::Dim => theme.dim,
        Role::Rule => theme.rule,
        Role::Person => theme.you,
        Role::Model => theme.claude,
        Role::Heading => theme.heading,
        Role::Link => theme.link,
        Role::Code => theme.code,
        Role::Quote => theme.quote,
        Role::Thinking => theme.thinking,
        Role::Tool => theme.tool.add_modifier(Modifier::BOLD),
        Role::Good => theme.done,
        Role::Warning => theme.warning,
        Role::Bad => theme.error,
        Role::Added => theme.diff_added,
        Role::Removed => theme.diff_removed,
        Role::AddedWord => theme.diff_word_added,
        Role::RemovedWord => theme.diff_word_removed,
        Role::Keyword => theme.code_keyword,
        Role::Function => theme.code_function,
        Role::Type => theme.code_type,
        Role::Literal => theme.code_string,
        Role::Number => theme.code_number,
        Role::Comment => theme.code_comment,
    }
}

/// A color that a program chose, in as many colors as the theme has.
fn color(theme: &Theme, color: typeset::Color) -> Color {
    match color {
        typeset::Color::Indexed(index) => Color::Indexed(index),
        typeset::Color::Rgb(red, green, blue) if matches!(theme.error.fg, Some(Color::Rgb(..))) => {
            Color::Rgb(red, green, blue)
        }
        typeset::Color::Rgb(red, green, blue) => {
            // The cube of 6 × 6 × 6 in the table of 256.
            let level = |value: u8| u16::from(value) * 5 / 255;
            Color::Indexed(u8::try_from(16 + 36 * level(red) + 6 * level(green) + level(blue)).unwrap_or(7))
        }
    }
}
