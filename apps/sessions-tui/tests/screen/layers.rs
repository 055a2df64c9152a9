//! What lies over a screen: palette, notes, help with a person's own keys, and what the footer says.

use chrono::TimeDelta;
use config::KeySetting;
use sessions_tui::{COMMANDS, Depth, KeyMap, Model, Msg, ROLES, Setup, Theme};

use crate::driver::Driver;
use crate::history;

fn with_keys(settings: &[(&str, &[&str])]) -> Driver {
    let setting = |(command, keys): &(&str, &[&str])| KeySetting {
        command: (*command).to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        line: 1,
    };
    let (keys, _) = KeyMap::new(&settings.iter().map(setting).collect::<Vec<_>>());
    let mut driver = Driver::new(120, 30);
    driver.model = Model::new(Setup { keys, now: history::now(), ..Setup::default() });
    driver.resize(120, 30);
    driver.send(Msg::Started);
    driver
}

fn footer(driver: &Driver) -> String {
    driver.text().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_palette_finds_a_command_by_its_letters_and_carries_it_out() {
    let mut driver = Driver::new(80, 24);
    driver.press("<^P>trans");
    assert!(driver.shows("Read its transcript"), "{}", driver.text());
    assert!(!driver.shows("Next session"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("Reproduced in 7 of 40 runs"), "{}", driver.text());
    driver.press(":everything");
    assert!(driver.shows("thinking, tool inputs and results"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("3 everything"), "{}", driver.text());
    driver.press(":zzz");
    assert!(driver.shows("No command is called so"), "{}", driver.text());
    driver.press("<Enter>");
    assert!(driver.shows("Reproduced in 7 of 40 runs"), "nothing chosen, nothing done: {}", driver.text());
}

#[test]
fn the_palette_shows_every_command_of_the_screen_behind_it_with_its_keys() {
    let mut driver = Driver::new(120, 120);
    driver.press("<^P>");
    let scopes = [sessions_tui::Scope::Sessions, sessions_tui::Scope::Everywhere];
    let mut seen = driver.text();
    for _ in 0..8 {
        driver.press("<PgDn>");
        seen.push_str(&driver.text());
    }
    for command in COMMANDS.iter().filter(|command| scopes.contains(&command.scope) && command.id != "palette") {
        let line = seen.lines().find(|line| line.contains(command.title)).unwrap_or_else(|| panic!("{}", command.id));
        let key = command.keys.iter().chain(command.letters).next();
        assert!(key.is_none_or(|key| line.contains(&key.to_string())), "{}: {line}", command.id);
    }
    driver.press("<Esc>");
    assert!(driver.shows("8 sessions"), "{}", driver.text());
}

#[test]
fn the_palette_finds_what_other_screens_do_by_the_words_that_people_use() {
    for (typed, title, place) in [
        ("del", "Delete the session: says exactly what, and asks", "Housekeeping D"),
        ("remove", "Delete the session: says exactly what, and asks", "Housekeeping D"),
        ("undelete", "Bring back the sessions that were deleted last", "Housekeeping u"),
        ("rename", "Give the session a title of your own", "n"),
        ("exit", "Leave at once", "Ctrl-C"),
    ] {
        let mut driver = Driver::new(120, 30);
        driver.press(&format!("<^P>{typed}"));
        let text = driver.text();
        let line = text.lines().find(|line| line.contains(title)).unwrap_or_else(|| panic!("{typed}: {text}"));
        assert!(line.contains(place), "{line}");
    }
    let mut driver = Driver::new(120, 30);
    let title = "Ledger invariants";
    driver.press("ledger<Tab><^P>del<Enter>");
    assert!(driver.shows("Housekeeping") && driver.shows("D here: Delete the session"), "{}", driver.text());
    assert!(driver.selected().contains(title), "{}", driver.selected());
}

#[test]
fn what_a_word_typed_in_the_palette_means_is_what_enter_does() {
    let chosen = |keys: &str| {
        let mut driver = Driver::new(120, 40);
        driver.press(keys);
        let text = driver.text();
        text.lines().find_map(|line| line.split_once("│ ▌ ")).map_or(text.clone(), |(_, title)| title.to_owned())
    };
    for (typed, title) in [
        ("star", "Star the session"),
        ("copy", "Copy the command"),
        ("copy id", "Copy its id"),
        ("copy command", "Copy the command"),
        ("encrypt", "Sync: remotes, devices"),
        ("passphrase", "Sync: remotes, devices"),
        ("let in", "Sync: remotes, devices"),
        ("prices", "Why figures may be too low"),
        ("budget", "Summary: what tokens and money"),
        ("month", "A month by its days"),
        ("filter", "Search or filter"),
        ("search", "Search or filter"),
        ("select", "Select the session"),
        ("scan", "Look for new sessions now"),
        ("sessions.fork", "Go on in a copy"),
    ] {
        let found = chosen(&format!("<Tab>:{typed}"));
        assert!(found.starts_with(title), "{typed}: {found}");
    }
    let found = chosen("<F2>:month");
    assert!(found.starts_with("A month by its days"), "{found}");
    for wrong in ["pcs", "rmnth", "encryptr", "ttp"] {
        let text = chosen(&format!("<Tab>:{wrong}"));
        assert!(text.contains("No command is called so."), "{wrong}: {text}");
    }
}

#[test]
fn a_box_keeps_its_colon_and_the_palette_its_place_in_the_list() {
    let mut driver = Driver::new(80, 24);
    driver.press(":");
    assert!(driver.shows("❯ :"), "{}", driver.text());
    driver.press("<^U><Tab>jj:");
    assert!(driver.shows("Commands"), "{}", driver.text());
    driver.press("<Down><Up><^N><^P><Esc>");
    assert!(driver.selected().contains("e2e refund"), "{}", driver.text());
}

#[test]
fn help_footer_and_palette_show_the_persons_keys() {
    let mut driver = with_keys(&[("sessions.open", &["f5"]), ("help", &["f2"]), ("sessions.window", &[])]);
    assert!(footer(&driver).contains("F5 open") && footer(&driver).contains("F2 help"), "{}", footer(&driver));
    driver.press("<Tab>");
    driver.send(Msg::Key(crossterm::event::KeyEvent::from(crossterm::event::KeyCode::F(2))));
    let text = driver.text();
    let line = |title: &str| text.lines().find(|line| line.contains(title)).unwrap_or_default().to_owned();
    assert!(line("Read its transcript").contains("F5"), "{text}");
    assert!(!line("Read its transcript").contains("Ctrl-O"), "{text}");
    assert!(line("Resume in a new tmux window").contains("(no key)"), "{text}");
    driver.press("<Esc><^P>new tmux");
    assert!(
        driver.shows("Resume in a new tmux window"),
        "the palette has what the keyboard has not: {}",
        driver.text()
    );
}

#[test]
fn the_footer_names_what_matters_now_and_keeps_the_way_to_the_rest() {
    let driver = |keys: &str, width| {
        let mut driver = Driver::new(width, 24);
        driver.press(keys);
        footer(&driver)
    };
    assert!(driver("", 120).starts_with(" ↵ resume  ^O open  Tab list"), "{}", driver("", 120));
    assert!(driver("<Tab>", 120).starts_with(" ↵ resume  o open  R fork"), "{}", driver("<Tab>", 120));
    for keys in ["", "<Tab>", "<^O>", "<^O>/poll<Enter>"] {
        for width in [62, 80, 120] {
            let footer = driver(keys, width);
            assert!(footer.contains("help") && footer.contains("commands"), "{keys} at {width}: {footer}");
        }
    }
    assert!(driver("<^O>/poll<Enter>", 160).contains("n next match"), "{}", driver("<^O>/poll<Enter>", 160));
    assert!(!driver("<^O>", 160).contains("next match"));
    let selected = driver("<Tab> ", 160);
    assert!(selected.starts_with(" ↵ resume this one  o open all  R fork  Space select  a all"), "{selected}");
    let heading = driver("<Tab>gk", 120);
    assert!(heading.contains("z fold") && !heading.contains("resume"), "{heading}");
    let nothing = driver("zzz", 120);
    assert!(!nothing.contains("resume") && nothing.contains("^U empty the box"), "{nothing}");
    let raw = driver("<^O>m", 120);
    assert!(raw.starts_with(" m conversation  y copy") && !raw.contains("fold"), "{raw}");
}

#[test]
fn the_newest_note_stands_alone_and_a_problem_comes_up_again() {
    let mut driver = Driver::new(100, 30);
    driver.send(Msg::Misconfigured(vec!["config.toml, line 3: there is no command `opne`".to_owned()]));
    assert!(driver.shows("line 3: there is no command"), "{}", driver.text());
    driver.press("<Tab>xx");
    assert_eq!(driver.text().matches("x does nothing in the list").count(), 1, "{}", driver.text());
    let mut later = |seconds| {
        driver.send(Msg::Tick(history::now() + TimeDelta::seconds(seconds)));
        (driver.shows("x does nothing"), driver.shows("line 3"))
    };
    assert_eq!(later(3), (true, false));
    assert_eq!(later(5), (false, true));
    assert_eq!(later(13), (false, false));
}

#[test]
fn what_is_wrong_with_settings_can_be_read_again() {
    let mut driver = Driver::new(100, 30);
    driver.send(Msg::Misconfigured(vec!["one thing".to_owned(), "another thing".to_owned()]));
    assert!(driver.shows("2 problems in the settings"), "{}", driver.text());
    driver.press("<^P>problems<Enter>");
    assert!(driver.shows("another thing") && driver.shows("sessions config check"), "{}", driver.text());
}

#[test]
fn a_ground_of_the_theme_is_that_of_the_whole_screen() {
    let theme = Theme::built_in("high-contrast-dark", Depth::True).expect("it is built in");
    let text = ROLES.iter().find(|role| role.name == "text").expect("there is plain text").style(&theme);
    assert!(text.bg.is_some());
    for keys in ["", "<F1>", "<^O>", "<^P>", "<Enter>"] {
        let mut driver = Driver::new(80, 24);
        driver.send(Msg::Themed(Box::new(theme)));
        driver.press(keys);
        let buffer = driver.buffer();
        let covered = |at: usize| at > 0 && unicode_width::UnicodeWidthStr::width(buffer.content[at - 1].symbol()) > 1;
        for (at, cell) in buffer.content.iter().enumerate().filter(|(at, _)| !covered(*at)) {
            assert_ne!(cell.bg, ratatui::style::Color::Reset, "{keys}: {:?} at {at}", cell.symbol());
        }
    }
}
