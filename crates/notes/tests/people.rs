//! Several people on several machines: conflicts, the inbox, what may change what.

use journal::{Journal, Operation, Scope};
use notes::{Author, Desk, Draft, EntryId, Notes};

struct Machine {
    _folder: tempfile::TempDir,
    path: std::path::PathBuf,
    desk: Desk,
    me: Author,
}

impl Machine {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("journal");
        let desk = Desk::open(&path).expect("a journal can be made");
        Self { _folder: folder, path, desk, me: Author { name: name.to_owned(), ..Author::default() } }
    }

    fn entry(&mut self, scope: &Scope, title: &str, at_ms: u64) -> EntryId {
        let id = EntryId::fresh(scope.clone());
        let draft = Draft::default().set("title", title).set("category", "issue").set("status", "open");
        assert!(self.desk.change_entry(&id, draft, &self.me, at_ms).expect("it can be written"));
        id
    }

    fn set(&mut self, id: &EntryId, field: &str, value: &str, at_ms: u64) {
        self.desk.change_entry(id, Draft::default().set(field, value), &self.me, at_ms).expect("it can be written");
    }

    fn note(&mut self, id: &EntryId, text: &str, at_ms: u64) {
        self.desk.change_entry(id, Draft::default().note(text, None), &self.me, at_ms).expect("it can be written");
    }

    /// All that another machine may get: with `private`, from the same person's machine.
    fn send(&self, private: bool) -> Vec<Operation> {
        let journal = Journal::open(&self.path).expect("it can be opened");
        let streams = journal.heads().into_iter().filter(|(stream, _, _)| private || stream.scope != Scope::Private);
        streams
            .flat_map(|(stream, _, _)| journal.read(&stream, 0).collect::<Vec<_>>())
            .map(|read| read.expect("it can be read"))
            .collect()
    }

    fn get(&mut self, operations: &[Operation]) {
        let journal = Journal::open(&self.path).expect("it can be opened");
        journal.receive(operations).expect("they are sound");
        self.desk = Desk::open(&self.path).expect("it can be read again");
    }

    fn unread(&self) -> Vec<(String, Vec<String>)> {
        let said = |unread: notes::Unread<'_>| {
            let changes = unread.changes.iter().map(|change| change.by.clone()).collect();
            (unread.entry.title().to_owned(), changes)
        };
        self.desk.notes().unread(&self.me).into_iter().map(said).collect()
    }

    fn look(&mut self) {
        self.desk.mark_read(&self.me, 0).expect("it can be written");
        assert!(self.unread().is_empty(), "{:?}", self.unread());
    }
}

fn exchange(one: &mut Machine, two: &mut Machine, private: bool) {
    let (from_one, from_two) = (one.send(private), two.send(private));
    one.get(&from_two);
    two.get(&from_one);
}

fn project() -> Scope {
    Scope::Project("host/ada/shop".to_owned())
}

#[test]
fn an_old_change_that_comes_late_is_new() {
    let (mut ada, mut jane) = (Machine::of("Ada"), Machine::of("Jane"));
    let id = ada.entry(&project(), "Refund race", 1_000);
    exchange(&mut ada, &mut jane, false);
    assert_eq!(jane.unread(), [("Refund race".to_owned(), vec!["Ada".to_owned()])]);
    jane.look();
    jane.set(&id, "status", "resolved", 10_000);
    ada.note(&id, "seen twice", 10_005);
    ada.look();
    exchange(&mut ada, &mut jane, false);
    assert_eq!(ada.unread(), [("Refund race".to_owned(), vec!["Jane".to_owned()])]);
    ada.look();
    exchange(&mut ada, &mut jane, false);
    assert!(ada.unread().is_empty());
    assert_eq!(jane.unread().len(), 1, "Ada's note");
}

#[test]
fn what_one_machine_of_a_person_has_seen_the_other_has_too() {
    let (mut desk, mut laptop, mut jane) = (Machine::of("Ada"), Machine::of("ada@laptop"), Machine::of("Jane"));
    jane.entry(&project(), "Ledger", 5);
    desk.entry(&Scope::Private, "my own", 6);
    laptop.entry(&Scope::Private, "mine too", 7);
    for machine in [&mut desk, &mut laptop] {
        machine.get(&jane.send(false));
        assert_eq!(machine.unread().len(), 1);
    }
    desk.look();
    exchange(&mut desk, &mut laptop, true);
    assert!(laptop.unread().is_empty(), "it is read, and another name on a machine of one's own is nobody else");
    jane.entry(&project(), "Another", 8);
    laptop.get(&jane.send(false));
    assert_eq!(laptop.unread().len(), 1);
}

