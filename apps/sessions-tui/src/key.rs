//! A key as the command table names it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Keys that are no letters, as settings write them; of several names for one key the first is shown.
const NAMES: [(&str, KeyCode); 21] = [
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pageup", KeyCode::PageUp),
    ("pgup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("pgdn", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

/// A key with its modifiers; capital letters and `?` are characters of their own, without Shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// Enter.
    pub const ENTER: Self = Self::code(KeyCode::Enter);
    /// Escape.
    pub const ESC: Self = Self::code(KeyCode::Esc);
    /// Tab.
    pub const TAB: Self = Self::code(KeyCode::Tab);
    /// Tab with Shift.
    pub const SHIFT_TAB: Self = Self::code(KeyCode::BackTab);
    /// Arrow up.
    pub const UP: Self = Self::code(KeyCode::Up);
    /// Arrow down.
    pub const DOWN: Self = Self::code(KeyCode::Down);
    /// Arrow to the left.
    pub const LEFT: Self = Self::code(KeyCode::Left);
    /// Arrow to the right.
    pub const RIGHT: Self = Self::code(KeyCode::Right);
    /// Page up.
    pub const PAGE_UP: Self = Self::code(KeyCode::PageUp);
    /// Page down.
    pub const PAGE_DOWN: Self = Self::code(KeyCode::PageDown);
    /// Home.
    pub const HOME: Self = Self::code(KeyCode::Home);
    /// End.
    pub const END: Self = Self::code(KeyCode::End);
    /// F1.
    pub const F1: Self = Self::code(KeyCode::F(1));

    /// A character.
    pub const fn char(character: char) -> Self {
        Self { code: KeyCode::Char(character), modifiers: KeyModifiers::NONE }
    }

    /// A letter with Ctrl.
    pub const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
    }

    /// A key that is no character.
    pub const fn code(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// Whether it would be written into a text box.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// As settings write it: `ctrl-n`, `enter`, `pagedown`.
    pub fn written(self) -> String {
        let name = NAMES.iter().find(|(_, code)| *code == self.code).map(|(name, _)| (*name).to_owned());
        let name = name.unwrap_or_else(|| match self.code {
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::F(number) => format!("f{number}"),
            other => format!("{other:?}").to_lowercase(),
        });
        let control = if self.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
        let alt = if self.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
        format!("{control}{alt}{name}")
    }

    /// As a footer shows it: `^N`, `↵`, `Tab`.
    pub fn short(self) -> String {
        match self.code {
            KeyCode::Char(letter) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                format!("^{}", letter.to_ascii_uppercase())
            }
            KeyCode::Enter => "↵".to_owned(),
            _ => self.to_string(),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Reads a key as settings write it: `ctrl-o`, `alt-x`, `G` or `shift-g`, `?`, `f5`, `space`, `^O`.
    fn from_str(written: &str) -> Result<Self, String> {
        let mut rest = written.trim();
        let mut modifiers = KeyModifiers::NONE;
        let mut shift = false;
        if let Some(letter) = rest.strip_prefix('^').filter(|letter| !letter.is_empty()) {
            (rest, modifiers) = (letter, KeyModifiers::CONTROL);
        }
        while let Some((name, after)) = rest.split_once(['-', '+']).filter(|(_, after)| !after.is_empty()) {
            match name.to_lowercase().as_str() {
                "ctrl" | "control" => modifiers |= KeyModifiers::CONTROL,
                "alt" | "meta" => modifiers |= KeyModifiers::ALT,
                "shift" => shift = true,
                _ => break,
            }
            rest = after;
        }
        let no_key = |hint: &str| Err(format!("`{written}` is no key{hint}"));
        let code = match code(rest) {
            Some(KeyCode::Tab) if shift => KeyCode::BackTab,
            Some(KeyCode::Char(letter)) if shift && letter.is_alphabetic() => {
                KeyCode::Char(letter.to_uppercase().next().unwrap_or(letter))
            }
            Some(_) if shift => return no_key(": Shift counts with letters and Tab alone"),
            Some(KeyCode::Char(letter)) if !modifiers.is_empty() => KeyCode::Char(letter.to_ascii_lowercase()),
            Some(KeyCode::BackTab) if !modifiers.is_empty() => return no_key(": Shift-Tab takes no other modifier"),
            Some(code) => code,
            None => {
                let meant = config::meant(rest, NAMES.map(|(name, _)| name));
                let hint = meant.map_or_else(
                    || "; write it as in `ctrl-o`, `alt-x`, `G`, `?`, `f5`, `enter` or `pagedown`".to_owned(),
                    |meant| format!("; did you mean `{}{meant}`?", &written[..written.len() - rest.len()]),
                );
                return no_key(&hint);
            }
        };
        Ok(Self { code, modifiers })
    }
}

/// A key without modifiers, by its name or as the letter that it is.
fn code(name: &str) -> Option<KeyCode> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return (!letter.is_control()).then_some(KeyCode::Char(letter));
    }
    let name = name.to_lowercase();
    let function = || name.strip_prefix('f')?.parse().ok().filter(|number| (1..=24).contains(number)).map(KeyCode::F);
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code).or_else(function)
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Char(letter) if !modifiers.is_empty() => KeyCode::Char(letter.to_ascii_lowercase()),
            other => other,
        };
        if code == KeyCode::BackTab {
            modifiers = KeyModifiers::NONE;
        }
        Self { code, modifiers }
    }
}

impl fmt::Display for Key {
    /// As the help screen shows it: `Ctrl-N`, `Enter`, `PgDn`, `Space`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", letter.to_ascii_uppercase())
            }
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            other => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_as_it_is_written() {
        for (written, shown) in [
            ("enter", "Enter"),
            ("ctrl-o", "Ctrl-O"),
            ("alt-x", "Alt-x"),
            ("ctrl-alt-x", "Ctrl-Alt-X"),
            ("shift-tab", "Shift-Tab"),
            ("G", "G"),
            ("?", "?"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("f12", "F12"),
            ("space", "Space"),
            ("pagedown", "PgDn"),
            ("ctrl-left", "Ctrl-←"),
        ] {
            let key: Key = written.parse().expect("a key");
            assert_eq!((key.written().as_str(), key.to_string().as_str()), (written, shown));
        }
    }

    #[test]
    fn several_ways_to_write_a_key_mean_the_same() {
        for (one, other) in [
            ("^O", "ctrl-o"),
            ("Ctrl+O", "ctrl-o"),
            ("control-O", "ctrl-o"),
            ("shift-g", "G"),
            ("PgDn", "pagedown"),
            (" Return ", "enter"),
            ("^", "^"),
            ("shift-Tab", "backtab"),
        ] {
            assert_eq!(one.parse::<Key>(), other.parse::<Key>(), "{one}");
        }
    }

    #[test]
    fn what_is_no_key_is_explained() {
        for (written, expect) in [
            ("entre", "`entre` is no key; did you mean `enter`?"),
            ("ctrl-pagdown", "`ctrl-pagdown` is no key; did you mean `ctrl-pagedown`?"),
            ("shift-up", "`shift-up` is no key: Shift counts with letters and Tab alone"),
            ("f99", "`f99` is no key; write it as in `ctrl-o`, `alt-x`, `G`, `?`, `f5`, `enter` or `pagedown`"),
            ("", "`` is no key; write it as in `ctrl-o`, `alt-x`, `G`, `?`, `f5`, `enter` or `pagedown`"),
        ] {
            assert_eq!(written.parse::<Key>().map(Key::written), Err(expect.to_owned()));
        }
    }
}
