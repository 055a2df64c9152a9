//! The terminal: taken, given back in every case, and what it sends.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, Once};
use std::time::{Duration, Instant};

use config::Environment;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level;

use crate::model::Model;
use crate::view;

/// Whether the terminal is ours now; a panic in any thread looks here.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// Whether another program has the terminal.
static LENT: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());
/// Whether our thread may be reading keys.
static READING: AtomicBool = AtomicBool::new(true);

/// The terminal while it is ours. Dropping it gives it back.
pub(crate) struct Screen {
    terminal: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal, and sees to it that a panic gives it back before anything is reported.
    pub(crate) fn take() -> io::Result<Self> {
        HOOK.call_once(|| {
            let report = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                give_back();
                report(info);
            }));
        });
        enter()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, io::stdout()));
        match ratatui::Terminal::new(backend) {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Size in columns and rows.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws the model, unless a panic has given the terminal back.
    pub(crate) fn draw(&mut self, model: &Model) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view(model, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Forgets what is on the terminal: the next drawing draws everything.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        // `clear` would ask for the position of the cursor, and the answer goes to the thread that reads keys.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Asks the terminal to put a text on the clipboard (OSC 52), which goes through SSH as well.
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Takes the terminal again, whatever was done to it meanwhile.
    pub(crate) fn retake(&mut self) -> io::Result<()> {
        give_back();
        enter()?;
        self.forget()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back and stops until the shell goes on. Where nobody could go on (no shell with job control), the
/// system does not stop and this returns at once.
pub(crate) fn suspend() -> io::Result<()> {
    give_back();
    low_level::raise(SIGTSTP)
}

/// Whether keys may be read. While another program has the terminal, this waits until it is ours again.
pub(crate) fn may_read() -> bool {
    let Ok(mut lent) = LENT.0.lock() else { return true };
    if !*lent {
        return true;
    }
    READING.store(false, Ordering::SeqCst);
    LENT.1.notify_all();
    while *lent {
        let Ok(waited) = LENT.1.wait(lent) else { return true };
        lent = waited;
    }
    READING.store(true, Ordering::SeqCst);
    true
}

/// Gives the terminal to the person's editor or pager for a file, and forgets the file; what was done, or why it could
/// not be.
pub(crate) fn page(path: &Path, environment: &Environment) -> Result<String, String> {
    let named = |name: &str| environment.get(name).filter(|program| !program.trim().is_empty());
    let program = named("VISUAL").or_else(|| named("EDITOR")).or_else(|| named("PAGER")).unwrap_or("less");
    let said = give_to(program, path);
    let _ = std::fs::remove_file(path);
    said
}

/// Gives the terminal to the person's editor for a file.
pub(crate) fn edit(path: &Path, environment: &Environment) -> Result<String, String> {
    let named = |name: &str| environment.get(name).filter(|program| !program.trim().is_empty());
    give_to(named("VISUAL").or_else(|| named("EDITOR")).unwrap_or("vi"), path)
}

/// Gives the terminal to a program for a file; what was done, or why it could not be.
fn give_to(program: &str, path: &Path) -> Result<String, String> {
    lend(true);
    give_back();
    // The variables hold commands with arguments, as shells take them; the path is handed over apart from them.
    let status = Command::new("sh").arg("-c").arg(format!("exec {program} \"$1\"")).arg("sh").arg(path).status();
    lend(false);
    match status {
        Ok(status) if status.success() => Ok(format!("Back from {program}")),
        Ok(status) => Err(format!("{program} ended with {status}; set $EDITOR or $PAGER to another program")),
        Err(error) => Err(format!("{program} cannot be started: {error}")),
    }
}

/// Whether another program has the terminal.
pub(crate) fn is_lent() -> bool {
    LENT.0.lock().is_ok_and(|lent| *lent)
}

/// Keeps our own thread from reading the keys that are meant for another program, or lets it go on.
fn lend(away: bool) {
    let Ok(mut lent) = LENT.0.lock() else { return };
    *lent = away;
    LENT.1.notify_all();
    let until = Instant::now() + Duration::from_secs(1);
    while away && READING.load(Ordering::SeqCst) && Instant::now() < until {
        let Ok((waited, _)) = LENT.1.wait_timeout(lent, Duration::from_millis(50)) else { return };
        lent = waited;
    }
}

fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let entered = enable_raw_mode().and_then(|()| {
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableMouseCapture,
            EnableBracketedPaste,
            EnableFocusChange,
            cursor::Hide
        )
    });
    if entered.is_err() {
        give_back();
    }
    entered
}

/// Gives the terminal back if it is ours. Errors are left: there is nobody to tell.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(
            out,
            EndSynchronizedUpdate,
            DisableFocusChange,
            DisableBracketedPaste,
            DisableMouseCapture,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}
