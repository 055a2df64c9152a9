//! A git repository that is pushed to: any host, or a bare repository in a folder.
//!
//! The repository holds [segments](crate::segment) on one branch. A push that is not a fast-forward is refused by git, so it is a
//! compare-and-swap: whoever was slower takes what is new and pushes again.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use journal::{Operation, Stream};

use crate::segment::{self, Holding, Segment, Shelf};
use crate::{Fault, Head, Heads, Page, Remote, child};

const BRANCH: &str = "refs/heads/sessions";

/// How often a push is tried when others push at the same time: of 78 pushes of three machines, 39 were refused.
const PUSHES: u32 = 16;

/// Time for a call that passes data, and for one that asks.
const DEADLINE: Duration = Duration::from_mins(1);

/// The index of the copy, in which a commit is put together.
const INDEX: &str = "sessions.index";

/// A repository, and its copy on this machine.
#[derive(Debug)]
pub struct Git {
    url: String,
    /// The copy: bare, and made again when it is lost.
    copy: PathBuf,
    /// The commit that was seen last.
    commit: Option<String>,
    holding: Holding,
    /// Time for one call of git.
    deadline: Duration,
}

impl Git {
    /// The repository at an address that git understands; its copy goes into a folder.
    pub fn at(url: &str, copy: &Path) -> Result<Self, Fault> {
        if url.is_empty() || url.starts_with('-') {
            return Err(Fault::Address(format!("`{url}` is no address of a repository")));
        }
        let git = Self {
            url: url.to_owned(),
            copy: copy.to_owned(),
            commit: None,
            holding: Holding::default(),
            deadline: DEADLINE,
        };
        git.sweep();
        if !copy.join("HEAD").exists() {
            config::make_private_folder(copy)
                .map_err(|error| Fault::Unreachable(format!("{}: {error}", copy.display())))?;
            git.ask(&["init", "--quiet", "--bare", "."], b"")?;
        }
        Ok(git)
    }

    /// Waits so long for a call of git.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Takes away locks that a git which was killed left in the copy: none of ours lives as long as they are old.
    fn sweep(&self) {
        for name in [&format!("{INDEX}.lock"), &format!("{BRANCH}.lock"), "packed-refs.lock", "shallow.lock"] {
            let lock = self.copy.join(name);
            let age = fs::metadata(&lock).and_then(|metadata| metadata.modified()).map(|made| made.elapsed());
            if age.is_ok_and(|age| age.is_ok_and(|age| age > 2 * DEADLINE)) {
                // if it stays, git says so
                let _ = fs::remove_file(lock);
            }
        }
    }

    /// Takes what is new there.
    fn fetch(&mut self) -> Result<(), Fault> {
        let answer = self.ask(&["ls-remote", "--", &self.url, BRANCH], b"")?;
        let commit = answer.split_whitespace().next().map(str::to_owned);
        if commit == self.commit {
            return Ok(());
        }
        self.holding.shelf = match &commit {
            None => Shelf::default(),
            Some(commit) => {
                if self.git(&["cat-file", "-e", &format!("{commit}^{{commit}}")], b"")?.status.success() {
                    self.shelf_of(commit)?
                } else {
                    self.ask(&["fetch", "--quiet", "--no-tags", "--", &self.url, &format!("+{BRANCH}:{BRANCH}")], b"")?;
                    self.shelf_of(commit)?
                }
            }
        };
        self.commit = commit;
        Ok(())
    }

    fn shelf_of(&self, commit: &str) -> Result<Shelf, Fault> {
        let names = self.ask(&["ls-tree", "-r", "-z", "--name-only", commit, "--", segment::FOLDER], b"")?;
        Ok(Shelf::of(names.split('\0')))
    }

