//! Latency of the hook as a whole process: events, with the store free and with it held by another process, eight at once,
//! on a slow disk, and the status line.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::iter;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail};
use config::{Environment, Paths};
use testkit::Home;

use super::measure::{Cost, Runs, mb, measure, resident_while_reading};
use super::table::{Budget, Figure};
use crate::torture::has_strace;
use crate::workspace::build;

const EVENTS: &[&str] = &["session-start", "post-tool-use", "stop", "session-end"];
const SESSION: &str = "11111111-1111-4111-8111-111111111111";
/// History that a scan needs a while for, so that it can be stopped while it holds the store.
const HISTORY_BYTES: u64 = 150_000_000;
const PATIENCE: Duration = Duration::from_secs(20);
/// Hooks that run at once.
const CROWD: usize = 8;
/// On a slow disk, whatever has to be durable takes so long, microseconds.
const SLOW_DISK_US: u64 = 100_000;
/// The calls that make something durable, as `strace` names them.
const DURABLE: &str = "fsync,fdatasync,rename,renameat,renameat2,link,linkat";
/// Runs on a slow disk.
const SLOW_RUNS: usize = 10;

/// Latency of sessions-hook: events, with the store free and held, eight at once, on a slow disk, and the status line
#[derive(Debug, Args)]
pub(super) struct Hook {
    /// Runs of each event in each situation
    #[arg(long, default_value_t = 200)]
    runs: usize,
}

/// A home with everything that a hook meets.
struct Scene {
    home: Home,
    variables: BTreeMap<String, String>,
    paths: Paths,
    program: PathBuf,
}

impl Hook {
    pub(super) fn run(&self) -> Result<Vec<Figure>> {
        let scene = Scene::new()?;
        let sessions = build("cli", "sessions")?;
        let mut floor = Runs::default();
        for _ in 0..self.runs {
            floor.add(measure(&mut Command::new("true"), b"")?.wall);
        }
        let mut figures = Vec::new();
        for event in EVENTS {
            figures.extend(self.event(&scene, event, "store free", &floor)?);
        }
        figures.extend(self.status_line(&scene, "no limits", &floor, |_| None)?);
        figures.extend(self.status_line(&scene, "limits to record", &floor, Some)?);
        figures.extend(self.at_once(&scene, &floor)?);
        figures.extend(slow_disk(&scene)?);
        let mut holder = scene.hold_store(&sessions)?;
        let held: Result<Vec<_>> = EVENTS.iter().map(|event| self.event(&scene, event, "store held", &floor)).collect();
        holder.kill().ok();
        holder.wait().ok();
        figures.extend(held?.into_iter().flatten());
        Ok(figures)
    }

    fn event(&self, scene: &Scene, event: &str, situation: &str, floor: &Runs) -> Result<Vec<Figure>> {
        let mut runs = Runs::default();
        let payload = scene.payload(event);
        for _ in 0..self.runs {
            scene.wait_for_tick(situation == "store free");
            runs.add(measure(&mut scene.hook(event), payload.as_bytes())?.wall);
        }
        scene.wait_for_tick(situation == "store free");
        let resident_bytes = resident_while_reading(&mut scene.hook(event), payload.as_bytes())?;
        Ok(figures(&format!("{event}, {situation}"), &runs, floor, resident_bytes, 3.0))
    }

    /// Events that come eight at once.
    fn at_once(&self, scene: &Scene, floor: &Runs) -> Result<Vec<Figure>> {
        let (mut runs, payload) = (Runs::default(), scene.payload("stop"));
        for _ in 0..self.runs.div_ceil(CROWD) {
            scene.wait_for_tick(true);
            let costs: Vec<Result<Cost>> = thread::scope(|scope| {
                let one = || scope.spawn(|| measure(&mut scene.hook("stop"), payload.as_bytes()));
                let hooks: Vec<_> = iter::repeat_with(one).take(CROWD).collect();
                let ended = hooks.into_iter().map(|hook| hook.join().unwrap_or_else(|_| bail!("a thread panicked")));
                ended.collect()
            });
            for cost in costs {
                runs.add(cost?.wall);
            }
        }
        let what = format!("stop, {CROWD} at once");
        let figure =
            |name: &str, ms: f64, beside: f64| Figure::new(format!("{what}: {name}"), ms, "ms").beside("true", beside);
        Ok(vec![
            figure("median", runs.median(), floor.median()),
            figure("p99", runs.p99(), floor.p99()),
            figure("max", runs.max(), floor.max()),
        ])
    }

