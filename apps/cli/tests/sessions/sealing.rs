//! Encrypted places as people meet them: nobody else reads them, and devices come and go.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::PostgresServer;

use crate::history;
use crate::sandbox::{Answer, Sandbox};
use crate::syncing::{assert_none_of_it, files, place, said};
use crate::terminal::Terminal;

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
    insta::assert_snapshot!(two.run(&["remote", "add", "box", &address]).refused(), @r"
    sessions: box is encrypted, and there is no key for it here.
    Nothing was added. Add it with `--encrypt`: its passphrase opens it; or with `--encrypt --ask`: a device that has the key lets this one in.
    ");
    assert!(two.run(&["remote", "add", "box", &address, "--no-test"]).refused().contains("box is encrypted"));
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
    sessions: box holds operations that are not encrypted, and only an empty place can be locked.
    Nothing was added. Nothing in it was changed. Choose an empty place: what is here passes to it, encrypted. What lies in this one stays readable there until you delete it.
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
    On a device that has the key: `sessions remote let-in box <code>`, with the name that the place has there and the code that `sessions sync` shows here; then sync here.
    ");
    insta::assert_snapshot!(one.run(&["remote", "let-in", "box", "AAAAA"]).refused(), @r"
    sessions: box stays closed: no device that waits there shows this code.
    Compare the code, and see that it is the same place and that what the device said has arrived here; `sessions remote keys box` lists those that wait.
    ");
    insta::assert_snapshot!(keys(&one), @r"
    device         key    number
    laptop (here)  yes
    not known yet  waits
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

/// What `remote list` says of the place, without where it is.
fn listed(home: &Sandbox, address: &str) -> String {
    home.run(&["remote", "list"]).ok().replace(address, "<place>")
}

#[test]
fn a_device_that_never_synced_is_forgotten_by_the_name_that_the_list_of_keys_has() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        home.run(&["devices", "name", name]).ok();
    }
    add(&one, &address);
    one.run(&["sync"]).ok();
    // it comes, is removed and comes again: it is there once
    for _ in 0..2 {
        add(&two, &address);
        two.run(&["remote", "remove", "box"]).ok();
    }
    add(&two, &address);
    assert!(!one.run(&["devices"]).ok().contains("tower"), "nothing of it came here");
    let forgotten = one.run(&["devices", "forget", "tower"]);
    assert!(forgotten.ok().contains("sessions remote rekey box"), "{forgotten:?}");
    insta::assert_snapshot!(keys(&one), @r"
    device         key       number
    laptop (here)  yes
    tower          shut out
    ");
    insta::assert_snapshot!(with(&one, &["remote", "rekey", "box"], "four newer words").ok(), @"box has a new key, and the new passphrase opens it.");
    assert_eq!(two.run(&["sync"]).code, 1);
    insta::assert_snapshot!(one.run(&["devices", "forget", "attic"]).refused(), @r"
    sessions: There is no device `attic`.
    `sessions devices --all` lists them; `sessions remote keys <remote>` those that have its key.
    ");
    fs::rename(&address, format!("{address}.away")).expect("it can be moved");
    let unheard = one.run(&["devices", "forget", "tower"]).stderr;
    fs::rename(format!("{address}.away"), &address).expect("it can be moved");
    let known = unheard.replace(&address, "<place>").replace(&number(&two)[..10], "<number>");
    insta::assert_snapshot!(known, @"sessions: warning: box: it was not shut out, because the place cannot be reached: <place> does not exist; make it, or mount what it lies on. When that is put right: `sessions remote rekey box --without <number>`.");
}

#[test]
fn a_device_is_shut_out_and_forgotten_by_what_makes_the_new_key() {
    let ((_box, address), (_crate, elsewhere)) = (place(), place());
    let (one, two, three) = (Sandbox::new(), Sandbox::new(), Sandbox::new());
    for (home, name) in [(&one, "laptop"), (&two, "tower"), (&three, "tablet")] {
        home.run(&["devices", "name", name]).ok();
        add(home, &address);
        let words = ["remote", "add", "crate", &elsewhere, "--encrypt"];
        home.run_with(&words, "", |command| command.env("SESSIONS_REMOTE_CRATE_PASSPHRASE", WORDS)).ok();
        home.run(&["sync", "--join", "--remote", "box"]).ok();
        home.run(&["sync", "--join", "--remote", "crate"]).ok();
    }
    one.run(&["sync"]).ok();
    assert!(one.run(&["devices"]).ok().contains("tablet"));
    // nobody is asked for a passphrase in vain
    insta::assert_snapshot!(one.run(&["remote", "rekey", "box", "--without", "attic"]).refused(), @r"
    sessions: There is no device `attic`.
    Nothing was changed. `sessions remote keys box` lists those that have its key.
    ");
    insta::assert_snapshot!(one.run(&["remote", "rekey", "box", "--without", "laptop"]).refused(), @r"
    sessions: This device cannot shut itself out.
    Nothing was changed. Do it on another one.
    ");
    let rekey = |passphrase| with(&one, &["remote", "rekey", "box", "--without", "tablet"], passphrase);
    insta::assert_snapshot!(rekey(WORDS).refused(), @r"
    sessions: This passphrase opens box already: whoever knows it would have the new key, too.
    Nothing was changed. Take another one; SESSIONS_REMOTE_BOX_PASSPHRASE holds this one.
    ");
    three.run(&["sync"]).ok();
    let handle = number(&three)[..10].to_owned();
    insta::assert_snapshot!(rekey(" four newer words ").ok().replace(&handle, "<number>"), @r"
    box has a new key, and the new passphrase opens it. tablet is shut out, and forgotten. The other device that is in gets it at its next sync.
    tablet still has the key of crate: `sessions remote rekey crate --without <number>`.
    ");
    for words in [WORDS, "four newer words"] {
        assert!(rekey(words).refused().contains("opens box already"), "{words}");
    }
    assert!(!one.run(&["devices"]).ok().contains("tablet"), "it is forgotten");
    two.run(&["sync"]).ok();
    assert!(three.run(&["sync", "--remote", "box"]).stderr.contains("box has a key that this device was not given"));
    three.run(&["sync", "--remote", "crate"]).ok();
    insta::assert_snapshot!(keys(&two), @r"
    device        key       number
    tower (here)  yes
    laptop        yes
    tablet        shut out
    ");
    let json = with(
        &one,
        &["remote", "rekey", "box", "--without", "tower", "--without", "tablet", "--json"],
        "four last words",
    )
    .json();
    let names: Vec<&Value> = json["without"].as_array().expect("a list").iter().map(|device| &device["name"]).collect();
    assert_eq!((names, &json["others"]), (vec![&json!("tower"), &json!("tablet")], &json!(0)), "{json}");
}

#[test]
fn a_request_is_taken_back_with_the_place_that_it_was_made_at() {
    let (place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    for (home, name) in [(&one, "laptop"), (&two, "tower")] {
        home.run(&["devices", "name", name]).ok();
    }
    add(&one, &address);
    let requests = || one.run(&["remote", "keys", "box", "--json"]).json()["requests"].as_array().map(Vec::len);
    ask(&two, &address);
    assert_eq!(requests(), Some(1));
    insta::assert_snapshot!(two.run(&["remote", "remove", "box"]).ok(), @"box is removed, and its request to be let in is taken back. What it holds stays there, and what came from it stays here.");
    assert_eq!(requests(), Some(0));
    ask(&two, &address);
    let (there, away) = (place.path().to_owned(), place.path().with_extension("away"));
    fs::rename(&there, &away).expect("it can be moved");
    let removed = two.run(&["remote", "remove", "box"]);
    assert!(removed.code == 0 && removed.stdout.contains("box is removed."), "{removed:?}");
    insta::assert_snapshot!(removed.stderr.replace(&address, "<place>"), @r"
    sessions: warning: The request to be let in stays there, because box cannot be reached: <place> does not exist; make it, or mount what it lies on.
    Devices that have the key go on listing it; it lets in nobody who does not show its code.
    ");
    fs::rename(&away, &there).expect("it can be moved");
    assert_eq!(requests(), Some(1), "it waits");
    insta::assert_snapshot!(one.run(&["remote", "keys", "box", "--pass-over", "0000"]).refused(), @r"
    sessions: No request to be let in has a number that begins with `0000`.
    Say one of those that wait, as `sessions remote keys box` lists them.
    ");
    assert!(!one.run(&["remote", "keys", "box", "--pass-over", &number(&two)]).ok().contains("waits"));
    assert_eq!(requests(), Some(0));
    let code = ask(&two, &address);
    one.run(&["remote", "let-in", "box", &code]).ok();
    assert_eq!(requests(), Some(0));
    let one_of_it = one.run(&["remote", "remove", "box", "--json"]).json();
    assert_eq!(one_of_it["request_taken_back"], Value::Null, "it had the key");
}

#[test]
fn a_list_of_places_says_for_how_many_devices_one_is_encrypted_and_what_is_left_to_do() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    add(&one, &address);
    insta::assert_snapshot!(listed(&one, &address), @r"
    remote  for                                   address
    box     you, encrypted for this device alone  <place>
    ");
    let code = ask(&two, &address);
    insta::assert_snapshot!(listed(&two, &address).replace(&code, "<code>"), @r"
    remote  for                                 address
    box     you, encrypted, waits to be let in  <place>
    box: on a device that has the key, `sessions remote let-in box <code>`, with the name that the place has there; then here `sessions sync --remote box --join`.
    ");
    one.run(&["remote", "let-in", "box", &code]).ok();
    two.run(&["sync", "--remote", "box", "--join"]).ok();
    for home in [&one, &two] {
        let listed = home.run(&["remote", "list", "--json"]).json();
        assert_eq!((&listed["remotes"][0]["devices"], &listed["remotes"][0]["waits"]), (&json!(2), &json!(false)));
    }
}

/// The number of a device.
fn number(home: &Sandbox) -> String {
    let devices = home.run(&["devices", "--json"]).json();
    let here = devices["devices"].as_array().expect("a list").iter().find(|device| device["is_here"] == true);
    here.and_then(|device| device["replica"].as_str()).expect("it is listed").to_owned()
}

#[test]
fn a_device_whose_data_was_copied_has_a_key_of_its_own() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    two.run(&["devices", "name", "tower"]).ok();
    for home in [&one, &two] {
        add(home, &address);
        home.run(&["sync", "--remote", "box", "--join"]).ok();
    }
    let before = number(&two);
    // the journal notices that it lies elsewhere
    let journal = two.home.path().join("data/journal");
    let (away, again) = (journal.with_extension("away"), journal.clone());
    fs::rename(&journal, &away).expect("it can be moved");
    copy(&away, &again);
    fs::remove_dir_all(&away).expect("it can be removed");
    two.run(&["log", "task", "Fix the loom"]).ok();
    two.run(&["sync"]).ok();
    assert_ne!(number(&two), before);
    one.run(&["sync"]).ok();
    one.run(&["devices", "forget", &before]).ok();
    with(&one, &["remote", "rekey", "box"], "four newer words").ok();
    one.run(&["sync"]).ok();
    two.run(&["sync"]).ok();
    let known = two.run(&["remote", "keys", "box", "--json"]).json();
    let has_key = |number: &str| {
        let device = known["devices"].as_array().expect("a list").iter().find(|device| device["replica"] == number);
        device.map(|device| device["has_key"] == true)
    };
    assert_eq!((has_key(&number(&two)), has_key(&before)), (Some(true), Some(false)), "{known}");
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).expect("it lies there"));
        fs::create_dir_all(target.parent().expect("it lies in a folder")).expect("it can be made");
        fs::copy(&file, &target).expect("it can be copied");
    }
}

#[test]
fn a_passphrase_is_said_twice_where_a_place_is_locked_and_once_where_it_opens_one() {
    let (_place, address) = place();
    let (one, two) = (Sandbox::new(), Sandbox::new());
    let words = ["remote", "add", "box", &address, "--encrypt"];
    let mut terminal = Terminal::start(&one, &words, (24, 200), &[]);
    terminal.wait_for("New passphrase:");
    terminal.press(" four unlikely words\r");
    terminal.wait_for("Once more:");
    terminal.press("four unlikely words\r");
    terminal.wait_for("box is added");
    assert_eq!(terminal.end().0, 0);
    let mut terminal = Terminal::start(&two, &words, (24, 200), &[]);
    terminal.wait_for("Passphrase:");
    terminal.press("four unlikely words\u{1b}[D\r");
    terminal.wait_for("no letter");
    assert_eq!(terminal.end().0, 1);
    let mut terminal = Terminal::start(&two, &words, (24, 200), &[]);
    terminal.wait_for("Passphrase:");
    terminal.press("four unlikely words\r");
    terminal.wait_for("box is added");
    let (code, screen) = terminal.end();
    assert_eq!(code, 0);
    assert!(!screen.screen().contents().contains("Once more"), "{}", screen.screen().contents());
    // the same words in the variable are the same passphrase, whatever stands around them
    let three = Sandbox::new();
    with(&three, &words, " four unlikely words\n").ok();
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
