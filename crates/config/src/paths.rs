//! Every path that the product uses.

use std::path::{Path, PathBuf};

use crate::{ConfigError, Environment, desktop, roots};

/// Every path that the product uses. Folders are made when first needed, 0700; files are 0600.
///
/// The XDG rules hold on every system: a relative value of an XDG variable counts as not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `$SESSIONS_HOME`, default `$XDG_DATA_HOME/sessions`, default `~/.local/share/sessions`.
    pub data: PathBuf,
    /// One file per hook event.
    pub spool: PathBuf,
    /// The derived store, which can be made again.
    pub store: PathBuf,
    /// Small files: locks and the roots that were met before.
    pub state: PathBuf,
    /// Logs of programs that nobody watches.
    pub logs: PathBuf,
    /// Folder of `config.toml` and its companions: `$XDG_CONFIG_HOME/sessions`, default `~/.config/sessions`; without
    /// a home directory, `config` in the data folder.
    pub config: PathBuf,
    /// Home directory, if one is known.
    pub home: Option<PathBuf>,
    /// Folders that may hold Claude Code's files, in order of precedence; they need not exist. [`Paths::known_roots`]
    /// adds those that were met before.
    pub roots: Vec<PathBuf>,
    /// Folders in which the desktop application may keep sessions of its own, each with a root of its own;
    /// [`Paths::known_roots`] adds those.
    pub desktop: Vec<PathBuf>,
}

impl Paths {
    /// Works out every path from the environment, without touching the disk.
    pub fn new(environment: &Environment) -> Result<Self, ConfigError> {
        let home = environment.home();
        let data = match environment.get("SESSIONS_HOME") {
            Some(named) => environment.resolve(named),
            None => xdg(environment, "XDG_DATA_HOME", ".local/share").ok_or(ConfigError::NoHome)?.join("sessions"),
        };
        let config = match xdg(environment, "XDG_CONFIG_HOME", ".config") {
            Some(folder) => folder.join("sessions"),
            None => data.join("config"),
        };
        Ok(Self {
            spool: data.join("spool"),
            store: data.join("sessions.duckdb"),
            state: data.join("state"),
            logs: data.join("logs"),
            config,
            home: home.map(Path::to_owned),
            roots: roots::candidates(environment),
            desktop: desktop::folders(environment),
            data,
        })
    }

    /// The person's settings.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of the person's themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// The person's prices, which lie over the built-in ones.
    pub fn prices_file(&self) -> PathBuf {
        self.config.join("prices.toml")
    }

    /// The person's rules for types of sessions, which go before the built-in ones.
    pub fn session_types_file(&self) -> PathBuf {
        self.config.join("session_types.yaml")
    }

    /// The journal: operations that are only ever added to.
    pub fn journal(&self) -> PathBuf {
        self.data.join("journal")
    }

    /// Transcripts that are kept for longer than Claude Code keeps them; they cannot be made again.
    pub fn archive(&self) -> PathBuf {
        self.data.join("archive")
    }

    /// What was deleted, for a day.
    pub fn trash(&self) -> PathBuf {
        self.data.join("trash")
    }

    /// Files of Claude Code as they were before something in them was changed.
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// What is noted about remotes. In the journal's folder, so that both are restored together.
    pub fn remotes_file(&self) -> PathBuf {
        self.journal().join("remotes.json")
    }

    /// What devices are called, so that the journal is not read for it each time; it can be thrown away.
    pub fn devices_file(&self) -> PathBuf {
        self.state.join("devices.json")
    }

    /// The lock file that whoever syncs holds.
    pub fn sync_lock(&self) -> PathBuf {
        self.state.join("sync.lock")
    }

    /// The copy of a remote that is a git repository; it can be made again.
    pub fn remote_copy(&self, name: &str) -> PathBuf {
        self.data.join("remotes").join(format!("{name}.git"))
    }

    /// The password of a remote, 0600.
    pub fn remote_password(&self, name: &str) -> PathBuf {
        self.config.join("secrets").join(name)
    }

    /// What this device has of a remote that is encrypted: its own key, and the remote's; 0600, in no backup of ours.
    pub fn remote_key(&self, name: &str) -> PathBuf {
        self.config.join("secrets").join(format!("{name}.key"))
    }

