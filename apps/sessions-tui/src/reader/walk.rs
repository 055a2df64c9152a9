//! Moving over a page row by row. Only what is passed is laid out; nothing is estimated, so nothing jumps.

use std::collections::HashMap;
use std::sync::Arc;

use typeset::{Code, Colors, Part};

use super::page::{Page, Spot};
use super::{Match, Stop};

/// Somebody who moves over a page.
pub(crate) struct Walk<'a> {
    pub(crate) page: &'a mut Page,
    pub(crate) colors: &'a HashMap<Code, Arc<Colors>>,
    /// Rows of the screen.
    pub(crate) height: usize,
}

impl Walk<'_> {
    fn rows(&mut self, stop: usize) -> usize {
        self.page.sheet(stop, self.colors).rows.len()
    }

    fn next(&mut self, spot: Spot) -> Option<Spot> {
        if spot.row + 1 < self.rows(spot.stop) {
            return Some(Spot { row: spot.row + 1, ..spot });
        }
        let stop = (spot.stop + 1..self.page.stops.len()).find(|stop| self.rows(*stop) > 0)?;
        Some(Spot { stop, row: 0 })
    }

    fn previous(&mut self, spot: Spot) -> Option<Spot> {
        if spot.row > 0 {
            let last = self.rows(spot.stop).saturating_sub(1);
            return Some(Spot { row: (spot.row - 1).min(last), ..spot });
        }
        let stop = (0..spot.stop).rev().find(|stop| self.rows(*stop) > 0)?;
        Some(Spot { stop, row: self.rows(stop) - 1 })
    }

    /// So many rows further, or as far as it goes; how many that were.
    fn further(&mut self, mut spot: Spot, rows: usize) -> (Spot, usize) {
        for gone in 0..rows {
            match self.next(spot) {
                Some(next) => spot = next,
                None => return (spot, gone),
            }
        }
        (spot, rows)
    }

    fn back(&mut self, mut spot: Spot, rows: usize) -> Spot {
        for _ in 0..rows {
            match self.previous(spot) {
                Some(previous) => spot = previous,
                None => return spot,
            }
        }
        spot
    }

    /// Rows from one spot to a later one, as long as they are on one screen.
    fn distance(&mut self, from: Spot, to: Spot) -> Option<usize> {
        let mut spot = from;
        for rows in 0..self.height {
            if spot == to {
                return Some(rows);
            }
            spot = self.next(spot)?;
        }
        None
    }

    /// A row that is there: this one, else the nearest.
    fn existing(&mut self, spot: Spot) -> Spot {
        let stop = spot.stop.min(self.page.stops.len().saturating_sub(1));
        match self.rows(stop) {
            0 => {
                let after = (stop..self.page.stops.len()).find(|stop| self.rows(*stop) > 0);
                let found = after.or_else(|| (0..stop).rev().find(|stop| self.rows(*stop) > 0));
                Spot { stop: found.unwrap_or(0), row: 0 }
            }
            rows => Spot { stop, row: spot.row.min(rows - 1) },
        }
    }

    /// Makes everything fit: rows that are there, a full screen where there is text for it, the cursor on the screen.
    pub(crate) fn settle(&mut self) {
        if self.page.stops.is_empty() || self.height == 0 {
            return;
        }
        self.page.cursor = self.existing(self.page.cursor);
        self.page.top = self.existing(self.page.top);
        if self.page.cursor < self.page.top {
            self.page.top = self.page.cursor;
        } else if self.distance(self.page.top, self.page.cursor).is_none() {
            self.page.top = self.back(self.page.cursor, self.height - 1);
        }
        let (last, shown) = self.further(self.page.top, self.height - 1);
        if shown + 1 < self.height {
            self.page.top = self.back(last, self.height - 1);
        }
        // What came back may have been laid out only now: the screen is drawn from what is kept.
        self.further(self.page.top, self.height);
    }

    /// Moves the cursor; past the upper part of the screen the text moves instead.
    pub(crate) fn step(&mut self, by: isize) {
        let before = self.distance(self.page.top, self.page.cursor).unwrap_or(0);
        let rest = self.height * 2 / 5;
        let rows = by.unsigned_abs();
        if by > 0 {
            let (cursor, gone) = self.further(self.page.cursor, rows);
            self.page.cursor = cursor;
            let moved = if before >= rest { gone } else { (before + gone).saturating_sub(rest) };
            self.page.top = self.further(self.page.top, moved).0;
        } else {
            self.page.cursor = self.back(self.page.cursor, rows);
            let moved = if before <= rest { rows } else { rows.saturating_sub(before - rest) };
            self.page.top = self.back(self.page.top, moved);
        }
        self.settle();
    }

    /// Moves the text; the cursor stays where it is on the screen.
    pub(crate) fn scroll(&mut self, by: isize) {
        let place = self.distance(self.page.top, self.page.cursor).unwrap_or(0);
        let before = self.page.top;
        if by > 0 {
            let (last, shown) = self.further(self.page.top, by.unsigned_abs() + self.height - 1);
            let moves = (shown + 1).saturating_sub(self.height);
            self.page.top = self.further(self.page.top, moves).0;
            self.page.cursor = if self.page.top == before { last } else { self.further(self.page.top, place).0 };
        } else {
            self.page.top = self.back(self.page.top, by.unsigned_abs());
            self.page.cursor = if self.page.top == before { before } else { self.further(self.page.top, place).0 };
        }
        self.settle();
    }

    /// What stands in a row of the screen.
    pub(crate) fn spot_at(&mut self, row: usize) -> Option<Spot> {
        let (spot, gone) = self.further(self.page.top, row);
        (gone == row).then_some(spot)
    }

    /// Goes to a row and shows it so many rows below the upper end of the screen.
    pub(crate) fn go_to(&mut self, spot: Spot, below: usize) {
        self.page.cursor = self.existing(spot);
        self.page.top = self.back(self.page.cursor, below);
        self.settle();
    }

    pub(crate) fn go_to_end(&mut self) {
        let stop = self.page.stops.len().saturating_sub(1);
        self.go_to(Spot { stop, row: usize::MAX }, 0);
        let last = self.further(self.page.top, self.height).0;
        self.page.cursor = last;
        self.settle();
    }

    /// The first row that says something at a stop.
    pub(crate) fn first_row(&mut self, stop: usize) -> Spot {
        let sheet = self.page.sheet(stop, self.colors);
        Spot { stop, row: sheet.parts.first().map_or(0, |part| part.rows.start) }
    }

    /// Goes to the next or the previous stop where somebody begins to speak: anybody, or the person.
    pub(crate) fn go_to_head(&mut self, forward: bool, person: bool) {
        let cursor = self.page.cursor;
        let (script, which, stops) = (&self.page.script, &self.page.which, &self.page.stops);
        let is_head = |stop: &usize| match stops[*stop] {
            Stop::Entry(entry) => {
                script.head(which, entry).is_some_and(|head| !person || head.speaker != typeset::Speaker::Model)
            }
            Stop::Branch(_) => false,
        };
        let found = if forward {
            (cursor.stop + 1..stops.len()).find(is_head)
        } else {
            (0..=cursor.stop).rev().filter(is_head).find(|stop| *stop < cursor.stop || cursor.row > 1)
        };
        match found {
            Some(stop) => {
                let spot = self.first_row(stop);
                self.go_to(spot, 0);
            }
            None if forward => self.go_to_end(),
            None => self.go_to(Spot::default(), 0),
        }
    }

    /// The part under the cursor: opened if it was closed, closed if it was open.
    pub(crate) fn toggle(&mut self) -> bool {
        let cursor = self.page.cursor;
        let Some(part) = self.page.part(cursor).cloned() else { return false };
        if part.id == Part::HEAD || matches!(self.page.stops.get(cursor.stop), Some(Stop::Branch(_)) | None) {
            return false;
        }
        let below = self.distance(self.page.top, self.page.cursor).unwrap_or(0);
        self.page.fold(cursor.stop, part.id, !part.open);
        let sheet = self.page.sheet(cursor.stop, self.colors);
        let row = sheet.parts.iter().find(|own| own.id == part.id).map_or(0, |own| own.rows.start);
        let above = cursor.row.saturating_sub(row);
        self.go_to(Spot { row, ..cursor }, below.saturating_sub(above));
        true
    }

    /// Shows a match: opens what hides it, and brings its row onto the screen.
    pub(crate) fn show(&mut self, found: &Match) {
        let stop = found.stop as usize;
        let is_open = |page: &Page| {
            page.laid(stop)
                .and_then(|sheet| sheet.parts.iter().find(|part| part.id == found.part))
                .is_none_or(|part| part.open)
        };
        self.page.sheet(stop, self.colors);
        if !is_open(self.page) {
            self.page.fold(stop, found.part, true);
        }
        let sheet = self.page.sheet(stop, self.colors);
        let Some(part) = sheet.parts.iter().find(|part| part.id == found.part) else { return };
        let begins = |row: usize| sheet.rows[row].runs.iter().find_map(|run| run.at);
        let row = part.rows.clone().rfind(|row| begins(*row).is_some_and(|at| at <= found.start));
        let spot = Spot { stop, row: row.unwrap_or(part.rows.start) };
        if self.page.top <= spot && self.distance(self.page.top, spot).is_some() {
            self.page.cursor = spot;
            self.settle();
        } else {
            let third = self.height / 3;
            self.go_to(spot, third);
        }
    }
}
