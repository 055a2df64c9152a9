//! One conversation on the screen: where one is, what is folded, what was laid out.

use std::collections::HashMap;
use std::sync::Arc;

use transcript::Detail;
use typeset::{Code, Colors, Layout, Part, PartKind, Row, Run, Sheet};

use super::script::{Script, Stop, Which};
use crate::cells;

/// Rows that are kept laid out; past that all are forgotten, and those on the screen laid out again.
const KEPT: usize = 30_000;

/// A row of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Spot {
    pub(crate) stop: usize,
    pub(crate) row: usize,
}

/// What everything is laid out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dress {
    pub(crate) level: Detail,
    pub(crate) columns: usize,
    pub(crate) prose: usize,
    pub(crate) wrap: bool,
    pub(crate) directory: String,
}

/// A row by what stands there, which outlives another width or level.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    stop: usize,
    part: u32,
    /// Where its text begins in the text of the part.
    at: Option<u32>,
    /// Whether the row is an empty one above the part.
    above: bool,
}

/// One conversation on the screen.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) script: Arc<Script>,
    pub(crate) which: Which,
    pub(crate) stops: Vec<Stop>,
    /// What it is called; empty for that of the session.
    pub(crate) title: String,
    /// The subagent whose own file it shows.
    pub(crate) agent: Option<String>,
    /// The first row on the screen.
    pub(crate) top: Spot,
    /// The row that one is at.
    pub(crate) cursor: Spot,
    /// What the person opened or closed, by the offset of the item and the part.
    folds: HashMap<(u64, u32), bool>,
    dress: Option<Dress>,
    /// Where top and cursor were in another dress, until they are found again.
    before: Option<[Anchor; 2]>,
    sheets: HashMap<usize, Arc<Sheet>>,
    kept: usize,
}

impl Page {
    pub(crate) fn new(script: Arc<Script>, which: Which, title: String) -> Self {
        let stops = script.stops(&which);
        Self {
            script,
            which,
            stops,
            title,
            agent: None,
            top: Spot::default(),
            cursor: Spot::default(),
            folds: HashMap::new(),
            dress: None,
            before: None,
            sheets: HashMap::new(),
            kept: 0,
        }
    }

    /// The same, as that of a subagent with a file of its own.
    pub(crate) fn of_agent(self, agent: Option<String>) -> Self {
        Self { agent, ..self }
    }

    /// Takes in more of the same transcript; one stays at the item where one was.
    pub(crate) fn replace(&mut self, script: Arc<Script>) {
        let [top, cursor] = [self.top, self.cursor].map(|spot| (self.offset(spot.stop), spot.row));
        self.stops = script.stops(&self.which);
        self.script = script;
        self.forget();
        let again = |(offset, row): (Option<u64>, usize)| Spot { stop: self.stop_at(offset.unwrap_or(0)), row };
        (self.top, self.cursor) = (again(top), again(cursor));
    }

    /// The offset of what stands at a stop.
    pub(crate) fn offset(&self, stop: usize) -> Option<u64> {
        match self.stops.get(stop)? {
            Stop::Entry(entry) => self.script.entries(&self.which).get(*entry).map(|entry| entry.offset),
            Stop::Branch(branch) => {
                let branch = self.script.outline(&self.which).branches.get(*branch)?;
                branch.entries.first().map(|entry| entry.offset)
            }
        }
    }

    /// The entry at a stop; at the mark of a branch, the one before.
    pub(crate) fn entry_at(&self, stop: usize) -> Option<usize> {
        self.stops.get(..=stop)?.iter().rev().find_map(|stop| match stop {
            Stop::Entry(entry) => Some(*entry),
            Stop::Branch(_) => None,
        })
    }

    /// The stop of the item that holds an offset: the last of those that begin at or before it.
    pub(crate) fn stop_at(&self, offset: u64) -> usize {
        let entries = self.script.entries(&self.which);
        let begins = |stop: &Stop| match stop {
            Stop::Entry(entry) => Some(entries[*entry].offset),
            Stop::Branch(_) => None,
        };
        let holds = self.stops.iter().enumerate().filter_map(|(at, stop)| Some((begins(stop)?, at)));
        holds.filter(|(begin, _)| *begin <= offset).max().map_or(0, |(_, at)| at)
    }

    /// What its conversation is called among those of the session.
    pub(crate) fn key(&self) -> Which {
        let agent = self.which.agent.clone().or_else(|| self.agent.clone());
        Which { agent, branch: self.which.branch }
    }

    /// The stop of an entry.
    pub(crate) fn stop_of_entry(&self, entry: usize) -> Option<usize> {
        self.stops.iter().position(|stop| *stop == Stop::Entry(entry))
    }

    /// The stop at which a turn begins.
    pub(crate) fn stop_of_turn(&self, turn: u32) -> Option<usize> {
        let entries = self.script.entries(&self.which);
        self.stops.iter().position(|stop| matches!(stop, Stop::Entry(entry) if entries[*entry].turn >= turn))
    }

    /// Forgets what was laid out.
    pub(crate) fn forget(&mut self) {
        self.sheets.clear();
        self.kept = 0;
    }

    /// Forgets what was laid out without colors that are known now.
    pub(crate) fn forget_uncolored(&mut self) {
        self.sheets.retain(|_, sheet| sheet.wanted.is_empty());
    }

    /// Sees to it that everything is laid out for this.
    pub(crate) fn put_on(&mut self, dress: &Dress) {
        if self.dress.as_ref() == Some(dress) {
            return;
        }
        if self.dress.is_some() && self.before.is_none() {
            self.before = Some([self.top, self.cursor].map(|spot| self.anchor(spot)));
        }
        self.dress = Some(dress.clone());
        self.forget();
    }

