//! All requests of a history, put together by everything that they can be asked by.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use pricing::{NanoUsd, Price, PriceTable, Prices};
use rustc_hash::FxHashMap;
use transcript::{ChangedLines, SessionId};

use crate::{Usage, Weighted, tools_of};

/// Stands for the time of requests that have none; they come first.
const NO_TIME: i32 = i32::MIN;

/// What is known of a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its project.
    pub project: Option<String>,
    /// Its type, by the person's rules.
    pub session_type: Option<String>,
    /// The device that it ran on; none: this one.
    pub device: Option<String>,
    /// How long it was worked in, in milliseconds.
    pub active_ms: u64,
    /// Prompts of the person.
    pub prompts: u64,
    /// Lines that it changed in files.
    pub lines: ChangedLines,
    /// All its requests.
    pub requests: u64,
    /// The client's own running total.
    pub ledger: Option<NanoUsd>,
    /// Whether it carries on another session, whose cost is in the client's total then.
    pub carries_on: bool,
}

/// Requests that are the same in everything but their figures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// When they were made, in grains since 1970; none: nobody knows.
    pub slot: Option<i64>,
    /// The session that pays for them.
    pub session: &'a str,
    /// Canonical name of the model.
    pub model: &'a str,
    /// The kind of agent that made them.
    pub agent: &'a str,
    /// The branch; none outside of repositories.
    pub branch: Option<&'a str>,
    /// The tools that each of them calls, as [`tools_of`] reads them.
    pub tools: &'a str,
    /// Their sum.
    pub usage: Usage,
}

/// The requests of a history, by time.
#[derive(Debug, Default)]
pub struct Cube {
    grain: u32,
    pub(crate) rows: Vec<Row>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) homes: Vec<Home>,
    pub(crate) projects: Names,
    pub(crate) types: Names,
    pub(crate) devices: Names,
    pub(crate) models: Names,
    pub(crate) agents: Names,
    pub(crate) branches: Names,
    /// Each branch with its project.
    pub(crate) places: Vec<(u32, u32)>,
    pub(crate) rates: Vec<Rate>,
    pub(crate) toolsets: Vec<Vec<Weighted>>,
    prices: Option<String>,
    has_tools: bool,
}

/// Requests of one place in all dimensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) slot: i32,
    pub(crate) session: u32,
    pub(crate) rate: u32,
    pub(crate) agent: u32,
    pub(crate) place: u32,
    pub(crate) tools: u32,
    pub(crate) usage: Usage,
}

/// What a session brings along, by the numbers of the names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Home {
    pub(crate) project: u32,
    pub(crate) session_type: u32,
    pub(crate) device: u32,
}

/// A model on days with the same list prices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) model: u32,
    /// None: nobody knows.
    pub(crate) prices: Option<Prices>,
    /// Of a thousand web searches.
    pub(crate) searches: Price,
}

/// Names with numbers.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<Option<String>>,
    index: FxHashMap<String, u32>,
    none: Option<u32>,
}

impl Names {
    fn number(&mut self, name: Option<&str>) -> u32 {
        if let Some(number) = self.find(name) {
            return number;
        }
        let number = number_of(self.list.len());
        match name {
            Some(name) => _ = self.index.insert(name.to_owned(), number),
            None => self.none = Some(number),
        }
        self.list.push(name.map(str::to_owned));
        number
    }

    pub(crate) fn find(&self, name: Option<&str>) -> Option<u32> {
        name.map_or(self.none, |name| self.index.get(name).copied())
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: u32) -> Option<&str> {
        self.list.get(number as usize)?.as_deref()
    }
}

/// No history has as many sessions as there are numbers.
fn number_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Cube {
    /// The names of all models, in no order.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.list.iter().flatten().map(String::as_str)
    }

    /// The version of the price table that the costs follow; none in an empty store.
    pub fn prices(&self) -> Option<&str> {
        self.prices.as_deref()
    }

    /// Whether it says which tools requests call.
    pub fn has_tools(&self) -> bool {
        self.has_tools
    }

    /// Whether there are no requests.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The time of the first request, to the grain.
    pub fn first(&self) -> Option<DateTime<Utc>> {
        let dated = self.rows.partition_point(|row| row.slot == NO_TIME);
        self.moment(self.rows.get(dated)?.slot)
    }

    /// The time of the last request, to the grain.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.moment(self.rows.last()?.slot)
    }

    /// As many whole grains as there are in some time.
    pub(crate) fn whole_grains(&self, time: TimeDelta) -> TimeDelta {
        let grain = i64::from(self.grain.max(1));
        TimeDelta::minutes(time.num_minutes().div_euclid(grain) * grain)
    }

    /// The first moment of a slot.
    pub(crate) fn moment(&self, slot: i32) -> Option<DateTime<Utc>> {
        if slot == NO_TIME {
            return None;
        }
        DateTime::from_timestamp(i64::from(slot) * i64::from(self.grain) * 60, 0)
    }

    /// The rows of a stretch of time, by their places. Every stretch starts with a grain.
    pub(crate) fn between(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Range<usize> {
        let place = |at: DateTime<Utc>| {
            let grains = at.timestamp().div_euclid(i64::from(self.grain.max(1)) * 60);
            let whole = at.timestamp().rem_euclid(i64::from(self.grain.max(1)) * 60) == 0;
            let first = if whole { grains } else { grains + 1 };
            let first = i32::try_from(first).unwrap_or(if first < 0 { NO_TIME + 1 } else { i32::MAX });
            self.rows.partition_point(|row| row.slot < first)
        };
        let start = place(start);
        start..place(end).max(start)
    }

    /// The rows without a time.
    pub(crate) fn undated(&self) -> Range<usize> {
        0..self.rows.partition_point(|row| row.slot == NO_TIME)
    }
}

