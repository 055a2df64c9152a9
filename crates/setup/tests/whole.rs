//! Setting up and taking out, on a home that is thrown away, with stand-ins for the machine's programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use setup::{Found, Machine, Plan, Receipt, Schedule, Scheduler, Wish, backups};
use testkit::Home;

const PAGE: &str = "<!-- sessions: a page -->\n";

/// A crontab that lies in a file, and says what the real one says when there is none.
const CRONTAB: &str = r#"case "$1" in
-l) [ -f "$0.tab" ] && cat "$0.tab" || { echo "no crontab for ada" >&2; exit 1; };;
-r) rm "$0.tab";;
-) cat > "$0.tab";;
esac
"#;

/// A systemd that notes what it is told.
const SYSTEMCTL: &str = r#"echo "$*" >> "$0.log"
case "$2" in is-active) grep -q -- '--user enable' "$0.log";; esac
"#;

struct World {
    home: Home,
    machine: Machine,
}

impl World {
    fn new(programs: &[(&str, &str)]) -> Self {
        let home = Home::new();
        let bin = home.path().join("bin");
        fs::create_dir_all(&bin).expect("a folder can be made");
        for (name, script) in programs {
            fs::write(bin.join(name), format!("#!/bin/sh\n{script}")).expect("a script can be written");
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        }
        let machine = Machine::new(format!("{}:/usr/bin:/bin", bin.display()));
        Self { home, machine }
    }

    fn at(&self, relative: &str) -> PathBuf {
        self.home.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.at(relative);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn text(&self, relative: &str) -> Option<String> {
        fs::read_to_string(self.at(relative)).ok()
    }

    fn schedule(&self) -> Schedule {
        Schedule {
            program: self.at("bin/sessions"),
            variables: Vec::new(),
            config_home: self.at(".config"),
            home: self.home.path().to_owned(),
            user: 1000,
        }
    }

    fn found(&self, wanted: Option<Scheduler>) -> Found {
        let receipt = Receipt::read(&self.at("data/setup.json"));
        Found::look(&self.home.claude(), &self.schedule(), wanted, &[], receipt, &self.machine).expect("it can be read")
    }

    fn set_up(&self, scheduler: Option<Scheduler>) -> Plan {
        let wish = Wish {
            hook_program: self.at("bin/sessions-hook"),
            scheduler,
            page: Some(PAGE),
            status_line: false,
            completions: Some((self.at("completions/sessions"), "complete -F".to_owned())),
        };
        let plan = Plan::set_up(&wish, &self.schedule(), &self.found(scheduler)).expect("it can be planned");
        self.carry_out(&plan);
        plan
    }

    fn remove(&self) -> Plan {
        let plan = Plan::remove(&self.schedule(), &self.found(None)).expect("it can be planned");
        self.carry_out(&plan);
        plan
    }

    fn carry_out(&self, plan: &Plan) {
        let problems = plan.carry_out(&self.machine, &self.at("data/setup.json"));
        assert!(problems.is_empty(), "{problems:?}");
    }

    /// Every file with its text, but for backups and the stand-ins.
    fn everything(&self) -> Vec<(PathBuf, String)> {
        let mut folders = vec![self.home.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
                let path = entry.path();
                let is_ours = path.extension().is_some_and(|extension| extension == "bak" || extension == "log");
                match path.is_dir() {
                    true => folders.push(path),
                    false if is_ours => {}
                    false => files.push((path.clone(), fs::read_to_string(&path).expect("it is text"))),
                }
            }
        }
        files.sort();
        files
    }
}

#[test]
fn taking_out_leaves_everything_as_it_was() {
    for (settings, instructions) in [
        (None, None),
        (Some(""), Some("")),
        (Some("{\n\t\"hooks\": {},\n\t\"model\": \"opus\"\n}"), Some("# Mine")),
        (
            Some("{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"mine\"}]}]}}"),
            Some("a\n@other.md\n"),
        ),
    ] {
        let world = World::new(&[("crontab", CRONTAB)]);
        world.write(".config/other", "stays");
        for (name, text) in [("settings.json", settings), ("CLAUDE.md", instructions)] {
            if let Some(text) = text {
                world.write(&format!(".claude/{name}"), text);
            }
        }
        let before = world.everything();
        world.set_up(Some(Scheduler::Cron));
        assert!(world.text("bin/crontab.tab").expect("there is one").contains("bin/sessions tick"));
        assert!(world.text("data/setup.json").is_some());
        assert_eq!(world.set_up(Some(Scheduler::Cron)).steps, [], "a second time changes nothing");
        world.remove();
        assert_eq!(world.everything(), before);
        assert_eq!(world.remove().steps, []);
    }
}

