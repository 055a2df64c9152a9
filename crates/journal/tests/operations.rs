//! Operations: what was appended is there, whole and in order, whatever happens to the files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use journal::{DamageKind, Hash, Journal, Operation, Refusal, ReplicaId, Scope, Stream};
use proptest::prelude::*;
use tempfile::TempDir;

fn home() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder).expect("the journal can be opened")
}

fn body(text: &str) -> Vec<u8> {
    format!(r#"{{"v":1,"kind":"note","text":"{text}"}}"#).into_bytes()
}

fn append(journal: &Journal, texts: &[&str]) -> Vec<Operation> {
    let bodies: Vec<Vec<u8>> = texts.iter().map(|text| body(text)).collect();
    journal.append(&Scope::Private, &bodies).expect("it can be appended")
}

fn private(journal: &Journal) -> Stream {
    Stream { replica: journal.replica(), scope: Scope::Private }
}

/// The texts of a stream, up to its damage, carried ones as what they were.
fn texts(journal: &Journal, stream: &Stream) -> Vec<String> {
    let operations = journal.read(stream, 0).map_while(Result::ok);
    operations.map(|operation| text_of(operation.carried().as_ref().unwrap_or(&operation))).collect()
}

fn text_of(operation: &Operation) -> String {
    let body: serde_json::Value = serde_json::from_slice(&operation.body).expect("it is JSON");
    body["text"].as_str().expect("it is a text").to_owned()
}

/// All texts of all streams.
fn all(journal: &Journal) -> Vec<String> {
    let mut all: Vec<String> = journal.heads().iter().flat_map(|(stream, ..)| texts(journal, stream)).collect();
    all.sort();
    all
}

fn log_of(folder: &Path, stream: &Stream) -> PathBuf {
    folder.join(stream.replica.to_string()).join("private.log")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it can be listed").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

#[test]
fn what_was_appended_is_read_in_order_from_any_place() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1", "2", "3"]);
    append(&journal, &["4"]);
    append(&open(home.path()), &["5", "6"]);
    let stream = private(&journal);
    assert_eq!(texts(&journal, &stream), ["1", "2", "3", "4", "5", "6"]);
    for after in 0..8 {
        let read: Vec<Operation> = journal.read(&stream, after).collect::<Result<_, _>>().expect("nothing is damaged");
        let seqs: Vec<u64> = read.iter().map(|operation| operation.seq).collect();
        assert_eq!(seqs, (after + 1..=6).collect::<Vec<u64>>());
        assert!(read.iter().all(Operation::is_true) && read.windows(2).all(|two| two[1].prev == two[0].hash));
    }
    let heads = journal.heads();
    assert_eq!(heads.len(), 1);
    assert_eq!((&heads[0].0, heads[0].1), (&stream, 6));
    assert_eq!(journal.check(), []);
}

#[test]
fn every_scope_is_a_stream_of_its_own_and_private_to_the_owner_of_the_files() {
    let home = home();
    let journal = open(home.path());
    for key in ["a/b", "a%2fb", "../up", "ключ"] {
        journal.append(&Scope::Project(key.into()), &[body(key)]).expect("it can be appended");
    }
    assert_eq!(append(&journal, &["own"])[0].prev, Hash::START);
    assert!(journal.append(&Scope::Publish(String::new()), &[body("x")]).is_err());
    assert_eq!(all(&journal), ["../up", "a%2fb", "a/b", "own", "ключ"]);
    let folder = home.path().join(journal.replica().to_string());
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).expect("it can be listed").flatten() {
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
    }
}

#[test]
fn a_batch_that_is_too_large_leaves_nothing_behind() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    let bodies = [body("2"), vec![b' '; 17 * 1024 * 1024]];
    assert!(journal.append(&Scope::Private, &bodies).is_err());
    append(&journal, &["3"]);
    assert_eq!(all(&journal), ["1", "3"]);
}

#[test]
fn a_torn_end_at_any_byte_is_cut_off_kept_and_the_log_goes_on() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    let stream = private(&journal);
    let path = log_of(home.path(), &stream);
    let whole = fs::metadata(&path).expect("it is there").len();
    append(&journal, &["2", "3"]);
    let bytes = fs::read(&path).expect("it can be read");
    for cut in whole + 1..bytes.len() as u64 {
        let file = fs::OpenOptions::new().write(true).open(&path).expect("it can be opened");
        fs::write(&path, &bytes).expect("it can be written");
        file.set_len(cut).expect("it can be cut");
        assert_eq!(texts(&journal, &stream), ["1"], "a part is nothing");
        assert!(matches!(journal.check().last().expect("it is found").kind, DamageKind::Torn(at) if at == whole));
        append(&journal, &["4"]);
        assert_eq!(texts(&journal, &stream), ["1", "4"]);
        assert_eq!(journal.replica(), stream.replica);
        fs::remove_dir_all(home.path().join("damaged")).expect("the torn end was kept");
    }
}

