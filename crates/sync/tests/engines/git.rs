//! A git repository.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use journal::Scope;
use sync::{Fault, Git, Remote};
use tempfile::TempDir;

use crate::conformance::{self, machine, operations, sync};

struct Host {
    home: TempDir,
    copies: AtomicUsize,
}

impl Host {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let made = Command::new("git").args(["init", "--quiet", "--bare"]).arg(home.path().join("host.git")).status();
        assert!(made.is_ok_and(|status| status.success()), "git is installed");
        Self { home, copies: AtomicUsize::new(0) }
    }

    fn url(&self) -> String {
        self.home.path().join("host.git").display().to_string()
    }

    fn copy(&self, name: &str) -> Box<dyn Remote> {
        Box::new(Git::at(&self.url(), &self.home.path().join(name)).expect("a copy can be made"))
    }

    fn open(&self) -> Box<dyn Remote> {
        self.copy(&format!("copy-{}", self.copies.fetch_add(1, Ordering::Relaxed)))
    }
}

#[test]
fn a_repository_is_a_remote() {
    let host = Host::new();
    conformance::all(&|| host.open());
}

#[test]
fn a_copy_that_is_lost_or_stale_is_made_again() {
    let host = Host::new();
    let mut one = machine(1, &Scope::Private, &["1", "2"]);
    sync(&mut one, &mut host.copy("a"));
    let mut two = machine(2, &Scope::Private, &["x"]);
    sync(&mut two, &mut host.copy("b"));
    assert_eq!(sync(&mut one, &mut host.copy("a")).taken, 1, "a stale one is brought up to date");
    Git::forget(&host.home.path().join("a")).expect("it can be removed");
    assert!(sync(&mut one, &mut host.copy("a")).is_complete());
    assert_eq!(operations(&one), operations(&two));
}

#[test]
fn a_host_that_is_gone_or_refuses_is_said() {
    let host = Host::new();
    let mut one = machine(1, &Scope::Private, &["1"]);
    let mut remote = host.copy("a");
    let hook = Path::new(&host.url()).join("hooks/pre-receive");
    fs::write(&hook, "#!/bin/sh\nexit 1\n").expect("a hook can be written");
    let executable = Command::new("chmod").arg("+x").arg(&hook).status();
    assert!(executable.is_ok_and(|status| status.success()));
    let outcome = sync(&mut one, &mut remote);
    assert!(matches!(outcome.fault, Some(Fault::Denied(_))), "{outcome:?}");
    fs::remove_dir_all(host.url()).expect("it can be removed");
    let outcome = sync(&mut one, &mut host.copy("b"));
    assert!(matches!(outcome.fault, Some(Fault::Unreachable(_))), "{outcome:?}");
    assert_eq!(outcome.left.to_send, 0, "nobody knows what is there");
}