#[test]
fn a_settings_file_of_somebody_else_keeps_its_link_and_permissions_and_gets_copies() {
    let world = World::new(&[]);
    world.write("dotfiles/settings.json", "{}\n");
    fs::set_permissions(world.at("dotfiles/settings.json"), fs::Permissions::from_mode(0o640))
        .expect("they can be set");
    fs::create_dir_all(world.home.claude()).expect("a folder can be made");
    let link = world.at(".claude/settings.json");
    std::os::unix::fs::symlink("../dotfiles/settings.json", &link).expect("a link can be made");
    for round in 0..6 {
        world.write("dotfiles/settings.json", &format!("{{\"round\": {round}}}\n"));
        world.set_up(None);
    }
    assert!(link.is_symlink());
    let mode = fs::metadata(&link).expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode, 0o640);
    let kept: Vec<(u64, String)> = backups(&link)
        .into_iter()
        .map(|(number, path)| (number, fs::read_to_string(path).expect("it is text")))
        .collect();
    let numbers: Vec<u64> = kept.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 3, 4, 5, 6], "the first and the last ones");
    assert_eq!(kept[0].1, "{\"round\": 0}\n");
}

#[test]
fn systemd_is_told_once_and_told_again_when_the_program_moves() {
    let world = World::new(&[("systemctl", SYSTEMCTL)]);
    let wanted = world.machine.scheduler();
    assert_eq!(wanted, if cfg!(target_os = "macos") { Some(Scheduler::Launchd) } else { Some(Scheduler::Systemd) });
    world.set_up(Some(Scheduler::Systemd));
    let log = || world.text("bin/systemctl.log").expect("it was called");
    assert_eq!(log().matches("--user enable --now sessions-tick.timer").count(), 1);
    assert_eq!(world.set_up(Some(Scheduler::Systemd)).steps, []);
    world.write(".config/systemd/user/sessions-tick.service", "ExecStart=/old/sessions tick\n");
    world.set_up(Some(Scheduler::Systemd));
    assert_eq!(log().matches("--user enable").count(), 2);
    assert!(
        world.text(".config/systemd/user/sessions-tick.service").expect("it is there").contains("bin/sessions\" tick")
    );
    world.set_up(None);
    assert!(log().ends_with("--user disable --now sessions-tick.timer\n--user daemon-reload\n"), "{}", log());
    assert_eq!(world.text(".config/systemd/user/sessions-tick.timer"), None);
}

#[test]
fn one_schedule_takes_the_place_of_another() {
    let world = World::new(&[("systemctl", SYSTEMCTL), ("crontab", CRONTAB)]);
    world.write("bin/crontab.tab", "0 4 * * * mine\n");
    world.set_up(Some(Scheduler::Cron));
    world.set_up(Some(Scheduler::Systemd));
    assert_eq!(world.text("bin/crontab.tab").as_deref(), Some("0 4 * * * mine\n"));
    assert!(world.text(".config/systemd/user/sessions-tick.timer").is_some());
}

#[test]
fn what_folders_share_stays_until_the_last_is_taken_out() {
    let world = World::new(&[("crontab", CRONTAB)]);
    world.set_up(Some(Scheduler::Cron));
    let other = World { home: Home::new(), machine: world.machine.clone() };
    let wish = Wish {
        hook_program: world.at("bin/sessions-hook"),
        scheduler: Some(Scheduler::Cron),
        page: None,
        status_line: false,
        completions: None,
    };
    let look = || {
        let receipt = Receipt::read(&world.at("data/setup.json"));
        let wanted = Some(Scheduler::Cron);
        Found::look(&other.home.claude(), &world.schedule(), wanted, &[], receipt, &world.machine)
            .expect("it can be read")
    };
    world.carry_out(&Plan::set_up(&wish, &world.schedule(), &look()).expect("it can be planned"));
    world.remove();
    assert!(world.text("bin/crontab.tab").is_some() && world.text("completions/sessions").is_some());
    world.carry_out(&Plan::remove(&world.schedule(), &look()).expect("it can be planned"));
    assert_eq!((world.text("bin/crontab.tab"), world.text("completions/sessions")), (None, None));
    assert_eq!(world.text("data/setup.json"), None);
}

