//! Searching contents as the screen does at every key, beside `rg` over the same files in the same run.

mod history;
mod rivals;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::eyre;
use search::{Caps, Query, Seen, Target, Wanted};
use testkit::Home;

use super::measure::{Runs, mb};
use super::table::{Budget, Figure};
use history::History;
use rivals::Rival;

/// What is searched for: a name, the query, and the expression that finds the same with `rg`.
const QUERIES: [(&str, &str, &str, bool); 7] = [
    ("rare word", history::RARE, history::RARE, true),
    ("common word", "ledger", "ledger", true),
    ("absent word", "quetzalcoatl", "quetzalcoatl", true),
    ("phrase", "\"cannot borrow\"", "cannot borrow", true),
    ("rare regex", "/xyl[aeiou]ph\\w+/", "xyl[aeiou]ph\\w+", false),
    ("common regex", "/error\\[E\\d+\\]/", "error\\[E\\d+\\]", false),
    ("absent regex", "/quetzal(coatl|us)/", "quetzal(coatl|us)", false),
];

/// A query and the one that the next key makes of it.
const NARROWED: [(&str, &str, &str); 2] =
    [("rare word, next key", "xylophon", "xylophone"), ("common word, next key", "ledge", "ledger")];

/// Sessions that a screen shows.
const SCREEN: usize = 50;

/// Time to the first hit and to completion of a search in contents, beside `rg` where that is installed
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Size of the generated history in MB
    #[arg(long, default_value_t = 1000)]
    megabytes: u64,
    /// The same seed gives the same history
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs of each; the median is shown
    #[arg(long, default_value_t = 5)]
    repetitions: usize,
}

impl Search {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let home = Home::new();
        let history = History::make(&home, self.megabytes * 1_000_000, self.seed)?;
        let rival = Rival::find();
        let size = format!("{:.0} MB in {} files", mb(history.bytes), history.files);
        let mut figures = vec![Figure::note(format!("{size}: searched with {} threads", threads()?))];
        for (name, query, expression, literal) in QUERIES {
            figures.extend(self.figures(&history, rival.as_ref(), name, query, (expression, literal))?);
        }
        for (name, before, after) in NARROWED {
            figures.extend(self.narrowing(&history, name, before, after)?);
        }
        figures.push(Figure::note(format!(
            "Median of {}, in turns; the files were in memory already. `rg` prints every line that matches into a pipe; \
             `rg --count-matches` only counts. The search decodes every hit, counts the lines of each session and keeps \
             its best one.",
            self.repetitions
        )));
        figures.push(Figure::note(rival.map_or_else(rivals::skipped, |rival| rival.described())));
        Ok(figures)
    }

    fn figures(
        &self,
        history: &History,
        rival: Option<&Rival>,
        name: &str,
        query: &str,
        (expression, literal): (&str, bool),
    ) -> Result<Vec<Figure>> {
        let wanted = wanted(query)?;
        let (mut first, mut all) = (Runs::default(), Runs::default());
        let (mut printing, mut counting) = (Runs::default(), Runs::default());
        let mut sessions = 0;
        for _ in 0..self.repetitions {
            let seen = Seen::nothing(history.files).narrowed(&wanted);
            let course = course(&wanted, &history.targets, &seen)?;
            sessions = course.sessions;
            course.first.into_iter().for_each(|time| first.add(time));
            all.add(course.all);
            if rival.is_some() {
                printing.add(Rival::search(&history.folder, expression, literal, false)?);
                counting.add(Rival::search(&history.folder, expression, literal, true)?);
            }
        }
        let mut figures = vec![Figure::new(format!("{name}: sessions that match"), sessions as f64, "")];
        if sessions > 0 {
            let figure = Figure::new(format!("{name}: first hit"), first.median(), "ms");
            figures.push(figure.budget(Budget::AtMost(50.0)));
        }
        let mut figure = Figure::new(format!("{name}: all"), all.median(), "ms");
        if rival.is_some() {
            figure = figure.budget(Budget::AtMost(printing.median().round())).beside("rg", printing.median());
        }
        figures.push(figure);
        if rival.is_some() {
            figures.push(
                Figure::new(format!("{name}: all, again"), all.median(), "ms")
                    .beside("rg --count-matches", counting.median()),
            );
        }
        Ok(figures)
    }

    fn narrowing(&self, history: &History, name: &str, before: &str, after: &str) -> Result<Vec<Figure>> {
        let (before, after) = (wanted(before)?, wanted(after)?);
        let (mut screen, mut all) = (Runs::default(), Runs::default());
        for _ in 0..self.repetitions {
            let seen = Seen::nothing(history.files).narrowed(&before);
            course(&before, &history.targets, &seen)?;
            let begun = Instant::now();
            let seen = seen.narrowed(&after);
            let ready = begun.elapsed();
            let course = course(&after, &history.targets, &seen)?;
            course.screen.into_iter().for_each(|time| screen.add(ready + time));
            all.add(begun.elapsed());
        }
        let first = Figure::new(format!("{name}: first {SCREEN} sessions, or all"), screen.median(), "ms");
        let all = Figure::new(format!("{name}: all"), all.median(), "ms");
        Ok(vec![first.budget(Budget::AtMost(50.0)), all.budget(Budget::AtMost(50.0))])
    }
}

/// How one search went.
struct Course {
    first: Option<Duration>,
    /// Until as many sessions were found as a screen shows, or all.
    screen: Option<Duration>,
    all: Duration,
    sessions: usize,
}

fn course(wanted: &Wanted, targets: &[Target], seen: &Seen) -> Result<Course> {
    let (first, screen) = (OnceLock::new(), OnceLock::new());
    let sessions = AtomicUsize::new(0);
    let begun = Instant::now();
    search::search(wanted, targets, threads()?, seen, &AtomicBool::new(false), &|_| {
        first.get_or_init(|| begun.elapsed());
        if sessions.fetch_add(1, Ordering::Relaxed) + 1 == SCREEN {
            screen.get_or_init(|| begun.elapsed());
        }
    });
    let (all, sessions) = (begun.elapsed(), sessions.into_inner());
    let screen = screen.into_inner().or((sessions > 0).then_some(all));
    Ok(Course { first: first.into_inner(), screen, all, sessions })
}

fn threads() -> Result<usize> {
    Ok(available_parallelism()?.into())
}

fn wanted(query: &str) -> Result<Wanted> {
    Wanted::new(&Query::parse(query), Caps::Smart).ok_or_else(|| eyre!("{query} asks for nothing"))
}
