//! Usage over time and by what it was for: the question, and the rows that answer it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;
use config::SessionTypes;
use journal::ReplicaId;
use pricing::NanoUsd;
use serde::Serialize;
use transcript::SessionId;

use crate::Block;

pub use summary::{Calendar, LedgerSum, Period, Stretch, Usage};
pub(crate) use summary::{costlier, shares, tools_of};

/// What usage is asked for.
#[derive(Debug, Clone)]
pub struct UsageQuery {
    /// What makes a row.
    pub by: Grouping,
    /// Which requests count.
    pub filter: UsageFilter,
    /// The viewer's time zone: days, weeks, months and hours are those of its calendar.
    pub zone: Tz,
    /// The day that a week starts with.
    pub week_start: Weekday,
    /// The rules that give a session its type.
    pub types: SessionTypes,
    /// What the other machines are called, by all the numbers that they have or had: those of one name make one row.
    pub devices: BTreeMap<ReplicaId, String>,
}

/// What makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Everything is one row.
    Total,
    /// A stretch of the calendar.
    Period(Period),
    /// A session, subagents included.
    Session,
    /// A project.
    Project,
    /// A model.
    Model,
    /// A branch of a project.
    Branch,
    /// A type of session.
    Type,
    /// A tool. A request that calls several is shared between them by the number of calls.
    Tool,
    /// The main conversation, or a kind of subagent.
    Agent,
    /// The machine that a session counts for, by its name, else its number; none: this one.
    Device,
    /// A five-hour block, see [`crate::blocks`].
    Block,
}

/// Which requests count; an empty list does not restrict.
#[derive(Debug, Clone, Default)]
pub struct UsageFilter {
    /// Made then or later. A request without a time does not count when there is a limit.
    pub since: Option<DateTime<Utc>>,
    /// Made before then.
    pub until: Option<DateTime<Utc>>,
    /// Of one of these projects, by display name.
    pub projects: Vec<String>,
    /// Of one of these models, by canonical name.
    pub models: Vec<String>,
    /// Of one of these sessions.
    pub sessions: Vec<SessionId>,
    /// Of sessions that ran on one of these machines; none stands for this one.
    pub devices: Vec<Option<ReplicaId>>,
}

/// Usage of one model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ModelUsage {
    /// Canonical model name.
    pub model: String,
    /// Its usage.
    #[serde(flatten)]
    pub usage: Usage,
}

/// A row of usage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageRow {
    /// What it stands for.
    pub subject: Subject,
    /// Its sum.
    pub usage: Usage,
    /// The same by model, the costliest first.
    pub models: Vec<ModelUsage>,
    /// Time of its first request.
    pub first: Option<DateTime<Utc>>,
    /// Time of its last request.
    pub last: Option<DateTime<Utc>>,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subject {
    /// Everything.
    #[default]
    Total,
    /// A stretch of the calendar: from its first moment to the first of the next. A day may have 23 or 25 hours.
    Period {
        /// Its name: `2026-11-20`, `2026-11`, the first day of a week, an hour in RFC 3339.
        name: String,
        /// Its first moment.
        start: DateTime<Utc>,
        /// The first moment after it.
        end: DateTime<Utc>,
    },
    /// Requests without a time.
    Undated,
    /// A session.
    Session(Box<SessionUsage>),
    /// A project, model, type, tool, agent or machine by name; none: requests that have none.
    Named(Option<String>),
    /// A tool by name, with the number of its calls; none: requests that call no tool.
    Tool(Option<String>, u64),
    /// A branch and the project that it is of.
    Branch {
        /// The project.
        project: Option<String>,
        /// The branch; none outside of repositories.
        branch: Option<String>,
    },
    /// A five-hour block.
    Block(Block),
}

impl From<Stretch> for Subject {
    fn from(Stretch { name, start, end }: Stretch) -> Self {
        Self::Period { name, start, end }
    }
}

/// What a row says of its session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionUsage {
    /// Its id.
    pub id: SessionId,
    /// Its title.
    pub title: Option<String>,
    /// Its project.
    pub project: Option<String>,
    /// The client's own running total.
    pub ledger: Option<NanoUsd>,
    /// The session that it was forked from.
    pub parent: Option<SessionId>,
    /// Whether it carries on another session: it says so, or its files tell requests that another one pays for. The
    /// client's total includes the other's then and cannot be compared.
    pub carries_on: bool,
    /// Whether all its requests are in the row.
    pub whole: bool,
}

/// Usage, answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageReport {
    /// The rows: time, sessions and blocks oldest first, all others costliest first.
    pub rows: Vec<UsageRow>,
    /// The sum of all requests that count, each once. (The rows of tools name a request in each tool's row.)
    pub total: UsageRow,
    /// Models without a price, as they are written.
    pub unknown_models: Vec<String>,
    /// The client's own totals.
    pub ledger: LedgerSum,
    /// The version of the price table that the costs follow; none in an empty store. Another than today's stands here
    /// until the next scan prices the requests anew.
    pub prices: Option<String>,
}

/// A row while it is summed up.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    models: BTreeMap<String, Usage>,
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
}

impl Sum {
    /// Adds requests of one model.
    pub(crate) fn add(&mut self, model: &str, usage: Usage, first: Option<DateTime<Utc>>, last: Option<DateTime<Utc>>) {
        match self.models.get_mut(model) {
            Some(sum) => *sum += usage,
            None => {
                self.models.insert(model.to_owned(), usage);
            }
        }
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = self.last.max(last);
    }

    /// The row, models in the order of their cost.
    pub(crate) fn into_row(self, subject: Subject) -> UsageRow {
        let mut usage = Usage::default();
        let mut models: Vec<ModelUsage> =
            self.models.into_iter().map(|(model, usage)| ModelUsage { model, usage }).collect();
        for model in &models {
            usage += model.usage;
        }
        models.sort_by(|one, other| costlier(&one.usage, &other.usage).then_with(|| one.model.cmp(&other.model)));
        UsageRow { subject, usage, models, first: self.first, last: self.last }
    }
}
