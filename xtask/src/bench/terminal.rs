//! A program in a terminal of its own: keys go in, what is drawn comes out.

use std::fs;
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use testkit::Home;

use super::measure::{mb, resident_bytes};

const ROWS: NonZero<u16> = NonZero::new(30).expect("not zero");
const COLUMNS: NonZero<u16> = NonZero::new(120).expect("not zero");
const PATIENCE: Duration = Duration::from_secs(10);
/// Clock ticks per second in `/proc/<process>/stat`; the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// The program in a terminal of its own.
pub(super) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    begun: Instant,
}

impl Terminal {
    pub(super) fn start(program: &Path, home: &Home) -> Result<Self> {
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(|error| eyre!("no terminal: {error}"))?;
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.cwd(home.path());
        home.variables().into_iter().for_each(|(name, value)| command.env(name, value));
        let mut reader = pair.master.try_clone_reader().map_err(|error| eyre!("no terminal: {error}"))?;
        let keyboard = pair.master.take_writer().map_err(|error| eyre!("no terminal: {error}"))?;
        let (sender, output) = channel();
        spawn(move || {
            // The terminal has to stay open as long as its output is read.
            let _master = pair.master;
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command).map_err(|error| eyre!("cannot start: {error}"))?;
        Ok(Self { child, keyboard, output, screen: vt100::Parser::new(ROWS, COLUMNS, 0), begun })
    }

    /// Waits until the screen shows something; the time since the start.
    pub(super) fn wait_until(&mut self, shows: impl Fn(&str) -> bool) -> Result<Duration> {
        while !shows(&self.screen.screen().contents()) {
            if !self.take(PATIENCE)? {
                bail!("the screen never showed what was waited for:\n{}", self.screen.screen().contents());
            }
        }
        Ok(self.begun.elapsed())
    }

    /// Presses keys; the time until the screen shows something.
    pub(super) fn press_until(&mut self, keys: &[u8], shows: impl Fn(&str) -> bool) -> Result<Duration> {
        self.settle();
        let pressed = Instant::now();
        self.keyboard.write_all(keys)?;
        self.keyboard.flush()?;
        self.wait_until(shows)?;
        Ok(pressed.elapsed())
    }

    /// Presses a key; the time until something is drawn.
    pub(super) fn press(&mut self, key: &[u8]) -> Result<Duration> {
        self.settle();
        let pressed = Instant::now();
        self.keyboard.write_all(key)?;
        self.keyboard.flush()?;
        if !self.take(PATIENCE)? {
            bail!("nothing was drawn after a key");
        }
        Ok(pressed.elapsed())
    }

    /// Waits until nothing is drawn any more.
    pub(super) fn settle(&mut self) {
        while self.take(Duration::from_millis(30)).unwrap_or(false) {}
    }

    /// Takes in what the program wrote, answering what it asks of a terminal; false when it wrote nothing.
    fn take(&mut self, patience: Duration) -> Result<bool> {
        match self.output.recv_timeout(patience) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                let asks = |question: &[u8]| bytes.windows(question.len()).any(|window| window == question);
                for (question, answer) in QUESTIONS {
                    if asks(question) {
                        self.keyboard.write_all(answer)?;
                    }
                }
                self.keyboard.flush()?;
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the program ended:\n{}", self.screen.screen().contents())
            }
        }
    }

    pub(super) fn cpu_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process()?))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks = |field: usize| after_name.split_whitespace().nth(field).and_then(|word| word.parse::<f64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).ok_or_else(|| eyre!("cannot read {stat}"))?;
        Ok((user + system) / TICKS_PER_SECOND)
    }

    pub(super) fn resident_mb(&self) -> Result<f64> {
        Ok(mb(resident_bytes(self.process()?)?))
    }

    fn process(&self) -> Result<u32> {
        self.child.process_id().ok_or_else(|| eyre!("the program ended"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What programs ask of a terminal, and what a dark one answers.
const QUESTIONS: &[(&[u8], &[u8])] = &[
    (b"\x1b]10;?", b"\x1b]10;rgb:e0e0/e0e0/e0e0\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:1010/1010/1010\x1b\\"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
];