    /// Makes a commit that holds one more file.
    fn commit(&self, segment: &Segment, content: &[u8]) -> Result<String, Fault> {
        let blob = self.ask(&["hash-object", "-w", "--stdin"], content)?;
        match &self.commit {
            Some(commit) => self.ask(&["read-tree", commit], b"")?,
            None => self.ask(&["read-tree", "--empty"], b"")?,
        };
        self.ask(
            &["update-index", "--add", "--cacheinfo", &format!("100644,{},{}", blob.trim(), segment.path())],
            b"",
        )?;
        let tree = self.ask(&["write-tree"], b"")?;
        let mut words = vec!["commit-tree", tree.trim()];
        words.extend(self.commit.iter().flat_map(|commit| ["-p", commit]));
        let message = format!("{} operations\n", segment.to.seq - segment.after.seq);
        Ok(self.ask(&words, message.as_bytes())?.trim().to_owned())
    }

    /// Whether the push was taken; false when somebody was faster.
    fn push(&self, commit: &str) -> Result<bool, Fault> {
        let target = format!("{commit}:{BRANCH}");
        let output = self.git(&["push", "--porcelain", "--no-verify", "--", &self.url, &target], b"")?;
        if output.status.success() {
            return Ok(true);
        }
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let was_slower = [
            "[rejected]",
            "non-fast-forward",
            "fetch first",
            "cannot lock ref",
            "failed to update ref",
            "incorrect old value",
        ];
        if was_slower.iter().any(|word| said.contains(word)) {
            return Ok(false);
        }
        Err(fault_of(&said))
    }

    fn ask(&self, words: &[&str], input: &[u8]) -> Result<String, Fault> {
        let output = self.git(words, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(fault_of(&String::from_utf8_lossy(&output.stderr)))
    }

    fn git(&self, words: &[&str], input: &[u8]) -> Result<Output, Fault> {
        let mut command = Command::new("git");
        command.current_dir(&self.copy).env("GIT_DIR", ".").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.env("GIT_INDEX_FILE", self.copy.join(INDEX));
        for name in ["GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
            command.env_remove(name);
        }
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "sessions").env(format!("GIT_{who}_EMAIL"), "sessions@localhost");
        }
        let settings =
            ["core.hooksPath=/dev/null", "commit.gpgSign=false", "push.gpgSign=false", "protocol.ext.allow=never"];
        command.args(settings.iter().flat_map(|setting| ["-c", setting])).args(words);
        child::run(&mut command, input, self.deadline)
    }
}

impl Remote for Git {
    fn heads(&mut self) -> Result<Heads, Fault> {
        self.fetch()?;
        let mut holding = std::mem::take(&mut self.holding);
        let heads = holding.heads(|segment| self.content(segment));
        self.holding = holding;
        heads
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let Some(segment) = Segment::of(operations) else { return Ok(()) };
        let content = segment::encode(operations);
        for attempt in 0..PUSHES {
            if attempt > 0 {
                thread::sleep(pause(attempt));
            }
            if attempt > 0 || self.commit.is_none() {
                self.fetch()?;
            }
            let head = self.holding.shelf.way(&segment.folder).last().map_or(Head::START, |last| last.to);
            if head != segment.after {
                return Err(Fault::Moved);
            }
            let commit = self.commit(&segment, &content)?;
            if self.push(&commit)? {
                self.holding.shelf = self.shelf_of(&commit)?;
                self.commit = Some(commit);
                return Ok(());
            }
        }
        Err(Fault::Moved)
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        if self.holding.shelf.is_empty() {
            self.fetch()?;
        }
        let mut holding = std::mem::take(&mut self.holding);
        let read = holding.page(stream, after, page, |segment| self.content(segment));
        self.holding = holding;
        read
    }
}

