//! The whole screen in a real terminal: walked through, resized, themed, and given back after a panic.

use std::collections::BTreeSet;
use std::fs;

use crate::history;
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

const CTRL_C: &str = "\u{3}";
const CTRL_O: &str = "\u{f}";
const CTRL_P: &str = "\u{10}";

/// The screen on the small history, once the list is filled.
fn open(sandbox: &Sandbox, size: (u16, u16), variables: &[(&str, &str)]) -> Terminal {
    let mut terminal = Terminal::start(sandbox, &[], size, variables);
    terminal.wait_until("the list", |screen| screen.contains("Double refund") && screen.contains("Tabs"));
    terminal
}

/// What a person may expect of a terminal that a program has left.
fn assert_given_back(screen: &vt100::Screen) {
    let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    assert_eq!((screen.alternate_screen(), screen.hide_cursor()), (false, false), "{}", screen.contents());
    assert_eq!((screen.bracketed_paste(), mouse), (false, false), "{}", screen.contents());
}

/// What `stty` said of the terminal when the program had ended.
fn assert_cooked(settings: &str) {
    for setting in ["icanon", "echo", "isig", "icrnl", "opost"] {
        assert!(settings.split_whitespace().any(|word| word == setting), "{setting}: {settings}");
    }
}

#[test]
fn a_session_is_found_read_and_searched_in() {
    let sandbox = history::sandbox();
    let mut terminal = open(&sandbox, (24, 80), &[]);
    terminal.press("refund");
    terminal.wait_until("the match alone", |screen| screen.contains("Double refund") && !screen.contains("Tabs"));
    terminal.press(CTRL_O);
    // The preview shows the same words: the reader is there when it says where one is.
    let screen = terminal.wait_until("the transcript", |screen| screen.contains("turn 1 of 1"));
    assert!(screen.contains("Two workers take the same job."), "{screen}");
    terminal.press("/workers");
    terminal.wait_for("1 of 1");
    terminal.press("\r");
    terminal.wait_for("n next");
    terminal.press("q");
    terminal.wait_until("the list as it was", |screen| screen.contains("❯ refund") && !screen.contains("Two workers"));
    terminal.press(CTRL_C);
    let (code, after) = terminal.end();
    assert_eq!(code, 0);
    assert_given_back(after.screen());
}

#[test]
fn the_palette_opens_over_the_box_and_carries_out_what_is_chosen() {
    let sandbox = history::sandbox();
    let mut terminal = open(&sandbox, (24, 80), &[]);
    terminal.press(CTRL_P);
    terminal.wait_for("Commands");
    terminal.press("read trans\r");
    terminal.wait_until("the transcript of the first", |screen| {
        screen.contains("The e2e test is flaky") && screen.contains("›")
    });
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn a_window_of_any_size_shows_what_it_can_and_all_again_when_it_grows() {
    let sandbox = history::sandbox();
    let mut terminal = open(&sandbox, (24, 80), &[]);
    terminal.resize((5, 20));
    terminal.wait_for("too small");
    terminal.resize((1, 1));
    terminal.resize((50, 200));
    // Between the list and the preview beside it stands a rule that only a wide window has.
    terminal.wait_until("the wide list", |screen| screen.contains("│") && screen.contains("Double refund"));
    terminal.press("refund");
    terminal.wait_until("the match alone", |screen| screen.contains("Double refund") && !screen.contains("Tabs"));
    for (rows, columns) in [(12, 50), (3, 300), (60, 51), (24, 80)] {
        terminal.resize((rows, columns));
    }
    terminal.wait_until("the usual window", |screen| {
        screen.contains("Double refund")
            && screen.lines().any(|line| line.starts_with("────") && line.chars().count() == 80)
    });
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn colors_are_those_that_the_terminal_has() {
    let sandbox = history::sandbox();
    let colors = |variables: &[(&str, &str)]| {
        let terminal = open(&sandbox, (24, 80), variables);
        let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        let cells = cells.filter_map(|(row, column)| terminal.screen().cell(row, column));
        let mut kinds = BTreeSet::new();
        for color in cells.flat_map(|cell| [cell.fgcolor(), cell.bgcolor()]) {
            kinds.insert(match color {
                vt100::Color::Default => "own",
                vt100::Color::Idx(..16) => "sixteen",
                vt100::Color::Idx(_) => "table",
                vt100::Color::Rgb(..) => "any",
            });
        }
        kinds.into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(colors(&[("NO_COLOR", "1")]), "own");
    assert_eq!(colors(&[("TERM", "xterm")]), "own sixteen");
    assert_eq!(colors(&[("TERM", "screen"), ("SESSIONS_THEME", "color-blind-dark")]), "own sixteen");
    assert_eq!(colors(&[("TERM", "xterm-256color")]), "own table");
    assert_eq!(colors(&[("COLORTERM", "truecolor")]), "any own");
    let painted = [("COLORTERM", "truecolor"), ("SESSIONS_THEME", "high-contrast-light")];
    assert_eq!(colors(&painted), "any", "this theme brings its own ground");
}

#[test]
fn what_is_wrong_with_keys_and_theme_is_said_and_stops_nothing() {
    let sandbox = history::sandbox();
    let folder = sandbox.directory(".config/sessions");
    let settings = "[display]\ntheme = 'drak'\n[keys]\n'sessions.opne' = 'x'\n'sessions.open' = 'ctrl-y'\n";
    fs::write(folder.join("config.toml"), settings).expect("a file can be written");
    let mut terminal = open(&sandbox, (24, 100), &[]);
    terminal.wait_for("problems in the settings");
    terminal.press("refund");
    terminal.wait_until("the match alone", |screen| screen.contains("Double refund") && !screen.contains("Tabs"));
    terminal.press("\u{19}");
    terminal.wait_for("Two workers take the same job.");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    for place in ["screen", "lane"] {
        let sandbox = history::sandbox();
        let script = "\"$SESSIONS\"; echo \"it ended with $?\"; stty -a > \"$HOME/terminal\"";
        let terminal = Terminal::shell(&sandbox, script, (24, 80), &[("SESSIONS_REHEARSE_PANIC", place)]);
        let (_, after) = terminal.end();
        let screen = after.screen();
        let text = screen.contents();
        assert_given_back(screen);
        assert!(text.contains("a panic was asked for by SESSIONS_REHEARSE_PANIC"), "{place}: {text}");
        assert!(text.contains("it ended with 2"), "{place}: {text}");
        // Lines begin at the left: the report was not written while the terminal was raw.
        assert!(text.lines().any(|line| line.starts_with("it ended")), "{place}: {text}");
        assert_cooked(&fs::read_to_string(sandbox.home.path().join("terminal")).expect("stty wrote it"));
    }
}