    /// What was opened of a remote that is encrypted; it can be thrown away.
    pub fn remote_seen(&self, name: &str) -> PathBuf {
        self.data.join("remotes").join(format!("{name}.seen.json"))
    }

    /// The lock file that one tick at a time holds.
    pub fn tick_lock(&self) -> PathBuf {
        self.state.join("tick.lock")
    }

    /// An empty file whose modification time says when a hook last started a tick.
    pub fn tick_started(&self) -> PathBuf {
        self.state.join("tick.started")
    }

    /// What was spent today and in this block, for status lines.
    pub fn usage_state(&self) -> PathBuf {
        self.state.join("usage.json")
    }

    /// How much of the inbox is unread.
    pub fn inbox_state(&self) -> PathBuf {
        self.state.join("inbox.json")
    }

    /// What a session that starts says to its person.
    pub fn banner_file(&self) -> PathBuf {
        self.state.join("banner.json")
    }

    /// When each kind of event last came from a hook.
    pub fn events_file(&self) -> PathBuf {
        self.state.join("events.json")
    }

    /// What set-up did; beside the store, which can be made again while this cannot.
    pub fn setup_file(&self) -> PathBuf {
        self.data.join("setup.json")
    }

    /// An empty file that is there once the screen has offered to set up.
    pub fn offered_file(&self) -> PathBuf {
        self.data.join("setup.offered")
    }

    /// The official limits that status lines were told of; beside the store, which can be made again while these cannot.
    pub fn limits_file(&self) -> PathBuf {
        self.data.join("limits.jsonl")
    }

    /// What went wrong in hooks, which may tell nobody else.
    pub fn hook_log(&self) -> PathBuf {
        self.logs.join("hook.log")
    }

    /// Where directories went that sessions ran in; beside the store, which can be made again while this cannot.
    pub fn places_file(&self) -> PathBuf {
        self.data.join("places.json")
    }

    /// The roots that were met before.
    pub fn roots_file(&self) -> PathBuf {
        self.state.join("roots.json")
    }
}

/// A folder of the XDG base directory specification.
pub(crate) fn xdg(environment: &Environment, variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| Some(environment.home()?.join(below_home)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], home: Option<&str>, data: &str, config: &str) {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = Environment { variables, home: home.map(PathBuf::from), cwd: PathBuf::from("/here") };
        let paths = Paths::new(&environment).expect("there is a place for data");
        assert_eq!((paths.data.as_path(), paths.config.as_path()), (Path::new(data), Path::new(config)));
        assert!([&paths.spool, &paths.store, &paths.state, &paths.logs].iter().all(|path| path.starts_with(data)));
    }

    #[test]
    fn data_and_settings_follow_the_variables() {
        let home = Some("/home/ada");
        check(&[], home, "/home/ada/.local/share/sessions", "/home/ada/.config/sessions");
        check(&[("XDG_DATA_HOME", "/d"), ("XDG_CONFIG_HOME", "/c")], home, "/d/sessions", "/c/sessions");
        check(
            &[("XDG_DATA_HOME", "d"), ("XDG_CONFIG_HOME", "")],
            home,
            "/home/ada/.local/share/sessions",
            "/home/ada/.config/sessions",
        );
        check(&[("SESSIONS_HOME", "/s"), ("XDG_DATA_HOME", "/d")], home, "/s", "/home/ada/.config/sessions");
        check(&[("SESSIONS_HOME", "~/s")], home, "/home/ada/s", "/home/ada/.config/sessions");
        check(&[("SESSIONS_HOME", "s")], home, "/here/s", "/home/ada/.config/sessions");
        check(&[("SESSIONS_HOME", "/s")], None, "/s", "/s/config");
        check(&[("HOME", "/home/eve")], None, "/home/eve/.local/share/sessions", "/home/eve/.config/sessions");
    }

    #[test]
    fn without_any_home_the_message_says_what_to_set() {
        for home in [None, Some(PathBuf::new()), Some(PathBuf::from("relative"))] {
            let environment = Environment { home, ..Environment::default() };
            let error = Paths::new(&environment).expect_err("there is no place for data");
            assert!(error.to_string().contains("set HOME"), "{error}");
        }
    }
}
