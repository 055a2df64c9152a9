//! What the summary says beside what `sessions usage` says of the same requests: every figure has to be the same.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use config::SessionTypes;
use pricing::PriceTable;
use store::{
    Calendar, CubeQuery, Grouping, Period, Store, Subject, Usage, UsageFilter, UsageQuery, UsageReport, UsageRow,
};
use summary::{Chip, Cube, Dimension, Key, Question, Span, Stretch};

const ZONES: [Tz; 4] = [Tz::UTC, Tz::Europe__Berlin, Tz::Asia__Kathmandu, Tz::Australia__Lord_Howe];

const DIMENSIONS: [(Dimension, Grouping); 7] = [
    (Dimension::Project, Grouping::Project),
    (Dimension::Model, Grouping::Model),
    (Dimension::Type, Grouping::Type),
    (Dimension::Branch, Grouping::Branch),
    (Dimension::Tool, Grouping::Tool),
    (Dimension::Agent, Grouping::Agent),
    (Dimension::Device, Grouping::Device),
];

/// One way of asking both.
struct Asking<'a> {
    store: &'a Store,
    cube: &'a Cube,
    calendar: Calendar,
    chips: Vec<Chip>,
    filter: UsageFilter,
}

/// Asks both of everything: in several zones, every grouping, in one of them with every filter that both have, over all time and in the month
/// in which most happened. Returns how many figures were compared.
pub(crate) fn check(store: &Store) -> usize {
    let mut compared = 0;
    for zone in ZONES {
        let calendar = Calendar { zone, week_start: Weekday::Mon };
        let query = CubeQuery {
            grain: calendar.grain(),
            tools: true,
            types: &SessionTypes::default(),
            device: None,
            devices: &BTreeMap::new(),
            prices: &PriceTable::built_in(),
        };
        let cube = store.cube(&query).expect("the store can be asked");
        // what filters leave does not depend on the zone
        let filters = if zone == Tz::Europe__Berlin { filters(&cube) } else { vec![Default::default()] };
        for (chips, filter) in filters {
            let asking = Asking { store, cube: &cube, calendar, chips, filter };
            compared += asking.all_time() + asking.periods();
        }
    }
    compared
}

/// No filter, two projects, two models, and the first project with each model.
fn filters(cube: &Cube) -> Vec<(Vec<Chip>, UsageFilter)> {
    let names = |dimension| -> Vec<String> {
        let entries = cube.entries(None, &[], dimension);
        let name = |key: &Key| if let Key::Named(name) = key { name.clone() } else { None };
        entries.iter().filter_map(|entry| name(&entry.key)).take(2).collect()
    };
    let chip = |dimension, name: &String| Chip { dimension, key: Key::Named(Some(name.clone())) };
    let (projects, models) = (names(Dimension::Project), names(Dimension::Model));
    let mut filters = vec![(Vec::new(), UsageFilter::default())];
    for project in &projects {
        let filter = UsageFilter { projects: vec![project.clone()], ..UsageFilter::default() };
        filters.push((vec![chip(Dimension::Project, project)], filter));
    }
    for model in &models {
        let mut filter = UsageFilter { models: vec![model.clone()], ..UsageFilter::default() };
        filters.push((vec![chip(Dimension::Model, model)], filter.clone()));
        let Some(project) = projects.first() else { continue };
        filter.projects = vec![project.clone()];
        filters.push((vec![chip(Dimension::Model, model), chip(Dimension::Project, project)], filter));
    }
    filters
}

