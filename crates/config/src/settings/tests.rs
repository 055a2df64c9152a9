//! What a `config.toml` says, and what is wrong with it.

use super::*;

fn check(content: &str, expect: &Result<Settings, &str>) {
    let (settings, problems) = Settings::parse(content);
    match expect {
        Ok(expect) => assert_eq!((&settings, problems.as_slice()), (expect, &[][..]), "{content}"),
        Err(expect) => assert_eq!(problems.join("\n"), *expect, "{content}"),
    }
}

#[test]
fn what_is_right_holds_beside_what_is_wrong() {
    let content = "[claude]\nprogram = '/opt/claude'\nflgas = []\n[display]\ntheme = 2\n[keys]\nhelp = 'f2'\nfind = 3";
    let (settings, problems) = Settings::parse(content);
    assert_eq!((settings.claude_program.as_str(), settings.theme.as_str()), ("/opt/claude", "auto"));
    assert_eq!((settings.keys.len(), problems.len()), (1, 3), "{problems:?}");
    let (settings, problems) = Settings::parse("no toml at all");
    assert_eq!((settings, problems.len()), (Settings { exclude_unknown: true, ..Settings::default() }, 1));
}

#[test]
fn the_table_of_settings_states_the_defaults() {
    let written: Vec<String> =
        SETTINGS.iter().map(|setting| format!("{} = {}\n", setting.name, setting.default)).collect();
    check(&written.concat(), &Ok(Settings::default()));
    check("", &Ok(Settings::default()));
}

#[test]
fn every_setting_is_read() {
    let content = "\u{feff}# mine\r\ndisplay.timezone = 'Asia/Tokyo'\r\ndisplay.theme = 'light'\r\n[claude]\r\n\
                   program = '/opt/claude'\r\nflags = ['--model', 'opus']\r\n[roots]\r\nextra = ['~/old']\r\n\
                   [archive]\r\nkeep = '90d'\r\n[projects]\r\nexclude = ['~/x']\r\n[budget]\r\ndaily = '20'\r\nmonthly = '412.50'\r\n\
                   [entries]\r\ncategories = ['risk:open']\r\nstatuses = ['wont_fix']\r\nnames = ['ada']\r\n\
                    [device]\r\nname = 'desk'\r\n\
                    [hooks]\r\nbanner = 'model'\r\n[ticks]\r\ncommands = 'off'\r\n";
    let expect = Settings {
        claude_program: "/opt/claude".to_owned(),
        claude_flags: vec!["--model".to_owned(), "opus".to_owned()],
        roots_extra: vec!["~/old".to_owned()],
        archive_keep: Keep::Days(90),
        exclude: vec!["~/x".to_owned()],
        exclude_unknown: false,
        budget: Budget { daily_nano_usd: Some(20_000_000_000), monthly_nano_usd: Some(412_500_000_000) },
        entry_categories: vec!["risk:open".to_owned()],
        entry_statuses: vec!["wont_fix".to_owned()],
        entry_names: vec!["ada".to_owned()],
        device: Some("desk".to_owned()),
        banner: Banner::Model,
        ticks: Ticks::Off,
        theme: "light".to_owned(),
        keys: Vec::new(),
        remotes: Vec::new(),
        timezone: Some("Asia/Tokyo".to_owned()),
    };
    check(content, &Ok(expect));
}

#[test]
fn an_unknown_name_gets_its_line_and_a_suggestion() {
    check("[claude]\nflgas = []", &Err("line 2: unknown setting `claude.flgas`; did you mean `claude.flags`?"));
    check("\n[cluade]\nflags = []", &Err("line 2: unknown section or setting `cluade`; did you mean `claude`?"));
    check("theme = 'dark'", &Err("line 1: unknown section or setting `theme`; did you mean `display.theme`?"));
    let all = "claude.program, claude.flags, roots.extra, archive.keep, projects.exclude, budget.daily, budget.monthly, \
               entries.categories, entries.statuses, entries.names, device.name, hooks.banner, ticks.commands, \
               display.theme, display.timezone";
    check("xyzzy = 1", &Err(&format!("line 1: unknown section or setting `xyzzy`; there are: {all}")));
}

#[test]
fn every_wrong_value_is_explained() {
    check(
        "[display]\ntheme = 2\n[claude]\nflags = '-v'\nprogram = 3\n[roots]\nextra = [1]\n[hooks]\nbanner = 'all'",
        &Err("line 2: `display.theme` must be a text in quotes, as in theme = \"…\"\n\
             line 4: `claude.flags` must be a list of texts, as in flags = [\"…\", \"…\"]\n\
             line 5: `claude.program` must be a text in quotes, as in program = \"…\"\n\
             line 7: `roots.extra` must be a list of texts, as in extra = [\"…\", \"…\"]\n\
             line 9: `hooks.banner` must be one of \"person\", \"model\", \"off\", as in banner = \"person\""),
    );
}

