//! The days of a year and the hours of the week.

use super::pen::{Pen, wide};
use super::{HEAD, MARGIN};
use crate::calendar::months;
use crate::chart::sum;
use crate::{Calendar, Hours, apart, short};

/// Pixels from one cell to the next, and of a cell.
const PITCH: usize = 16;
const CELL: f64 = 13.0;
/// Pixels of the names of days.
const NAMES: usize = 40;
/// Pixels of an hour.
const HOUR: usize = 32;
/// Pixels of the highest bar below the hours.
const BAR: usize = 36;

const CLASSES: [&str; 5] = ["h0", "h1", "h2", "h3", "h4"];

/// Draws the days of a year; says how high it is, below the heading.
pub(super) fn calendar(pen: &mut Pen, calendar: &Calendar) -> usize {
    let left = MARGIN + NAMES;
    let days = calendar.weeks(53);
    let top = HEAD + 18;
    let months = months(&days);
    let spans: Vec<_> =
        months.iter().map(|(week, name)| left + week * PITCH..left + week * PITCH + wide(name)).collect();
    for (week, name) in months.iter().step_by(apart::every(&spans, 4)) {
        pen.text("dim", left + week * PITCH, HEAD + 10, name);
    }
    for (row, name) in Calendar::day_names(calendar.week_start).into_iter().enumerate() {
        pen.text("dim", MARGIN, top + row * PITCH + 11, name);
    }
    for day in &days {
        let corner = ((left + day.week * PITCH) as f64, (top + day.row * PITCH) as f64);
        let words = format!("{}: {}", day.date.format("%a %Y-%m-%d"), short(calendar.unit, day.amount));
        pen.rect(CLASSES[usize::from(day.level)], corner, (CELL, CELL), &words);
    }
    let key = top + 7 * PITCH + 8;
    pen.text("dim", left, key + 11, "less");
    for (at, class) in CLASSES.into_iter().enumerate() {
        pen.rect(class, ((left + 34 + at * PITCH) as f64, key as f64), (CELL, CELL), "");
    }
    pen.text("dim", left + 34 + 5 * PITCH + 4, key + 11, "more");
    key + PITCH - HEAD
}

/// Draws the hours of the week; says how high they are, below the heading.
pub(super) fn hours(pen: &mut Pen, hours: &Hours) -> usize {
    let left = MARGIN + NAMES;
    let levels = hours.levels();
    let names = Calendar::day_names(hours.week_start);
    for ((row, day), name) in hours.order().into_iter().enumerate().zip(names) {
        let y = HEAD + row * PITCH;
        pen.text("dim", MARGIN, y + 11, name);
        for (hour, amount) in hours.amounts[day].iter().enumerate() {
            let corner = ((left + hour * HOUR) as f64, y as f64);
            let words = format!("{name} {hour:02}:00: {}", short(hours.unit, *amount));
            pen.rect(CLASSES[usize::from(levels.level(*amount))], corner, (HOUR as f64 - 3.0, CELL), &words);
        }
        pen.text("ink", left + 24 * HOUR + 8, y + 11, &short(hours.unit, sum(&hours.amounts[day])));
    }
    let by_hour = hours.by_hour();
    let most = by_hour.iter().copied().max().unwrap_or(0);
    let bottom = HEAD + 7 * PITCH + 6 + BAR;
    for (hour, amount) in by_hour.into_iter().enumerate() {
        let height = crate::share::length(amount, most, BAR) as f64;
        let words = format!("{hour:02}:00: {}", short(hours.unit, amount));
        let corner = ((left + hour * HOUR) as f64, bottom as f64 - height);
        pen.rect("share", corner, (HOUR as f64 - 3.0, height), &words);
        if hour % 3 == 0 {
            pen.text("dim", left + hour * HOUR, bottom + 14, &format!("{hour:02}"));
        }
    }
    bottom + 16 - HEAD
}
