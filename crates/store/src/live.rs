//! Sessions that are running now, as Claude Code's own registry says.
//!
//! `<root>/sessions/<pid>.json` is removed on a clean exit and left behind by a kill, so the process is looked at too.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use transcript::SessionId;

/// A session that a running client has open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Running {
    /// Process of the client.
    pub pid: u32,
    /// Its session now; changes on `/clear`, `/branch` and `/resume`.
    pub session: SessionId,
    /// Its working directory.
    pub cwd: Option<String>,
    /// What it does (`idle`, `busy`), as written.
    pub status: Option<String>,
    /// When it last said so.
    pub updated_at: Option<DateTime<Utc>>,
    /// When the client was started.
    pub started_at: Option<DateTime<Utc>>,
    /// What the person named the session; a name that the client made up is none.
    pub name: Option<String>,
}

/// Sessions that are running under some roots, by session. What cannot be read is left out.
pub fn running(roots: &[PathBuf]) -> Vec<Running> {
    let folders = roots.iter().filter_map(|root| fs::read_dir(root.join("sessions")).ok());
    let files = folders.flat_map(|entries| entries.flatten().map(|entry| entry.path()));
    let mut running: Vec<Running> = files.filter_map(|file| entry(&file)).collect();
    running.sort_by(|a, b| (&a.session, a.pid).cmp(&(&b.session, b.pid)));
    running.dedup();
    running
}

/// A file of the registry. Unknown fields and shapes are passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    pid: u32,
    session_id: String,
    cwd: Option<String>,
    status: Option<String>,
    #[serde(default)]
    proc_start: serde_json::Value,
    #[serde(default)]
    updated_at: serde_json::Value,
    #[serde(default)]
    started_at: serde_json::Value,
    name: Option<String>,
    name_source: Option<String>,
}

fn entry(path: &Path) -> Option<Running> {
    path.extension().filter(|extension| *extension == "json")?;
    let wire: Wire = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    is_running(wire.pid, &wire.proc_start).then(|| Running {
        pid: wire.pid,
        session: SessionId(wire.session_id),
        cwd: wire.cwd,
        status: wire.status,
        updated_at: time(&wire.updated_at),
        started_at: time(&wire.started_at),
        name: wire.name.filter(|_| wire.name_source.as_deref() != Some("derived")),
    })
}

/// A time, as milliseconds since 1970 or in ISO form.
fn time(value: &serde_json::Value) -> Option<DateTime<Utc>> {
    match value {
        serde_json::Value::String(text) => Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        other => DateTime::from_timestamp_millis(other.as_i64()?),
    }
}

/// Whether the process is there, and is the one that wrote the entry: process ids are used again.
fn is_running(pid: u32, start: &serde_json::Value) -> bool {
    if !Path::new("/proc/self/stat").exists() {
        return is_listed(pid);
    }
    let Ok(line) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let noted = start.as_str().map(str::to_owned).or_else(|| start.as_u64().map(|ticks| ticks.to_string()));
    match (noted.filter(|noted| noted.bytes().all(|byte| byte.is_ascii_digit())), start_ticks(&line)) {
        (Some(noted), Some(ticks)) => noted == ticks,
        _ => true,
    }
}

/// Start of a process in clock ticks after boot: field 22 of its `stat`, counted behind the name, which may hold
/// anything.
fn start_ticks(stat: &str) -> Option<&str> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)
}

/// Whether `ps` knows a process, on systems without `/proc`.
fn is_listed(pid: u32) -> bool {
    let status = std::process::Command::new("ps").args(["-o", "pid=", "-p", &pid.to_string()]).output();
    status.is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{running, start_ticks};

    fn ticks_of(pid: u32) -> String {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        start_ticks(&stat).unwrap_or("0").to_owned()
    }

    #[test]
    fn only_sessions_whose_process_is_there_are_running() {
        let home = testkit::Home::new();
        let folder = home.claude().join("sessions");
        fs::create_dir_all(&folder).expect("a folder can be made");
        let own = std::process::id();
        let entry = |pid: u32, id: &str, start: &str| {
            format!(
                r#"{{"pid":{pid},"sessionId":"{id}","cwd":"/p","procStart":"{start}","status":"busy","new":{{}},"updatedAt":1795166372345}}"#
            )
        };
        for (name, text) in [
            ("1.json", entry(own, "here", &ticks_of(own))),
            ("2.json", entry(own, "another-process-with-this-id", "1")),
            ("3.json", entry(u32::MAX - 7, "killed", "1")),
            ("4.json", "{torn".to_owned()),
            ("5.key", entry(own, "not-an-entry", &ticks_of(own))),
        ] {
            fs::write(folder.join(name), text).expect("a file can be written");
        }
        let found = running(&[home.claude(), home.path().join("nowhere")]);
        if cfg!(target_os = "linux") {
            let shown: Vec<_> =
                found.iter().map(|one| (one.session.as_str(), one.pid, one.status.as_deref())).collect();
            assert_eq!(shown, [("here", own, Some("busy"))]);
            assert_eq!(found[0].updated_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-20T09:19:32.345+00:00"));
        }
    }
}
