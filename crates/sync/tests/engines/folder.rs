//! The folder that another program carries around.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use journal::Scope;
use sync::{Fault, Folder, Head, Remote};

use crate::conformance::{self, machine, operations, sync};

fn folder(path: &Path) -> Box<dyn Remote> {
    Box::new(Folder::at(path, false).expect("it is there"))
}

#[test]
fn a_folder_is_a_remote() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    conformance::all(&|| folder(home.path()));
}

#[test]
fn an_encrypted_folder_is_a_remote() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    conformance::all_sealed(&|| folder(home.path()));
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let drive = home.path().join("drive");
    let fault = Folder::at(&drive, false).expect_err("it is not mounted");
    assert!(matches!(&fault, Fault::Unreachable(message) if message.contains("does not exist")), "{fault}");
    assert!(!drive.exists());
    fs::write(&drive, "").expect("a file can be written");
    assert!(matches!(Folder::at(&drive, false), Err(Fault::Address(_))));
}

#[test]
fn a_shared_folder_is_written_for_those_that_it_is_shared_with() {
    let said = operations(&machine(1, &Scope::Project("loom".into()), &["1", "2"]));
    let modes = |is_shared: bool, mode: u32| {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        fs::set_permissions(home.path(), Permissions::from_mode(mode)).expect("it is ours");
        let mut folder = Folder::at(home.path(), is_shared).expect("it is there");
        folder.append(&said[..1]).expect("it takes them");
        folder.append(&said[1..]).expect("it takes the rest");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o7777;
        let file = files(home.path()).remove(0);
        (mode(&file), mode(file.parent().expect("it lies in one")), mode(&home.path().join("operations")))
    };
    assert_eq!(modes(true, 0o2770), (0o660, 0o2770, 0o2770), "for a group");
    assert_eq!(modes(true, 0o755), (0o644, 0o755, 0o755));
    assert_eq!(modes(false, 0o755), (0o600, 0o700, 0o700), "for nobody else");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

#[test]
fn files_that_come_late_torn_or_changed_harm_nobody() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let said = operations(&machine(1, &Scope::Private, &["1", "2", "3", "4", "5"]));
    for page in [&said[..2], &said[2..4], &said[4..]] {
        folder(home.path()).append(page).expect("it takes them");
    }
    let files = files(home.path());
    let middle = fs::read(&files[1]).expect("it can be read");
    let told = || {
        let mut machine = machine(2, &Scope::Private, &[]);
        let outcome = sync(&mut machine, &mut folder(home.path()));
        (operations(&machine).len(), outcome.is_complete())
    };
    assert_eq!(told(), (5, true));
    fs::remove_file(&files[1]).expect("it can be removed");
    assert_eq!(told(), (2, true), "the rest has not arrived yet");
    fs::write(&files[1], &middle[..middle.len() / 2]).expect("it can be written");
    assert_eq!(told(), (3, false), "what is whole is taken, and it says that something is missing");
    fs::write(&files[1], middle.to_ascii_uppercase()).expect("it can be written");
    assert_eq!(told(), (2, false));
    fs::write(&files[1], &middle).expect("it can be written");
    fs::write(files[1].with_file_name("notes.txt"), "not ours").expect("it can be written");
    fs::write(files[1].with_file_name("conflict (copy).txt"), "not ours").expect("it can be written");
    assert_eq!(told(), (5, true));
}

#[test]
fn two_branches_that_arrive_in_one_folder_are_both_kept() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let mut one = machine(1, &Scope::Private, &["1"]);
    let mut copy = one.clone();
    copy.next_name = 5_000;
    sync(&mut one, &mut folder(home.path()));
    let elsewhere = tempfile::tempdir().expect("a temporary folder can be made");
    sync(&mut copy, &mut folder(elsewhere.path()));
    for (machine, body, place) in [(&mut one, "2", &home), (&mut copy, "other 2", &elsewhere)] {
        sync::Local::append(machine, &Scope::Private, &[body.as_bytes().to_vec()]).expect("memory does not fail");
        sync(machine, &mut folder(place.path()));
    }
    // the other program brings both together
    for file in files(elsewhere.path()) {
        let target = home.path().join(file.strip_prefix(elsewhere.path()).expect("it lies there"));
        fs::copy(&file, &target).expect("it can be copied");
    }
    let mut third = machine(9, &Scope::Private, &[]);
    for _ in 0..2 {
        for machine in [&mut one, &mut copy, &mut third] {
            let outcome = sync(machine, &mut folder(home.path()));
            assert!(outcome.fault.is_none(), "{outcome:?}");
        }
    }
    assert_eq!((one.told(), copy.told()), (third.told(), third.told()));
    assert_eq!(third.told().len(), 3);
    let head = Head::after(operations(&third).last().expect("there are some"));
    assert!(head.seq > 0);
}
