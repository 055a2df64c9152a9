//! What a scan learns beside the transcripts on the disk: from the journal, from the archive and from working directories.

use archive::Archive;
use journal::Journal;

use super::Scan;
use crate::fold;
use crate::open::{Access, Opened};
use crate::scan::{Progress, kept};
use crate::{StoreError, projects};

impl Scan<'_> {
    /// Folds in what the journal says beyond what is folded in already, some at a time.
    pub(super) fn fold_in(&mut self, journal: &Journal) -> Result<(), StoreError> {
        let prices = self.prices;
        let behind = fold::behind(journal, &self.offsets.take().unwrap_or_default());
        for (stream, after) in behind {
            let mut operations = journal.read(&stream, after).peekable();
            while operations.peek().is_some() {
                self.go_on()?;
                let Ok(batch) = fold::next_batch(&mut operations) else {
                    self.report.damaged_streams += 1;
                    break;
                };
                let folded = self.change(|connection| fold::take(connection, prices, journal, &stream, &batch))?;
                self.note(folded);
                self.report.folded_in += batch.len() as u64;
            }
        }
        if self.report.folded_in > 0 {
            let opened = Opened::existing(self.store.path(), Access::Read, self.store.patience())?;
            opened.ask(|connection| self.count(connection))?;
        }
        Ok(())
    }

    /// Reads transcripts that only the archive has, after everything else: what the disk or the journal tells is known then.
    pub(super) fn take_kept(
        &mut self,
        archive: &Archive,
        threads: usize,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        let Some(changed_ns) = archive.changed_ns().filter(|changed| Some(*changed) != self.looked_at_ns) else {
            return Ok(());
        };
        self.go_on()?;
        let mut look = kept::look(self.store, archive, changed_ns)?;
        self.report.unreadable.append(&mut look.unreadable);
        let written = self.report.files_read > 0;
        if !look.plan.is_empty() {
            let opened = self.read(&look.plan, Some(archive), threads, progress)?;
            self.finish(&look.plan, opened)?;
            self.report.files_from_archive = look.plan.tasks.len() as u64;
        }
        self.go_on()?;
        if look.is_worth_a_note() || (written && self.store.exists()) {
            self.change(|connection| look.note(connection))?;
        }
        Ok(())
    }

    /// Looks at the directories of the sessions that were folded, and notes which projects they are of.
    pub(super) fn name_projects(
        &mut self,
        note: &mut dyn FnMut(projects::Known) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let news = self.look_at_homes();
        if news.is_empty() {
            return Ok(());
        }
        note(news.clone())?;
        self.projects.extend(news);
        Ok(())
    }

    /// What is new about the directories of the sessions that were folded.
    pub(super) fn look_at_homes(&mut self) -> projects::Known {
        projects::look(std::mem::take(&mut self.folded.homes), &self.projects, self.moves)
    }
}
