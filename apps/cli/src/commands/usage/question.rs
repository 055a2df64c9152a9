//! From what a person typed to the question that the store is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use color_eyre::Report;
use config::SessionTypes;
use journal::ReplicaId;
use store::{Calendar, Grouping, Names, Period, SessionRow, Subject, UsageFilter, UsageQuery, UsageReport};
use transcript::SessionId;

use super::Usage;
use super::words::NONE;
use crate::context::Context;
use crate::lookup;
use crate::plain_text::one_line;
use crate::report::Fault;

/// Names that are listed when one is not known.
const MOST_NAMES: usize = 12;

impl Usage {
    /// The question. Where another program holds the store, an unknown session is no fault of the person's.
    pub(super) fn question(&self, context: &Context, obstacle: &mut Option<Report>) -> color_eyre::Result<UsageQuery> {
        let types = SessionTypes::load(&context.paths.session_types_file())?;
        let by = self.by().grouping();
        let devices = if by == Grouping::Device { lookup::machines(context).others } else { BTreeMap::new() };
        let mut query = UsageQuery {
            by,
            filter: UsageFilter::default(),
            zone: context.zone,
            week_start: self.week_start,
            types,
            devices,
        };
        for prefix in &self.session {
            query.filter.sessions.push(lookup::stored(context, prefix, obstacle)?.session.id);
        }
        self.choose_projects(context, &mut query.filter)?;
        self.choose_models(context, &mut query.filter)?;
        self.choose_devices(context, &mut query.filter)?;
        query.filter.since = self.since.map(|since| since.at(context.now, context.zone));
        query.filter.until = self.until.map(|until| until.end(context.now, context.zone));
        if let (Some(since), Some(until)) = (query.filter.since, query.filter.until)
            && until <= since
        {
            let fault = Fault::new("usage", "Between `--since` and `--until` lies no time.");
            return Err(fault.next("Choose a later `--until` or an earlier `--since`, or leave one out.").into());
        }
        if let Some(start) = self.last().and_then(|count| self.start_of_last(&query, count, context.now)) {
            query.filter.since = query.filter.since.max(Some(start));
        }
        Ok(query)
    }

    /// The answer; of sessions and blocks, `--last` narrows the question to the last ones.
    pub(super) fn answer(&self, context: &Context, query: &mut UsageQuery) -> color_eyre::Result<UsageReport> {
        let mut report = context.store.usage(query)?;
        if query.by == Grouping::Device {
            let here = lookup::machines(context).name(None);
            report.rows.iter_mut().for_each(|row| name_this_device(&here, &mut row.subject));
        }
        let Some(count) = self.last().map(NonZeroU32::get) else { return Ok(report) };
        let kept = &report.rows[report.rows.len().saturating_sub(count as usize)..];
        if kept.len() == report.rows.len() {
            return Ok(report);
        }
        match query.by {
            Grouping::Session => {
                query.filter.sessions = kept.iter().filter_map(session).collect();
            }
            Grouping::Block => query.filter.since = kept.first().and_then(|row| row.first),
            _ => return Ok(report),
        }
        Ok(context.store.usage(query)?)
    }

    /// The last moment with a request, when `--last` reaches back over none.
    pub(super) fn last_before(
        &self,
        context: &Context,
        query: &UsageQuery,
    ) -> color_eyre::Result<Option<DateTime<Utc>>> {
        if self.last().is_none() {
            return Ok(None);
        }
        let mut earlier = query.clone();
        earlier.by = Grouping::Total;
        earlier.filter.since = self.since.map(|since| since.at(context.now, context.zone));
        Ok(context.store.usage(&earlier)?.total.last)
    }

