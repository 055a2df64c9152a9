//! The person's settings, read from `config.toml`.

#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::remotes::{self, REMOTES, RemoteSetting};
use crate::setting::Kind;
use crate::{ConfigError, Environment, SETTINGS, Setting, meant};

/// Settings of `config.toml`, each with a default; [`SETTINGS`] lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The program that `resume` starts.
    pub claude_program: String,
    /// Flags that `resume` always gives to `claude`.
    pub claude_flags: Vec<String>,
    /// More folders with Claude Code's files, as written; for [`crate::Paths::add_roots`].
    pub roots_extra: Vec<String>,
    /// How long transcripts are kept in the archive.
    pub archive_keep: Keep,
    /// Directories whose sessions are not recorded, as written; for [`crate::Excluded::new`].
    pub exclude: Vec<String>,
    /// Whether the file could not be read as far as that goes: nothing may be recorded then.
    pub exclude_unknown: bool,
    /// What the person wants to spend at most.
    pub budget: Budget,
    /// More categories of entries: `name` or `name:status`.
    pub entry_categories: Vec<String>,
    /// More statuses of entries.
    pub entry_statuses: Vec<String>,
    /// Other names under which the person writes entries.
    pub entry_names: Vec<String>,
    /// What this machine is called; none means its host name.
    pub device: Option<String>,
    /// Who reads what is said when a session starts.
    pub banner: Banner,
    /// Whether commands start ticks.
    pub ticks: Ticks,
    /// Name of the theme of the screen; whether there is one is the screen's to say.
    pub theme: String,
    /// Keys of commands of the screen, in the order of the file; whether they can hold is the screen's to say.
    pub keys: Vec<KeySetting>,
    /// Places that operations are synced with.
    pub remotes: Vec<RemoteSetting>,
    /// Name of a time zone; none means that of the system.
    pub timezone: Option<String>,
}

/// How long transcripts are kept in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// For ever.
    #[default]
    All,
    /// So many days after they were last written to.
    Days(u32),
    /// None is taken into it; what is in it stays.
    Off,
}

impl Keep {
    /// Reads `all`, `off` or a number of days, `90d`.
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "all" => Some(Self::All),
            "off" => Some(Self::Off),
            days => days.strip_suffix('d')?.parse().ok().filter(|days| *days > 0).map(Self::Days),
        }
    }
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

/// Who reads what is said when a session starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Banner {
    /// The person, and not the model.
    #[default]
    Person,
    /// The model, in its context.
    Model,
    /// Nobody.
    Off,
}

impl Banner {
    pub(crate) const ALL: [Self; 3] = [Self::Person, Self::Model, Self::Off];
    pub(crate) const WORDS: &'static [&'static str] = &["person", "model", "off"];
}

/// Whether commands start ticks in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ticks {
    /// They do, when none was started for a while.
    #[default]
    On,
    /// They do not: hooks and the schedule alone do.
    Off,
}

impl Ticks {
    pub(crate) const ALL: [Self; 2] = [Self::On, Self::Off];
    pub(crate) const WORDS: &'static [&'static str] = &["on", "off"];

    /// As the environment says it, in `$SESSIONS_TICKS`; else as the settings do.
    #[must_use]
    pub fn in_environment(self, environment: &Environment) -> Self {
        let named = environment.get("SESSIONS_TICKS");
        let place = named.and_then(|named| Self::WORDS.iter().position(|word| *word == named));
        place.map_or(self, |place| Self::ALL[place])
    }
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
            archive_keep: Keep::default(),
            exclude: Vec::new(),
            exclude_unknown: false,
            budget: Budget::default(),
            entry_categories: Vec::new(),
            entry_statuses: Vec::new(),
            entry_names: Vec::new(),
            device: None,
            banner: Banner::default(),
            ticks: Ticks::default(),
            theme: "auto".to_owned(),
            keys: Vec::new(),
            remotes: Vec::new(),
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
            Err(source) => {
                let settings = Self { exclude_unknown: true, ..Self::default() };
                return (settings, Some(ConfigError::Unreadable { path, source }));
            }
        };
        let (settings, problems) = Self::parse(&content);
        let problem = (!problems.is_empty()).then(|| ConfigError::Invalid { path, message: problems.join("\n") });
        (settings, problem)
    }

    /// Reads the text of a `config.toml`, and names every wrong line.
    pub(crate) fn parse(content: &str) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let table = match DeTable::parse(content) {
            Ok(table) => table,
            Err(error) => {
                let line = place(content, &error.span().unwrap_or_default());
                settings.exclude_unknown = true;
                return (settings, vec![format!("{line}: {}", error.message().trim_end())]);
            }
        };
        let mut problems = Vec::new();
        for (section, value) in table.get_ref() {
            if section.get_ref() == KEYS {
                read_keys("", value, &mut settings, &mut problems);
            } else if section.get_ref() == REMOTES {
                remotes::read(value, &mut settings.remotes, &mut problems);
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
pub(crate) type Problem = (Range<usize>, String);

fn read_section(
    section: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    settings: &mut Settings,
    problems: &mut Vec<Problem>,
) {
    let name = section.get_ref();
    let is_section = SETTINGS.iter().any(|setting| section_of(setting) == name);
    let Some(keys) = value.get_ref().as_table().filter(|_| is_section) else {
        settings.exclude_unknown |= name == "projects";
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
            settings.exclude_unknown |= name == "projects.exclude";
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
        Kind::Keep(set) => value.as_str().and_then(Keep::read).map(|keep| set(settings, keep)).is_some(),
        Kind::Choice(words, set) => {
            let word = value.as_str().and_then(|text| words.iter().position(|word| *word == text));
            word.map(|word| set(settings, word)).is_some()
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
