//! The one table of settings: reading, messages and the reference page walk it.

use crate::Settings;

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
    /// Billionths of a US dollar; none where nothing is written.
    Dollars(fn(&mut Settings, Option<u64>)),
}

impl Kind {
    /// What to write, as a person would be told.
    pub(crate) fn expected(self, key: &str) -> String {
        match self {
            Kind::Text(_) => format!("a text in quotes, as in {key} = \"…\""),
            Kind::Texts(_) => format!("a list of texts, as in {key} = [\"…\", \"…\"]"),
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
