//! Starting and ending the screen, and the loop between.

use std::io::{self, IsTerminal};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use chrono::Utc;
use chrono_tz::Tz;
use color_eyre::eyre::{WrapErr, bail};
use config::{Environment, Excluded, Paths, Settings};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use crossterm::event::{Event, MouseEventKind};
use pricing::PriceTable;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sync::Progress;
use transcript::SessionId;

use crate::appearance;
use crate::commands::KeyMap;
use crate::extent::Here;
use crate::lanes::Lanes;
use crate::machines::Machines;
use crate::message::{Effect, Msg};
use crate::model::{Model, Setup};
use crate::rehearsal;
use crate::syncing::{SyncNews, Tested};
use crate::terminal::{self, Screen};
use crate::update;

/// How often the clock is looked at while somebody looks at the screen.
const ATTENDED: Duration = Duration::from_secs(15);
/// How often it is looked at otherwise.
const UNATTENDED: Duration = Duration::from_mins(1);

/// How long the thread that reads keys waits before it looks whether another program has the terminal.
const GLANCE: Duration = Duration::from_millis(250);
/// A form that a session is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Markdown, as `sessions show --format md` writes it.
    Markdown,
    /// One JSON document, as `sessions show --format json` writes it.
    Json,
    /// The transcript as it is on disk.
    Lines,
}

/// Writes a session in a form; the error says what to do about it.
pub type Exporter = fn(&Launch, &SessionId, Form) -> Result<Vec<u8>, String>;

/// Told with which remote it syncs, and how far it is.
pub type Watch<'a> = &'a mut dyn FnMut(&str, Progress);

/// What syncs and asks remotes for the screen.
#[derive(Debug, Clone, Copy)]
pub struct Syncer {
    /// Syncs with all remotes until it is done or asked to stop, and tells how far it is with which; the error says what to do
    /// about it.
    pub run: fn(&Launch, &AtomicBool, Watch<'_>) -> Result<SyncNews, String>,
    /// Asks all remotes what they hold.
    pub test: fn(&Launch) -> Tested,
}

/// What the screen is started with.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Where everything lies.
    pub paths: Paths,
    /// The person's settings.
    pub settings: Settings,
    /// The environment of the program.
    pub environment: Environment,
    /// The prices in force.
    pub prices: PriceTable,
    /// The viewer's time zone.
    pub zone: Tz,
    /// What is wrong with the person's files, to be said when it is opened.
    pub problems: Vec<String>,
    /// Whether it is to say that nothing is set up.
    pub offer_set_up: bool,
    /// Whether it shows the built-in demo (says so, resumes nothing).
    pub demo: bool,
    /// What writes sessions to files: the command line has the forms.
    pub export: Exporter,
    /// What syncs: the command line knows how.
    pub sync: Syncer,
}

impl Launch {
    /// What the person's machines are called; those of the demo have no name.
    pub(crate) fn machines(&self) -> Machines {
        if self.demo {
            return Machines::default();
        }
        Machines::of(&self.paths, &self.settings, &self.environment)
    }
}

impl Launch {
    /// Projects that are excluded now: the settings may have been changed since the screen was opened.
    pub(crate) fn excluded(&self) -> Excluded {
        Excluded::new(&Settings::load(&self.paths.config).0.exclude, &self.environment)
    }

    /// The same for recording: while the settings cannot be read, it is not known what may be.
    pub(crate) fn not_recorded(&self) -> Excluded {
        let settings = Settings::load(&self.paths.config).0;
        if settings.exclude_unknown { Excluded::all() } else { Excluded::new(&settings.exclude, &self.environment) }
    }
}

/// How the screen was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person is done.
    Quit,
    /// The person wants to set up; the terminal has been given back.
    SetUp,
    /// A session is to be resumed; the terminal has been given back.
    Resume(resume::Plan),
}

/// What ends the loop's waiting.
pub(crate) enum Wake {
    /// Something for the model.
    Msg(Msg),
    /// The terminal cannot be read any more.
    InputFailed(io::Error),
    /// A lane panicked; its report is on the terminal.
    LaneFailed,
}

/// What is wrong with a person's keys and theme, as the screen itself would say. It never stops the screen.
pub fn problems(environment: &Environment, paths: &Paths, settings: &Settings) -> Vec<String> {
    let (_, mut problems) = KeyMap::new(&settings.keys);
    problems.extend(appearance::problems(environment, &settings.theme, &paths.themes()));
    problems
}

/// Opens the screen and returns when it is left. The terminal is given back in every case.
pub fn run(launch: &Launch) -> color_eyre::Result<Outcome> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("The screen needs a terminal. `sessions ls` prints the list instead.");
    }
    let (sender, inbox) = crossbeam_channel::unbounded();
    let lanes = Lanes::start(launch, &sender).wrap_err("threads cannot be started")?;
    let (keys, wrong_keys) = KeyMap::new(&launch.settings.keys);
    let mut problems = [&launch.problems[..], &wrong_keys[..]].concat();
    let mut model = Model::new(Setup {
        zone: launch.zone,
        now: Utc::now(),
        demo: launch.demo,
        home: launch.environment.home.clone(),
        here: Some(launch.environment.cwd.clone()),
        roots: launch.paths.roots.clone(),
        theme: crate::Theme::default(),
        keys,
        around: Here::new(&launch.environment.cwd),
        budget: launch.settings.budget,
    });
    // The lanes read while the terminal is asked for its colors.
    for effect in update(&mut model, Msg::Started) {
        lanes.perform(effect);
    }
    let (theme, wrong) = appearance::theme(&launch.environment, &launch.settings.theme, &launch.paths.themes());
    problems.extend(wrong);
    update(&mut model, Msg::Themed(Box::new(theme)));
    if launch.offer_set_up {
        update(&mut model, Msg::OfferSetUp);
    }
    // What is wrong lies over what could be.
    update(&mut model, Msg::Misconfigured(problems));
    let outcome = take_and_run(launch, &mut model, &lanes, &inbox, &sender);
    lanes.finish();
    outcome
}

