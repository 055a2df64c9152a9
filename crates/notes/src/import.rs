//! Entries that another program kept: how they become operations, however often they are brought over.

use crate::draft::Draft;
use crate::entry::EntryId;
use crate::notes::Notes;
use crate::record::Record;

/// An entry as another program kept it: its last state, and when it came to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Its id there, which it keeps.
    pub id: EntryId,
    /// Category, project and whatever else nobody changes there: name of the field and value.
    pub fields: Vec<(&'static str, String)>,
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Notes that were added to it.
    pub notes: Vec<String>,
    /// Its status.
    pub status: String,
    /// When it was opened, in milliseconds since 1970, and by whom.
    pub opened: (u64, String),
    /// When it was changed last, and by whom.
    pub changed: Option<(u64, String)>,
}

/// A change to be made to an entry, by somebody at some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which entry.
    pub id: EntryId,
    /// What is changed.
    pub draft: Draft,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who did it.
    pub by: String,
}

impl Foreign {
    /// What has to be done so that the entry is here: nothing that was brought over before, and nothing over what was
    /// changed here since.
    pub fn steps(&self, notes: &Notes) -> Vec<Step> {
        let known = notes.all_entries().find(|entry| entry.id.id == self.id.id);
        let id = known.map_or(&self.id, |entry| entry.id);
        let record = known.map(|entry| entry.record);
        let set = |draft: Draft, field: &str, value: &str| {
            let was = record.and_then(|record: &Record| record.register(field));
            if was.is_some_and(|register| register.ever_was(value)) { draft } else { draft.set(field, value) }
        };
        let step =
            |(at_ms, by): &(u64, String), draft: Draft| Step { id: id.clone(), draft, at_ms: *at_ms, by: by.clone() };
        let draft = self.fields.iter().filter(|(_, value)| !value.is_empty());
        let draft = draft.fold(Draft::default(), |draft, (field, value)| set(draft, field, value));
        let opened = set(set(draft, "title", &self.title), "body", &self.body);
        let notes = self
            .notes
            .iter()
            .enumerate()
            .filter(|(at, _)| !record.is_some_and(|record| record.has_note(&self.note_id(*at))));
        let later =
            notes.fold(Draft::default(), |draft, (at, note)| draft.known_note(&self.note_id(at), note, None, None));
        let later = set(later, "status", &self.status);
        let all = match &self.changed {
            Some(changed) => vec![step(&self.opened, opened), step(changed, later)],
            None => vec![step(&self.opened, set(opened, "status", &self.status))],
        };
        all.into_iter().filter(|step| !step.draft.is_empty()).collect()
    }

    fn note_id(&self, at: usize) -> String {
        format!("{}-{at}", self.id.id)
    }
}

#[cfg(test)]
mod tests {
    use journal::{Hash, Operation, ReplicaId, Scope, Stream};

    use super::*;
    use crate::Author;

    fn carry_out(notes: &mut Notes, steps: Vec<Step>, seq: &mut u64) -> usize {
        let count = steps.len();
        for step in steps {
            let author = Author { name: step.by, said: true, also: Vec::new() };
            let body = notes.change_entry(&step.id, step.draft, &author, step.at_ms).expect("there is something to do");
            *seq += 1;
            let stream = Stream { replica: ReplicaId::fresh(), scope: step.id.scope };
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&seq.to_be_bytes());
            notes.take(&Operation { stream, seq: *seq, prev: Hash::START, hash: Hash(hash), body });
        }
        count
    }

    #[test]
    fn an_entry_is_brought_over_once_and_not_over_what_was_changed_here() {
        let (mut notes, mut seq) = (Notes::default(), 0);
        let mut foreign = Foreign {
            id: EntryId { scope: Scope::Project("shop".into()), id: "9808bba9-823c".into() },
            fields: vec![("category", "issue".into()), ("session", String::new())],
            title: "Refund race".into(),
            body: "the lock".into(),
            notes: vec!["seen twice".into()],
            status: "blocked".into(),
            opened: (1_000, "Ada".into()),
            changed: Some((2_000, "Jane".into())),
        };
        let steps = foreign.steps(&notes);
        assert_eq!(carry_out(&mut notes, steps, &mut seq), 2);
        {
            let entry = notes.entry(&foreign.id).expect("it is there");
            assert_eq!((entry.status(), entry.opened(), entry.updated_ms()), ("blocked", (1_000, "Ada"), 2_000));
            assert_eq!(entry.notes()[0].text, "seen twice");
        }
        assert_eq!(foreign.steps(&notes), [], "again: nothing");
        let here = Step {
            id: foreign.id.clone(),
            draft: Draft::default().set("status", "resolved"),
            at_ms: 3_000,
            by: "Ada".into(),
        };
        carry_out(&mut notes, vec![here], &mut seq);
        foreign.id.scope = Scope::Project("renamed".into());
        assert_eq!(foreign.steps(&notes), [], "what was changed here stays, in whatever project it is found now");
        foreign.notes.push("and again".into());
        foreign.status = "open".into();
        let steps = foreign.steps(&notes);
        assert_eq!((steps.len(), steps[0].id.scope.clone()), (1, Scope::Project("shop".into())));
        carry_out(&mut notes, steps, &mut seq);
        let entry = notes.entries()[0];
        assert_eq!((entry.status(), entry.notes().len()), ("open", 2));
    }
}