    /// The status line, whose payload names limits that are new in each run, or none.
    fn status_line(
        &self,
        scene: &Scene,
        situation: &str,
        floor: &Runs,
        limit: impl Fn(usize) -> Option<usize>,
    ) -> Result<Vec<Figure>> {
        let mut runs = Runs::default();
        for run in 0..self.runs {
            let payload = scene.status(limit(run));
            scene.wait_for_tick(true);
            runs.add(measure(&mut scene.hook("statusline"), payload.as_bytes())?.wall);
        }
        scene.wait_for_tick(true);
        let payload = scene.status(limit(self.runs));
        let resident_bytes = resident_while_reading(&mut scene.hook("statusline"), payload.as_bytes())?;
        Ok(figures(&format!("statusline, {situation}"), &runs, floor, resident_bytes, 5.0))
    }
}

/// The end of a session, for which a client waits 1.5 seconds, on a disk that `strace` makes slow; nothing without it.
fn slow_disk(scene: &Scene) -> Result<Vec<Figure>> {
    if !has_strace() {
        return Ok(Vec::new());
    }
    let (mut runs, payload) = (Runs::default(), scene.payload("session-end"));
    let inject = format!("inject={DURABLE}:delay_exit={SLOW_DISK_US}");
    let trace = format!("trace={DURABLE}");
    for _ in 0..SLOW_RUNS {
        scene.wait_for_tick(true);
        let hook = scene.hook("session-end");
        let mut traced = Command::new("strace");
        // beside the hook, so that nobody waits for the tick that it starts
        traced.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]).arg(hook.get_program());
        traced.args(hook.get_args()).env_clear().envs(&scene.variables).current_dir(scene.home.path());
        runs.add(measure(&mut traced, payload.as_bytes())?.wall);
    }
    let what = format!("session-end, {} ms for whatever has to be durable", SLOW_DISK_US / 1_000);
    Ok(vec![
        Figure::new(format!("{what}: median"), runs.median(), "ms").budget(Budget::AtMost(1_000.0)),
        Figure::new(format!("{what}: max"), runs.max(), "ms").budget(Budget::AtMost(1_500.0)),
    ])
}

/// Figures of runs, beside those of a program that does nothing.
fn figures(what: &str, runs: &Runs, floor: &Runs, resident_bytes: u64, budget_ms: f64) -> Vec<Figure> {
    let name = |figure: &str| format!("{what}: {figure}");
    let median = Figure::new(name("median"), runs.median(), "ms").budget(Budget::AtMost(budget_ms));
    vec![
        median.beside("true", floor.median()),
        Figure::new(name("p99"), runs.p99(), "ms").budget(Budget::AtMost(20.0)).beside("true", floor.p99()),
        Figure::new(name("max"), runs.max(), "ms").beside("true", floor.max()),
        Figure::new(name("memory"), mb(resident_bytes), "MB").budget(Budget::AtMost(8.0)),
    ]
}

impl Scene {
    fn new() -> Result<Self> {
        let home = Home::new();
        let variables = home.variables();
        let paths = Paths::new(&Environment {
            variables: variables.clone(),
            home: Some(home.path().to_owned()),
            cwd: home.path().to_owned(),
        })?;
        testkit::history::generate(&home.claude(), HISTORY_BYTES, 1)?;
        // A transcript of 100 MB that nobody should open.
        let transcript = home.transcript(&format!("-home-you/{SESSION}.jsonl"), "");
        File::options().write(true).open(transcript)?.set_len(100_000_000)?;
        Ok(Self { variables, paths, program: build("hook", "sessions-hook")?, home })
    }