    /// Requests without a time that a question about a time leaves out.
    pub(super) fn undated(context: &Context, query: &UsageQuery) -> color_eyre::Result<u64> {
        if query.filter.since.is_none() && query.filter.until.is_none() {
            return Ok(0);
        }
        let mut all = query.clone();
        all.by = Grouping::Period(Period::Month);
        (all.filter.since, all.filter.until) = (None, None);
        let rows = context.store.usage(&all)?.rows;
        Ok(rows.iter().find(|row| row.subject == Subject::Undated).map_or(0, |row| row.usage.requests))
    }

    /// Of several projects, one is enough; sessions and projects restrict each other.
    ///
    /// A project is chosen by a part of its name or its key, a directory chooses the sessions that ran in it, and `(none)` those
    /// without a project.
    fn choose_projects(&self, context: &Context, filter: &mut UsageFilter) -> color_eyre::Result<()> {
        if self.project.is_empty() {
            return Ok(());
        }
        let all = context.store.names()?;
        let known = &all.projects;
        let (mut names, mut sessions) = (Vec::new(), Vec::new());
        let rows = context.store.sessions()?;
        for wanted in &self.project {
            if wanted == NONE {
                sessions.extend(rows.iter().filter(|row| row.session.project.is_none()));
            } else if lookup::is_directory(wanted) {
                let here: Vec<_> = rows.iter().filter(|row| lookup::is_of_project(row, wanted, context)).collect();
                if here.is_empty() {
                    let fault = unknown("session ran in", wanted, known);
                    let way = lookup::way_to_relink(context, &rows, &context.environment.resolve(wanted));
                    return Err(match way {
                        Some(way) => fault.next(way),
                        None => fault,
                    }
                    .into());
                }
                sessions.extend(here);
            } else {
                names.extend(projects_called(wanted, &all)?);
            }
        }
        let is_by_name = |wanted: &String| wanted != NONE && !lookup::is_directory(wanted);
        if self.project.iter().all(is_by_name) {
            filter.projects = names;
            return Ok(());
        }
        let is_of_these =
            |row: &&SessionRow| row.session.project.as_ref().is_some_and(|project| names.contains(project));
        sessions.extend(rows.iter().filter(is_of_these));
        let mut chosen: BTreeSet<SessionId> = sessions.into_iter().map(|row| row.session.id.clone()).collect();
        if !filter.sessions.is_empty() {
            chosen.retain(|id| filter.sessions.contains(id));
        }
        filter.sessions = chosen.into_iter().collect();
        if filter.sessions.is_empty() {
            // An empty list would choose all of them; no session has an empty id.
            filter.sessions.push(SessionId::default());
        }
        Ok(())
    }

    /// A model is chosen by its name, else by words of it that follow each other, else by another id that the price
    /// table knows for it.
    fn choose_models(&self, context: &Context, filter: &mut UsageFilter) -> color_eyre::Result<()> {
        let known = if self.model.is_empty() { Vec::new() } else { context.store.names()?.models };
        for wanted in &self.model {
            let lower = wanted.trim().to_lowercase();
            let name = pricing::canonical(&lower);
            let exact = |model: &str| model == name || model.strip_prefix("claude-") == Some(name);
            let words = |model: &str| !name.is_empty() && format!("-{model}-").contains(&format!("-{name}-"));
            let chosen_by = |is_meant: &dyn Fn(&str) -> bool| -> Vec<String> {
                known.iter().filter(|model| is_meant(&model.to_lowercase())).cloned().collect()
            };
            let mut chosen = chosen_by(&exact);
            if chosen.is_empty() {
                chosen = chosen_by(&words);
            }
            if chosen.is_empty() {
                let prices = context.prices();
                let model_of = |name: &str| {
                    let model = prices.find(name).or_else(|| prices.find(&format!("claude-{name}")));
                    model.map(|model| model.name.as_str())
                };
                let meant = model_of(name);
                chosen = chosen_by(&|model| meant.is_some() && model_of(model) == meant);
            }
            if chosen.is_empty() {
                return Err(unknown("model is called", wanted, &known).into());
            }
            filter.models.extend(chosen);
        }
        Ok(())
    }