#[test]
fn a_budget_is_an_amount_in_dollars() {
    let daily = |written: &str| {
        let (settings, problems) = Settings::parse(&format!("budget.daily = {written}"));
        if problems.is_empty() { Ok(settings.budget.daily_nano_usd) } else { Err(problems.join("\n")) }
    };
    for (written, expect) in [
        ("'20'", Some(20_000_000_000)),
        ("20", Some(20_000_000_000)),
        ("12.5", Some(12_500_000_000)),
        ("'$1200.05'", Some(1_200_050_000_000)),
        ("' 0.000000001 '", Some(1)),
        ("''", None),
    ] {
        assert_eq!(daily(written), Ok(expect), "{written}");
    }
    let refused = "line 1: `budget.daily` must be an amount in dollars, as in daily = \"20\" or daily = \"12.50\"";
    for written in
        ["'-1'", "-1", "'much'", "'12,50'", "'1.'", "'0.0000000001'", "'99999999999'", "true", "0x10", "1e3", "inf"]
    {
        assert_eq!(daily(written), Err(refused.to_owned()), "{written}");
    }
}

#[test]
fn the_archive_keeps_all_or_some_days_or_nothing() {
    let keep = |written: &str| {
        let (settings, problems) = Settings::parse(&format!("archive.keep = {written}"));
        if problems.is_empty() { Ok(settings.archive_keep) } else { Err(problems.join("\n")) }
    };
    for (written, expect) in [("'all'", Keep::All), ("'90d'", Keep::Days(90)), ("' off '", Keep::Off)] {
        assert_eq!(keep(written), Ok(expect), "{written}");
    }
    let refused = "line 1: `archive.keep` must be \"all\", \"off\" or a number of days, as in keep = \"90d\"";
    for written in ["''", "'90'", "'0d'", "'-1d'", "90", "true", "'ever'"] {
        assert_eq!(keep(written), Err(refused.to_owned()), "{written}");
    }
}

#[test]
fn keys_of_commands_are_read_in_either_form() {
    let content = "[keys]\n\"sessions.resume\" = ['enter', 'r']\nhelp = 'f2'\n[keys.reader]\ndown = []\nfind = 3";
    let (_, problems) = Settings::parse(content);
    assert_eq!(
        problems.join("\n"),
        "line 6: the keys of `reader.find` must be a list of texts, as in [\"enter\", \"ctrl-r\"]"
    );
    let (settings, _) = Settings::parse(content.trim_end_matches("find = 3"));
    let read: Vec<(usize, &str, usize)> =
        settings.keys.iter().map(|keys| (keys.line, keys.command.as_str(), keys.keys.len())).collect();
    assert_eq!(read, [(2, "sessions.resume", 2), (3, "help", 1), (5, "reader.down", 0)]);
    check("keys = 1", &Err("line 1: `keys` must be a section: write [keys] on a line of its own"));
}

#[test]
fn text_that_is_no_toml_gets_its_line() {
    let message = Settings::parse("[claude]\nflags = [").1.join("\n");
    assert!(message.starts_with("line 2: "), "{message}");
    let message = Settings::parse("claude.flags = []\nclaude.flags = []").1.join("\n");
    assert!(message.starts_with("line 2: ") && message.contains("duplicate"), "{message}");
}

#[test]
fn a_missing_file_gives_the_defaults_and_so_does_an_unreadable_one_with_its_problem() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    assert!(matches!(Settings::load(folder.path()), (settings, None) if settings == Settings::default()));
    fs::write(folder.path().join("config.toml"), [0xff]).expect("it can be written");
    assert!(matches!(Settings::load(folder.path()), (_, Some(ConfigError::Unreadable { .. }))));
}

#[test]
fn what_is_excluded_is_unknown_where_the_file_says_it_wrongly() {
    for (content, unknown) in [
        ("[projects]\nexclude = ['~/x']", false),
        ("[display]\ntheme = 3", false),
        ("[projects]\nexclude = '~/x'", true),
        ("projects = 3", true),
        ("[projects\nexclude = ['~/x']", true),
    ] {
        assert_eq!(Settings::parse(content).0.exclude_unknown, unknown, "{content}");
    }
}

#[test]
fn a_remote_that_is_not_understood_is_told_nothing() {
    for (line, used) in [("", 1), ("encrypted = true", 1), ("encrypted = \"true\"", 0), ("encypted = true", 0)] {
        let (settings, problems) = Settings::parse(&format!("[remotes.home]\nurl = \"/a\"\n{line}\n"));
        assert_eq!((settings.remotes.len(), problems.len()), (used, 1 - used), "{line}");
    }
}
