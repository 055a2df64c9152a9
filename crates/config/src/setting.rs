//! The one table of settings: reading, messages and the reference page walk it.

use crate::settings::Keep;
use crate::{Banner, Settings, Ticks};

/// A setting of `config.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Section and key, as in `claude.flags`.
    pub name: &'static str,
    /// What holds when it is not set, as written in the file.
    pub default: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
    pub(crate) kind: Kind,
}

/// What a setting may hold, and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text(fn(&mut Settings, String)),
    Texts(fn(&mut Settings, Vec<String>)),
    Keep(fn(&mut Settings, Keep)),
    /// One of these words.
    Choice(&'static [&'static str], fn(&mut Settings, usize)),
    /// Billionths of a US dollar; none where nothing is written.
    Dollars(fn(&mut Settings, Option<u64>)),
}

impl Kind {
    /// What to write, as a person would be told.
    pub(crate) fn expected(self, key: &str) -> String {
        match self {
            Kind::Text(_) => format!("a text in quotes, as in {key} = \"…\""),
            Kind::Texts(_) => format!("a list of texts, as in {key} = [\"…\", \"…\"]"),
            Kind::Keep(_) => format!("\"all\", \"off\" or a number of days, as in {key} = \"90d\""),
            Kind::Choice(words, _) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}, as in {key} = {}", words.join(", "), words[0])
            }
            Kind::Dollars(_) => format!("an amount in dollars, as in {key} = \"20\" or {key} = \"12.50\""),
        }
    }
}

/// Every setting, in the order of the reference page.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "claude.program",
        default: "\"claude\"",
        meaning: "The program that `resume` starts: a name on PATH, or a path.",
        kind: Kind::Text(|settings, value| settings.claude_program = value),
    },
    Setting {
        name: "claude.flags",
        default: "[]",
        meaning: "Flags that `resume` always gives to it, one text per word.",
        kind: Kind::Texts(|settings, value| settings.claude_flags = value),
    },
    Setting {
        name: "roots.extra",
        default: "[]",
        meaning: "Folders with Claude Code's files to read besides the usual ones; `~` stands for your home directory.",
        kind: Kind::Texts(|settings, value| settings.roots_extra = value),
    },
    Setting {
        name: "archive.keep",
        default: "\"all\"",
        meaning: "How long transcripts are kept, compressed, after they were last written to: \"all\" is for ever, \"90d\" \
                  ninety days; \"off\" keeps none (what is kept already stays).",
        kind: Kind::Keep(|settings, value| settings.archive_keep = value),
    },
    Setting {
        name: "projects.exclude",
        default: "[]",
        meaning: "Directories whose sessions are not recorded, not searched and not archived, with all below them; `~` is your \
                  home directory, `*` and `?` stand for letters of a name, `**` for any names. `sessions exclude` changes it.",
        kind: Kind::Texts(|settings, value| settings.exclude = value),
    },
    Setting {
        name: "budget.daily",
        default: "\"\"",
        meaning: "The most that a day should cost, in dollars; a line in charts, and what `sessions usage --check-budget` \
                  checks. Empty means no limit.",
        kind: Kind::Dollars(|settings, value| settings.budget.daily_nano_usd = value),
    },
    Setting {
        name: "budget.monthly",
        default: "\"\"",
        meaning: "The same for a month of the calendar.",
        kind: Kind::Dollars(|settings, value| settings.budget.monthly_nano_usd = value),
    },
    Setting {
        name: "entries.categories",
        default: "[]",
        meaning: "More categories of entries, each `name` or `name:status`, where the status is the one that such an entry has \
                  when nothing else is said.",
        kind: Kind::Texts(|settings, value| settings.entry_categories = value),
    },
    Setting {
        name: "entries.statuses",
        default: "[]",
        meaning: "More statuses of entries.",
        kind: Kind::Texts(|settings, value| settings.entry_statuses = value),
    },
    Setting {
        name: "entries.names",
        default: "[]",
        meaning: "Other names under which you write entries: what they did is not news in your inbox.",
        kind: Kind::Texts(|settings, value| settings.entry_names = value),
    },
    Setting {
        name: "device.name",
        default: "\"\"",
        meaning: "What this machine is called on all of your machines; empty means its host name, or what \
                  `sessions devices name` said.",
        kind: Kind::Text(|settings, value| settings.device = Some(value).filter(|value| !value.is_empty())),
    },
    Setting {
        name: "hooks.banner",
        default: "\"person\"",
        meaning: "Who reads the banner (recent sessions, unread notes, what expires) when a session starts: \
                  `person`, you alone; `model`, Claude alone, in its context; `off`, nobody.",
        kind: Kind::Choice(Banner::WORDS, |settings, word| settings.banner = Banner::ALL[word]),
    },
    Setting {
        name: "ticks.commands",
        default: "\"on\"",
        meaning: "Whether commands and the screen start a tick in the background when none ran for 15 minutes, so that \
                  everything is kept without hooks and schedule: `on` or `off`. `$SESSIONS_TICKS` goes before it.",
        kind: Kind::Choice(Ticks::WORDS, |settings, word| settings.ticks = Ticks::ALL[word]),
    },
    Setting {
        name: "display.theme",
        default: "\"auto\"",
        meaning: "Name of a theme, built in or your own (see [themes](themes.md)); `auto` asks the terminal whether it is \
                  dark or light. `$SESSIONS_THEME` goes before it.",
        kind: Kind::Text(|settings, value| settings.theme = value),
    },
    Setting {
        name: "display.timezone",
        default: "\"\"",
        meaning: "Time zone of dates and days, as in \"Europe/Vienna\"; empty means that of the system.",
        kind: Kind::Text(|settings, value| settings.timezone = Some(value).filter(|value| !value.is_empty())),
    },
];
