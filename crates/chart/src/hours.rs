//! The hours of the week as a heatmap: hours as columns, days of the week as rows.

use chrono::Weekday;

use crate::calendar::mark;
use crate::canvas::Canvas;
use crate::chart::sum;
use crate::{Calendar, Frame, Levels, Picture, Target, Tone, Unit, short, spark};

/// Columns of the names of days.
const NAMES: usize = 4;
/// Columns of the sums of days with the space before them.
const SUMS: usize = 8;

/// The amounts of each hour of the week, over some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// What the amounts count.
    pub unit: Unit,
    /// The amounts: days from Monday, hours from midnight.
    pub amounts: [[u128; 24]; 7],
    /// The day that a week starts with.
    pub week_start: Weekday,
    /// The hour that one stands on: `weekday from Monday * 24 + hour`.
    pub cursor: Option<usize>,
}

impl Hours {
    /// The days from Monday in the order of rows.
    pub(crate) fn order(&self) -> [usize; 7] {
        std::array::from_fn(|row| (self.week_start.num_days_from_monday() as usize + row) % 7)
    }

    pub(crate) fn levels(&self) -> Levels {
        Levels::of(self.amounts.iter().flatten().copied())
    }

    /// The sum of each hour over all days.
    pub(crate) fn by_hour(&self) -> [u128; 24] {
        std::array::from_fn(|hour| sum(self.amounts.iter().map(|day| &day[hour])))
    }
}

/// Draws the hours: seven rows of 24 hours, with the sum of each day behind them where there is room, that of each hour as a
/// row of small bars below, and a row of hours (nine rows; fewer where the frame has less).
pub fn hours(hours: &Hours, frame: Frame) -> Picture {
    let Some(room) = frame.width.checked_sub(NAMES + 24).filter(|_| frame.height > 0) else {
        return Picture::default();
    };
    let pitch = if room >= 48 + SUMS {
        3
    } else if room >= 24 {
        2
    } else {
        1
    };
    let end = NAMES + 24 * pitch;
    let levels = hours.levels();
    let mut canvas = Canvas::new(frame.width, frame.height.min(9));
    let mut targets = Vec::with_capacity(7 * 24);
    let names = Calendar::day_names(hours.week_start);
    for ((row, day), name) in hours.order().into_iter().enumerate().zip(names) {
        canvas.write(0, row, name, Tone::Dim);
        for (hour, amount) in hours.amounts[day].iter().enumerate() {
            let index = day * 24 + hour;
            let column = NAMES + hour * pitch;
            mark(&mut canvas, (column, row), levels.level(*amount), hours.cursor == Some(index), frame.ink);
            targets.push(Target { index, columns: column..column + pitch, rows: row..row + 1 });
        }
        let text = short(hours.unit, sum(&hours.amounts[day]));
        if end + SUMS <= frame.width {
            canvas.write(end + SUMS - text.len().min(SUMS), row, &text, Tone::Value);
        }
    }
    let bars = spark(&hours.by_hour(), Tone::Dim).text;
    for (hour, bar) in bars.chars().enumerate() {
        canvas.write(NAMES + hour * pitch, 7, bar.encode_utf8(&mut [0; 4]), Tone::Dim);
    }
    for hour in (0..24).step_by(3) {
        canvas.write(NAMES + hour * pitch, 8, &format!("{hour:02}"), Tone::Dim);
    }
    targets.retain(|target| target.rows.end <= frame.height);
    Picture { rows: canvas.rows(), targets, together: 1 }
}
