//! What people and Claude write down beside the sessions: entries and marks, folded from the journal.