#[test]
fn a_loss_of_power_at_the_very_first_write_is_survived() {
    let first = {
        let home = home();
        let journal = open(home.path());
        append(&journal, &["1"]);
        fs::read(log_of(home.path(), &private(&journal))).expect("it can be read")
    };
    for cut in (0..first.len()).step_by(7) {
        let home = home();
        let journal = open(home.path());
        let path = log_of(home.path(), &private(&journal));
        fs::create_dir(path.parent().expect("it has a folder")).expect("a folder can be made");
        fs::write(&path, &first[..cut]).expect("it can be written");
        append(&journal, &["2"]);
        assert_eq!(all(&journal), ["2"], "{cut} bytes");
    }
}

#[test]
fn sectors_that_were_not_written_are_a_torn_end() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    let stream = private(&journal);
    let path = log_of(home.path(), &stream);
    let whole = fs::read(&path).expect("it is there").len();
    append(&journal, &[&"x".repeat(3000)]);
    let bytes = fs::read(&path).expect("it can be read");
    for sector in whole.div_ceil(512)..bytes.len() / 512 {
        let mut torn = bytes.clone();
        torn[sector * 512..(sector + 1) * 512].fill(0);
        fs::write(&path, torn).expect("it can be written");
        append(&journal, &["2"]);
        assert_eq!(texts(&journal, &stream), ["1", "2"], "sector {sector}");
        assert_eq!(journal.replica(), stream.replica);
    }
}

#[test]
fn a_changed_bit_costs_its_own_frame_alone_and_our_chain_stays_true() {
    let reference = home();
    let journal = open(reference.path());
    append(&journal, &["1", "2"]);
    let path = log_of(reference.path(), &private(&journal));
    let from = fs::read(&path).expect("it is there").len();
    append(&journal, &["3"]);
    let to = fs::read(&path).expect("it is there").len();
    append(&journal, &["4", "5"]);
    drop(journal);
    let bytes = fs::read(&path).expect("it can be read");
    for at in (from..to).step_by(5) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&path, changed).expect("it can be written");
        let journal = open(reference.path());
        let old = private(&journal);
        assert!(journal.check().iter().any(|damage| damage.kind == DamageKind::Changed(from as u64)), "byte {at}");
        assert!(journal.read(&old, 0).any(|read| read.is_err()), "byte {at}: reading says so");
        let found = journal.mend().expect("it can be mended");
        assert_eq!(found.len(), 1, "byte {at}: {found:?}");
        assert_eq!(texts(&journal, &old), ["1", "2"], "byte {at}");
        assert_ne!(journal.replica(), old.replica, "byte {at}: nobody goes on in a name whose chain is broken");
        assert_eq!(all(&journal), ["1", "2", "4", "5"], "byte {at}");
        let carried = journal.read(&private(&journal), 0).map_while(|read| read.ok()?.carried());
        let carried: Vec<(Stream, u64)> = carried.map(|operation| (operation.stream, operation.seq)).collect();
        assert_eq!(carried, [(old.clone(), 4), (old.clone(), 5)], "byte {at}: others may have them");
        append(&journal, &["6"]);
        assert_eq!(texts(&journal, &private(&journal)), ["4", "5", "6"], "byte {at}");
        assert_eq!(journal.mend().expect("it is whole"), [], "byte {at}");
        // the reference is as it was
        fs::remove_dir_all(reference.path().join(journal.replica().to_string())).expect("it can be removed");
        fs::remove_file(reference.path().join("identity.json")).expect("it can be removed");
        fs::remove_dir_all(reference.path().join("damaged")).expect("it was kept");
        write_identity(reference.path(), old.replica);
    }
}

#[test]
fn what_a_remote_has_of_a_damaged_stream_of_ours_comes_back_at_once() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1", "2"]);
    let old = private(&journal);
    let path = log_of(home.path(), &old);
    let from = fs::read(&path).expect("it is there").len();
    append(&journal, &["3"]);
    append(&journal, &["4"]);
    let sent: Vec<Operation> = journal.read(&old, 0).collect::<Result<_, _>>().expect("nothing is damaged");
    let mut bytes = fs::read(&path).expect("it can be read");
    bytes[from + 40] ^= 1;
    fs::write(&path, bytes).expect("it can be written");
    let received = journal.receive(&sent).expect("it can be received");
    assert_eq!((received.taken, received.refused), (2, vec![]));
    assert_eq!(texts(&journal, &old), ["1", "2", "3", "4"]);
    assert_ne!(journal.replica(), old.replica);
}

