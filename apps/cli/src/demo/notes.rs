//! What is written down and marked in the built-in history, by the person and by somebody else.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use journal::Scope;
use notes::{Author, Desk, Draft, EntryId};
use resume::Project;
use serde::Deserialize;

/// The entries; hours are counted back from the present.
const ENTRIES: &str = include_str!("../../../../assets/demo-notes.json");

/// The name that stands for the person.
const YOU: &str = "you";

#[derive(Debug, Deserialize)]
struct Entry {
    project: String,
    session: String,
    category: String,
    status: String,
    title: String,
    body: String,
    by: String,
    hours: i64,
    #[serde(default)]
    then: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Change {
    by: String,
    hours: i64,
    note: String,
    status: String,
}

/// Writes entries and marks into a journal, which is made. What others did last is new to the person.
pub(super) fn write(journal: &Path, now: DateTime<Utc>) -> color_eyre::Result<()> {
    let mut desk = Desk::open(journal)?;
    let ago = |hours: i64| u64::try_from((now - TimeDelta::hours(hours)).timestamp_millis()).unwrap_or(0);
    for (at, entry) in serde_json::from_str::<Vec<Entry>>(ENTRIES)?.into_iter().enumerate() {
        let project = Project::guess(Path::new(&entry.project));
        let id =
            EntryId { scope: Scope::Project(project.key.clone()), id: format!("{at:02x}de{at:02x}0000000000000000") };
        let draft = Draft::default()
            .set("title", entry.title)
            .set("category", entry.category)
            .set("status", entry.status)
            .set("body", entry.body)
            .set("project", project.key)
            .set("project_name", project.name)
            .set("directory", entry.project)
            .set("session", entry.session);
        desk.change_entry(&id, draft, &author(&entry.by), ago(entry.hours))?;
        for change in entry.then {
            let draft = Draft::default().set("status", change.status).note(&change.note, None);
            desk.change_entry(&id, draft, &author(&change.by), ago(change.hours))?;
        }
    }
    let you = author(YOU);
    for (session, draft) in marks() {
        desk.change_marks([session], &draft, &you, ago(3))?;
    }
    Ok(())
}

/// Marks on sessions.
fn marks() -> [(&'static str, Draft); 3] {
    [
        ("5c4549b6-8027-4651-9e93-7fc99c572b81", Draft::default().star(true).tag("money", true)),
        ("86547a49-9f47-4f90-9853-1f848ec83fb0", Draft::default().tag("money", true)),
        (
            "e8ccfef3-b6e2-4ca8-bcb1-c1fd146a7ffc",
            Draft::default().star(true).note("Restore something from it every first Sunday.", None),
        ),
    ]
}

/// Somebody; in the demo the person is whoever is at the machine, under whatever name.
fn author(name: &str) -> Author {
    Author { name: name.to_owned(), said: name != YOU, also: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_of_every_kind_and_some_of_it_is_new_to_the_person() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("journal");
        write(&path, Utc::now()).expect("it can be written");
        let desk = Desk::open(&path).expect("it can be read");
        let mut kinds: Vec<&str> = desk.notes().entries().iter().map(notes::Entry::category).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, ["decision", "finding", "issue", "note", "task"]);
        let me = Author { name: "whoever".to_owned(), ..Author::default() };
        assert_eq!(desk.notes().unread(&me).len(), 3);
        assert_eq!(desk.notes().marked().count(), 3);
    }
}
