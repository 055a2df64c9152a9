//! Periods, rows and amounts in words.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use pricing::PicoUsd;
use summary::{Bar, Chip, Dimension, Key, Measure, Page, Span, Stretch, Usage};

use crate::cells;
use crate::figures;

/// Words for the moments of a zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) zone: Tz,
}

impl Words {
    fn local(self, at: DateTime<Utc>, format: &str) -> String {
        at.with_timezone(&self.zone).format(format).to_string()
    }

    /// What is looked at, and by what.
    pub(crate) fn period(self, page: &Page) -> String {
        let start = page.stretch.start;
        match page.span {
            Span::Day => self.local(start, "%a %-d %B %Y by hour"),
            Span::Week => self.local(start, "week of %-d %B %Y by day"),
            Span::Month => self.local(start, "%B %Y by day"),
            Span::Year => self.local(start, "%Y by month"),
        }
    }

    /// The same without what it is divided by.
    pub(crate) fn period_alone(self, page: &Page) -> String {
        let period = self.period(page);
        period.rsplit_once(" by ").map_or(period.clone(), |(period, _)| period.to_owned())
    }

    /// The period in one or two words.
    pub(crate) fn short(self, page: &Page) -> String {
        let format = match page.span {
            Span::Day => "%-d %b",
            Span::Week => "week of %-d %b",
            Span::Month => "%b %Y",
            Span::Year => "%Y",
        };
        self.local(page.stretch.start, format)
    }

    /// The period before, and how much of it is meant.
    pub(crate) fn before(self, page: &Page) -> String {
        let start = page.before.start;
        let name = match page.span {
            Span::Day => self.local(start, "%a %-d"),
            Span::Week => "the week before".to_owned(),
            Span::Month => self.local(start, "%B"),
            Span::Year => self.local(start, "%Y"),
        };
        if page.is_running { format!("{name} so far") } else { name }
    }

    /// What stands below a bar, and in the second row below it.
    pub(crate) fn label(self, span: Span, stretch: &Stretch) -> (String, String) {
        match span {
            Span::Day => (self.local(stretch.start, "%H"), String::new()),
            Span::Week => (self.local(stretch.start, "%a %-d"), self.local(stretch.start, "%b")),
            Span::Month => (self.local(stretch.start, "%-d"), self.local(stretch.start, "%b")),
            Span::Year => (self.local(stretch.start, "%b"), self.local(stretch.start, "%Y")),
        }
    }

    /// A bar by its name.
    pub(crate) fn bar(self, span: Span, stretch: &Stretch) -> String {
        match span {
            Span::Day => {
                let last = stretch.end - TimeDelta::nanoseconds(1);
                let zone = if self.is_doubtful(stretch) { self.local(stretch.start, " (%:z)") } else { String::new() };
                format!("{}–{}{zone}", self.local(stretch.start, "%H:%M"), self.local(last, "%H:%M"))
            }
            Span::Week | Span::Month => self.local(stretch.start, "%a %-d %b"),
            Span::Year => self.local(stretch.start, "%B"),
        }
    }

    /// Whether an hour is shown twice on that day.
    fn is_doubtful(self, stretch: &Stretch) -> bool {
        let offset = |at: DateTime<Utc>| self.local(at, "%:z");
        let day = TimeDelta::hours(3);
        offset(stretch.start - day) != offset(stretch.start + day)
    }

    /// The exact figures of a bar.
    pub(crate) fn note(self, span: Span, bar: &Bar) -> String {
        let usage = &bar.usage;
        if usage.requests == 0 {
            return format!("{}: nothing", self.bar(span, &bar.stretch));
        }
        let sessions = figures::counted(bar.sessions, "session");
        let tokens = figures::tokens(usage.tokens.total());
        format!("{}: {} · {sessions} · {tokens} tokens", self.bar(span, &bar.stretch), cost(usage))
    }
}

/// An amount of what is measured.
pub(crate) fn amount(measure: Measure, amount: u128) -> String {
    match measure {
        Measure::Cost => money(PicoUsd(i128::try_from(amount).unwrap_or(i128::MAX))),
        Measure::Tokens => figures::tokens(u64::try_from(amount).unwrap_or(u64::MAX)),
    }
}

/// A day and its month, and its year if that is another than today's.
pub(crate) fn day(day: NaiveDate, today: NaiveDate) -> String {
    let year = if day.year() == today.year() { "" } else { " %Y" };
    day.format(&format!("%-d %b{year}")).to_string()
}

/// Money.
pub(crate) fn money(amount: PicoUsd) -> String {
    figures::money(amount.nano(), false)
}

/// A cost, with a mark where part of it is not known.
pub(crate) fn cost(usage: &Usage) -> String {
    figures::money(usage.cost.nano(), usage.unknown_cost_requests > 0)
}

/// What is measured, of some usage.
pub(crate) fn measured(measure: Measure, usage: &Usage) -> String {
    match measure {
        Measure::Cost => cost(usage),
        Measure::Tokens => figures::tokens(usage.tokens.total()),
    }
}

/// `94.1 %` from thousandths.
pub(crate) fn percent(thousandths: u64) -> String {
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// A row by its name.
pub(crate) fn key(dimension: Dimension, key: &Key) -> String {
    let clean = |name: &Option<String>, without: &str| match name.as_deref().map(cells::clean) {
        Some(name) if !name.is_empty() => name,
        _ => without.to_owned(),
    };
    match (dimension, key) {
        (Dimension::Model, Key::Named(Some(name))) => figures::model(name),
        (Dimension::Project, Key::Named(name)) => clean(name, "(no project)"),
        (Dimension::Tool, Key::Named(name)) => clean(name, "(no tool)"),
        (Dimension::Device, Key::Named(name)) => clean(name, "this device"),
        (_, Key::Named(name)) => clean(name, "(none)"),
        (_, Key::Branch { project, branch }) => {
            format!("{} › {}", clean(project, "(no project)"), clean(branch, "(no branch)"))
        }
        (_, Key::Kind(kind)) => kind.name().to_owned(),
    }
}

/// A filter.
pub(crate) fn chip(chip: &Chip) -> String {
    format!("{} {}", chip.dimension.name(), key(chip.dimension, &chip.key))
}