impl Git {
    fn content(&self, segment: &Segment) -> Result<Vec<u8>, Fault> {
        let place = format!("{}:{}", self.commit.as_deref().unwrap_or(BRANCH), segment.path());
        let output = self.git(&["cat-file", "blob", &place], b"")?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(fault_of(&String::from_utf8_lossy(&output.stderr)))
        }
    }

    /// Forgets the copy, which is made again.
    pub fn forget(copy: &Path) -> std::io::Result<()> {
        if copy.join("HEAD").exists() { fs::remove_dir_all(copy) } else { Ok(()) }
    }
}

/// A while that is another one for every machine, longer after every attempt.
fn pause(attempt: u32) -> Duration {
    let drawn = RandomState::new().build_hasher().finish() % 100;
    Duration::from_millis((20 + drawn) * u64::from(attempt.min(8)))
}

/// What git says beside that which is wrong, whatever it is.
const BESIDE: [&str; 6] = [
    "hint:",
    "To ",
    "Could not read from remote repository",
    "Please make sure you have the correct access rights",
    "and the repository exists",
    "failed to push some refs",
];

/// What git says when it fails, as one or two sentences, without what could be a password in an address.
fn fault_of(said: &str) -> Fault {
    let bare = |line: &str| {
        let line = line.trim().trim_start_matches("! ");
        let of_git = ["fatal: ", "error: ", "remote: "];
        let line = of_git.iter().fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
        without_secrets(line.trim().trim_end_matches('.'))
    };
    let lines: Vec<String> = said.lines().map(bare).filter(|line| !line.is_empty()).collect();
    let says = |line: &&String| !BESIDE.iter().any(|beside| line.starts_with(beside));
    let mut told: Vec<&String> = lines.iter().filter(says).take(2).collect();
    if told.is_empty() {
        told = lines.iter().take(1).collect();
    }
    let text = told.into_iter().map(String::as_str).collect::<Vec<_>>().join(". ");
    let denied = [
        "Permission denied",
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "403",
        "remote rejected",
    ];
    if denied.iter().any(|word| said.contains(word)) { Fault::Denied(text) } else { Fault::Unreachable(text) }
}

/// The same with what stands between `://` and `@` left out.
pub(crate) fn without_secrets(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end =
            after.find(|letter: char| letter.is_whitespace() || letter == '/' || letter == '\'').unwrap_or(after.len());
        rest = after[..end].rfind('@').map_or(after, |at| &after[at + 1..]);
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_in_a_message() {
        let check = |text: &str, expect: &str| assert_eq!(without_secrets(text), expect);
        check(
            "fatal: unable to access 'https://ada:s3cret@git.example/x.git/': no",
            "fatal: unable to access 'https://git.example/x.git/': no",
        );
        check("https://a@b/c https://d@e", "https://b/c https://e");
        check("git@example.com:a/b", "git@example.com:a/b");
        check("file:///a/b@c", "file:///a/b@c");
    }

    #[test]
    fn what_git_says_is_told_in_sentences_of_which_each_says_something() {
        let check = |said: &str, expect: &str| assert_eq!(fault_of(said).to_string(), expect);
        check(
            "ssh: connect to host git.example port 22: Connection refused\r\nfatal: Could not read from remote repository.\n\n\
             Please make sure you have the correct access rights\nand the repository exists.\n",
            "cannot be reached: ssh: connect to host git.example port 22: Connection refused",
        );
        check(
            "remote: You may not push here.\nTo https://ada:s3cret@git.example/x.git\n ! [remote rejected] sessions -> sessions \
             (pre-receive hook declined)\nerror: failed to push some refs to 'https://ada:s3cret@git.example/x.git'\n",
            "refuses: You may not push here. [remote rejected] sessions -> sessions (pre-receive hook declined)",
        );
        check(
            "fatal: Could not read from remote repository.\n",
            "cannot be reached: Could not read from remote repository",
        );
        check("", "cannot be reached: ");
    }

    #[test]
    fn an_option_is_no_address() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        for url in ["", "--upload-pack=touch x"] {
            assert!(matches!(Git::at(url, home.path()), Err(Fault::Address(_))), "{url}");
        }
    }
}
