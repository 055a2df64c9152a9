//! What is recorded of the limits, and what is read back from whatever the file holds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use super::*;

const HOUR_MS: u64 = 60 * 60 * 1_000;

struct Scene {
    home: tempfile::TempDir,
    limits: Limits,
}

impl Scene {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let limits = Limits::at(home.path().join("data/limits.jsonl"));
        Self { home, limits }
    }

    fn record(&self, seen: &[Limit]) -> usize {
        self.limits.record(seen).expect("it can be written")
    }

    fn used(&self) -> Vec<u32> {
        self.limits.records_since(0).expect("it can be read").iter().map(|limit| limit.used_hundredths).collect()
    }

    fn write(&self, content: &str) {
        fs::create_dir_all(self.home.path().join("data")).expect("a folder can be made");
        fs::write(&self.limits.path, content).expect("it can be written");
    }
}

fn limit(window: &str, seen_ms: u64, used_hundredths: u32, resets_ms: u64) -> Limit {
    Limit { seen_ms, window: window.to_owned(), used_hundredths, resets_ms: Some(resets_ms) }
}

fn five_hour(seen_ms: u64, used: u32) -> Limit {
    limit("five_hour", seen_ms, used, 5 * HOUR_MS)
}

#[test]
fn what_is_recorded_is_read_back() {
    let scene = Scene::new();
    assert_eq!(scene.limits.records_since(0).expect("none is no fault"), []);
    let undated = Limit { resets_ms: None, ..limit("odd \"window\"", 7, 10_500, 0) };
    let seen = [five_hour(7, 2_350), undated];
    assert_eq!(scene.record(&seen), 2);
    assert_eq!(scene.limits.records_since(0).expect("it can be read"), seen);
    let mode = |path: &Path| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    assert_eq!((mode(&scene.limits.path), mode(&scene.home.path().join("data"))), (0o600, 0o700));
}

#[test]
fn a_figure_is_recorded_once() {
    let scene = Scene::new();
    assert_eq!(scene.record(&[five_hour(1, 2_000)]), 1);
    assert_eq!(scene.record(&[five_hour(2, 2_000)]), 0);
    assert_eq!(scene.record(&[five_hour(3, 2_010)]), 1);
    assert_eq!(scene.record(&[limit("five_hour", 4, 2_010, 6 * HOUR_MS)]), 1, "the next window");
    assert_eq!(scene.record(&[limit("seven_day", 4, 2_010, 6 * HOUR_MS)]), 1, "another window");
    assert_eq!(scene.record(&[]), 0);
}

#[test]
fn a_session_that_tells_old_figures_adds_nothing() {
    let scene = Scene::new();
    scene.record(&[five_hour(1, 2_000)]);
    scene.record(&[five_hour(2, 3_500)]);
    assert_eq!(scene.record(&[five_hour(3, 2_000)]), 0);
    assert_eq!(scene.record(&[limit("five_hour", 6 * HOUR_MS, 9_000, 5 * HOUR_MS)]), 0, "its window is over");
    assert_eq!(scene.limits.latest(4).expect("it can be read")[0].used_hundredths, 3_500);
}

#[test]
fn the_latest_figures_are_those_of_windows_that_run() {
    let scene = Scene::new();
    scene.record(&[five_hour(1, 1_000), limit("seven_day", 1, 500, 100 * HOUR_MS)]);
    scene.record(&[five_hour(2, 1_200)]);
    let latest = |now_ms| -> Vec<(String, u32)> {
        let latest = scene.limits.latest(now_ms).expect("it can be read");
        latest.into_iter().map(|limit| (limit.window, limit.used_hundredths)).collect()
    };
    let (five, seven) = (("five_hour".to_owned(), 1_200), ("seven_day".to_owned(), 500));
    assert_eq!(latest(3), [five, seven.clone()]);
    assert_eq!(latest(5 * HOUR_MS), [seven]);
    assert_eq!(latest(100 * HOUR_MS), []);
}

#[test]
fn a_figure_without_an_end_holds_for_five_hours() {
    let undated = Limit { resets_ms: None, ..five_hour(HOUR_MS, 1) };
    assert!(undated.holds(6 * HOUR_MS - 1) && !undated.holds(6 * HOUR_MS));
}

