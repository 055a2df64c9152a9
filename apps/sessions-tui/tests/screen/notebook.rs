//! What is written down in tests, in memory.

use journal::{Hash, Operation, ReplicaId, Scope, Stream};
use notes::{Author, Draft, EntryId, Notes};
use search::Marks;
use sessions_tui::{Jot, Ledger};
use transcript::SessionId;

use crate::history;

/// Entries in memory, and everything that the screen asked to be written.
#[derive(Debug, Default)]
pub(crate) struct Notebook {
    notes: Notes,
    pub(crate) jots: Vec<Jot>,
    /// What the lane answers when sessions are marked.
    pub(crate) marks: Marks,
    read: bool,
    count: u64,
}

impl Notebook {
    /// Some entries of two projects, by two people who do not always agree.
    pub(crate) fn usual() -> Self {
        let mut book = Self::default();
        let session = history::id(2);
        let body = "Both write `refundState`; the **later** one wins.\n\n1. the poll, every 500 ms\n2. the push\n\n```rust\nif res.version > state.version {}\n```";
        for (at, (category, status, title, body, project, hours)) in [
            ("issue", "open", "Double refund on retry", body, "checkout-web", 2),
            ("task", "blocked", "Rotate the webhook keys", "", "checkout-web", 30),
            ("decision", "info", "Refunds are idempotent", "Key: order and attempt.", "checkout-web", 200),
            ("finding", "open", "The ledger rounds half up", "", "billing-api", 500),
        ]
        .into_iter()
        .enumerate()
        {
            let draft = Draft::default()
                .set("title", title)
                .set("category", category)
                .set("status", status)
                .set("body", body)
                .set("project", project)
                .set("session", session.as_str());
            book.write("Ada", id(at), draft, hours);
        }
        book.write("Jane", id(1), Draft::default().note("The provider answers *tomorrow*.", None), 3);
        book
    }

    /// Two people give an entry a status at the same time.
    pub(crate) fn disagree(&mut self) {
        let apart = self.notes.clone();
        self.write("Ada", id(0), Draft::default().set("status", "blocked"), 1);
        let after = std::mem::replace(&mut self.notes, apart);
        self.write("Jane", id(0), Draft::default().set("status", "resolved"), 1);
        self.notes.merge(after);
    }

    pub(crate) fn write(&mut self, name: &str, id: EntryId, draft: Draft, hours: i64) {
        let author = Author { name: name.to_owned(), said: true, also: Vec::new() };
        let at = history::now() - chrono::TimeDelta::hours(hours);
        let at_ms = u64::try_from(at.timestamp_millis()).expect("it is after 1970");
        let Some(body) = self.notes.change_entry(&id, draft, &author, at_ms) else { return };
        self.count += 1;
        let replica: ReplicaId = "01J00000000000000000000000".parse().expect("it is one");
        let stream = Stream { replica, scope: id.scope };
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.count.to_be_bytes());
        self.notes.take(&Operation { stream, seq: self.count, prev: Hash::START, hash: Hash(hash), body });
    }

    /// What the screen is told.
    pub(crate) fn ledger(&self) -> Ledger {
        let ada = Author { name: "Ada".to_owned(), said: true, also: Vec::new() };
        let unread = self.notes.unread(&ada).into_iter().map(|unread| unread.entry.id.clone());
        Ledger {
            unread: if self.read { Vec::new() } else { unread.collect() },
            notes: self.notes.clone(),
            here: vec!["checkout-web".to_owned()],
            project: "checkout-web".to_owned(),
        }
    }

    /// What is said about sessions when they are marked.
    pub(crate) fn marks_of(&self, jot: &Jot) -> Vec<(SessionId, Marks)> {
        let Jot::Mark { sessions, .. } = jot else { return Vec::new() };
        sessions.iter().map(|session| (session.clone(), self.marks.clone())).collect()
    }

    /// Writes something down; what is said of it.
    pub(crate) fn take(&mut self, jot: Jot) -> String {
        self.jots.push(jot.clone());
        match jot {
            Jot::Change { id, draft, said } => {
                self.write("Ada", id, draft, 0);
                said
            }
            Jot::MarkRead => {
                self.read = true;
                "All of it is read".to_owned()
            }
            Jot::Mark { said, .. } => said,
            Jot::New(text) => {
                let (category, title) = text.split_once(' ').unwrap_or(("note", &text));
                let status = if category == "note" { "info" } else { "open" };
                let draft = Draft::default().set("title", title).set("category", category).set("status", status);
                self.write("Ada", id(9), draft.set("project", "checkout-web"), 0);
                "Done".to_owned()
            }
            Jot::Status(..) | Jot::Edit(_) | Jot::Take(..) => "Done".to_owned(),
        }
    }
}

pub(crate) fn id(at: usize) -> EntryId {
    EntryId { scope: Scope::Project("shop".to_owned()), id: format!("{at}a{at}b{at}c0000") }
}