/// Puts requests together.
#[derive(Debug)]
pub struct Builder<'a> {
    table: &'a PriceTable,
    cube: Cube,
    session_numbers: FxHashMap<String, u32>,
    place_numbers: FxHashMap<(u32, u32), u32>,
    toolset_numbers: FxHashMap<String, u32>,
    /// The rate of a model on a day since 1970.
    days: FxHashMap<(u32, i32), u32>,
    rates: FxHashMap<(u32, Option<Prices>), u32>,
}

impl<'a> Builder<'a> {
    /// Begins with the sessions, the length of a grain in minutes ([`crate::Calendar::grain`]) and the list prices, by
    /// which costs are divided into kinds.
    pub fn new(sessions: Vec<Session>, grain: u32, table: &'a PriceTable) -> Self {
        let mut builder = Self {
            table,
            cube: Cube { grain: grain.max(1), ..Cube::default() },
            session_numbers: FxHashMap::default(),
            place_numbers: FxHashMap::default(),
            toolset_numbers: FxHashMap::default(),
            days: FxHashMap::default(),
            rates: FxHashMap::default(),
        };
        for session in sessions {
            builder.seat(session);
        }
        builder
    }

    fn seat(&mut self, session: Session) -> u32 {
        let cube = &mut self.cube;
        let number = number_of(cube.sessions.len());
        cube.homes.push(Home {
            project: cube.projects.number(session.project.as_deref()),
            session_type: cube.types.number(session.session_type.as_deref()),
            device: cube.devices.number(session.device.as_deref()),
        });
        self.session_numbers.insert(session.id.0.clone(), number);
        cube.sessions.push(session);
        number
    }

    /// Adds requests.
    pub fn add(&mut self, request: Request<'_>) {
        let known = self.session_numbers.get(request.session).copied();
        let session = known.unwrap_or_else(|| self.seat(Session { id: request.session.into(), ..Session::default() }));
        let project = self.cube.homes[session as usize].project;
        let slot = request.slot.and_then(|slot| i32::try_from(slot).ok()).unwrap_or(NO_TIME);
        let branch = self.cube.branches.number(request.branch);
        let model = self.cube.models.number(Some(request.model));
        let row = Row {
            slot,
            session,
            rate: self.rate(model, request.model, slot),
            agent: self.cube.agents.number(Some(request.agent)),
            place: place(&mut self.place_numbers, &mut self.cube.places, (project, branch)),
            tools: self.toolset(request.tools),
            usage: request.usage,
        };
        self.cube.rows.push(row);
    }

    /// The cube. `prices` is the version of the table that the costs follow; `has_tools` whether requests were told with
    /// their tools.
    pub fn finish(mut self, prices: Option<String>, has_tools: bool) -> Cube {
        self.cube.rows.sort_by_key(|row| row.slot);
        Cube { prices, has_tools, ..self.cube }
    }

    fn toolset(&mut self, text: &str) -> u32 {
        if let Some(number) = self.toolset_numbers.get(text) {
            return *number;
        }
        let number = number_of(self.cube.toolsets.len());
        self.cube.toolsets.push(tools_of(text));
        self.toolset_numbers.insert(text.to_owned(), number);
        number
    }

    /// The rate of a model at the day of a slot, in UTC: prices are those of such days.
    fn rate(&mut self, model: u32, name: &str, slot: i32) -> u32 {
        let minutes = i64::from(slot) * i64::from(self.cube.grain);
        let day = i32::try_from(minutes.div_euclid(24 * 60)).unwrap_or(NO_TIME);
        if let Some(rate) = self.days.get(&(model, day)) {
            return *rate;
        }
        let date = NaiveDate::default().checked_add_signed(TimeDelta::days(day.into())).filter(|_| slot != NO_TIME);
        let listed = self.table.find(name);
        let prices = listed.and_then(|model| model.row(date, false, 0)).map(|row| row.prices);
        let searches = listed.and_then(|model| model.web_search_per_1k).unwrap_or(self.table.web_search_per_1k());
        let next = number_of(self.cube.rates.len());
        let rate = *self.rates.entry((model, prices)).or_insert(next);
        if rate == next {
            self.cube.rates.push(Rate { model, prices, searches });
        }
        self.days.insert((model, day), rate);
        rate
    }
}

fn place(numbers: &mut FxHashMap<(u32, u32), u32>, places: &mut Vec<(u32, u32)>, of: (u32, u32)) -> u32 {
    *numbers.entry(of).or_insert_with(|| {
        places.push(of);
        number_of(places.len() - 1)
    })
}