    fn hook(&self, event: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(event).env_clear().envs(&self.variables).current_dir(self.home.path());
        command
    }

    fn payload(&self, event: &str) -> String {
        let transcript = self.home.claude().join(format!("projects/-home-you/{SESSION}.jsonl"));
        serde_json::json!({
            "session_id": SESSION,
            "transcript_path": transcript,
            "cwd": "/home/you",
            "hook_event_name": event,
            "reason": "prompt_input_exit",
            "tool_name": "Write",
            "tool_input": {"file_path": "/home/you/notes.md", "content": "x".repeat(20_000)},
        })
        .to_string()
    }

    /// What Claude Code gives to its status line; with limits that are a hundredth of a percent higher in each run.
    fn status(&self, limit: Option<usize>) -> String {
        let mut payload = serde_json::json!({
            "session_id": SESSION,
            "transcript_path": self.home.claude().join(format!("projects/-home-you/{SESSION}.jsonl")),
            "cwd": "/home/you",
            "model": {"id": "claude-opus-5-5", "display_name": "Opus 5.5"},
            "workspace": {"current_dir": "/home/you", "project_dir": "/home/you", "added_dirs": []},
            "version": "2.1.328",
            "cost": {"total_cost_usd": 0.42, "total_duration_ms": 6_096},
            "context_window": {
                "context_window_size": 1_000_000,
                "current_usage": {"input_tokens": 12, "cache_read_input_tokens": 131_000},
                "used_percentage": 13,
            },
            "exceeds_200k_tokens": false,
        });
        if let Some(limit) = limit {
            let window = |days: u64| {
                let resets_at = SystemTime::now() + Duration::from_hours(24 * days);
                let since = resets_at.duration_since(UNIX_EPOCH).unwrap_or_default();
                serde_json::json!({"used_percentage": limit as f64 / 100.0, "resets_at": since.as_secs()})
            };
            payload["rate_limits"] = serde_json::json!({"five_hour": window(1), "seven_day": window(7)});
        }
        payload.to_string()
    }

    /// Waits until the background work of the run before is done, so that each run is measured alone.
    fn wait_for_tick(&self, store_is_free: bool) {
        let begun = Instant::now();
        let busy = || File::open(self.paths.tick_lock()).is_ok_and(|lock| lock.try_lock_shared().is_err());
        while store_is_free && busy() && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(2));
    }

    /// Starts a scan and stops it in the middle, while it holds the store.
    fn hold_store(&self, sessions: &Path) -> Result<Child> {
        self.wait_for_tick(true);
        fs::remove_file(&self.paths.store).ok();
        let mut scan = Command::new(sessions);
        scan.arg("scan").env_clear().envs(&self.variables).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = scan.spawn().wrap_err("cannot start `sessions scan`")?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.holds_store(child.id())? {
                let stopped = Command::new("kill").args(["-STOP", &child.id().to_string()]).status()?;
                if stopped.success() && self.holds_store(child.id())? {
                    return Ok(child);
                }
            }
            if child.try_wait()?.is_some() {
                break;
            }
        }
        child.kill().ok();
        child.wait().ok();
        bail!("`sessions scan` was never seen to hold {}", self.paths.store.display())
    }

    /// Whether the system says that a process has a lock on the store.
    fn holds_store(&self, process: u32) -> Result<bool> {
        let Ok(store) = fs::metadata(&self.paths.store) else { return Ok(false) };
        let (process, inode) = (process.to_string(), format!(":{}", store.ino()));
        let locks = fs::read_to_string("/proc/locks").wrap_err("this benchmark needs Linux")?;
        Ok(locks.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.contains(&process.as_str()) && words.iter().any(|word| word.ends_with(&inode))
        }))
    }
}
