//! The hook that Claude Code calls: leaves an event behind, or draws the status line, and is gone.
//!
//! It opens no database and no network, prints nothing but the status line and, when a session starts, the banner that a
//! tick has prepared, and ends with 0 whatever happens, because Claude Code shows or stores anything else. What goes wrong is written to `logs/hook.log`.

mod arguments;
mod input;
mod log;
mod status_line;

use std::io::{self, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::{Environment, Paths};
use journal::{
    Banner, Event, EventKind, Fields, JournalError, Limits, PAYLOAD_READ_BYTES, Spool, Status, UsageState, is_tick_due,
    payload_fault, start_tick,
};

use crate::arguments::Request;
use crate::log::Log;
use crate::status_line::Look;

/// How long the payload may take to arrive; of the 1.5 seconds that the end of a session has, enough is left.
const PATIENCE: Duration = Duration::from_secs(1);

/// Figures of a status line that are older are made again, and so often at most is a tick started for them.
const FIGURES_FRESH: Duration = Duration::from_mins(1);

/// After a start, an event that comes often starts no other tick for this long.
const OFTEN_PAUSE: Duration = Duration::from_secs(10);

/// What a thread needs that only waits for the disk.
const SYNC_STACK_BYTES: usize = 64 * 1024;

fn main() -> ExitCode {
    match Request::parse(std::env::args_os().skip(1)) {
        Request::Help => show(io::stdout(), arguments::HELP, ExitCode::SUCCESS),
        Request::Version => show(io::stdout(), arguments::VERSION, ExitCode::SUCCESS),
        Request::StatusLine | Request::Event(_) | Request::Unknown(_) if io::stdin().is_terminal() => {
            show(io::stderr(), arguments::HELP, ExitCode::from(1))
        }
        request => {
            answer(&request);
            ExitCode::SUCCESS
        }
    }
}

fn show(mut to: impl Write, text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to be told that nobody reads it.
    let _ = to.write_all(text.as_bytes());
    code
}

/// Does what Claude Code asked for; whatever fails goes to the log.
fn answer(request: &Request) {
    let environment = Environment::of_process();
    let Ok(paths) = Paths::new(&environment) else { return };
    let log = Log::new(paths.hook_log());
    let panicked = log.clone();
    panic::set_hook(Box::new(move |panic| panicked.append(&panic.to_string())));
    let answered = panic::catch_unwind(AssertUnwindSafe(|| match request {
        Request::StatusLine => draw(&environment, &paths),
        event => record(event, &environment, &paths),
    }));
    for problem in answered.unwrap_or_default() {
        log.append(&problem);
    }
}

/// Prints the status line, then keeps the limits that it was told of and has its figures brought up to date; returns what
/// went wrong.
fn draw(environment: &Environment, paths: &Paths) -> Vec<String> {
    let payload = input::read(io::stdin(), PAYLOAD_READ_BYTES, PATIENCE);
    let now_ms = now_ms();
    let mut problems = Vec::new();
    let status = Status::read(&payload, now_ms).unwrap_or_else(|fault| {
        problems.push(format!("the payload of the status line cannot be understood: {fault}"));
        Status::default()
    });
    let state = UsageState::read(&paths.usage_state()).unwrap_or_else(|error| {
        problems.push(error.to_string());
        None
    });
    let (state, checked) = state.unzip();
    let line = status_line::line(&status, state.as_ref(), now_ms, Look::of(environment));
    show(io::stdout(), &(line + "\n"), ExitCode::SUCCESS);
    problems.extend(Limits::at(paths.limits_file()).record(&status.limits).err().map(|error| error.to_string()));
    let is_fresh = |checked: SystemTime| checked.elapsed().is_ok_and(|age| age < FIGURES_FRESH);
    if !checked.is_some_and(is_fresh) && is_tick_due(FIGURES_FRESH, paths) {
        problems.extend(start_tick(environment, paths).err());
    }
    problems
}

/// Leaves the event and starts a tick; returns what went wrong.
fn record(request: &Request, environment: &Environment, paths: &Paths) -> Vec<String> {
    let payload = input::read(io::stdin(), PAYLOAD_READ_BYTES, PATIENCE);
    let kind = match request {
        Request::Event(Some(kind)) => *kind,
        Request::Unknown(word) => return vec![format!("`{word}` is no event that is recorded; see --help")],
        _ => match kind_of(&payload) {
            Ok(kind) => kind,
            Err(problem) => return vec![problem],
        },
    };
    let mut problems = Vec::new();
    if payload.len() < PAYLOAD_READ_BYTES
        && let Some(fault) = payload_fault(&payload)
    {
        problems.push(format!("the payload of {} is kept, but {fault}", kind.name()));
    }
    let mut event = Event::new(kind, now_ms(), &payload).with_variables(|name| environment.get(name));
    event.parent_pid = Some(std::os::unix::process::parent_id());
    let (left, started) = leave(
        &event,
        &Spool::new(&paths.spool),
        || is_tick_due(pause_of(kind), paths),
        || start_tick(environment, paths),
    );
    problems.extend(left.err().map(|error| error.to_string()));
    problems.extend(started.err());
    if kind == EventKind::SessionStart {
        greet(&event, paths);
    }
    problems
}

/// Prints what a tick has prepared for a session that starts here. One that is taken up again, compacted or cleared has
/// been greeted before.
fn greet(event: &Event, paths: &Paths) {
    let fields = event.fields();
    if fields.source.is_some_and(|source| source != "startup") {
        return;
    }
    let Some(banner) = Banner::read(&paths.banner_file(), event.received_ms) else { return };
    let directories = fields.cwd.iter().chain(&event.claude_project_dir).map(String::as_str);
    if let Some(said) = banner.said_in(directories) {
        show(io::stdout(), &said, ExitCode::SUCCESS);
    }
}

/// Leaves an event, and starts a tick, if one is due, while it is written through to the disk: each of both takes about a
/// millisecond, and one waits for the disk, the other for a processor.
fn leave(
    event: &Event,
    spool: &Spool,
    is_due: impl FnOnce() -> bool,
    start: impl FnOnce() -> Result<(), String>,
) -> (Result<(), JournalError>, Result<(), String>) {
    let left = match spool.put(event) {
        Ok(left) => left,
        // a tick takes what others left
        Err(error) => return (Err(error), if is_due() { start() } else { Ok(()) }),
    };
    if !is_due() {
        return (left.sync(), Ok(()));
    }
    thread::scope(|scope| {
        let syncing = thread::Builder::new().stack_size(SYNC_STACK_BYTES).spawn_scoped(scope, || left.sync());
        let started = start();
        let synced = syncing.ok().and_then(|syncing| syncing.join().ok());
        (synced.unwrap_or_else(|| left.sync()), started)
    })
}

/// How long an event waits for a tick of its own after another was started.
fn pause_of(kind: EventKind) -> Duration {
    match kind {
        EventKind::PostToolUse | EventKind::Stop => OFTEN_PAUSE,
        EventKind::SessionStart | EventKind::SessionEnd => Duration::ZERO,
    }
}

/// The kind that the payload itself names.
fn kind_of(payload: &[u8]) -> Result<EventKind, String> {
    let name = Fields::read(payload).hook_event_name;
    let kind = name.as_deref().and_then(EventKind::from_name);
    kind.ok_or_else(|| match name {
        Some(name) => format!("`{name}` is no event that is recorded; see --help"),
        None => "no event was named, neither as an argument nor by `hook_event_name` in the payload".to_owned(),
    })
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
