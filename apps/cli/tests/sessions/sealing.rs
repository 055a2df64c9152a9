//! Encrypted places as people meet them: nobody else reads them, and devices come and go.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use testkit::PostgresServer;

use crate::history;
use crate::sandbox::{Answer, Sandbox};
use crate::syncing::{assert_none_of_it, files, place, said};

const WORDS: &str = "four unlikely words";

/// Runs a command with a passphrase at hand.
fn with(home: &Sandbox, words: &[&str], passphrase: &str) -> Answer {
    home.run_with(words, "", |command| command.env("SESSIONS_REMOTE_BOX_PASSPHRASE", passphrase))
}

fn add(home: &Sandbox, address: &str) {
    with(home, &["remote", "add", "box", address, "--encrypt"], WORDS).ok();
}

/// Asks to be let in, and the code that is shown then.
fn ask(home: &Sandbox, address: &str) -> String {
    let added = home.run(&["remote", "add", "box", address, "--encrypt", "--ask", "--json"]).json();
    added["code"].as_str().expect("a code").to_owned()
}

/// Everything that lies in a place: names of files, what is in them, and what they hold in base64.
fn lies_there(place: &Path) -> Vec<u8> {
    let mut lies = Vec::new();
    for file in files(place) {
        let content = fs::read(&file).expect("it can be read");
        lies.extend(file.strip_prefix(place).expect("it lies there").display().to_string().into_bytes());
        for line in content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line: Value = serde_json::from_slice(line).expect("a line of JSON");
            lies.extend(STANDARD.decode(line["bytes"].as_str().unwrap_or_default()).expect("base64"));
        }
        lies.extend(content);
    }
    lies
}

