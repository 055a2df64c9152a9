//! Where a running session can be found: its process, its terminal, its pane in tmux.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Pane, Tmux};

/// Where a process can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The process.
    pub pid: u32,
    /// Its terminal, as in `/dev/pts/3`.
    pub terminal: Option<String>,
    /// The pane of tmux that this terminal is.
    pub pane: Option<Pane>,
}

impl Whereabouts {
    /// Looks for a process; in the tmux around this program, else in the usual one.
    pub fn of(pid: u32, around: Option<&Tmux>) -> Self {
        let terminal = terminal_of(pid);
        let usual = Tmux::usual();
        let pane = terminal.as_deref().and_then(|terminal| around.unwrap_or(&usual).pane_of(terminal));
        Self { pid, terminal, pane }
    }
}

impl fmt::Display for Whereabouts {
    /// `process 4711, terminal /dev/pts/3, tmux pane work:2.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if let Some(terminal) = &self.terminal {
            write!(f, ", terminal {terminal}")?;
        }
        if let Some(pane) = &self.pane {
            write!(f, ", tmux pane {}", pane.name)?;
        }
        Ok(())
    }
}

/// The terminal of a process, as in `/dev/pts/3`; none if it has none or the system does not say.
fn terminal_of(pid: u32) -> Option<String> {
    if Path::new("/proc/self/fd").exists() {
        let links = (0..3).filter_map(|descriptor| fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).ok());
        let mut terminals = links.filter_map(|link| link.to_str().map(str::to_owned));
        return terminals.find(|link| link.starts_with("/dev/pts/") || link.starts_with("/dev/tty"));
    }
    let output = Command::new("ps").args(["-o", "tty=", "-p", &pid.to_string()]).output().ok()?;
    let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!name.is_empty() && !name.starts_with('?')).then(|| format!("/dev/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_as_far_as_it_is_known() {
        let mut place = Whereabouts { pid: 7, terminal: None, pane: None };
        assert_eq!(place.to_string(), "process 7");
        place.terminal = Some("/dev/pts/3".to_owned());
        place.pane = Some(Pane { id: "%1".to_owned(), name: "work:2.1".to_owned() });
        assert_eq!(place.to_string(), "process 7, terminal /dev/pts/3, tmux pane work:2.1");
    }

    #[test]
    fn a_process_that_is_gone_has_no_terminal() {
        assert_eq!(terminal_of(u32::MAX - 7), None);
    }
}
