//! Pictures of the screen over the built-in demo, at a fixed moment, zone and size.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use chrono_tz::UTC;
use color_eyre::Result;
use color_eyre::eyre::WrapErr;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pricing::PriceTable;
use sessions_tui::{
    Depth, Effect, Glimpse, Library, Mode, Model, Msg, Opened, Ranking, Script, Setup, Theme, render, update,
};
use store::{ScanOptions, SessionRow, Store};
use transcript::Conversation;

use crate::svg;

/// In the workspace, where this is run; where it was compiled may be another checkout.
const DEMO: &str = "assets/demo";
/// 2026-11-19 16:00 UTC, shortly after the end of the demo.
const NOW: DateTime<Utc> = DateTime::from_timestamp(1_795_104_000, 0).expect("a date in range");

/// A picture: its name, colors, size and the keys that lead there.
struct Scene {
    name: &'static str,
    mode: Mode,
    size: (u16, u16),
    keys: &'static [KeyCode],
}

const SCENES: &[Scene] = &[
    Scene { name: "sessions", mode: Mode::Dark, size: (120, 32), keys: &[KeyCode::Down, KeyCode::Down] },
    Scene { name: "sessions-light", mode: Mode::Light, size: (120, 32), keys: &[KeyCode::Down, KeyCode::Down] },
    Scene {
        name: "filter",
        mode: Mode::Dark,
        size: (120, 32),
        keys: &[
            KeyCode::Char('b'),
            KeyCode::Char('e'),
            KeyCode::Char('a'),
            KeyCode::Char('n'),
            KeyCode::Char(' '),
            KeyCode::Char('r'),
            KeyCode::Char('e'),
        ],
    },
    Scene {
        name: "transcript",
        mode: Mode::Dark,
        size: (120, 40),
        keys: &[KeyCode::Tab, KeyCode::Down, KeyCode::Down, KeyCode::Char('o'), KeyCode::Char(']'), KeyCode::Char(']')],
    },
    Scene { name: "help", mode: Mode::Dark, size: (120, 40), keys: &[KeyCode::F(1)] },
    Scene {
        name: "palette",
        mode: Mode::Dark,
        size: (120, 32),
        keys: &[KeyCode::Tab, KeyCode::Down, KeyCode::Char(':'), KeyCode::Char('r'), KeyCode::Char('e')],
    },
    Scene { name: "small", mode: Mode::Dark, size: (80, 24), keys: &[] },
];

/// Draws every scene into a folder, one SVG each.
pub(crate) fn draw(folder: &Path) -> Result<()> {
    let rows = rows()?;
    fs::create_dir_all(folder)?;
    for scene in SCENES {
        let mut screen = Screen::new(scene, rows.clone());
        screen.send(Msg::Resize(scene.size.0, scene.size.1))?;
        screen.send(Msg::Started)?;
        for key in scene.keys {
            screen.send(Msg::Key(KeyEvent::new(*key, KeyModifiers::NONE)))?;
        }
        let picture = svg::picture(&render(&screen.model, scene.size.0, scene.size.1), scene.mode);
        let path = folder.join(format!("{}.svg", scene.name));
        fs::write(&path, picture).wrap_err_with(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The sessions of the demo, as a scan stores them.
fn rows() -> Result<Vec<SessionRow>> {
    let demo = fs::canonicalize(DEMO).wrap_err_with(|| format!("{DEMO} is not here: run it in the workspace"))?;
    let folder = tempfile::tempdir()?;
    let store = Store::at(folder.path().join("sessions.duckdb"));
    let options = ScanOptions { roots: vec![demo], ..ScanOptions::default() };
    store.scan(&options, &PriceTable::built_in(), &AtomicBool::new(false), &mut |_| {})?;
    let mut rows = store.sessions()?;
    // The dates of files are those of the checkout, and would give each picture another text.
    for row in &mut rows {
        row.modified = None;
    }
    Ok(rows)
}

/// A screen without a terminal.
struct Screen {
    model: Model,
    rows: Vec<SessionRow>,
}

impl Screen {
    fn new(scene: &Scene, rows: Vec<SessionRow>) -> Self {
        let model = Model::new(Setup {
            now: NOW,
            home: Some("/home/you".into()),
            theme: Theme::new(scene.mode, Depth::True),
            ..Setup::default()
        });
        Self { model, rows }
    }

    /// Sends a message and answers everything that comes of it.
    fn send(&mut self, message: Msg) -> Result<()> {
        let mut waiting = vec![message];
        while let Some(message) = waiting.pop() {
            for effect in update(&mut self.model, message) {
                waiting.extend(self.answer(effect)?);
            }
        }
        Ok(())
    }

    /// What the lanes would answer.
    fn answer(&mut self, effect: Effect) -> Result<Option<Msg>> {
        Ok(Some(match effect {
            Effect::Load(ticket) => Msg::Loaded(ticket, Ok(Arc::new(Library::new(self.rows.clone(), &[], UTC)))),
            Effect::Scan => Msg::Scanned(Ok(Box::default())),
            Effect::Rank { ticket, query, setting, library, .. } => {
                let hits = library.candidates().rank(&query, &setting);
                Msg::Ranked(ticket, Ranking { hits, found: Vec::new(), running: false })
            }
            Effect::Glimpse { id, path: Some(path) } => {
                let conversation = Conversation::read(&fs::read(path)?).value;
                Msg::Glimpsed(id, Box::new(Glimpse::new(&conversation, &conversation)))
            }
            Effect::Open { ticket, path } => {
                Msg::Opened(ticket, Ok(Opened { script: Arc::new(Script::whole(&fs::read(path)?)), complete: true }))
            }
            Effect::Color(codes) => Msg::Colored(codes.into_iter().map(|code| (code.clone(), code.colors())).collect()),
            _ => return Ok(None),
        }))
    }
}
