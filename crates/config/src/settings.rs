//! The person's settings, read from `config.toml`.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::setting::Kind;
use crate::{ConfigError, SETTINGS, Setting, meant};

/// Settings of `config.toml`, each with a default; [`SETTINGS`] lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The program that `resume` starts.
    pub claude_program: String,
    /// Flags that `resume` always gives to `claude`.
    pub claude_flags: Vec<String>,
    /// More folders with Claude Code's files, as written; for [`crate::Paths::add_roots`].
    pub roots_extra: Vec<String>,
    /// What the person wants to spend at most.
    pub budget: Budget,
    /// Name of the theme of the screen; whether there is one is the screen's to say.
    pub theme: String,
    /// Keys of commands of the screen, in the order of the file; whether they can hold is the screen's to say.
    pub keys: Vec<KeySetting>,
    /// Name of a time zone; none means that of the system.
    pub timezone: Option<String>,
}

/// What a person wants to spend at most, in billionths of a US dollar; none is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// In a day.
    pub daily_nano_usd: Option<u64>,
    /// In a month of the calendar.
    pub monthly_nano_usd: Option<u64>,
}

impl Budget {
    /// The most that a day should cost, in trillionths of a dollar.
    pub fn daily_pico_usd(self) -> Option<u128> {
        self.daily_nano_usd.map(pico)
    }

    /// The most that a month should cost, in trillionths of a dollar.
    pub fn monthly_pico_usd(self) -> Option<u128> {
        self.monthly_nano_usd.map(pico)
    }
}

fn pico(nano: u64) -> u128 {
    u128::from(nano) * 1_000
}

/// The keys that a person gives to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    /// The command, as written.
    pub command: String,
    /// Its keys, as written; none takes all keys from it.
    pub keys: Vec<String>,
    /// The line of the file.
    pub line: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            claude_program: "claude".to_owned(),
            claude_flags: Vec::new(),
            roots_extra: Vec::new(),
            budget: Budget::default(),
            theme: "auto".to_owned(),
            keys: Vec::new(),
            timezone: None,
        }
    }
}

impl Settings {
    /// Reads `config.toml` in a folder, and says what is wrong with it: what is right holds all the same, and where
    /// something is wrong or missing, the default.
    pub fn load(folder: &Path) -> (Self, Option<ConfigError>) {
        let path = folder.join("config.toml");
        let content = match fs::read_to_string(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return (Self::default(), None),
            Err(source) => return (Self::default(), Some(ConfigError::Unreadable { path, source })),
        };
        let (settings, problems) = Self::parse(&content);
        let problem = (!problems.is_empty()).then(|| ConfigError::Invalid { path, message: problems.join("\n") });
        (settings, problem)
    }

    /// Reads the text of a `config.toml`, and names every wrong line.
    fn parse(content: &str) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let table = match DeTable::parse(content) {
            Ok(table) => table,
            Err(error) => {
                let line = place(content, &error.span().unwrap_or_default());
                return (settings, vec![format!("{line}: {}", error.message().trim_end())]);
            }
        };
        let mut problems = Vec::new();
        for (section, value) in table.get_ref() {
            if section.get_ref() == KEYS {
                read_keys("", value, &mut settings, &mut problems);
            } else {
                read_section(section, value, &mut settings, &mut problems);
            }
        }
        for setting in &mut settings.keys {
            setting.line = line(content, setting.line);
        }
        settings.keys.sort_by_key(|setting| setting.line);
        problems.sort_by_key(|(span, _)| span.start);
        let lines = problems.iter().map(|(span, problem)| format!("{}: {problem}", place(content, span)));
        (settings, lines.collect())
    }
}

/// The section of keys, whose names are commands of the screen.
const KEYS: &str = "keys";

/// Something wrong, and where it is in the file.
type Problem = (Range<usize>, String);

fn read_section(
    section: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    settings: &mut Settings,
    problems: &mut Vec<Problem>,
) {
    let name = section.get_ref();
    let is_section = SETTINGS.iter().any(|setting| section_of(setting) == name);
    let Some(keys) = value.get_ref().as_table().filter(|_| is_section) else {
        problems.push((section.span(), unknown("section or setting", name)));
        return;
    };
    for (key, value) in keys {
        let name = format!("{name}.{}", key.get_ref());
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            problems.push((key.span(), unknown("setting", &name)));
            continue;
        };
        if !apply(setting.kind, value.get_ref(), settings) {
            let problem = format!("`{name}` must be {}", setting.kind.expected(key.get_ref()));
            problems.push((value.span(), problem));
        }
    }
}

