//! Asking for a secret on a terminal, which shows nothing of it.

use std::io::{self, BufRead, Write};

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};

use crate::report::Fault;

/// Asks for a line that is not shown; the terminal is as it was afterwards, also after Ctrl-C.
pub(crate) fn ask(prompt: &str) -> color_eyre::Result<String> {
    let mut shown = io::stderr().lock();
    let line = {
        // what is typed after the prompt is there is never shown
        let _silent = Silent::begin()?;
        shown.write_all(prompt.as_bytes())?;
        shown.flush()?;
        typed(io::stdin().lock())
    };
    shown.write_all(b"\n")?;
    let line = line?.ok_or_else(|| Fault::new("usage", "It was not said.").next("Nothing was changed."))?;
    Ok(secret(&line)?)
}

/// A secret, however it was said: what is empty around it does not belong to it, and keys that are no letters (arrows, Ctrl-Z) are
/// refused, because nobody could say them again elsewhere.
pub(crate) fn secret(said: &str) -> Result<String, Fault> {
    let said = said.trim();
    if said.chars().any(char::is_control) {
        let message = "There is something in it that is no letter, such as an arrow key or Ctrl-Z.";
        return Err(Fault::new("usage", message).next("Say it again. Nothing was changed."));
    }
    Ok(said.to_owned())
}

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CTRL_U: u8 = 21;
const DELETE: u8 = 127;

/// A line, as a terminal hands it on that does nothing itself: none after Ctrl-C.
fn typed(keys: impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    for key in keys.bytes() {
        match key? {
            CTRL_C => return Ok(None),
            CTRL_D | b'\n' | b'\r' => break,
            BACKSPACE | DELETE => {
                // the rest of a letter of several bytes goes with its beginning
                while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {}
            }
            CTRL_U => line.clear(),
            byte => line.push(byte),
        }
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// A terminal that shows nothing of what is typed and hands on every key; dropping it puts it back.
struct Silent(Termios);

impl Silent {
    fn begin() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_was_typed_and_left_standing() {
        let check = |keys: &str, expect: Option<&str>| {
            assert_eq!(typed(keys.as_bytes()).expect("memory does not fail").as_deref(), expect, "{keys:?}");
        };
        check("four words\nmore", Some("four words"));
        check("tü\u{7f}oken\r", Some("token"));
        check("wrong\u{15}right\n", Some("right"));
        check("half\u{4}", Some("half"));
        check("half\u{3}", None);
        check("\u{8}", Some(""));
    }

    #[test]
    fn a_secret_is_the_same_however_it_is_said_and_holds_letters_alone() {
        for said in ["four words", " four words", "four words \n", "\tfour words\r\n"] {
            assert_eq!(secret(said).expect("letters alone"), "four words", "{said:?}");
        }
        for said in ["four\u{1a}words", "four words\u{1b}[D!", "four\nwords", "\u{0}four words"] {
            assert!(secret(said).is_err(), "{said:?}");
        }
    }
}
