//! The program in a terminal of its own, as a person sees it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::sandbox::{PROGRAM, Sandbox};

/// Nothing that is waited for takes longer on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has cells")
}

fn size(rows: u16, columns: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// A terminal with the program in it.
pub(crate) struct Terminal {
    screen: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the program in a terminal of a size (rows, columns), with more variables.
    pub(crate) fn start(
        sandbox: &Sandbox,
        arguments: &[&str],
        (rows, columns): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        Self::run(sandbox, command, (rows, columns), variables)
    }

    /// Starts a shell script in a terminal; `$SESSIONS` in it is the program.
    pub(crate) fn shell(sandbox: &Sandbox, script: &str, size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", script]);
        Self::run(sandbox, command, size, &[variables, &[("SESSIONS", PROGRAM)]].concat())
    }

    fn run(
        sandbox: &Sandbox,
        mut command: CommandBuilder,
        (rows, columns): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(rows, columns)).expect("there are pseudo terminals");
        command.env_clear();
        for (name, value) in sandbox.home.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(sandbox.home.path());
        let child = pair.slave.spawn_command(command).expect("the program can be started");
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let input = pair.master.take_writer().expect("the terminal can be written to");
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { screen: vt100::Parser::new(cells(rows), cells(columns), 0), output, input, child, master: pair.master }
    }

    /// Waits until a text is on the screen; returns the whole screen.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until the screen is as it should be; returns it.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let contents = self.screen.screen().contents();
            if is_so(&contents) {
                return contents;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(error) => panic!("{error} while waiting for {what}; the screen shows:\n{contents}"),
            }
        }
    }

    /// Gives the terminal another size (rows, columns), as a window manager would.
    pub(crate) fn resize(&mut self, (rows, columns): (u16, u16)) {
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(rows, columns)).expect("a terminal can be resized");
    }

    /// The terminal as it is now.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.input.flush().expect("the terminal takes keys");
    }

    /// Waits for the end; returns the exit code and what the terminal shows then.
    pub(crate) fn end(mut self) -> (u32, vt100::Parser) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
        }
        let status = self.child.wait().expect("the program ends");
        assert_eq!(status.signal(), None, "{}", self.screen.screen().contents());
        (status.exit_code(), self.screen)
    }
}