#[test]
fn a_file_that_changes_in_between_is_not_written() {
    let world = World::new(&[]);
    world.write(".claude/settings.json", "{}\n");
    let plan = Plan::remove(&world.schedule(), &{
        world.set_up(None);
        world.found(None)
    })
    .expect("it can be planned");
    world.write(".claude/settings.json", "{\"model\": \"opus\"}\n");
    let problems = plan.carry_out(&world.machine, &world.at("data/setup.json"));
    assert!(problems.iter().any(|problem| problem.to_string().contains("was changed since")), "{problems:?}");
    assert_eq!(world.text(".claude/settings.json").as_deref(), Some("{\"model\": \"opus\"}\n"));
}

#[test]
fn a_page_of_somebody_else_stays_and_is_told_of() {
    let world = World::new(&[]);
    world.write(".claude/sessions.md", "# my own page\n");
    let plan = world.set_up(None);
    assert!(plan.notes[0].contains("is not ours and stays"), "{:?}", plan.notes);
    world.remove();
    assert_eq!(world.text(".claude/sessions.md").as_deref(), Some("# my own page\n"));
    assert_eq!(world.text(".claude/CLAUDE.md"), None);
}

#[test]
fn settings_that_are_not_strict_are_explained_and_left_alone() {
    let world = World::new(&[]);
    world.write(".claude/settings.json", "{\n  // mine\n}\n");
    let wish = Wish {
        hook_program: world.at("bin/sessions-hook"),
        scheduler: None,
        page: Some(PAGE),
        status_line: false,
        completions: None,
    };
    let error = Plan::set_up(&wish, &world.schedule(), &world.found(None)).expect_err("a comment is no JSON");
    assert!(
        error
            .to_string()
            .ends_with(".claude/settings.json: line 2, column 3: a comment, which strict JSON does not have"),
        "{error}"
    );
    assert_eq!(world.text(".claude/CLAUDE.md"), None);
}

#[test]
fn a_program_that_fails_is_told_of_and_the_rest_is_done() {
    let world = World::new(&[("systemctl", "echo 'no bus' >&2; exit 1")]);
    assert_ne!(world.machine.scheduler(), Some(Scheduler::Systemd));
    let wish = Wish {
        hook_program: world.at("bin/sessions-hook"),
        scheduler: Some(Scheduler::Systemd),
        page: Some(PAGE),
        status_line: false,
        completions: None,
    };
    let plan =
        Plan::set_up(&wish, &world.schedule(), &world.found(Some(Scheduler::Systemd))).expect("it can be planned");
    let problems = plan.carry_out(&world.machine, &world.at("data/setup.json"));
    assert_eq!(problems[0].to_string(), "`systemctl --user daemon-reload` failed: no bus");
    assert!(world.text(".claude/settings.json").expect("it is there").contains("sessions-hook"));
}

#[test]
fn a_diff_shows_every_change() {
    let world = World::new(&[("crontab", CRONTAB)]);
    world.write(".claude/settings.json", "{\n  \"model\": \"opus\"\n}\n");
    let plan = world.set_up(Some(Scheduler::Cron));
    let home = world.home.path().to_string_lossy().into_owned();
    insta::assert_snapshot!(plan.diff().replace(&home, "~"));
    let neutral = |path: &Path| path.strip_prefix(world.home.path()).map(Path::to_owned).expect("it lies below");
    let copies: Vec<PathBuf> =
        backups(&world.at(".claude/settings.json")).iter().map(|(_, path)| neutral(path)).collect();
    assert_eq!(copies, [PathBuf::from(".claude/settings.json.sessions-1.bak")]);
}
