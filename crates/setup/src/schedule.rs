//! The schedule on which `sessions tick` runs when no hook starts it: what each system wants to be told.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What runs programs at times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheduler {
    /// A timer of the person's systemd.
    Systemd,
    /// A line in the person's crontab.
    Cron,
    /// A launch agent of macOS.
    Launchd,
}

/// What a schedule runs, and where its files go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The `sessions` program.
    pub program: PathBuf,
    /// Variables without which it would look elsewhere.
    pub variables: Vec<(String, String)>,
    /// `$XDG_CONFIG_HOME`, for systemd.
    pub config_home: PathBuf,
    /// Home directory, for launchd.
    pub home: PathBuf,
    /// The person's number, for launchd.
    pub user: u32,
}

/// Name of the systemd units.
const UNIT: &str = "sessions-tick";

/// Label of the launch agent.
const LABEL: &str = "sessions.tick";

/// A program with its arguments.
pub(crate) type Call = (&'static str, Vec<String>);

fn call(program: &'static str, arguments: &[&str]) -> Call {
    (program, arguments.iter().map(|argument| (*argument).to_owned()).collect())
}

impl Schedule {
    /// The files of a scheduler, and their texts; cron has none.
    pub fn files(&self, scheduler: Scheduler) -> Vec<(PathBuf, String)> {
        match scheduler {
            Scheduler::Systemd => {
                let folder = self.config_home.join("systemd/user");
                let file = |kind: &str| folder.join(format!("{UNIT}.{kind}"));
                vec![(file("service"), self.service()), (file("timer"), TIMER.to_owned())]
            }
            Scheduler::Cron => Vec::new(),
            Scheduler::Launchd => vec![(self.agent_file(), self.agent())],
        }
    }

    /// What starts it once the files are there.
    pub(crate) fn start(&self, scheduler: Scheduler) -> Vec<Call> {
        let timer = format!("{UNIT}.timer");
        match scheduler {
            Scheduler::Systemd => vec![
                call("systemctl", &["--user", "daemon-reload"]),
                call("systemctl", &["--user", "enable", "--now", &timer]),
            ],
            Scheduler::Cron => Vec::new(),
            Scheduler::Launchd => {
                let domain = format!("gui/{}", self.user);
                vec![call("launchctl", &["bootstrap", &domain, &self.agent_file().to_string_lossy()])]
            }
        }
    }

    /// What stops it while the files are there still.
    pub(crate) fn stop(&self, scheduler: Scheduler) -> Vec<Call> {
        match scheduler {
            Scheduler::Systemd => vec![call("systemctl", &["--user", "disable", "--now", &format!("{UNIT}.timer")])],
            Scheduler::Cron => Vec::new(),
            Scheduler::Launchd => vec![call("launchctl", &["bootout", &format!("gui/{}/{LABEL}", self.user)])],
        }
    }

    /// What has to be told once the files are gone.
    pub(crate) fn forget(scheduler: Scheduler) -> Vec<Call> {
        match scheduler {
            Scheduler::Systemd => vec![call("systemctl", &["--user", "daemon-reload"])],
            Scheduler::Cron | Scheduler::Launchd => Vec::new(),
        }
    }

    /// What says whether it runs: a command that succeeds if it does.
    pub(crate) fn question(&self, scheduler: Scheduler) -> Option<Call> {
        match scheduler {
            Scheduler::Systemd => {
                Some(call("systemctl", &["--user", "is-active", "--quiet", &format!("{UNIT}.timer")]))
            }
            Scheduler::Cron => None,
            Scheduler::Launchd => Some(call("launchctl", &["print", &format!("gui/{}/{LABEL}", self.user)])),
        }
    }

    fn service(&self) -> String {
        let line =
            |(name, value): &(String, String)| format!("Environment={}\n", unit_word(&format!("{name}={value}")));
        let environment = self.variables.iter().map(line).collect::<Vec<_>>().concat();
        format!(
            "[Unit]\nDescription=Take in what is new of Claude Code sessions\n\n[Service]\n\
             Type=oneshot\n{environment}ExecStart={} tick\nNice=10\nIOSchedulingClass=idle\n",
            unit_word(&self.program.to_string_lossy()),
        )
    }

    fn agent_file(&self) -> PathBuf {
        self.home.join("Library/LaunchAgents").join(format!("{LABEL}.plist"))
    }

    fn agent(&self) -> String {
        let entry = |(name, value): &(String, String)| {
            format!("    <key>{}</key>\n    <string>{}</string>\n", xml(name), xml(value))
        };
        let variables = self.variables.iter().map(entry).collect::<Vec<_>>().concat();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{LABEL}</string>\n\
             \x20 <key>ProgramArguments</key>\n  <array>\n    <string>{}</string>\n    <string>tick</string>\n  </array>\n\
             \x20 <key>EnvironmentVariables</key>\n  <dict>\n{variables}  </dict>\n\
             \x20 <key>StartInterval</key>\n  <integer>900</integer>\n  <key>ProcessType</key>\n  <string>Background</string>\n\
             \x20 <key>LowPriorityIO</key>\n  <true/>\n</dict>\n</plist>\n",
            xml(&self.program.to_string_lossy()),
        )
    }
}

/// Every 15 minutes, and soon after the machine was off at such a time.
const TIMER: &str = "\
[Unit]
Description=Take in what is new of Claude Code sessions every 15 minutes

[Timer]
OnCalendar=*:0/15
RandomizedDelaySec=60
Persistent=true

[Install]
WantedBy=timers.target
";

/// A word of a unit file: quoted, with the specifiers of systemd written twice (`systemd.unit(5)`). Variables are replaced in
/// arguments only, and none of ours has one.
fn unit_word(word: &str) -> String {
    let mut text = String::from("\"");
    for letter in word.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '%' => text.extend(['%', '%']),
            _ => text.push(letter),
        }
    }
    text + "\""
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        Schedule {
            program: "/opt/my \"$x\" 5%/sessions".into(),
            variables: vec![("SESSIONS_HOME".to_owned(), "/data & more".to_owned())],
            config_home: "/home/ada/.config".into(),
            home: "/home/ada".into(),
            user: 1000,
        }
    }

    #[test]
    fn systemd_is_told_what_to_run_and_when() {
        let files = schedule().files(Scheduler::Systemd);
        let names: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
        insta::assert_snapshot!(format!("{names:#?}\n{}\n{}", files[0].1, files[1].1));
    }

    #[test]
    fn launchd_is_told_what_to_run_and_when() {
        let files = schedule().files(Scheduler::Launchd);
        let calls = (schedule().start(Scheduler::Launchd), schedule().stop(Scheduler::Launchd));
        insta::assert_snapshot!(format!("{}\n{calls:#?}\n{}", files[0].0.display(), files[0].1));
    }
}
