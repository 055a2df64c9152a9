//! What every command works with: environment, paths, clock and output, taken once.

use std::cell::OnceCell;
use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use color_eyre::Report;
use config::{ConfigError, Environment, Excluded, Paths, Settings};
use notes::Notes;
use pricing::PriceTable;
use resume::Moves;
use sessions_tui::Launch;
use store::Store;

use crate::cli::Global;
use crate::clock;
use crate::demo::Demo;
use crate::output::Output;
use crate::report::{self, Fault, Style};

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Context {
    /// The environment of the program; in the demo, one that knows nothing of the person's files.
    pub(crate) environment: Environment,
    /// Where everything lies.
    pub(crate) paths: Paths,
    /// The person's settings; the defaults for what is wrong in them.
    pub(crate) settings: Settings,
    /// What is wrong with the settings.
    pub(crate) settings_problems: Vec<ConfigError>,
    /// The store.
    pub(crate) store: Store,
    /// The viewer's time zone.
    pub(crate) zone: Tz,
    /// When the program was started.
    pub(crate) now: DateTime<Utc>,
    /// Whether the answer is for a script.
    pub(crate) json: bool,
    /// Whether the transcripts were looked at, so that a tick has something to do.
    pub(crate) scanned: bool,
    /// Standard output.
    pub(crate) output: Output,
    /// What is written down, once it was asked for (`notebook::notes`).
    pub(crate) notes: OnceCell<Rc<Notes>>,
    /// Directories that moved, once they were asked for (`moves`).
    moves: OnceCell<Rc<Moves>>,
    /// How warnings are written.
    style: Style,
    /// The built-in history, while it is unpacked.
    demo: Option<Demo>,
}

impl Context {
    /// Takes everything that the flags and the process give.
    pub(crate) fn new(global: &Global, style: Style) -> color_eyre::Result<Self> {
        let now = Utc::now();
        let outside = Environment::of_process();
        let demo = global.demo.then(|| Demo::unpack(now)).transpose()?;
        let environment = demo.as_ref().map_or_else(|| outside.clone(), |demo| demo.environment(&outside));
        let mut paths = Paths::new(&environment)?;
        let (mut settings, problem) = Settings::load(&paths.config);
        let wrong_zone = clock::wrong_setting(&settings, &paths.config);
        if wrong_zone.is_some() {
            settings.timezone = None;
        }
        paths.add_roots(&settings.roots_extra);
        let mut output = Output::new(global, &environment);
        if demo.is_some() {
            output.note("demo: a built-in history; nothing of yours is read or changed");
        }
        Ok(Self {
            store: Store::at(&paths.store),
            zone: clock::zone(global.timezone, &environment, settings.timezone.as_deref()),
            now,
            json: global.json,
            scanned: false,
            output,
            notes: OnceCell::new(),
            moves: OnceCell::new(),
            style,
            demo,
            environment,
            paths,
            settings,
            settings_problems: problem.into_iter().chain(wrong_zone).collect(),
        })
    }

    /// What the screen was started with, for work behind it: nothing is written to the terminal.
    pub(crate) fn behind(launch: &Launch) -> Self {
        Self {
            environment: launch.environment.clone(),
            paths: launch.paths.clone(),
            settings: launch.settings.clone(),
            settings_problems: Vec::new(),
            store: Store::at(&launch.paths.store),
            zone: launch.zone,
            now: Utc::now(),
            json: true,
            scanned: false,
            output: Output::unwatched(),
            notes: OnceCell::new(),
            moves: OnceCell::new(),
            style: Style::default(),
            demo: None,
        }
    }

    /// Directories that moved, as they were remembered when this was asked first.
    pub(crate) fn moves(&self) -> Rc<Moves> {
        Rc::clone(self.moves.get_or_init(|| Rc::new(Moves::read(&self.paths.places_file()))))
    }

    /// Projects that are not recorded, not searched and not archived.
    pub(crate) fn excluded(&self) -> Excluded {
        Excluded::new(&self.settings.exclude, &self.environment)
    }

    /// The same for recording: while the settings cannot be read, it is not known what may be.
    pub(crate) fn not_recorded(&self) -> Excluded {
        if self.settings.exclude_unknown { Excluded::all() } else { self.excluded() }
    }

    /// Goes over to the built-in history for the rest of the program.
    pub(crate) fn enter_demo(&mut self) -> color_eyre::Result<()> {
        let demo = Demo::unpack(self.now)?;
        self.environment = demo.environment(&self.environment);
        self.paths = Paths::new(&self.environment)?;
        self.settings = Settings::default();
        self.store = Store::at(&self.paths.store);
        (self.notes, self.moves) = (OnceCell::new(), OnceCell::new());
        self.demo = Some(demo);
        Ok(())
    }

    /// Says that there is no history at all, and where it was looked for.
    pub(crate) fn no_history(&self) -> String {
        let roots: Vec<String> = self.paths.roots.iter().map(|root| root.display().to_string()).collect();
        format!("No Claude Code history found in {}. Try `sessions --demo`.", roots.join(", "))
    }

    /// Whether this is the built-in history.
    pub(crate) fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// The prices in force: the built-in ones, and those of the person's `prices.toml` over them, if that can be used.
    pub(crate) fn prices(&self) -> PriceTable {
        self.checked_prices().unwrap_or_else(|_| PriceTable::built_in())
    }

    /// The same, or what is wrong with the person's file.
    pub(crate) fn checked_prices(&self) -> Result<PriceTable, Fault> {
        let (table, path) = (PriceTable::built_in(), self.paths.prices_file());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(table),
            Err(error) => return Err(wrong_prices(&path, None, &error)),
        };
        table.with_overrides(&text).map_err(|error| wrong_prices(&path, error.line(&text), &error))
    }

    /// Says on standard error what is wrong beside the answer, which is given all the same.
    pub(crate) fn warn(&self, problem: &Report) {
        report::warn(self.style, problem);
    }

    /// All that is wrong with the settings; nothing is said of it again.
    pub(crate) fn settings_fault(&mut self) -> Option<Fault> {
        let problems: Vec<String> = self.settings_problems.drain(..).map(|problem| problem.to_string()).collect();
        (!problems.is_empty()).then(|| Fault::new("config", problems.join("\n")))
    }

    /// What is wrong with the person's files, so that something else stands for them.
    pub(crate) fn problems_of_files(&mut self) -> Vec<Fault> {
        let is_closed = self.settings.exclude_unknown;
        let settings = self.settings_fault().map(|fault| {
            fault.next(if is_closed {
                "Until it is corrected nothing new is recorded, because it is not known what is excluded."
            } else {
                "What is right in it holds, and the defaults for the rest. `sessions config check` checks it again."
            })
        });
        let prices = self
            .checked_prices()
            .err()
            .map(|problem| problem.next("Until it is corrected, the built-in prices are used."));
        settings.into_iter().chain(prices).collect()
    }
}

/// Says where the person's prices cannot be used, and why.
fn wrong_prices(path: &Path, line: Option<usize>, error: &dyn Error) -> Fault {
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    Fault::new("prices", format!("{}{line}: {error}", path.display()))
        .next("Correct the file, or move it away to use the built-in prices alone.")
}
