//! Which theme suits the terminal: asked once, before the terminal is taken.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use config::Environment;
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use crate::theme::{BUILT_IN, Depth, Mode, Sheet, Theme};

/// How long the terminal may take to say what its colors are.
const PATIENCE: Duration = Duration::from_millis(100);

/// The theme of a person on the terminal that the process runs in, and what is wrong with it. Whatever is wrong, there
/// is a theme.
pub(crate) fn theme(environment: &Environment, setting: &str, folder: &Path) -> (Theme, Vec<String>) {
    let depth = depth(environment);
    let name = environment.get("SESSIONS_THEME").unwrap_or(setting);
    let (sheet, problems) = sheet(name, folder, || mode(environment, depth));
    (sheet.theme(depth), problems)
}

/// What is wrong with a theme.
pub(super) fn problems(environment: &Environment, setting: &str, folder: &Path) -> Vec<String> {
    sheet(environment.get("SESSIONS_THEME").unwrap_or(setting), folder, || Mode::Dark).1
}

/// A theme by its name: the file of the person, else one that is built in, as it is or for the terminal's ground.
fn sheet(name: &str, folder: &Path, mode: impl FnOnce() -> Mode) -> (Sheet, Vec<String>) {
    let mode = std::cell::LazyCell::new(mode);
    let suited = |name: &str| {
        let ground = if *mode == Mode::Dark { "dark" } else { "light" };
        Sheet::built_in(&if name == "auto" { ground.to_owned() } else { format!("{name}-{ground}") })
    };
    let usual = |problem: String| (suited("auto").expect("dark and light are built in"), vec![problem]);
    let path = folder.join(format!("{name}.toml"));
    let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter));
    match if is_name { fs::read_to_string(&path) } else { Err(ErrorKind::NotFound.into()) } {
        Ok(text) => {
            let sheet = Sheet::read(&text, if *mode == Mode::Dark { "dark" } else { "light" });
            let problems = sheet.problems.iter().map(|problem| format!("{}, {problem}", path.display())).collect();
            (sheet, problems)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let built_in = Sheet::built_in(name).or_else(|| suited(name));
            built_in.map_or_else(|| usual(unknown(name, folder)), |sheet| (sheet, Vec::new()))
        }
        Err(error) => usual(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Says that there is no theme of a name, and which one was probably meant.
fn unknown(name: &str, folder: &Path) -> String {
    let stem = |entry: fs::DirEntry| Some(entry.path().file_stem()?.to_str()?.to_owned());
    let own: Vec<String> = fs::read_dir(folder).into_iter().flatten().flatten().filter_map(stem).collect();
    let names = || ["auto", "high-contrast", "color-blind"].into_iter().chain(BUILT_IN.iter().map(|theme| theme.name));
    let hint = config::meant(name, names().chain(own.iter().map(String::as_str))).map_or_else(
        || {
            format!(
                "; there are {}, and files of your own in {}",
                names().collect::<Vec<_>>().join(", "),
                folder.display()
            )
        },
        |meant| format!("; did you mean `{meant}`?"),
    );
    format!("there is no theme `{name}`{hint}")
}

/// Whether the terminal is dark or light: as it says, else as it left in the environment.
fn mode(environment: &Environment, depth: Depth) -> Mode {
    let asked = if depth == Depth::None { None } else { asked() };
    asked.or_else(|| remembered(environment)).unwrap_or(Mode::Dark)
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

/// How many colors the terminal has, by its environment.
pub(crate) fn depth(environment: &Environment) -> Depth {
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
    use ratatui::style::{Color, Style};

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

    fn check(variables: &[(&str, &str)], setting: &str, folder: &Path, expect: &str) -> Vec<String> {
        let environment = environment(&[&[("TERM", "linux"), ("COLORFGBG", "0;15")], variables].concat());
        let (theme, problems) = theme(&environment, setting, folder);
        assert_eq!(Some(theme), Theme::built_in(expect, Depth::Ansi), "{setting} {variables:?}");
        problems
    }

    #[test]
    fn a_theme_is_found_by_its_name_and_suits_the_ground() {
        let folder = Path::new("/nowhere");
        let none = Vec::<String>::new();
        assert_eq!(check(&[], "auto", folder, "light"), none);
        assert_eq!(check(&[], "dark", folder, "dark"), none);
        assert_eq!(check(&[], "high-contrast", folder, "high-contrast-light"), none);
        assert_eq!(check(&[], "high-contrast-dark", folder, "high-contrast-dark"), none);
        assert_eq!(check(&[("SESSIONS_THEME", "dark")], "light", folder, "dark"), none);
        assert_eq!(
            check(&[], "high-contrst", folder, "light"),
            ["there is no theme `high-contrst`; did you mean `high-contrast`?"]
        );
        for name in ["../x", "", "pink"] {
            let problems = check(&[], name, folder, "light");
            assert!(problems[0].contains("; there are auto, ") && problems[0].contains("/nowhere"), "{problems:?}");
        }
    }

    #[test]
    fn a_theme_of_ones_own_lies_over_a_built_in_one() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write = |text: &str| std::fs::write(folder.path().join("mine.toml"), text).expect("it can be written");
        let mine = || theme(&environment(&[("TERM", "linux")]), "mine", folder.path());
        write("base = 'high-contrast-light'\n[roles]\nlive = ['#123456', 'red bold']\ndiff-added = 'blue'");
        let (theme, problems) = mine();
        let base = Theme::built_in("high-contrast-light", Depth::Ansi).expect("it is built in");
        assert_eq!((theme.accent, problems), (base.accent, Vec::new()));
        assert_eq!(theme.live, Style::new().fg(Color::Red).bold());
        assert_eq!(theme.diff_added, Style::new().fg(Color::Blue));
        write("base = 'drak'\nlive = 'red'\n[roles]\nlvie = 'red'\nlink = 'grene'\ntag = 3\ncode = 'red'");
        let (theme, problems) = mine();
        assert_eq!(theme.code, Style::new().fg(Color::Red), "what is right holds");
        let path = folder.path().join("mine.toml");
        let expect = [
            "line 1: no theme `drak` is built in; did you mean `dark`? (`dark` is used)",
            "line 2: `live` means nothing here; roles stand below [roles]",
            "line 4: there is no role `lvie`; did you mean `live`?",
            "line 5: `link`: `grene` is no color; did you mean `green`?",
            "line 6: `tag` must be a look in quotes, or two: [\"with all colors\", \"on terminals with sixteen\"]",
        ];
        let mut problems = problems;
        problems.sort();
        assert_eq!(problems, expect.map(|problem| format!("{}, {problem}", path.display())));
        write("[roles");
        assert!(mine().1[0].contains(", line 1: "), "{:?}", mine().1);
    }

    #[test]
    fn the_ground_is_what_the_terminal_left() {
        for (value, expect) in [("15;0", Mode::Dark), ("0;15", Mode::Light), ("0;default;7", Mode::Light)] {
            assert_eq!(remembered(&environment(&[("COLORFGBG", value)])), Some(expect), "{value}");
        }
    }
}
