//! What a person sees in a terminal: tables, questions, and the whole screen up to the resumed session.

use std::fs;

use crate::history::{self, REFUND};
use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

/// Writes down how it was started.
const CLAUDE: &str = r#"mkdir "$HOME/seen"
printf '%s\n' "$@" > "$HOME/seen/arguments"
pwd > "$HOME/seen/directory"
stty -a > "$HOME/seen/terminal"
echo "this is claude"
"#;

#[test]
fn a_table_fits_the_terminal() {
    let sandbox = history::sandbox();
    for columns in [40, 60, 80, 120] {
        let (code, terminal) = Terminal::start(&sandbox, &["ls"], (24, columns), &[]).end();
        let screen = terminal.screen().contents();
        let lines: Vec<&str> = screen.lines().collect();
        assert_eq!((code, lines.len()), (0, 4), "{columns} columns:\n{screen}");
        assert!(screen.contains("4f2a1111") && screen.contains("Double"), "{columns} columns:\n{screen}");
        assert_eq!(screen.contains("branch"), columns >= 120, "{columns} columns:\n{screen}");
    }
}

#[test]
fn a_session_is_wrapped_at_words_and_its_code_is_not() {
    const ID: &str = "0dd00000-1111-4111-8111-111111111111";
    const CODE: &str = "let total = rows.iter().map(|row| row.cost).sum::<PicoUsd>();";
    let sandbox = Sandbox::new();
    let mut talk = testkit::Transcript::new(ID);
    let answer = format!(
        "Several words that are longer than one line of it\n\n- a point that goes on below\n\n```rust\n{CODE}\n```"
    );
    talk.prompt("why?").answer(&answer);
    sandbox.home.transcript(&format!("-p/{ID}.jsonl"), talk.text());
    let (code, terminal) = Terminal::start(&sandbox, &["show", "0dd0"], (40, 30), &[]).end();
    let screen = terminal.screen().contents();
    assert_eq!(code, 0, "{screen}");
    for text in ["Several words that are longer\nthan one line of it\n", "- a point that goes on below\n"] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    let (_, terminal) = Terminal::start(&sandbox, &["show", "0dd0"], (40, 24), &[]).end();
    let screen = terminal.screen().contents();
    assert!(screen.contains("- a point that goes on\n  below\n"), "{screen}");
    let (start, rest) = CODE.split_at(24);
    assert!(screen.contains(&format!("{start}{}", &rest[..1])), "{screen}");
    assert!(sandbox.run(&["show", "0dd0", "--format", "text"]).ok().contains(&answer));
}

#[test]
fn colors_follow_the_person() {
    let sandbox = history::sandbox();
    let has_color = |arguments: &[&str], variables: &[(&str, &str)]| {
        let (_, terminal) = Terminal::start(&sandbox, arguments, (24, 80), variables).end();
        let cell = |row, column| terminal.screen().cell(row, column).expect("a cell");
        (0..4).flat_map(|row| (0..80).map(move |column| (row, column))).any(|(row, column)| {
            let cell = cell(row, column);
            cell.bold() || cell.fgcolor() != vt100::Color::Default
        })
    };
    assert!(has_color(&["ls"], &[]));
    assert!(!has_color(&["ls"], &[("NO_COLOR", "1")]));
    assert!(!has_color(&["ls", "--color", "never"], &[]));
    assert!(has_color(&["ls", "--color", "always"], &[("NO_COLOR", "1")]));
}

#[test]
fn a_session_is_filtered_and_resumed() {
    let sandbox = history::sandbox();
    let path = sandbox.program("claude", CLAUDE);
    let mut terminal = Terminal::start(&sandbox, &[], (24, 80), &[("PATH", &path)]);
    terminal.wait_until("both projects", |screen| screen.contains("Double refund") && screen.contains("Tabs"));
    terminal.press("refund");
    terminal.wait_until("the match alone", |screen| screen.contains("Double refund") && !screen.contains("Tabs"));
    terminal.press("\r");
    let (code, after) = terminal.end();
    let screen = after.screen();
    assert_eq!(code, 0, "{}", screen.contents());
    assert!(screen.contents().contains("this is claude") && !screen.alternate_screen() && !screen.hide_cursor());
    let seen = |name: &str| sandbox.neutral(&fs::read(sandbox.home.path().join("seen").join(name)).expect(name));
    assert_eq!(seen("arguments"), format!("--resume\n{REFUND}\n"));
    assert_eq!(seen("directory"), "~/src/shop\n");
    let settings = seen("terminal");
    for setting in ["icanon", "echo", "isig", "icrnl", "opost"] {
        assert!(settings.split_whitespace().any(|word| word == setting), "{setting}: {settings}");
    }
}

#[test]
fn a_session_is_exported_as_show_prints_it() {
    let sandbox = history::sandbox();
    for (name, form) in [("the-e2e-test-is-flaky.md", "md"), ("session.jsonl", "jsonl"), ("session.json", "json")] {
        let mut terminal = Terminal::start(&sandbox, &[], (24, 80), &[]);
        terminal.wait_for("flaky");
        terminal.press("\te");
        terminal.wait_for("the-e2e-test-is-flaky.md");
        if form != "md" {
            terminal.press(&format!("\u{15}{name}"));
            terminal.wait_for(name);
        }
        terminal.press("\r");
        terminal.wait_for("Written to");
        terminal.press("\u{3}");
        assert_eq!(terminal.end().0, 0);
        let written = fs::read(sandbox.home.path().join(name)).expect("it was written");
        let shown = sandbox.run(&["show", "4f2b", "--format", form]);
        if form == "json" {
            let written: serde_json::Value = serde_json::from_slice(&written).expect("it is JSON");
            assert_eq!(written["conversation"], shown.json()["conversation"]);
            assert_eq!(written["session"]["id"], history::FLAKY);
        } else {
            assert_eq!(sandbox.neutral(&written), shown.ok(), "{form}");
        }
    }
}

#[test]
fn quitting_gives_the_terminal_back() {
    let sandbox = history::sandbox();
    let mut terminal = Terminal::start(&sandbox, &[], (24, 80), &[]);
    terminal.wait_for("Double refund");
    terminal.press("\u{3}");
    let (code, after) = terminal.end();
    assert_eq!((code, after.screen().alternate_screen(), after.screen().hide_cursor()), (0, false, false));
}

#[test]
fn without_history_the_demo_is_offered_and_can_be_declined() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &[], (24, 100), &[]);
    let screen = terminal.wait_for("[Y/n]");
    assert!(screen.contains("No Claude Code history found in"), "{screen}");
    terminal.press("n\r");
    let (code, after) = terminal.end();
    assert_eq!((code, after.screen().alternate_screen()), (0, false));
    let screen = after.screen().contents();
    assert!(screen.contains("Start `claude` in a project"), "{screen}");
}

#[test]
fn the_demo_opens_when_it_is_wanted() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &[], (24, 100), &[]);
    terminal.wait_for("[Y/n]");
    terminal.press("\r");
    terminal.wait_until("the demo", |screen| screen.to_lowercase().contains("demo") && screen.contains("bean-counter"));
    terminal.press("\u{3}");
    assert_eq!(terminal.end().0, 0);
}
