//! The hook that Claude Code calls: leaves an event behind and is gone.
//!
//! It opens no database and no network, prints nothing, and ends with 0 whatever happens, because Claude Code shows or
//! stores anything else. What goes wrong is written to `logs/hook.log`.

mod arguments;
mod background;
mod input;
mod log;

use std::io::{self, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::{Environment, Paths};
use journal::{Event, EventKind, Fields, PAYLOAD_READ_BYTES, Spool};

use crate::arguments::Request;
use crate::log::Log;

/// How long the payload may take to arrive; of the 1.5 seconds that the end of a session has, enough is left.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    match Request::parse(std::env::args_os().skip(1)) {
        Request::Help => show(io::stdout(), arguments::HELP, ExitCode::SUCCESS),
        Request::Version => show(io::stdout(), arguments::VERSION, ExitCode::SUCCESS),
        Request::Event(_) | Request::Unknown(_) if io::stdin().is_terminal() => {
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
    let recorded = panic::catch_unwind(AssertUnwindSafe(|| record(request, &environment, &paths)));
    for problem in recorded.unwrap_or_default() {
        log.append(&problem);
    }
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
    let mut event = Event::new(kind, now_ms(), &payload).with_variables(|name| environment.get(name));
    event.parent_pid = Some(std::os::unix::process::parent_id());
    let left = Spool::new(&paths.spool).leave(&event).map(|_| ()).map_err(|error| error.to_string());
    let started = background::start_tick(kind, environment, paths);
    [left, started].into_iter().filter_map(Result::err).collect()
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