#[test]
fn somebody_who_says_another_name_at_the_same_machine_is_somebody_else() {
    let mut machine = Machine::of("Ada");
    let jane = Author { name: "Jane".to_owned(), said: true, also: Vec::new() };
    machine.entry(&project(), "By Ada", 1);
    assert!(machine.unread().is_empty());
    assert_eq!(machine.desk.notes().unread(&jane).len(), 1, "Jane has not seen it");
    let id = EntryId::fresh(project());
    machine.desk.change_entry(&id, Draft::default().set("title", "By Jane"), &jane, 2).expect("it can be written");
    assert_eq!(machine.unread().len(), 1);
    machine.look();
    assert_eq!(machine.desk.notes().unread(&jane).len(), 1, "everybody reads for themselves");
}

#[test]
fn what_two_people_set_at_once_is_kept_and_shown_until_somebody_decides() {
    let (mut ada, mut jane) = (Machine::of("Ada"), Machine::of("Jane"));
    let id = ada.entry(&project(), "Refund race", 1_000);
    exchange(&mut ada, &mut jane, false);
    ada.set(&id, "status", "blocked", 2_000);
    jane.set(&id, "status", "resolved", 9_000_000_000_000);
    ada.note(&id, "by Ada", 2_001);
    jane.note(&id, "by Jane", 3);
    exchange(&mut ada, &mut jane, false);
    for machine in [&ada, &jane] {
        let entry = machine.desk.notes().entry(&id).expect("it is there");
        assert_eq!(entry.status(), "resolved");
        let conflicts = entry.conflicts();
        assert_eq!(conflicts.len(), 1);
        let said: Vec<(&str, Option<&str>)> =
            conflicts[0].writes.iter().map(|write| (write.by.as_str(), write.value.as_str())).collect();
        assert_eq!((conflicts[0].field, said), ("status", vec![("Jane", Some("resolved")), ("Ada", Some("blocked"))]));
        let notes: Vec<&str> = entry.notes().iter().map(|note| note.text.as_str()).collect();
        assert_eq!(notes, ["by Jane", "by Ada"], "no note is lost");
    }
    // saying what holds already is a decision, too
    ada.set(&id, "status", "resolved", 4_000);
    exchange(&mut ada, &mut jane, false);
    for machine in [&ada, &jane] {
        let entry = machine.desk.notes().entry(&id).expect("it is there");
        assert!(entry.conflicts().is_empty() && entry.status() == "resolved");
    }
}

#[test]
fn nobody_reaches_into_another_scope() {
    let (mut ada, mut eve) = (Machine::of("Ada"), Machine::of("Eve"));
    let id = ada.entry(&Scope::Private, "secret plan", 1);
    let same = EntryId { scope: project(), id: id.id.clone() };
    eve.set(&same, "title", "taken over", u64::MAX);
    let mark = eve.desk.notes().change_marks("session", Draft::default().hide(true), &eve.me, 2).expect("a change");
    eve.desk.append(&project(), [mark]).expect("it can be written");
    ada.get(&eve.send(false));
    assert_eq!(ada.desk.notes().entry(&id).expect("it is there").title(), "secret plan");
    assert!(ada.desk.notes().marks("session").is_none());
}