/// Makes a folder the replica that it was.
fn write_identity(folder: &Path, replica: ReplicaId) {
    drop(open(folder));
    let path = folder.join("identity.json");
    let mut identity: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("it can be read")).expect("it is JSON");
    identity["replicas"][0]["id"] = serde_json::json!(replica);
    fs::write(&path, identity.to_string()).expect("it can be written");
}

#[test]
fn a_last_frame_that_changed_is_not_taken_for_a_torn_one() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    append(&journal, &["2"]);
    let old = private(&journal);
    let path = log_of(home.path(), &old);
    let mut bytes = fs::read(&path).expect("it can be read");
    let at = bytes.len() - 10;
    bytes[at] ^= 4;
    fs::write(&path, bytes).expect("it can be written");
    append(&journal, &["3"]);
    assert_ne!(journal.replica(), old.replica, "somebody may have been given what is not there any more");
    assert_eq!(all(&journal), ["1", "3"]);
}

#[test]
fn a_log_that_does_not_say_what_it_is_is_set_aside() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    let old = private(&journal);
    let path = log_of(home.path(), &old);
    let mut bytes = fs::read(&path).expect("it can be read");
    bytes[100] ^= 1;
    fs::write(&path, bytes).expect("it can be written");
    assert!(journal.check().iter().any(|damage| damage.kind == DamageKind::Foreign));
    journal.mend().expect("it can be mended");
    append(&journal, &["2"]);
    assert_eq!(all(&journal), ["1", "2"], "what it holds is said again");
    assert_eq!(journal.damaged(), 1);
}

#[test]
fn a_copied_folder_goes_on_under_another_name_and_the_original_under_its_own() {
    let (home, elsewhere) = (home(), home());
    let original = open(home.path());
    append(&original, &["1"]);
    copy(home.path(), elsewhere.path());
    let copied = open(elsewhere.path());
    assert_ne!(copied.replica(), original.replica());
    assert_eq!(copied.earlier_replicas(), [], "the original may go on");
    append(&copied, &["2"]);
    append(&original, &["3"]);
    assert_eq!(all(&copied), ["1", "2"], "what the original wrote is read on");
    assert_eq!(all(&original), ["1", "3"]);
    assert_eq!(open(elsewhere.path()).replica(), copied.replica(), "once is enough");
    assert_eq!(open(home.path()).replica(), original.replica());
}

#[test]
fn a_log_that_was_put_back_from_a_backup_is_a_copy_too() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    let old = private(&journal);
    let path = log_of(home.path(), &old);
    let backup = fs::read(&path).expect("it can be read");
    append(&journal, &["2"]);
    fs::write(home.path().join("new"), backup).expect("it can be written");
    fs::rename(home.path().join("new"), &path).expect("it can be put back");
    append(&journal, &["3"]);
    assert_ne!(journal.replica(), old.replica, "2 may be known elsewhere");
    assert_eq!(all(&journal), ["1", "3"]);
}

#[test]
fn a_folder_that_is_renamed_keeps_its_name() {
    let home = home();
    let (before, after) = (home.path().join("ada/data/journal"), home.path().join("eve"));
    let journal = open(&before);
    append(&journal, &["1"]);
    let replica = journal.replica();
    fs::rename(home.path().join("ada"), &after).expect("it can be renamed");
    let journal = open(&after.join("data/journal"));
    append(&journal, &["2"]);
    assert_eq!(journal.replica(), replica);
    assert_eq!(texts(&journal, &private(&journal)), ["1", "2"]);
}

#[test]
fn an_identity_that_says_nothing_is_kept_and_made_again() {
    let home = home();
    let journal = open(home.path());
    append(&journal, &["1"]);
    fs::write(home.path().join("identity.json"), b"\0\0\0").expect("it can be written");
    assert!(journal.check().iter().any(|damage| damage.kind == DamageKind::Identity));
    let again = open(home.path());
    assert_ne!(again.replica(), journal.replica());
    append(&again, &["2"]);
    assert_eq!(all(&again), ["1", "2"]);
    assert_eq!(again.damaged(), 1);
}

fn operations(journal: &Journal) -> Vec<Operation> {
    let heads = journal.heads();
    heads.iter().flat_map(|(stream, ..)| journal.read(stream, 0)).collect::<Result<_, _>>().expect("it can be read")
}

#[test]
fn what_another_replica_wrote_is_taken_once() {
    let (home, elsewhere) = (home(), home());
    let (here, there) = (open(home.path()), open(elsewhere.path()));
    append(&there, &["1", "2", "3"]);
    let sent = operations(&there);
    let received = here.receive(&sent[..2]).expect("it can be received");
    assert_eq!((received.taken, received.known, received.refused.len()), (2, 0, 0));
    let received = here.receive(&[&sent[1..], &sent[..2]].concat()).expect("it can be received");
    assert_eq!((received.taken, received.known, received.refused.len()), (1, 3, 0), "two are known, one came twice");
    assert_eq!(operations(&here), sent);
    assert_eq!(here.heads(), there.heads());
}