/// Reads keys of commands: `"sessions.resume" = ["r"]`, or the same in sections. Lines are bytes until all is read.
fn read_keys(above: &str, value: &Spanned<DeValue<'_>>, settings: &mut Settings, problems: &mut Vec<Problem>) {
    let Some(table) = value.get_ref().as_table() else {
        problems.push((value.span(), "`keys` must be a section: write [keys] on a line of its own".to_owned()));
        return;
    };
    for (name, value) in table {
        let command = format!("{above}{}", name.get_ref());
        let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
        let keys: Option<Vec<String>> = match value.get_ref() {
            DeValue::Table(_) => {
                read_keys(&format!("{command}."), value, settings, problems);
                continue;
            }
            DeValue::Array(keys) => keys.iter().map(text).collect(),
            _ => text(value).map(|key| vec![key]),
        };
        if let Some(keys) = keys {
            settings.keys.push(KeySetting { command, keys, line: name.span().start });
        } else {
            let problem = format!("the keys of `{command}` must be a list of texts, as in [\"enter\", \"ctrl-r\"]");
            problems.push((value.span(), problem));
        }
    }
}

/// Sets a value, if it is of the right kind.
fn apply(kind: Kind, value: &DeValue<'_>, settings: &mut Settings) -> bool {
    match kind {
        Kind::Text(set) => value.as_str().map(|text| set(settings, text.to_owned())).is_some(),
        Kind::Texts(set) => {
            let items = value.as_array().map(|items| items.iter().map(|item| item.get_ref().as_str()));
            let texts: Option<Vec<String>> =
                items.and_then(|items| items.map(|item| item.map(str::to_owned)).collect());
            texts.map(|texts| set(settings, texts)).is_some()
        }
        Kind::Dollars(set) => {
            let written = match value {
                DeValue::Integer(number) => Some(number.as_str()).filter(|_| number.radix() == 10),
                DeValue::Float(number) => Some(number.as_str()),
                _ => value.as_str().map(str::trim),
            };
            let amount = written.and_then(|text| if text.is_empty() { Some(None) } else { nano_usd(text).map(Some) });
            amount.map(|amount| set(settings, amount)).is_some()
        }
    }
}

/// An amount in dollars, `20`, `12.50`, `$1200`, in billionths. A comma is refused: it means one thing here and another there.
fn nano_usd(text: &str) -> Option<u64> {
    let text = text.strip_prefix('$').unwrap_or(text).replace('_', "");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
        return None;
    }
    let nano: u64 = format!("{fraction:0<9}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nano)
}

fn section_of(setting: &Setting) -> &'static str {
    setting.name.split_once('.').map_or(setting.name, |(section, _)| section)
}

/// Says that a name means nothing, and which one was probably meant.
fn unknown(what: &str, name: &str) -> String {
    let names = SETTINGS.iter().map(|setting| setting.name);
    let keys = SETTINGS.iter().map(|setting| (setting.name.rsplit('.').next().unwrap_or_default(), setting.name));
    let sections = SETTINGS.iter().map(|setting| (section_of(setting), section_of(setting)));
    let candidates: Vec<(&str, &str)> = names.map(|name| (name, name)).chain(sections).chain(keys).collect();
    let likely = meant(name, candidates.iter().map(|(written, _)| *written));
    let meant = likely.and_then(|likely| candidates.iter().find(|(written, _)| *written == likely));
    let hint = meant.map_or_else(
        || format!("; there are: {}", SETTINGS.iter().map(|setting| setting.name).collect::<Vec<_>>().join(", ")),
        |(_, meant)| format!("; did you mean `{meant}`?"),
    );
    format!("unknown {what} `{name}`{hint}")
}

fn place(content: &str, span: &Range<usize>) -> String {
    format!("line {}", line(content, span.start))
}

