//! The other side: whatever keeps operations and hands them out again.

use std::ops::DerefMut;

use journal::{Operation, Stream};

use crate::{Fault, Heads, Page};

/// Something that keeps operations: a database, a repository, a folder. It never changes one and never removes one.
///
/// Each call may fail at any moment, before or after it did what was asked; whoever asked then asks for the heads again.
pub trait Remote {
    /// How far every stream has come there.
    fn heads(&mut self) -> Result<Heads, Fault>;

    /// Appends operations of one stream that follow each other. It takes all of them or none, and only where the first one
    /// follows what is there: otherwise [`Fault::Moved`]. When it returns, they are durable.
    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault>;

    /// Operations of a stream after a place, in order; fewer than there are if they do not fit the page. Those that are
    /// not as they were are left out, with what follows them.
    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault>;
}

/// Whatever leads to a remote is one: a reference, a box.
impl<R: DerefMut<Target: Remote>> Remote for R {
    fn heads(&mut self) -> Result<Heads, Fault> {
        (**self).heads()
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        (**self).append(operations)
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        (**self).read(stream, after, page)
    }
}
