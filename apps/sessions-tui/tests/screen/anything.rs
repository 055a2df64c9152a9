//! Anything in any order, at any size, with any text: nothing panics, no row is wider than the screen, no line breaks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use sessions_tui::Msg;
use unicode_width::UnicodeWidthStr;

use crate::driver::Driver;
use crate::history;

/// Something that a person or a terminal does.
#[derive(Debug, Clone)]
enum Step {
    Key(KeyEvent),
    Resize(u16, u16),
    Paste(String),
    Mouse(MouseEventKind, u16, u16),
    Focus(bool),
    Later(i64),
}

fn key() -> impl Strategy<Value = KeyEvent> {
    const CODES: [KeyCode; 15] = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
    ];
    let letter = prop_oneof![4 => prop::char::range(' ', '~').prop_map(KeyCode::Char), 1 => any::<char>().prop_map(KeyCode::Char)];
    let code = prop_oneof![prop::sample::select(&CODES[..]), letter];
    let modifiers = prop_oneof![
        6 => Just(KeyModifiers::NONE),
        3 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::ALT),
    ];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    let tiny = prop::sample::select(&[(1, 1), (20, 5), (50, 12), (51, 13), (80, 24), (160, 18), (1, 60), (300, 1)][..]);
    prop_oneof![tiny, (1u16..=220, 1u16..=70)]
}

fn step() -> impl Strategy<Value = Step> {
    use MouseEventKind::{Down, ScrollDown, ScrollUp};
    let mouse = prop::sample::select(&[Down(MouseButton::Left), ScrollDown, ScrollUp][..]);
    prop_oneof![
        12 => key().prop_map(Step::Key),
        2 => size().prop_map(|(width, height)| Step::Resize(width, height)),
        1 => any::<String>().prop_map(Step::Paste),
        2 => (mouse, 0u16..220, 0u16..70).prop_map(|(kind, column, row)| Step::Mouse(kind, column, row)),
        1 => any::<bool>().prop_map(Step::Focus),
        1 => (0i64..100_000).prop_map(Step::Later),
    ]
}

fn take(driver: &mut Driver, step: &Step) {
    driver.send(match step {
        Step::Key(event) => Msg::Key(*event),
        Step::Resize(width, height) => return driver.resize(*width, *height),
        Step::Paste(text) => Msg::Paste(text.clone()),
        Step::Mouse(kind, column, row) => {
            Msg::Mouse(MouseEvent { kind: *kind, column: *column, row: *row, modifiers: KeyModifiers::NONE })
        }
        Step::Focus(focused) => Msg::Focus(*focused),
        Step::Later(seconds) => Msg::Tick(history::now() + chrono::TimeDelta::seconds(*seconds)),
    });
}

/// Every row takes exactly the width of the screen, cells that a wide symbol covers counted once.
fn assert_rows_fit(buffer: &Buffer) {
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        let mut column = 0;
        while let Some(cell) = row.get(column) {
            assert!(!cell.symbol().contains(char::is_control), "{:?}", cell.symbol());
            column += cell.symbol().width().max(1);
        }
        assert_eq!(column, row.len(), "{}", row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
    }
}

/// Where a row is a rule, it is one from side to side, apart from what stands on it; frames have straight sides.
fn assert_frames_are_straight(buffer: &Buffer) {
    let at = |x: u16, y: u16| buffer[(x, y)].symbol();
    for (x, y) in buffer.area.positions().map(|position| (position.x, position.y)).filter(|(x, y)| at(*x, *y) == "╭")
    {
        let right = (x..buffer.area.width).find(|right| at(*right, y) == "╮").expect("a frame has a right side");
        let bottom = (y..buffer.area.height).find(|bottom| at(x, *bottom) == "╰").expect("a frame has a bottom");
        for row in y + 1..bottom {
            assert_eq!((at(x, row), at(right, row)), ("│", "│"), "row {row}");
        }
        assert_eq!(at(right, bottom), "╯");
    }
}

/// Texts of everything that has ever broken a grid, and of anything.
fn text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 12] =
        ["title ", "日本", "👩‍💻", "🇦🇹", "❤️", "e\u{301}", "שלום ", "مرحبا", "\u{202e}", "क्ष्म्य", "ﾊﾟ", "\u{1b}[31m"];
    let piece = prop_oneof![3 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_at_any_size_panics_or_breaks_a_row(
        start in size(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut driver = Driver::new(start.0, start.1);
        for step in &steps {
            take(&mut driver, step);
            let buffer = driver.buffer();
            assert_rows_fit(&buffer);
            assert_frames_are_straight(&buffer);
        }
    }

    #[test]
    fn no_text_moves_what_stands_beside_it(titles in prop::collection::vec(text(), 4), (width, height) in size()) {
        let mut rows = history::rows();
        for (row, text) in rows.iter_mut().zip(&titles) {
            let session = &mut row.session;
            if let Some(title) = &mut session.title {
                title.text.clone_from(text);
            }
            (session.project, session.branch) = (Some(text.clone()), Some(text.clone()));
            (session.first_prompt, session.cwd_last) = (Some(text.clone()), Some(text.clone()));
        }
        let mut driver = Driver::with(width, height, rows);
        for keys in ["", "<Down>", "<Enter>", "<Esc><^P>re", "<Esc><F1>"] {
            driver.press(keys);
            let buffer = driver.buffer();
            assert_rows_fit(&buffer);
            assert_frames_are_straight(&buffer);
        }
    }
}
