//! Which theme suits the terminal: asked once, before the terminal is taken.

use std::time::Duration;

use config::Environment;
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use crate::theme::{Depth, Mode, Theme};

/// How long the terminal may take to say what its colors are.
const PATIENCE: Duration = Duration::from_millis(100);

/// The theme for the terminal that the process runs in: `$SESSIONS_THEME`, else the setting, else what suits it.
pub(crate) fn theme(environment: &Environment, setting: config::Theme) -> Theme {
    let depth = depth(environment);
    let mode = chosen(environment).or(set(setting)).or_else(|| if depth == Depth::None { None } else { asked() });
    Theme::new(mode.or_else(|| remembered(environment)).unwrap_or(Mode::Dark), depth)
}

fn chosen(environment: &Environment) -> Option<Mode> {
    match environment.get("SESSIONS_THEME")?.to_ascii_lowercase().as_str() {
        "dark" => Some(Mode::Dark),
        "light" => Some(Mode::Light),
        _ => None,
    }
}

fn set(setting: config::Theme) -> Option<Mode> {
    match setting {
        config::Theme::Auto => None,
        config::Theme::Dark => Some(Mode::Dark),
        config::Theme::Light => Some(Mode::Light),
    }
}

fn asked() -> Option<Mode> {
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    Some(match theme_mode(options).ok()? {
        ThemeMode::Dark => Mode::Dark,
        ThemeMode::Light => Mode::Light,
    })
}

/// `COLORFGBG` as some terminals set it: foreground, maybe something else, background, by their places in the table of
/// sixteen.
fn remembered(environment: &Environment) -> Option<Mode> {
    let background: u8 = environment.get("COLORFGBG")?.rsplit(';').next()?.parse().ok()?;
    Some(if matches!(background, 7 | 9..=15) { Mode::Light } else { Mode::Dark })
}

fn depth(environment: &Environment) -> Depth {
    let term = environment.get("TERM").unwrap_or_default();
    if environment.get("NO_COLOR").is_some() || term == "dumb" {
        Depth::None
    } else if environment.get("COLORTERM").is_some_and(|value| matches!(value, "truecolor" | "24bit")) {
        Depth::True
    } else if term.contains("256color") || term.contains("direct") {
        Depth::Indexed
    } else {
        Depth::Ansi
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment { variables: variables.collect(), ..Environment::default() }
    }

    #[test]
    fn depth_is_what_the_terminal_says_and_no_color_wins() {
        for (variables, expect) in [
            (&[("TERM", "xterm-256color")][..], Depth::Indexed),
            (&[("TERM", "xterm"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "linux")], Depth::Ansi),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::None),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Indexed),
        ] {
            assert_eq!(depth(&environment(variables)), expect, "{variables:?}");
        }
    }

    #[test]
    fn the_setting_holds_unless_the_environment_says_otherwise() {
        let theme = |variables: &[(&str, &str)]| theme(&environment(variables), config::Theme::Light);
        let expect = |mode| Theme::new(mode, Depth::Ansi);
        assert_eq!(theme(&[("COLORFGBG", "15;0")]), expect(Mode::Light));
        assert_eq!(theme(&[("SESSIONS_THEME", "dark")]), expect(Mode::Dark));
    }

    #[test]
    fn the_ground_is_what_the_person_says_else_what_the_terminal_left() {
        assert_eq!(chosen(&environment(&[("SESSIONS_THEME", "Light")])), Some(Mode::Light));
        assert_eq!(chosen(&environment(&[("SESSIONS_THEME", "pink")])), None);
        for (value, expect) in [("15;0", Mode::Dark), ("0;15", Mode::Light), ("0;default;7", Mode::Light)] {
            assert_eq!(remembered(&environment(&[("COLORFGBG", value)])), Some(expect), "{value}");
        }
    }
}