#[test]
fn whoever_owns_an_encrypted_place_reads_nothing_of_it() {
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), Sandbox::new());
    add(&one, &address);
    one.run(&["devices", "name", "lighthouse"]).ok();
    one.run(&["log", "task", "Fix the loom"]).ok();
    one.run(&["sync"]).ok();
    let lies = lies_there(Path::new(&address));
    let text = String::from_utf8_lossy(&lies);
    assert!(lies.len() > 2_000 && text.contains("age-encryption.org/v1"), "something was sent");
    for word in ["\"session\"", "the loom", "Double refund", "Tabs and", "lighthouse", "SECRET-KEY"] {
        assert!(!text.contains(word), "{word}");
    }
    let refused = |passphrase: &str| {
        with(&two, &["remote", "add", "box", &address, "--encrypt"], passphrase).refused().to_owned()
    };
    insta::assert_snapshot!(refused("four other words"), @r"
    sessions: box stays closed: the passphrase is another one.
    Nothing was added. Type it again. A device that has the key can let this one in (`--encrypt --ask`), or set another passphrase (`sessions remote rekey box`).
    ");
    insta::assert_snapshot!(refused("short"), @r"
    sessions: A passphrase has at least 12 letters: whoever owns the place can try many.
    Take four words that nobody would put together.
    ");
    two.run(&["remote", "add", "box", &address]).ok();
    insta::assert_snapshot!(two.run(&["sync", "--remote", "box", "--join"]).stderr, @r"
    sessions: Not everything is synced: box is encrypted, and there is no key for it here.
    Nothing is lost. Remove it here and add it again with `--encrypt`: its passphrase opens it; or with `--encrypt --ask`: a device that has the key lets this one in.
    ");
    two.run(&["remote", "remove", "box"]).ok();
    add(&two, &address);
    two.run(&["sync", "--remote", "box", "--join"]).ok();
    assert_eq!(two.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
    assert!(two.run(&["entries", "--all-projects"]).stdout.contains("Fix the loom"));
    let key = two.home.path().join(".config/sessions/secrets/box.key");
    assert_eq!(fs::metadata(&key).expect("it is kept").permissions().mode() & 0o777, 0o600);
    fs::remove_file(&key).expect("it is kept");
    insta::assert_snapshot!(two.run(&["sync"]).stderr, @r"
    sessions: Not everything is synced: box is encrypted, and there is no key for it here.
    Nothing is lost. Remove it here and add it again with `--encrypt`: its passphrase opens it; or with `--encrypt --ask`: a device that has the key lets this one in.
    ");
}

#[test]
fn a_place_that_was_readable_is_not_locked_and_one_without_its_lock_says_who_has_it() {
    let (_readable, readable) = place();
    let one = history::sandbox();
    one.run(&["remote", "add", "plain", &readable]).ok();
    one.run(&["sync"]).ok();
    insta::assert_snapshot!(with(&one, &["remote", "add", "box", &readable, "--encrypt"], WORDS).refused(), @r"
    sessions: box cannot be used: it holds operations that are not encrypted; an empty place is needed.
    Nothing was added. Put it right and add it again.
    ");
    let (_place, address) = place();
    insta::assert_snapshot!(one.run(&["remote", "add", "box", &address, "--encrypt", "--ask"]).refused(), @r"
    sessions: box cannot be used: no device has locked it yet; the first one adds it with a passphrase.
    Nothing was added. Put it right and add it again.
    ");
    add(&one, &address);
    one.run(&["sync"]).ok();
    for device in fs::read_dir(Path::new(&address).join("operations")).expect("it can be listed").flatten() {
        for scope in fs::read_dir(device.path()).expect("it can be listed").flatten() {
            // `lock` in hexadecimal digits
            if scope.file_name().to_string_lossy().ends_with("6c6f636b") {
                fs::remove_dir_all(scope.path()).expect("it can be removed");
            }
        }
    }
    let two = Sandbox::new();
    insta::assert_snapshot!(with(&two, &["remote", "add", "box", &address, "--encrypt"], WORDS).refused(), @r"
    sessions: box is encrypted, and its lock is missing there.
    Nothing was added. A device that has the key puts the lock back: run `sessions sync` there, then try again here. If no device has it any more, take an empty place.
    ");
    one.run(&["sync"]).ok();
    add(&two, &address);
}

#[test]
fn a_key_that_is_here_already_is_neither_taken_away_nor_overwritten() {
    let (_place, address) = place();
    let home = Sandbox::new();
    add(&home, &address);
    let key = home.home.path().join(".config/sessions/secrets/box.key");
    let kept = fs::read(&key).expect("it is kept");
    // somebody took the section out by hand
    fs::write(home.home.path().join(".config/sessions/config.toml"), "").expect("it can be written");
    for passphrase in ["four other words", WORDS] {
        let refused = with(&home, &["remote", "add", "box", &address, "--encrypt"], passphrase);
        assert!(refused.refused().contains("already"), "{refused:?}");
        assert_eq!(fs::read(&key).expect("it is still there"), kept);
    }
}

/// What `remote keys` shows, without numbers.
fn keys(home: &Sandbox) -> String {
    let shown = home.run(&["remote", "keys", "box"]);
    let without = |line: &str| line.rsplit_once("  01").map_or(line, |(line, _)| line).trim_end().to_owned();
    shown.ok().lines().map(without).collect::<Vec<_>>().join("\n")
}

/// People who ask the database learn nothing.
fn assert_closed(server: &PostgresServer) {
    for view in ["sessions", "session_models", "usage_hourly", "log_entries"] {
        assert_eq!(server.psql("owner", &format!("select count(*) from {view}")), "0", "{view}");
    }
    let bodies = server
        .psql("owner", "select string_agg(encode(body, 'escape'), ' ') || string_agg(scope, ' ') from operations");
    for word in ["the loom", "\"tablet\"", "Double refund", "Tabs and", "SECRET-KEY"] {
        assert!(!bodies.contains(word), "{word}");
    }
}

#[test]
fn devices_are_let_in_shut_out_and_given_a_new_key() {
    let Some(server) = PostgresServer::start() else { return };
    let address = server.url("owner");
    let (one, two, three) = (history::sandbox(), Sandbox::new(), Sandbox::new());
    for (home, name) in [(&one, "laptop"), (&two, "tower"), (&three, "tablet")] {
        home.run(&["devices", "name", name]).ok();
    }
    add(&one, &address);
    one.run(&["sync"]).ok();
    let code = ask(&two, &address);
    let hidden = |text: &str| text.replace(&code, "<code>");
    insta::assert_snapshot!(hidden(&two.run(&["sync"]).stderr), @r"
    sessions: Not everything is synced: box waits until a device that has its key lets this one in, by the code <code>.
    On a device that has the key: `sessions remote let-in box` with the code that `sessions sync` shows here; then sync here.
    ");
    insta::assert_snapshot!(one.run(&["remote", "let-in", "box", "AAAAA"]).refused(), @r"
    sessions: box stays closed: no device that waits there shows this code.
    Compare the code, and see that what the device said has arrived here; `sessions remote keys box` says how many wait.
    ");
    insta::assert_snapshot!(keys(&one), @r"
    device         key  number
    laptop (here)  yes
    1 device waits to be let in: `sessions remote let-in box <the code that it shows>`.
    ");
    insta::assert_snapshot!(one.run(&["remote", "let-in", "box", &code.to_lowercase()]).ok(), @"tower is let in; it gets the key at its next sync.");
    two.run(&["sync", "--remote", "box", "--join"]).ok();
    add(&three, &address);
    three.run(&["sync", "--remote", "box", "--join"]).ok();
    for home in [&two, &three] {
        assert_eq!(home.run(&["ls", "--json"]).json()["sessions"].as_array().map(Vec::len), Some(3));
    }
    two.run(&["log", "task", "Fix the loom"]).ok();
    two.run(&["sync"]).ok();
    one.run(&["sync"]).ok();
    let forgotten = one.run(&["devices", "forget", "tablet"]);
    assert!(forgotten.ok().contains("sessions remote rekey box"), "{forgotten:?}");
    assert_eq!(three.run(&["sync"]).code, 1, "it syncs there no more");
    insta::assert_snapshot!(with(&one, &["remote", "rekey", "box"], "four newer words").ok(), @"box has a new key, and the new passphrase opens it. The other device that is in gets it at its next sync.");
    let entry = one.run(&["entries", "--all-projects", "--json"]).json()["entries"][0]["id"]
        .as_str()
        .expect("an entry")
        .to_owned();
    one.run(&["resolve", &entry]).ok();
    one.run(&["sync"]).ok();
    two.run(&["sync"]).ok();
    assert!(
        two.run(&["entries", "--all-projects", "--json"]).stdout.contains("resolved"),
        "it got the new key by itself"
    );
    insta::assert_snapshot!(three.run(&["sync"]).stderr, @r"
    sessions: Not everything is synced: box has a key that this device was not given: it was shut out, or the key was changed.
    Nothing is lost. Remove it here and add it again with `--encrypt`: its passphrase opens it; or with `--encrypt --ask`: a device that has the key lets this one in.
    ");
    insta::assert_snapshot!(keys(&two), @r"
    device        key       number
    tower (here)  yes
    laptop        yes
    tablet        shut out
    ");
    assert_closed(&server);
}

/// Every byte that was sent, against every sentence that was said.
#[test]
fn nothing_of_real_transcripts_is_readable_in_an_encrypted_place() {
    let Some(corpus) = testkit::corpus() else { return };
    let (_place, address) = place();
    let one = Sandbox::new();
    testkit::lay_out(&corpus, &one.home.claude()).expect("it can be copied");
    add(&one, &address);
    one.run(&["sync"]).ok();
    let lies = lies_there(Path::new(&address));
    assert!(lies.len() > 100_000, "something was sent");
    assert_none_of_it(&said(&one.home.claude().join("projects")), &lies);
    let text = String::from_utf8_lossy(&lies);
    for word in ["\"kind\":\"session\"", "packed", "/home/", "claude", "github.com"] {
        assert!(!text.contains(word), "{word}");
    }
}