impl Asking<'_> {
    fn usage(&self, by: Grouping, stretch: Option<&Stretch>) -> UsageReport {
        let mut filter = self.filter.clone();
        if let Some(stretch) = stretch {
            (filter.since, filter.until) = (Some(stretch.start), Some(stretch.end));
        }
        let query = UsageQuery {
            by,
            filter,
            zone: self.calendar.zone,
            week_start: self.calendar.week_start,
            types: SessionTypes::default(),
            devices: BTreeMap::new(),
        };
        self.store.usage(&query).expect("the store can be asked")
    }

    /// Everything, requests without a time included.
    fn all_time(&self) -> usize {
        self.rows(None)
    }

    /// The rows of every dimension in a stretch of time, and the sums.
    fn rows(&self, stretch: Option<&Stretch>) -> usize {
        let mut compared = 0;
        for (dimension, grouping) in DIMENSIONS {
            let report = self.usage(grouping, stretch);
            let entries = self.cube.entries(stretch, &self.chips, dimension);
            let ours = entries.into_iter().map(|entry| (entry.key, (entry.usage, entry.calls))).collect();
            let theirs: BTreeMap<Key, (Usage, u64)> = report.rows.iter().filter_map(told).collect();
            let ours: BTreeMap<Key, (Usage, u64)> = ours;
            assert_eq!(ours, theirs, "{dimension:?} {:?} {stretch:?}", self.filter);
            compared += theirs.len();
        }
        let report = self.usage(Grouping::Total, stretch);
        let (total, models) = self.cube.total(stretch, &self.chips);
        assert_eq!(total, report.total.usage, "{:?} {stretch:?}", self.filter);
        let names = |key: &Key| if let Key::Named(Some(name)) = key { name.clone() } else { String::new() };
        let ours: Vec<(String, Usage)> = models.iter().map(|model| (names(&model.key), model.usage)).collect();
        let theirs: Vec<(String, Usage)> =
            report.total.models.iter().map(|model| (model.model.clone(), model.usage)).collect();
        assert_eq!(ours, theirs, "{:?} {stretch:?}", self.filter);
        assert_eq!(self.cube.ledger(stretch, &self.chips), report.ledger, "{:?} {stretch:?}", self.filter);
        assert_eq!(self.cube.prices(), report.prices.as_deref());
        compared + 1
    }

    /// The bars of every page, and the rows of the month in which most happened.
    fn periods(&self) -> usize {
        let mut compared = 0;
        for (span, period) in [(Span::Year, Period::Month), (Span::Month, Period::Day), (Span::Week, Period::Day)] {
            compared += self.pages(span, period, usize::MAX);
        }
        compared += self.pages(Span::Day, Period::Hour, 40);
        let months = self.usage(Grouping::Period(Period::Month), None);
        let busiest = months.rows.iter().max_by_key(|row| (row.usage.requests, row.first));
        let Some(Subject::Period { name, start, end }) = busiest.map(|row| row.subject.clone()) else {
            return compared;
        };
        compared + self.rows(Some(&Stretch { name, start, end }))
    }

    /// The bars of the pages of a span, from the first to the last request, at most so many pages.
    fn pages(&self, span: Span, period: Period, most: usize) -> usize {
        let report = self.usage(Grouping::Period(period), None);
        let dated: Vec<(DateTime<Utc>, &UsageRow)> = report
            .rows
            .iter()
            .filter_map(|row| if let Subject::Period { start, .. } = row.subject { Some((start, row)) } else { None })
            .collect();
        let mut ours: BTreeMap<DateTime<Utc>, Usage> = BTreeMap::new();
        let mut pages = Vec::new();
        for (start, _) in &dated {
            let stretch = self.calendar.span(span, *start);
            if !pages.contains(&stretch.start) {
                pages.push(stretch.start);
            }
        }
        pages.truncate(most);
        let seen: Vec<Stretch> = pages.iter().map(|start| self.calendar.span(span, *start)).collect();
        for stretch in &seen {
            let page = self.cube.page(&Question {
                calendar: self.calendar,
                span,
                at: stretch.start,
                now: stretch.end + TimeDelta::days(1),
                chips: &self.chips,
            });
            let mut sum = Usage::default();
            for bar in page.bars.iter().filter(|bar| bar.usage.requests > 0) {
                let mut parts = Usage::default();
                bar.parts.iter().for_each(|part| parts += *part);
                assert_eq!(parts, bar.usage, "the parts of a bar");
                sum += bar.usage;
                ours.insert(bar.stretch.start, bar.usage);
            }
            assert_eq!(sum, page.total, "the bars of a page");
        }
        let within = |at: &DateTime<Utc>| seen.iter().any(|stretch| stretch.start <= *at && *at < stretch.end);
        let theirs: BTreeMap<DateTime<Utc>, Usage> =
            dated.iter().filter(|(at, _)| within(at)).map(|(at, row)| (*at, row.usage)).collect();
        assert_eq!(ours, theirs, "{span:?} {:?} {}", self.filter, self.calendar.zone);
        theirs.len()
    }
}

/// A row of `sessions usage` as the summary has it.
fn told(row: &UsageRow) -> Option<(Key, (Usage, u64))> {
    let (key, calls) = match row.subject.clone() {
        Subject::Named(name) => (Key::Named(name), 0),
        Subject::Tool(name, calls) => (Key::Named(name), calls),
        Subject::Branch { project, branch } => (Key::Branch { project, branch }, 0),
        _ => return None,
    };
    Some((key, (row.usage, calls)))
}