#[test]
fn many_sessions_are_marked_in_one_frame_and_what_is_written_is_not_read_again() {
    let mut ada = Machine::of("Ada");
    let sessions = ["s1", "s2", "s3", "s1"];
    let me = ada.me.clone();
    assert!(ada.desk.change_marks(sessions, &Draft::default().star(true), &me, 1).expect("it can be written"));
    let starred = ada.desk.notes().marked().filter(|(_, marks)| marks.is_starred()).count();
    assert_eq!(starred, 3);
    let known = ada.desk.notes().clone();
    ada.desk.refresh();
    assert_eq!(*ada.desk.notes(), known);
    let mut other = Desk::open(&ada.path).expect("it can be read again");
    assert_eq!(*other.notes(), known);
    assert!(other.change_marks(["s2"], &Draft::default().star(false), &me, 2).expect("it can be written"));
    ada.desk.refresh();
    assert_eq!(ada.desk.notes(), other.notes(), "what another program wrote is read");
    assert_eq!(ada.desk.problem(), None);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_known() {
    let mut ada = Machine::of("Ada");
    ada.entry(&Scope::Private, "in private", 1);
    ada.entry(&project(), "of the project", 1);
    let folder = ada.path.join(ada.desk.notes().entries()[0].record.changes()[0].stream.replica.to_string());
    let log = folder.join("private.log");
    let mut bytes = std::fs::read(&log).expect("it can be read");
    let last = bytes.len() - 10;
    bytes[last] ^= 0xff;
    std::fs::write(&log, bytes).expect("it can be written");
    let desk = Desk::open(&ada.path).expect("it can be opened");
    let titles: Vec<&str> = desk.notes().entries().iter().map(notes::Entry::title).collect();
    assert_eq!(titles, ["of the project"]);
    assert!(desk.problem().is_some());
}

#[test]
fn two_people_who_tag_at_once_both_do() {
    let (mut desk, mut laptop) = (Machine::of("Ada"), Machine::of("Ada"));
    let mark = |machine: &mut Machine, draft: Draft| {
        assert!(machine.desk.change_marks(["s1"], &draft, &machine.me.clone(), 1).expect("it can be written"));
    };
    mark(&mut desk, Draft::default().tag("customer", true).star(true).note("ask Ben", None));
    mark(&mut laptop, Draft::default().tag("urgent", true).name("Refunds"));
    exchange(&mut desk, &mut laptop, true);
    let note = {
        let marks = laptop.desk.notes().marks("s1").expect("it is marked");
        assert_eq!(
            (marks.tags(), marks.is_starred(), marks.name()),
            (vec!["customer", "urgent"], true, Some("Refunds"))
        );
        marks.notes()[0].id.clone()
    };
    mark(&mut laptop, Draft::default().tag("customer", false).drop_note(&note).name(""));
    exchange(&mut desk, &mut laptop, true);
    let marks = desk.desk.notes().marks("s1").expect("it is marked");
    assert_eq!((marks.tags(), marks.name(), marks.notes().len(), marks.is_hidden()), (vec!["urgent"], None, 0, false));
    assert!(
        !laptop
            .desk
            .change_marks(["s1"], &Draft::default().tag("urgent", true), &laptop.me.clone(), 2)
            .expect("it can be read"),
        "nothing is new in that"
    );
}

#[test]
fn what_is_damaged_or_of_a_later_version_changes_nothing() {
    let mut machine = Machine::of("Ada");
    let id = machine.entry(&project(), "Ledger", 1);
    let before = machine.desk.notes().entry(&id).map(|entry| entry.record.clone());
    for body in [
        "",
        "{",
        "[]",
        r#"{"kind":"entry"}"#,
        r#"{"v":9,"kind":"weather","subject":"x"}"#,
        r#"{"v":1,"kind":"entry","at_ms":1,"by":"x","subject":"y","set":{"title":3}}"#,
        r#"{"v":1,"kind":"mark","at_ms":1,"by":"x","subject":"inbox","read":{"../..":3}}"#,
    ] {
        machine.desk.append(&project(), [body.as_bytes().to_vec()]).expect("it can be written");
    }
    let later = r#"{"v":7,"kind":"entry","at_ms":1,"by":"x","subject":"later","mood":"fine","set":{"title":{"to":"Later","revision":1,"why":0}}}"#;
    machine.desk.append(&project(), [later.as_bytes().to_vec()]).expect("it can be written");
    let notes: &Notes = machine.desk.notes();
    assert_eq!(notes.entry(&id).map(|entry| entry.record.clone()), before);
    let titles: Vec<&str> = notes.all_entries().map(|entry| entry.title()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles.contains(&"Later"));
}

#[test]
fn words_are_taken_literally_and_an_id_by_its_beginning() {
    let mut machine = Machine::of("Ada");
    let titles = ["100% wrong", "1000 wrong", "a_b", "axb", "Refund race", "Refund race again"];
    let ids: Vec<EntryId> = titles.iter().map(|title| machine.entry(&project(), title, 1)).collect();
    let entries = machine.desk.notes().entries();
    let found = |wanted: &str| match notes::find(&entries, wanted) {
        notes::Match::None => Vec::new(),
        notes::Match::One(entry) => vec![entry.title().to_owned()],
        notes::Match::Many(entries) => {
            let mut titles: Vec<String> = entries.iter().map(|entry| entry.title().to_owned()).collect();
            titles.sort();
            titles
        }
    };
    for (wanted, expect) in [
        ("100% wrong", &["100% wrong"][..]),
        ("a_b", &["a_b"]),
        ("refund RACE", &["Refund race"]),
        ("race", &["Refund race", "Refund race again"]),
        ("again refund", &["Refund race again"]),
        ("%", &["100% wrong"]),
        ("", &[]),
        ("nothing", &[]),
        (&ids[3].id[..8], &["axb"]),
        (&ids[4].id, &["Refund race"]),
    ] {
        assert_eq!(found(wanted), expect, "{wanted}");
    }
    let all = || ids.iter().map(|id| id.id.as_str());
    for id in all() {
        assert_eq!(all().filter(|other| other.starts_with(notes::shortest(id, all()))).count(), 1);
    }
}
