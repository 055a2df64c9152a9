//! Plans on a small home in a temporary folder.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Obstacle, Plan, Request, plan};

const ID: &str = "0b2c1d3e-1111-4222-8333-444455556666";

/// A home with `claude`, one project and one session in it.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Self { folder };
        home.write("work/notes.txt", "");
        home.write(&format!(".claude/projects/-work/{ID}.jsonl"), "{}");
        home.program("bin/claude", 0o755);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn program(&self, name: &str, mode: u32) {
        self.write(name, "#!/bin/sh\n");
        set_mode(&self.path(name), mode);
    }

    fn transcript(&self) -> PathBuf {
        self.path(&format!(".claude/projects/-work/{ID}.jsonl"))
    }

    fn request(&self) -> Request {
        Request {
            id: ID.to_owned(),
            transcript: Some(self.transcript()),
            directories: vec![self.path("work")],
            search_path: Some(self.path("bin").into_os_string()),
            ..Request::default()
        }
    }

    /// Plans a changed request; the plan's arguments.
    fn arguments(&self, change: impl Fn(&mut Request)) -> Vec<OsString> {
        self.plan(change).expect("nothing is in the way").arguments
    }

    fn plan(&self, change: impl Fn(&mut Request)) -> Result<Plan, Obstacle> {
        let mut request = self.request();
        change(&mut request);
        plan(&request)
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

#[test]
fn a_session_is_taken_up_by_its_id_in_its_directory() {
    let home = Home::new();
    let expect = Plan {
        program: home.path("bin/claude"),
        arguments: vec!["--resume".into(), ID.into()],
        directory: home.path("work"),
        variables: Vec::new(),
    };
    assert_eq!(home.plan(|_| {}), Ok(expect));
}

#[test]
fn fork_and_flags_follow_the_id() {
    let home = Home::new();
    let arguments = home.arguments(|request| {
        request.fork = true;
        request.flags = vec!["--model".into(), "opus".into()];
    });
    assert_eq!(arguments, ["--resume", ID, "--fork-session", "--model", "opus"]);
}

#[test]
fn another_root_is_named_to_the_client() {
    let home = Home::new();
    let planned = home.plan(|request| request.claude_config_dir = Some(home.path(".claude")));
    let root = home.path(".claude").into_os_string();
    assert_eq!(planned.expect("a plan").variables, [("CLAUDE_CONFIG_DIR".to_owned(), root)]);
}

#[test]
fn the_first_directory_that_exists_is_taken() {
    let home = Home::new();
    home.write("later/file", "");
    let with = |names: &[&str]| {
        let directories: Vec<PathBuf> = names.iter().map(|name| home.path(name)).collect();
        home.plan(|request| request.directories.clone_from(&directories)).map(|plan| plan.directory)
    };
    assert_eq!(with(&["gone", "later", "work"]), Ok(home.path("later")));
    assert_eq!(with(&["work/notes.txt", "work"]), Ok(home.path("work")), "a file is no directory");
    let gone = Obstacle::DirectoryGone { id: ID.to_owned(), directory: home.path("gone") };
    assert_eq!(with(&["gone", "lost"]), Err(gone));
    assert_eq!(with(&[]), Err(Obstacle::NoDirectory { id: ID.to_owned() }));
}

#[test]
fn an_id_that_two_projects_hold_is_given_as_a_path() {
    let home = Home::new();
    home.write(&format!(".claude/projects/-copy/{ID}.jsonl"), "{}");
    assert_eq!(home.arguments(|_| {})[1], home.transcript());
}

#[test]
fn a_file_that_no_id_leads_to_is_given_as_a_path() {
    let home = Home::new();
    for (name, id) in [
        (".claude/projects/-work/my-import.jsonl", "my-import"),
        (".claude/projects/-work/0B2C1D3E-1111-4222-8333-444455556666.jsonl", "0B2C1D3E-1111-4222-8333-444455556666"),
        (".claude/projects/-work/99999999-1111-4222-8333-444455556666.jsonl", ID),
        ("backup/0b2c1d3e-1111-4222-8333-444455556666.jsonl", ID),
    ] {
        home.write(name, "{}");
        let arguments = home.arguments(|request| {
            id.clone_into(&mut request.id);
            request.transcript = Some(home.path(name));
        });
        assert_eq!(arguments[1], home.path(name), "{name}");
    }
}

#[test]
fn a_missing_transcript_is_an_obstacle_that_says_why() {
    let home = Home::new();
    let gone = home.path("gone.jsonl");
    let planned = home.plan(|request| request.transcript = Some(gone.clone()));
    assert_eq!(planned, Err(Obstacle::TranscriptGone { id: ID.to_owned(), transcript: gone }));
    let planned = home.plan(|request| request.transcript = None);
    assert_eq!(planned, Err(Obstacle::NeverSaved { id: ID.to_owned() }));
}

#[test]
fn a_running_session_is_an_obstacle_unless_a_copy_is_asked_for() {
    let home = Home::new();
    assert_eq!(home.plan(|request| request.running = Some(7)), Err(Obstacle::Running { pid: 7 }));
    let copy = home.plan(|request| {
        request.running = Some(7);
        request.fork = true;
    });
    assert!(copy.is_ok());
}

#[test]
fn only_a_claude_that_can_be_started_counts() {
    let home = Home::new();
    home.program("early/claude", 0o644);
    home.write("folder/claude/file", "");
    let with = |search_path: Option<OsString>| {
        home.plan(|request| request.search_path.clone_from(&search_path)).map(|plan| plan.program)
    };
    let folders = ["missing", "early", "folder", "bin"].map(|name| home.path(name));
    let all = std::env::join_paths(&folders).expect("no separator in it");
    let none = std::env::join_paths(&folders[..3]).expect("no separator in it");
    assert_eq!(with(Some(all)), Ok(home.path("bin/claude")));
    let missing = || Err(Obstacle::NoClaude { program: "claude".into() });
    assert_eq!(with(Some(none)), missing());
    assert_eq!(with(Some(OsString::new())), missing());
    assert_eq!(with(None), missing());
}

#[test]
fn another_program_is_started_when_one_is_set() {
    let home = Home::new();
    home.program("bin/claude-next", 0o755);
    home.program("opt/claude", 0o755);
    let with = |program: &Path| home.plan(|request| program.clone_into(&mut request.program)).map(|plan| plan.program);
    assert_eq!(with(Path::new("claude-next")), Ok(home.path("bin/claude-next")));
    assert_eq!(with(&home.path("opt/claude")), Ok(home.path("opt/claude")));
    let gone = home.path("opt/gone");
    assert_eq!(with(&gone), Err(Obstacle::NoClaude { program: gone }));
}

#[test]
fn the_command_and_its_line_do_the_same() {
    let home = Home::new();
    home.write("bin/claude", "#!/bin/sh\npwd\necho \"$CLAUDE_CONFIG_DIR\"\nprintf '<%s>' \"$@\"\n");
    home.write("it's $HOME/file", "");
    let plan = home
        .plan(|request| {
            request.directories = vec![home.path("it's $HOME")];
            request.claude_config_dir = Some(home.path(".claude"));
            request.flags = vec!["two words".into(), "\"$(x)\"".into()];
        })
        .expect("nothing is in the way");
    let direct = plan.command().output().expect("a script");
    let mut shell = std::process::Command::new("/bin/sh");
    let pasted = shell.arg("-c").arg(plan.command_line()).env("PATH", home.path("bin")).output().expect("a shell");
    let expect = format!(
        "{}\n{}\n<--resume><{ID}><two words><\"$(x)\">",
        home.path("it's $HOME").display(),
        home.path(".claude").display()
    );
    assert_eq!(String::from_utf8_lossy(&direct.stdout), expect);
    assert_eq!(String::from_utf8_lossy(&pasted.stdout), expect);
}

#[test]
fn every_obstacle_names_a_way_out() {
    let (id, transcript, directory) = (ID.to_owned(), PathBuf::from("/t.jsonl"), PathBuf::from("/d"));
    for (obstacle, way_out) in [
        (Obstacle::Running { pid: 7 }, "--fork"),
        (Obstacle::NeverSaved { id: id.clone() }, "sessions scan"),
        (Obstacle::TranscriptGone { id: id.clone(), transcript }, "cleanupPeriodDays"),
        (Obstacle::DirectoryGone { id: id.clone(), directory }, "--directory"),
        (Obstacle::NoDirectory { id }, "--directory"),
        (Obstacle::NoClaude { program: "claude".into() }, "Install Claude Code"),
    ] {
        assert!(obstacle.to_string().contains(way_out), "{obstacle}");
    }
}
