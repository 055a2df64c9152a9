//! A git repository.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use journal::{Scope, Stream};
use sync::{Fault, Git, Local, Remote};
use tempfile::TempDir;

use crate::conformance::{self, machine, operations, sync};
use crate::proxy::{Mischief, Proxy};

/// Kills of programs that push.
const KILLS: usize = 40;

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
fn an_encrypted_repository_is_a_remote() {
    let host = Host::new();
    conformance::all_sealed(&|| host.open());
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

/// A host that is asked over the network.
struct Daemon {
    port: u16,
    process: Child,
}

impl Daemon {
    fn of(host: &Host) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let folder = host.home.path().display();
        let process = Command::new("git")
            .args(["daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"])
            .args([format!("--port={port}"), format!("--base-path={folder}")])
            .stderr(Stdio::null())
            .spawn()
            .expect("git has a daemon");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::yield_now();
        }
        Self { port, process }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // git's daemon is a program of its own behind `git`
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        for child in children(self.process.id()) {
            let _ = Command::new("kill").arg(child.to_string()).status();
        }
        let _ = self.process.wait();
    }
}

#[test]
fn whatever_happens_on_the_way_nothing_is_lost_or_doubled() {
    let host = Host::new();
    let daemon = Daemon::of(&host);
    let proxy = Proxy::to(daemon.port);
    let copy = |name: &str| {
        let url = format!("git://127.0.0.1:{}/host.git", proxy.port);
        Git::at(&url, &host.home.path().join(name)).expect("a copy can be made")
    };
    let slow = |name: &str| copy(name).with_deadline(Duration::from_secs(2));
    let mut one = machine(1, &Scope::Private, &["1", "2", "3"]);
    let mut two = machine(2, &Scope::Private, &["x"]);
    let outcome = sync(&mut one, &mut copy("a"));
    assert!(outcome.is_complete(), "{outcome:?}");
    let mischief = [
        Mischief::CutAfter(30),
        Mischief::CutAfter(300),
        Mischief::CutAfter(700),
        Mischief::SilentAfter(200),
        Mischief::CutQuestionsAfter(100),
        Mischief::CutQuestionsAfter(400),
    ];
    for (number, mischief) in mischief.into_iter().enumerate() {
        one.append(&Scope::Private, &[format!("{{\"n\":{number}}}").into_bytes()]).expect("memory does not fail");
        proxy.set(mischief);
        sync(&mut one, &mut slow("a"));
        sync(&mut two, &mut slow("b"));
        proxy.set(Mischief::None);
        for (machine, name) in [(0, "a"), (1, "b"), (0, "a")] {
            let outcome = sync(if machine == 0 { &mut one } else { &mut two }, &mut copy(name));
            assert!(outcome.is_complete(), "{mischief:?}: {outcome:?}");
        }
        assert_eq!(operations(&one), operations(&two), "{mischief:?}");
    }
}

#[test]
fn whatever_is_killed_what_was_acknowledged_is_there_and_no_copy_is_stuck() {
    let host = Host::new();
    let is_over = AtomicBool::new(false);
    let written: Vec<(Stream, u64)> = thread::scope(|scope| {
        let (host, is_over) = (&host, &is_over);
        let writers: Vec<_> = (0..4_u64)
            .map(|name| {
                scope.spawn(move || {
                    let mut machine = machine(10 + name, &Scope::Private, &["first"]);
                    let stream = Stream { replica: machine.replica(), scope: Scope::Private };
                    let (mut acknowledged, mut copy) = (0, name.to_string());
                    while !is_over.load(Ordering::Relaxed) || acknowledged == 0 {
                        machine.append(&Scope::Private, &[b"more".to_vec()]).expect("memory does not fail");
                        let Ok(mut remote) = Git::at(&host.url(), &host.home.path().join(&copy)) else { continue };
                        if sync(&mut machine, &mut remote).is_complete() {
                            acknowledged = machine.heads().expect("memory does not fail")[&stream].seq;
                        } else {
                            age_locks(&host.home.path().join(&copy));
                            copy.push('+');
                        }
                    }
                    (stream, acknowledged)
                })
            })
            .collect();
        let mut kills = 0;
        while kills < KILLS {
            let running = children(std::process::id());
            let killed = running.get(kills % running.len().max(1)).map(|process| {
                let status = Command::new("kill").args(["-9", &process.to_string()]).stderr(Stdio::null()).status();
                status.is_ok_and(|status| status.success())
            });
            kills += usize::from(killed == Some(true));
            thread::sleep(Duration::from_millis(15));
        }
        is_over.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().expect("it does not panic")).collect()
    });
    let heads = host.open().heads().expect("it can be asked");
    for (stream, acknowledged) in &written {
        assert!(heads[stream].seq >= *acknowledged, "{acknowledged} of {:?}", heads[stream]);
    }
    for folder in fs::read_dir(host.home.path()).expect("it can be listed").flatten() {
        if folder.path().join("HEAD").exists() && folder.file_name() != "host.git" {
            let mut machine = machine(99, &Scope::Private, &[]);
            let mut remote = Git::at(&host.url(), &folder.path()).expect("its locks are old");
            let outcome = sync(&mut machine, &mut remote);
            assert!(outcome.is_complete(), "{}: {outcome:?}", folder.path().display());
        }
    }
}

#[test]
fn a_lock_that_a_killed_git_left_keeps_nobody_from_pushing() {
    let host = Host::new();
    let mut one = machine(1, &Scope::Private, &["1"]);
    assert!(sync(&mut one, &mut host.copy("a")).is_complete());
    let copy = host.home.path().join("a");
    for lock in ["sessions.index.lock", "refs/heads/sessions.lock"] {
        fs::write(copy.join(lock), "").expect("it can be written");
    }
    one.append(&Scope::Private, &[b"2".to_vec()]).expect("memory does not fail");
    let outcome = sync(&mut one, &mut host.copy("a"));
    assert!(!outcome.is_complete(), "a git that runs is left alone");
    age_locks(&copy);
    let outcome = sync(&mut one, &mut host.copy("a"));
    assert!(outcome.is_complete() && outcome.sent == 1, "{outcome:?}");
}

/// Makes the locks in a copy as old as those of a git that was killed long ago.
fn age_locks(copy: &Path) {
    for lock in ["sessions.index.lock", "refs/heads/sessions.lock"] {
        if let Ok(file) = fs::File::options().write(true).open(copy.join(lock)) {
            file.set_modified(SystemTime::now() - Duration::from_mins(10)).expect("it can be made older");
        }
    }
}

/// Programs that a process has started.
fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>()).collect()
}