fn take_and_run(
    launch: &Launch,
    model: &mut Model,
    lanes: &Lanes,
    inbox: &Receiver<Wake>,
    sender: &Sender<Wake>,
) -> color_eyre::Result<Outcome> {
    let mut screen = Screen::take().wrap_err("the terminal cannot be used")?;
    listen(sender).wrap_err("the terminal cannot be listened to")?;
    let (width, height) = screen.size()?;
    let mut wakes = vec![Wake::Msg(Msg::Resize(width, height))];
    loop {
        let mut effects = update(model, Msg::Tick(Utc::now()));
        for wake in wakes.drain(..) {
            match wake {
                Wake::Msg(message) => effects.extend(update(model, message)),
                Wake::InputFailed(error) => return Err(error).wrap_err("the terminal cannot be read any more"),
                Wake::LaneFailed => bail!("a part of the program failed; its report stands above"),
            }
        }
        for effect in effects.into_iter().filter_map(|effect| lanes.perform(effect)) {
            match effect {
                Effect::Leave(outcome) => return Ok(outcome),
                Effect::Redraw => screen.forget()?,
                Effect::Copy(text) => screen.copy(&text)?,
                Effect::Page(path) => {
                    let said = terminal::page(&path, &launch.environment);
                    wakes.extend([Msg::Continued, Msg::Told(said)].map(Wake::Msg));
                }
                Effect::Edit(id, path) => {
                    let said = terminal::edit(&path, &launch.environment);
                    wakes.extend([Msg::Continued, Msg::Edited(id, path)].map(Wake::Msg));
                    wakes.extend(said.err().map(|problem| Wake::Msg(Msg::Told(Err(problem)))));
                }
                Effect::Suspend => {
                    terminal::suspend()?;
                    wakes.push(Wake::Msg(Msg::Continued));
                }
                Effect::Retake => {
                    screen.retake()?;
                    let (width, height) = screen.size()?;
                    wakes.push(Wake::Msg(Msg::Resize(width, height)));
                }
                _ => {}
            }
        }
        if model.take_changed() {
            screen.draw(model)?;
            rehearsal::panic_if_asked(&launch.environment, "screen");
        }
        if wakes.is_empty() {
            wait(inbox, model, &mut wakes);
        }
    }
}

/// Waits for something to do and takes all that has come meanwhile.
fn wait(inbox: &Receiver<Wake>, model: &Model, wakes: &mut Vec<Wake>) {
    let usual = if model.attended { ATTENDED } else { UNATTENDED };
    let note = model.toasts.next_end().map(|end| (end - model.now).to_std().unwrap_or_default());
    let patience = note.map_or(usual, |left| left.min(usual));
    match inbox.recv_timeout(patience) {
        Ok(wake) => wakes.push(wake),
        Err(RecvTimeoutError::Timeout) => {}
        Err(RecvTimeoutError::Disconnected) => wakes.push(Wake::LaneFailed),
    }
    wakes.extend(inbox.try_iter());
}

/// Starts the threads that wait for keys and for signals. They end with the process: nothing can interrupt their waiting.
fn listen(sender: &Sender<Wake>) -> io::Result<()> {
    let keys = sender.clone();
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        loop {
            if !terminal::may_read() {
                continue;
            }
            let wake = match crossterm::event::poll(GLANCE).and_then(|any| any.then(crossterm::event::read).transpose())
            {
                Ok(Some(event)) => match message(event) {
                    Some(message) => Wake::Msg(message),
                    None => continue,
                },
                Ok(None) => continue,
                Err(error) => Wake::InputFailed(error),
            };
            let failed = matches!(wake, Wake::InputFailed(_));
            if keys.send(wake).is_err() || failed {
                return;
            }
        }
    })?;
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT])?;
    let ends = sender.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            // Ctrl-C in a pager is meant for the pager.
            if signal == SIGINT && terminal::is_lent() {
                continue;
            }
            let message = if signal == SIGCONT { Msg::Continued } else { Msg::Terminate };
            if ends.send(Wake::Msg(message)).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

fn message(event: Event) -> Option<Msg> {
    Some(match event {
        Event::Key(key) => Msg::Key(key),
        Event::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)) => return None,
        Event::Mouse(mouse) => Msg::Mouse(mouse),
        Event::Paste(text) => Msg::Paste(text),
        Event::Resize(width, height) => Msg::Resize(width, height),
        Event::FocusGained => Msg::Focus(true),
        Event::FocusLost => Msg::Focus(false),
    })
}
