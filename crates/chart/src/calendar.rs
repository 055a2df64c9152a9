//! The days of a year as a heatmap: weeks as columns, days of the week as rows.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::canvas::Canvas;
use crate::{Frame, Ink, Levels, Paint, Picture, Target, Tone, Unit, heat};

/// Weeks that are drawn at most: a year, and the week in which it begins.
const WEEKS: usize = 53;
/// Columns of the names of days.
const NAMES: usize = 4;

/// The amounts of days up to a last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// What the amounts count.
    pub unit: Unit,
    /// The last day.
    pub last: NaiveDate,
    /// The amounts, the last day first: `days[3]` is three days before it. What lies further back than 53 weeks is not
    /// drawn; what is missing counts as nothing.
    pub days: Vec<u128>,
    /// The day that a week starts with.
    pub week_start: Weekday,
    /// The day that one stands on, in days before the last one.
    pub cursor: Option<usize>,
}

/// A day where it is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    /// Days before the last one.
    pub(crate) back: usize,
    /// Its column, from 0.
    pub(crate) week: usize,
    /// Its row, from 0.
    pub(crate) row: usize,
    pub(crate) amount: u128,
    pub(crate) level: u8,
}

impl Calendar {
    /// The days of so many weeks, the last of them the week of the last day.
    pub(crate) fn weeks(&self, weeks: usize) -> Vec<Day> {
        let row = |date: NaiveDate| date.weekday().days_since(self.week_start) as usize;
        let count = (weeks.clamp(1, WEEKS) - 1) * 7 + row(self.last) + 1;
        let first = self.last.checked_sub_days(Days::new(count as u64 - 1)).unwrap_or(NaiveDate::MIN);
        let levels = Levels::of(self.days.iter().take(count).copied());
        let day = |(at, date): (usize, NaiveDate)| {
            let back = count - 1 - at;
            let amount = self.days.get(back).copied().unwrap_or(0);
            Day { date, back, week: at / 7, row: row(date), amount, level: levels.level(amount) }
        };
        first.iter_days().take(count).enumerate().map(day).collect()
    }

    /// The names of the days, in the order of rows.
    pub(crate) fn day_names(week_start: Weekday) -> [&'static str; 7] {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        std::array::from_fn(|row| DAYS[(week_start.num_days_from_monday() as usize + row) % 7])
    }
}

/// Weeks in which a month begins, with its name.
pub(crate) fn months(days: &[Day]) -> Vec<(usize, String)> {
    let begins = days.iter().filter(|day| day.date.day() == 1);
    begins.map(|day| (day.week, day.date.format("%b").to_string())).collect()
}

/// Draws a calendar: months, seven rows of days, and what the levels look like (nine rows; in lower frames first the levels
/// are left out, then the months). Weeks that do not fit are left out, the oldest first.
pub fn calendar(calendar: &Calendar, frame: Frame) -> Picture {
    let room = frame.width.saturating_sub(NAMES);
    if room == 0 || frame.height == 0 {
        return Picture::default();
    }
    let pitch = if room >= WEEKS * 2 { 2 } else { 1 };
    let weeks = (room / pitch).min(WEEKS);
    let days = calendar.weeks(weeks);
    let head = usize::from(frame.height >= 8);
    let mut canvas = Canvas::new(frame.width, frame.height.min(8 + usize::from(frame.height >= 9)));
    for (row, name) in Calendar::day_names(calendar.week_start).into_iter().enumerate() {
        canvas.write(0, head + row, name, Tone::Dim);
    }
    let mut targets = Vec::with_capacity(days.len());
    for day in &days {
        let (column, row) = (NAMES + day.week * pitch, head + day.row);
        mark(&mut canvas, (column, row), day.level, calendar.cursor == Some(day.back), frame.ink);
        targets.push(Target { index: day.back, columns: column..column + pitch, rows: row..row + 1 });
    }
    if head == 1 {
        for (week, name) in months(&days) {
            let column = NAMES + week * pitch;
            if canvas.is_free(column.saturating_sub(1)..column + name.len(), 0) {
                canvas.write(column, 0, &name, Tone::Dim);
            }
        }
    }
    if frame.height >= 9 {
        canvas.write_row(NAMES, 8, &heat::key(frame.ink));
    }
    targets.retain(|target| target.rows.end <= frame.height);
    Picture { rows: canvas.rows(), targets, together: 1 }
}

/// A cell of a heatmap; that of the cursor has another shape, and another ground where there are colors.
pub(crate) fn mark(canvas: &mut Canvas, (column, row): (usize, usize), level: u8, is_cursor: bool, ink: Ink) {
    let (glyph, tone) = heat::cell(level, ink);
    let paint = match ink {
        _ if !is_cursor => Paint::of(tone),
        Ink::Color if level > 0 => Paint { tone, ground: Some(Tone::Cursor) },
        Ink::Color => Paint { tone: Tone::Cursor, ground: Some(Tone::Cursor) },
        Ink::Pattern => Paint::of(Tone::Cursor),
    };
    canvas.put(column, row, if is_cursor { "◆" } else { glyph }, paint);
}