    fn anchor(&self, spot: Spot) -> Anchor {
        let laid = self.laid(spot.stop);
        let row = laid.and_then(|sheet| sheet.rows.get(spot.row));
        let part = self.part(spot);
        Anchor {
            stop: spot.stop,
            part: part.map_or(0, |part| part.id),
            at: row.and_then(|row| row.runs.iter().find_map(|run| run.at)),
            above: part.is_some_and(|part| spot.row < part.rows.start),
        }
    }

    /// Finds top and cursor again after everything was laid out anew.
    pub(crate) fn find_again(&mut self, colors: &HashMap<Code, Arc<Colors>>) {
        let Some(anchors) = self.before.take() else { return };
        let [top, cursor] = anchors.map(|anchor| {
            let sheet = self.sheet(anchor.stop, colors);
            let same = sheet.parts.iter().find(|part| part.id == anchor.part);
            let part = same.or_else(|| sheet.parts.iter().rfind(|part| part.id <= anchor.part));
            let Some(part) = part else { return Spot { stop: anchor.stop, row: 0 } };
            let begins = |row: &usize| sheet.rows[*row].runs.iter().find_map(|run| run.at);
            let found = part.rows.clone().rfind(|row| begins(row).is_some_and(|at| Some(at) <= anchor.at));
            let row = found.unwrap_or(part.rows.start).saturating_sub(usize::from(anchor.above));
            Spot { stop: anchor.stop, row }
        });
        (self.top, self.cursor) = (top, cursor);
    }

    /// What stands at a stop, if it was laid out.
    pub(crate) fn laid(&self, stop: usize) -> Option<&Sheet> {
        self.sheets.get(&stop).map(AsRef::as_ref)
    }

    /// What stands at a stop.
    pub(crate) fn sheet(&mut self, stop: usize, colors: &HashMap<Code, Arc<Colors>>) -> Arc<Sheet> {
        if let Some(sheet) = self.sheets.get(&stop) {
            return Arc::clone(sheet);
        }
        if self.kept > KEPT {
            self.forget();
        }
        let sheet = Arc::new(self.lay_out(stop, colors).unwrap_or_default());
        self.kept += sheet.rows.len() + 1;
        self.sheets.insert(stop, Arc::clone(&sheet));
        sheet
    }

    fn lay_out(&self, stop: usize, colors: &HashMap<Code, Arc<Colors>>) -> Option<Sheet> {
        let dress = self.dress.as_ref()?;
        let entry = match *self.stops.get(stop)? {
            Stop::Entry(entry) => entry,
            Stop::Branch(branch) => return self.branch(branch),
        };
        let item = self.script.item(&self.which, entry)?;
        let head = self.script.head(&self.which, entry);
        let folds = |part: u32| self.folds.get(&(item.offset, part)).copied();
        let known = |code: &Code| colors.get(code).cloned();
        let layout = Layout {
            level: dress.level,
            columns: dress.columns,
            prose: dress.prose,
            wrap: dress.wrap,
            directory: &dress.directory,
            folds: &folds,
            colors: &known,
        };
        let mut sheet = typeset::sheet(&item, head.as_ref(), &layout);
        if stop == 0 && sheet.rows.first().is_some_and(|row| row.runs.is_empty()) && sheet.rows.len() > 1 {
            sheet.rows.remove(0);
            for part in &mut sheet.parts {
                part.rows = part.rows.start.saturating_sub(1)..part.rows.end - 1;
            }
        }
        Some(sheet)
    }

    /// The mark of an abandoned branch.
    fn branch(&self, branch: usize) -> Option<Sheet> {
        let branch = self.script.outline(&self.which).branches.get(branch)?;
        let prompt = branch.entries.iter().find_map(|entry| match &entry.sketched {
            transcript::Sketched::Whole(transcript::Body::Prompt(prompt)) => Some(cells::clean(&prompt.text)),
            _ => None,
        });
        let run = |text: String, role: typeset::Role| Run { text, paint: role.into(), at: None };
        let columns = self.dress.as_ref().map_or(80, |dress| dress.columns);
        let told = format!("abandoned: {}", prompt.unwrap_or_else(|| "an answer".to_owned()));
        let runs = vec![
            run("⑂ ".to_owned(), typeset::Role::Warning),
            run(cells::cut(&told, columns.saturating_sub(18)).into_owned(), typeset::Role::Dim),
        ];
        let right = Some(("↵ opens".to_owned(), typeset::Role::Dim.into()));
        let rows = vec![Row::default(), Row { runs, right, ..Row::default() }];
        let part = Part { id: 0, kind: PartKind::Notice, rows: 1..2, open: true };
        Some(Sheet { rows, parts: vec![part], wanted: Vec::new() })
    }

    /// The part that a row belongs to; an empty row belongs to what comes after it.
    pub(crate) fn part(&self, spot: Spot) -> Option<&Part> {
        let parts = &self.laid(spot.stop)?.parts;
        parts.iter().find(|part| spot.row < part.rows.end).or(parts.last())
    }

    /// Opens or closes a part.
    pub(crate) fn fold(&mut self, stop: usize, part: u32, open: bool) {
        if let Some(offset) = self.offset(stop) {
            self.folds.insert((offset, part), open);
            self.sheets.remove(&stop);
        }
    }

    /// Forgets what the person opened and closed.
    pub(crate) fn unfold_all(&mut self) {
        self.folds.clear();
        self.forget();
    }

    /// Code whose colors the rows on the screen want.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &Code> {
        self.sheets.values().flat_map(|sheet| &sheet.wanted)
    }
}
