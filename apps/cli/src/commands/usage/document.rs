//! `sessions usage --svg`: a report of charts in one file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chart::{Calendar as Year, Drawing, Hours, Text};
use chrono::TimeDelta;
use config::replace_shared_file;
use sessions_tui::figures;
use store::{Calendar, Grouping, Period, UsageQuery, UsageRow};
use summary::{Measure, Rhythm};

use super::chart::sums;
use super::series::{heading, name, span, stretch_of};
use super::{By, Usage};
use crate::context::Context;
use crate::report::Fault;

/// Rows of a breakdown; the rest is one more.
const MOST_ROWS: usize = 12;
/// Stands behind the first tag of an SVG that was written here. Two hyphens may not stand in a comment of XML.
const MARK: &str = "<!-- A report of sessions usage, which may replace it. -->";
/// Bytes of a file in which the mark is looked for.
const MARK_WITHIN: u64 = 512;

impl Usage {
    /// Writes the report. It takes the place of an earlier one, and of nothing else.
    pub(super) fn write_document(
        &self,
        context: &mut Context,
        query: &UsageQuery,
        file: &Path,
    ) -> color_eyre::Result<()> {
        let is_stream = file == Path::new("-");
        if !is_stream {
            check_place(file)?;
        }
        let document = self.document(context, query)?;
        if is_stream {
            return Ok(context.output.bytes(document.as_bytes())?);
        }
        replace_shared_file(file, document.as_bytes()).map_err(|error| cannot_write(file, &error))?;
        context.output.note(&format!("Written to {}.", file.display()));
        Ok(())
    }

    fn document(&self, context: &Context, query: &UsageQuery) -> color_eyre::Result<String> {
        let measure = self.chart.unwrap_or_default().into();
        let period = self.period().unwrap_or(Period::Day);
        let ask = |by: Grouping| context.store.usage(&UsageQuery { by, ..query.clone() });
        let report = ask(Grouping::Period(period))?;
        let (chart, stretches) = self.over_time(context, query, (period, &report.rows), measure)?;
        let time = span(&stretches, Some(period), query.zone);
        let time = time.unwrap_or_else(|| "no time with a request".to_owned());
        let told = sums(&chart, &report).join(" · ");
        let word = heading(measure);
        let about = |title: String, description: &str| Text { title, description: description.to_owned() };
        let by = period.name();
        let mut drawings = vec![(
            about(format!("{word} by {by}"), "Stacked by model; dotted, the time before."),
            Drawing::Bars(chart),
        )];
        let own = Some(self.by()).filter(|by| self.by.is_some() && !matches!(by.grouping(), Grouping::Period(_)));
        let breakdowns =
            [Some(By::Model), Some(By::Project), own.filter(|by| ![By::Model, By::Project, By::Total].contains(by))];
        for by in breakdowns.into_iter().flatten() {
            let rows = shares(by, &ask(by.grouping())?.rows, measure, context);
            drawings.push((
                about(format!("{word} by {}", by.word()), &time),
                Drawing::Shares(figures::unit(measure), rows),
            ));
        }
        let year = year(context, query, measure)?;
        let year_of = format!("The year up to {}; the darker or brighter, the more.", year.last);
        drawings.push((about("Days".to_owned(), &year_of), Drawing::Calendar(year)));
        let hours = hours(&ask(Grouping::Period(Period::Hour))?.rows, query, measure);
        drawings.push((about("Hours of the week".to_owned(), &time), Drawing::Hours(Box::new(hours))));
        let zone = query.zone.name();
        let text = about("Usage of Claude Code".to_owned(), &format!("{time} ({zone}){} · {told}", self.restriction()));
        let document = chart::document(&text, &drawings);
        Ok(document.replacen('\n', &format!("\n{MARK}\n"), 1))
    }

    /// The filters, in words.
    fn restriction(&self) -> String {
        let list =
            |word: &str, values: &[String]| (!values.is_empty()).then(|| format!(" · {word} {}", values.join(", ")));
        [list("project", &self.project), list("model", &self.model), list("session", &self.session)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Names with their amounts, the largest first; what is left is one row.
fn shares(by: By, rows: &[UsageRow], measure: Measure, context: &Context) -> Vec<(String, u128)> {
    let amount = |row: &UsageRow| (name(by, &row.subject, context.zone), measure.of(&row.usage));
    let mut shares: Vec<(String, u128)> = rows.iter().map(amount).filter(|(_, amount)| *amount > 0).collect();
    shares.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    if shares.len() > MOST_ROWS + 1 {
        let rest = shares.split_off(MOST_ROWS);
        let sum = rest.iter().fold(0_u128, |sum, (_, amount)| sum.saturating_add(*amount));
        shares.push((format!("{} others", figures::count(rest.len() as u64)), sum));
    }
    shares
}

/// The days of the year up to the end of the question.
fn year(context: &Context, query: &UsageQuery, measure: Measure) -> color_eyre::Result<Year> {
    let end = query.filter.until.map_or(context.now, |until| context.now.min(until - TimeDelta::milliseconds(1)));
    let calendar = Calendar { zone: query.zone, week_start: query.week_start };
    let mut asked = UsageQuery { by: Grouping::Period(Period::Day), ..query.clone() };
    asked.filter.since =
        Some(calendar.start_of_last(Period::Day, u32::try_from(Rhythm::DAYS).unwrap_or(u32::MAX), end));
    let last = calendar.day(end);
    let mut days = vec![0; Rhythm::DAYS];
    for row in context.store.usage(&asked)?.rows {
        let Some(stretch) = stretch_of(&row.subject) else { continue };
        let back = usize::try_from((last - calendar.day(stretch.start)).num_days()).ok();
        if let Some(day) = back.and_then(|back| days.get_mut(back)) {
            *day = measure.of(&row.usage);
        }
    }
    Ok(Year { unit: figures::unit(measure), last, days, week_start: query.week_start, cursor: None })
}

/// What each hour of the week comes to.
fn hours(rows: &[UsageRow], query: &UsageQuery, measure: Measure) -> Hours {
    let calendar = Calendar { zone: query.zone, week_start: query.week_start };
    let mut amounts = [[0_u128; 24]; 7];
    for row in rows {
        let Some(stretch) = stretch_of(&row.subject) else { continue };
        let (weekday, clock) = calendar.hour_of_week(stretch.start);
        let hour = &mut amounts[weekday][clock];
        *hour = hour.saturating_add(measure.of(&row.usage));
    }
    Hours { unit: figures::unit(measure), amounts, week_start: query.week_start, cursor: None }
}

/// Refuses a place where something else lies, or where there is no folder.
fn check_place(file: &Path) -> Result<(), Fault> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let fault = Fault::new("not-found", format!("There is no folder {}.", folder.display()));
        return Err(fault.next("Make it first, or choose another place for the file."));
    }
    let mut beginning = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MARK_WITHIN).read_to_end(&mut beginning));
    match read {
        Ok(0) => Ok(()),
        Ok(_) if String::from_utf8_lossy(&beginning).contains(MARK) => Ok(()),
        Ok(_) => Err(Fault::new(
            "exists",
            format!("{} is there already, and is no report of `sessions usage --svg`.", file.display()),
        )
        .next("It is left as it is. Choose another name, or move it away.")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot_write(file, &error)),
    }
}

fn cannot_write(file: &Path, error: &io::Error) -> Fault {
    Fault::new("io", format!("{} cannot be written: {error}.", file.display()))
        .next("Choose a file in a folder that you may write to.")
}
