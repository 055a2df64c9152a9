//! Asking for a secret on a terminal, which shows nothing of it.

use std::io::{self, BufRead, Write};

use rustix::termios::{self, LocalModes, OptionalActions, Termios};

/// Asks for a line that is not shown; the terminal is as it was afterwards.
pub(crate) fn ask(prompt: &str) -> io::Result<String> {
    let mut shown = io::stderr().lock();
    shown.write_all(prompt.as_bytes())?;
    shown.flush()?;
    let mut line = String::new();
    {
        let _silent = Silent::begin()?;
        io::stdin().lock().read_line(&mut line)?;
    }
    shown.write_all(b"\n")?;
    Ok(line.trim().to_owned())
}

/// A terminal that shows nothing of what is typed; dropping it puts it back.
struct Silent(Termios);

impl Silent {
    fn begin() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // a terminal that is gone needs nothing
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