fn line(content: &str, byte: usize) -> usize {
    content.get(..byte).unwrap_or(content).matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expect: &Result<Settings, &str>) {
        let (settings, problems) = Settings::parse(content);
        match expect {
            Ok(expect) => assert_eq!((&settings, problems.as_slice()), (expect, &[][..]), "{content}"),
            Err(expect) => assert_eq!(problems.join("\n"), *expect, "{content}"),
        }
    }

    #[test]
    fn what_is_right_holds_beside_what_is_wrong() {
        let content =
            "[claude]\nprogram = '/opt/claude'\nflgas = []\n[display]\ntheme = 2\n[keys]\nhelp = 'f2'\nfind = 3";
        let (settings, problems) = Settings::parse(content);
        assert_eq!((settings.claude_program.as_str(), settings.theme.as_str()), ("/opt/claude", "auto"));
        assert_eq!((settings.keys.len(), problems.len()), (1, 3), "{problems:?}");
        let (settings, problems) = Settings::parse("no toml at all");
        assert_eq!((settings, problems.len()), (Settings::default(), 1));
    }

    #[test]
    fn the_table_of_settings_states_the_defaults() {
        let written: Vec<String> =
            SETTINGS.iter().map(|setting| format!("{} = {}\n", setting.name, setting.default)).collect();
        check(&written.concat(), &Ok(Settings::default()));
        check("", &Ok(Settings::default()));
    }

    #[test]
    fn every_setting_is_read() {
        let content = "\u{feff}# mine\r\ndisplay.timezone = 'Asia/Tokyo'\r\ndisplay.theme = 'light'\r\n[claude]\r\n\
                       program = '/opt/claude'\r\nflags = ['--model', 'opus']\r\n[roots]\r\nextra = ['~/old']\r\n\
                       [budget]\r\ndaily = '20'\r\nmonthly = '412.50'\r\n";
        let expect = Settings {
            claude_program: "/opt/claude".to_owned(),
            claude_flags: vec!["--model".to_owned(), "opus".to_owned()],
            roots_extra: vec!["~/old".to_owned()],
            budget: Budget { daily_nano_usd: Some(20_000_000_000), monthly_nano_usd: Some(412_500_000_000) },
            theme: "light".to_owned(),
            keys: Vec::new(),
            timezone: Some("Asia/Tokyo".to_owned()),
        };
        check(content, &Ok(expect));
    }

    #[test]
    fn an_unknown_name_gets_its_line_and_a_suggestion() {
        check("[claude]\nflgas = []", &Err("line 2: unknown setting `claude.flgas`; did you mean `claude.flags`?"));
        check("\n[cluade]\nflags = []", &Err("line 2: unknown section or setting `cluade`; did you mean `claude`?"));
        check("theme = 'dark'", &Err("line 1: unknown section or setting `theme`; did you mean `display.theme`?"));
        let all = "claude.program, claude.flags, roots.extra, budget.daily, budget.monthly, display.theme, \
                   display.timezone";
        check("xyzzy = 1", &Err(&format!("line 1: unknown section or setting `xyzzy`; there are: {all}")));
    }

    #[test]
    fn every_wrong_value_is_explained() {
        check(
            "[display]\ntheme = 2\n[claude]\nflags = '-v'\nprogram = 3\n[roots]\nextra = [1]",
            &Err("line 2: `display.theme` must be a text in quotes, as in theme = \"…\"\n\
                 line 4: `claude.flags` must be a list of texts, as in flags = [\"…\", \"…\"]\n\
                 line 5: `claude.program` must be a text in quotes, as in program = \"…\"\n\
                 line 7: `roots.extra` must be a list of texts, as in extra = [\"…\", \"…\"]"),
        );
    }

    #[test]
    fn a_budget_is_an_amount_in_dollars() {
        let daily = |written: &str| {
            let (settings, problems) = Settings::parse(&format!("budget.daily = {written}"));
            if problems.is_empty() { Ok(settings.budget.daily_nano_usd) } else { Err(problems.join("\n")) }
        };
        for (written, expect) in [
            ("'20'", Some(20_000_000_000)),
            ("20", Some(20_000_000_000)),
            ("12.5", Some(12_500_000_000)),
            ("'$1200.05'", Some(1_200_050_000_000)),
            ("' 0.000000001 '", Some(1)),
            ("''", None),
        ] {
            assert_eq!(daily(written), Ok(expect), "{written}");
        }
        let refused = "line 1: `budget.daily` must be an amount in dollars, as in daily = \"20\" or daily = \"12.50\"";
        for written in
            ["'-1'", "-1", "'much'", "'12,50'", "'1.'", "'0.0000000001'", "'99999999999'", "true", "0x10", "1e3", "inf"]
        {
            assert_eq!(daily(written), Err(refused.to_owned()), "{written}");
        }
    }

    #[test]
    fn keys_of_commands_are_read_in_either_form() {
        let content = "[keys]\n\"sessions.resume\" = ['enter', 'r']\nhelp = 'f2'\n[keys.reader]\ndown = []\nfind = 3";
        let (_, problems) = Settings::parse(content);
        assert_eq!(
            problems.join("\n"),
            "line 6: the keys of `reader.find` must be a list of texts, as in [\"enter\", \"ctrl-r\"]"
        );
        let (settings, _) = Settings::parse(content.trim_end_matches("find = 3"));
        let read: Vec<(usize, &str, usize)> =
            settings.keys.iter().map(|keys| (keys.line, keys.command.as_str(), keys.keys.len())).collect();
        assert_eq!(read, [(2, "sessions.resume", 2), (3, "help", 1), (5, "reader.down", 0)]);
        check("keys = 1", &Err("line 1: `keys` must be a section: write [keys] on a line of its own"));
    }

    #[test]
    fn text_that_is_no_toml_gets_its_line() {
        let message = Settings::parse("[claude]\nflags = [").1.join("\n");
        assert!(message.starts_with("line 2: "), "{message}");
        let message = Settings::parse("claude.flags = []\nclaude.flags = []").1.join("\n");
        assert!(message.starts_with("line 2: ") && message.contains("duplicate"), "{message}");
    }

    #[test]
    fn a_missing_file_gives_the_defaults_and_so_does_an_unreadable_one_with_its_problem() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        assert!(matches!(Settings::load(folder.path()), (settings, None) if settings == Settings::default()));
        fs::write(folder.path().join("config.toml"), [0xff]).expect("it can be written");
        assert!(matches!(Settings::load(folder.path()), (_, Some(ConfigError::Unreadable { .. }))));
    }
}