    /// A machine is chosen by its name, else by a part of it, else by the beginning of its number.
    fn choose_devices(&self, context: &Context, filter: &mut UsageFilter) -> color_eyre::Result<()> {
        if self.device.is_empty() {
            return Ok(());
        }
        let machines = lookup::machines(context);
        let all: Vec<Option<ReplicaId>> =
            std::iter::once(None).chain(machines.others.keys().map(|id| Some(*id))).collect();
        for wanted in &self.device {
            let lower = wanted.trim().to_lowercase();
            let name = |device: Option<ReplicaId>| machines.name(device).to_lowercase();
            let number = |device: Option<ReplicaId>| device.map(|id| id.to_string().to_lowercase()).unwrap_or_default();
            let chosen_by = |is_meant: &dyn Fn(Option<ReplicaId>) -> bool| -> Vec<Option<ReplicaId>> {
                all.iter().copied().filter(|device| !lower.is_empty() && is_meant(*device)).collect()
            };
            let mut chosen = chosen_by(&|device| name(device) == lower);
            if chosen.is_empty() {
                chosen = chosen_by(&|device| name(device).contains(&lower) || number(device).starts_with(&lower));
            }
            if chosen.is_empty() {
                return Err(lookup::unknown_device(wanted, &machines.names()).into());
            }
            filter.devices.extend(chosen);
        }
        Ok(())
    }

    /// Where the last so many stretches of time up to now, or to the end that was asked for, start; none where rows are
    /// counted.
    fn start_of_last(&self, query: &UsageQuery, count: NonZeroU32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let period = match (self.period(), query.by) {
            (Some(period), _) => period,
            (None, Grouping::Session | Grouping::Block) => return None,
            (None, _) => Period::Day,
        };
        let calendar = Calendar { zone: query.zone, week_start: query.week_start };
        let end = query.filter.until.map_or(now, |until| now.min(until - TimeDelta::milliseconds(1)));
        Some(calendar.start_of_last(period, count.get(), end))
    }
}

/// The store knows the names of the other machines alone.
fn name_this_device(here: &str, subject: &mut Subject) {
    if let Subject::Named(device) = subject {
        device.get_or_insert_with(|| here.to_owned());
    }
}

/// The projects of a name or a key, else those with it as a part of theirs.
fn projects_called(wanted: &str, all: &Names) -> Result<Vec<String>, Fault> {
    let (known, lower) = (&all.projects, wanted.trim().to_lowercase());
    let called = |is_meant: &dyn Fn(&str) -> bool| -> Vec<String> {
        let key = |name: &String| all.project_keys.get(name).map(|key| key.to_lowercase());
        let is_one = |name: &&String| is_meant(&name.to_lowercase()) || key(name).is_some_and(|key| is_meant(&key));
        known.iter().filter(is_one).cloned().collect()
    };
    let mut chosen = called(&|name| name == lower);
    if chosen.is_empty() && !lower.is_empty() {
        chosen = called(&|name| name.contains(&lower));
    }
    if chosen.is_empty() {
        return Err(unknown("project is called", wanted, known));
    }
    Ok(chosen)
}

fn unknown(what: &str, wanted: &str, known: &[String]) -> Fault {
    let listed: Vec<String> = known.iter().take(MOST_NAMES).map(|name| one_line(name)).collect();
    let more = if known.len() > MOST_NAMES { ", …" } else { "" };
    let fault = Fault::new("not-found", format!("No {what} `{}`.", one_line(wanted)));
    if listed.is_empty() {
        return fault.next("There is no history yet; see `sessions where`.");
    }
    fault.next(format!("There are: {}{more}.", listed.join(", ")))
}

fn session(row: &store::UsageRow) -> Option<SessionId> {
    match &row.subject {
        Subject::Session(session) => Some(session.id.clone()),
        _ => None,
    }
}