#[test]
fn a_figure_without_an_end_that_is_still_told_is_recorded_anew() {
    let scene = Scene::new();
    let undated = |seen_ms| Limit { resets_ms: None, ..five_hour(seen_ms, 1) };
    assert_eq!(scene.record(&[undated(HOUR_MS)]), 1);
    assert_eq!(scene.record(&[undated(5 * HOUR_MS)]), 0);
    assert_eq!(scene.record(&[undated(6 * HOUR_MS)]), 1);
    assert_eq!(scene.limits.latest(7 * HOUR_MS).expect("it can be read").len(), 1);
}

#[test]
fn an_old_figure_that_is_told_late_is_not_the_latest() {
    let scene = Scene::new();
    let lines = [five_hour(1, 3_500), five_hour(2, 2_000)].map(|limit| written(&limit).expect("it can be written"));
    scene.write(&lines.concat());
    assert_eq!(scene.limits.latest(4).expect("it can be read")[0].used_hundredths, 3_500);
    scene.record(&[limit("five_hour", 5, 100, 6 * HOUR_MS)]);
    assert_eq!(scene.limits.latest(6).expect("it can be read")[0].used_hundredths, 100, "the next window");
}

#[test]
fn a_window_that_ends_in_years_is_a_slip() {
    let scene = Scene::new();
    assert_eq!(scene.record(&[limit("five_hour", 1, 2_000, 1 + FAR_MS + 1)]), 0);
    assert_eq!(scene.record(&[limit("spend_limit", 1, 2_000, 1 + FAR_MS)]), 1);
}

#[test]
fn of_a_file_only_what_is_recent_can_be_asked_for() {
    let scene = Scene::new();
    let lines: Vec<String> =
        (0..9_000).map(|seen_ms| written(&five_hour(seen_ms, 1)).expect("it can be written")).collect();
    scene.write(&lines.concat());
    let since = |since_ms| scene.limits.records_since(since_ms).expect("it can be read").len();
    assert_eq!([since(0), since(10), since(8_990), since(9_000)], [9_000, 8_990, 10, 0]);
}

#[test]
fn damaged_lines_cost_nothing_but_themselves() {
    let scene = Scene::new();
    let good = written(&five_hour(1, 1_000)).expect("it can be written");
    let newer = good.replace("\"v\":1", "\"v\":2");
    let more = good.replace("\"v\":1", "\"v\":1,\"later\":[1]").replace("1000,", "1001,");
    scene.write(&format!("\n\0\u{1}\nnull\n[1]\n{good}{newer}{{\"v\":1}}\n{more}{}", &good[..20]));
    assert_eq!(scene.used(), [1_000, 1_001]);
    assert_eq!(scene.record(&[five_hour(2, 1_100)]), 1);
    assert_eq!(scene.used(), [1_000, 1_001, 1_100], "the line after a torn one is whole");
}

#[test]
fn of_a_long_file_the_end_decides() {
    let scene = Scene::new();
    for used in 0..3_000 {
        scene.record(&[five_hour(1, used)]);
    }
    assert!(fs::metadata(&scene.limits.path).expect("it exists").len() > LATEST_BYTES - 30_000);
    assert_eq!(scene.record(&[five_hour(2, 2_950)]), 0);
    assert_eq!(scene.limits.latest(3).expect("it can be read")[0].used_hundredths, 2_999);
}

#[test]
fn sessions_that_record_at_once_leave_whole_lines() {
    let scene = Scene::new();
    thread::scope(|scope| {
        for writer in 0..8 {
            let scene = &scene;
            scope.spawn(move || {
                for used in 0..50 {
                    assert_eq!(scene.record(&[five_hour(1, writer * 100 + used)]), 1);
                }
            });
        }
    });
    let mut used = scene.used();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), 400);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let limits = Limits::at("/dev/null/limits.jsonl");
    let error = limits.record(&[five_hour(1, 1)]).expect_err("no folder is there");
    assert!(error.to_string().contains("/dev/null"), "{error}");
}