#[test]
fn what_does_not_follow_is_refused_and_what_precedes_it_is_kept() {
    let (home, elsewhere, third) = (home(), home(), home());
    let (here, there) = (open(home.path()), open(elsewhere.path()));
    append(&there, &["1", "2", "3", "4"]);
    let sent = operations(&there);
    let check = |operations: &[Operation], taken: usize, why: Refusal| {
        let received = here.receive(operations).expect("it can be received");
        let reasons: Vec<Refusal> = received.refused.iter().map(|(_, _, why)| *why).collect();
        assert_eq!((received.taken, reasons), (taken, vec![why]));
    };
    check(&sent[1..], 0, Refusal::Gap);
    let forged = Operation { body: body("forged"), ..sent[1].clone() };
    check(&[sent[0].clone(), forged, sent[2].clone()], 1, Refusal::Hash);
    check(&[sent[1].clone(), sent[3].clone()], 1, Refusal::Gap);
    // somebody else writes in the same name
    write_identity(third.path(), there.replica());
    let twin = open(third.path());
    append(&twin, &["1", "other", "3"]);
    check(&operations(&twin), 0, Refusal::Fork);
    append(&here, &["own"]);
    write_identity(third.path(), here.replica());
    let twin = open(third.path());
    append(&twin, &["a", "b"]);
    let twins: Vec<Operation> =
        operations(&twin).into_iter().filter(|one| one.stream.replica == here.replica()).collect();
    check(&twins[1..], 0, Refusal::Ours);
    let before = here.replica();
    assert_ne!(here.renew_replica().expect("it can be renewed"), before);
    assert_eq!(here.earlier_replicas(), [before], "nobody else writes in this name");
    append(&here, &["later"]);
    assert_eq!(here.read(&private(&here), 0).count(), 1);
}

#[test]
fn a_damaged_stream_of_another_is_asked_for_again_from_its_head() {
    let (home, elsewhere) = (home(), home());
    let (here, there) = (open(home.path()), open(elsewhere.path()));
    for text in ["1", "2", "3"] {
        append(&there, &[text]);
        here.receive(&operations(&there)).expect("it can be received");
    }
    let stream = private(&there);
    let path = log_of(home.path(), &stream);
    let mut bytes = fs::read(&path).expect("it can be read");
    let at = bytes.len() - 200;
    bytes[at] ^= 1;
    fs::write(&path, bytes).expect("it can be written");
    let own = here.replica();
    here.mend().expect("it can be mended");
    assert_eq!(here.replica(), own, "the damage of another is not ours");
    let head = here.heads()[0].1;
    assert!(head < 3);
    let missing: Vec<Operation> = there.read(&stream, head).collect::<Result<_, _>>().expect("it can be read");
    here.receive(&missing).expect("it can be received");
    assert_eq!(operations(&here), operations(&there));
}

#[test]
fn eight_writers_at_once_lose_nothing() {
    let home = home();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let folder = home.path();
            scope.spawn(move || {
                let journal = open(folder);
                for number in 0..20 {
                    append(&journal, &[&format!("{writer}-{number}a"), &format!("{writer}-{number}b")]);
                }
            });
        }
    });
    let journal = open(home.path());
    assert_eq!(journal.heads().len(), 1, "they are one replica");
    let all = texts(&journal, &private(&journal));
    assert_eq!(all.len(), 320);
    assert!(all.chunks(2).all(|two| two[0].trim_end_matches('a') == two[1].trim_end_matches('b')), "a batch stays one");
    assert_eq!(journal.check(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever becomes of the bytes of a log, nothing that can still be read is lost and the journal goes on.
    #[test]
    fn any_damage_is_survived(
        sizes in prop::collection::vec(0_usize..900, 1..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let home = home();
        let journal = open(home.path());
        for size in &sizes {
            append(&journal, &[&"x".repeat(*size)]);
        }
        let stream = private(&journal);
        let path = log_of(home.path(), &stream);
        let mut bytes = fs::read(&path).expect("it can be read");
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(&path, &bytes).expect("it can be written");
        let before = texts(&journal, &stream);
        append(&journal, &["after"]);
        journal.mend().expect("it can be mended");
        prop_assert_eq!(journal.mend().expect("it is whole"), vec![]);
        let all = all(&journal);
        prop_assert!(all.contains(&"after".to_owned()));
        prop_assert!(before.iter().all(|text| all.contains(text)));
        let again: Vec<_> = journal.heads().iter().flat_map(|(stream, ..)| journal.read(stream, 0)).collect();
        prop_assert!(again.iter().all(Result::is_ok));
    }
}
