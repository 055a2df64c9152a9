//! Where set-up works: the folder of Claude Code, our two programs, and what the schedule has to be told.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use config::Environment;
use setup::{HOOK_PROGRAM, Machine, Schedule, is_program};

use crate::context::Context;

/// Variables that a schedule needs, because it runs without those of a shell.
const VARIABLES: [&str; 4] = ["SESSIONS_HOME", "CLAUDE_CONFIG_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"];

/// Where set-up works.
#[derive(Debug)]
pub(crate) struct Places {
    /// The folder of Claude Code.
    pub(crate) config_dir: PathBuf,
    /// The machine's programs.
    pub(crate) machine: Machine,
    /// What a schedule is told.
    pub(crate) schedule: Schedule,
    /// The program that Claude Code shall call, if it is there.
    pub(crate) hook_program: Option<PathBuf>,
}

impl Places {
    /// Works them out; the folder of Claude Code may be named.
    pub(crate) fn new(context: &Context, config_dir: Option<&str>) -> Self {
        let environment = &context.environment;
        let machine = Machine::new(environment.get("PATH").unwrap_or_default());
        let home = environment.home().map(Path::to_owned).unwrap_or_default();
        let usual = || environment.claude_folder().unwrap_or_else(|| home.join(".claude"));
        let config_home = environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let schedule = Schedule {
            program: program(&machine, "sessions").unwrap_or_else(|| PathBuf::from("sessions")),
            variables: variables(environment, &home),
            config_home: config_home.unwrap_or_else(|| home.join(".config")),
            user: fs::metadata(&home).map(|metadata| metadata.uid()).unwrap_or_default(),
            home: home.clone(),
        };
        Self {
            config_dir: config_dir.map_or_else(usual, |named| environment.resolve(named)),
            hook_program: program(&machine, HOOK_PROGRAM),
            machine,
            schedule,
        }
    }
}

/// Those variables that are set and say something else than what holds without them.
fn variables(environment: &Environment, home: &Path) -> Vec<(String, String)> {
    let usual =
        [home.join(".local/share/sessions"), home.join(".claude"), home.join(".local/share"), home.join(".config")];
    let set = VARIABLES.iter().zip(usual).filter_map(|(name, usual)| {
        let value = environment.get(name)?;
        let value = environment.cwd.join(value);
        (value != usual).then(|| ((*name).to_owned(), value.to_string_lossy().into_owned()))
    });
    set.collect()
}

/// A program of ours: the one beside this one, by the path under which PATH finds it, which outlives an upgrade.
fn program(machine: &Machine, name: &str) -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().map(|this| this.with_file_name(name)).filter(|path| is_program(path));
    let on_path = machine.find(name);
    let real = |path: &Path| fs::canonicalize(path).ok();
    match (beside, on_path) {
        (Some(beside), Some(on_path)) if real(&beside) == real(&on_path) => Some(on_path),
        (beside, on_path) => beside.or(on_path),
    }
}
