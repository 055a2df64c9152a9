//! Counting what a first import put off, and everything anew when prices change.

use std::sync::atomic::Ordering;

use rustc_hash::FxHashSet;

use super::Scan;
use crate::ingest::{self, Ledger, Touched, Uncounted};
use crate::open::Opened;
use crate::{StoreError, projects};

impl Scan<'_> {
    /// Counts what a first import has left to count. One that was called off leaves it to the next scan.
    pub(super) fn count_left_over(
        &mut self,
        ledger: Ledger,
        mut opened: Option<Opened>,
    ) -> Result<Option<Opened>, StoreError> {
        if let Some(uncounted) = ledger.left_over().filter(|_| !self.cancel.load(Ordering::Relaxed)) {
            // the disk is not asked while something is being changed
            let homes = uncounted.is_little.then(|| self.look_at_homes());
            match &opened {
                Some(opened) => opened.limit(self.strides.memory)?,
                None => opened = Some(self.open()?),
            }
            match (&mut opened, homes) {
                (Some(opened), Some(homes)) => self.count_at_once(uncounted, homes, opened)?,
                (opened, _) => self.count_again(uncounted, opened)?,
            }
        }
        Ok(opened)
    }

    /// Counts everything that is left, and notes which projects the directories of sessions are of.
    fn count_at_once(
        &mut self,
        uncounted: Uncounted,
        news: projects::Known,
        opened: &mut Opened,
    ) -> Result<(), StoreError> {
        let prices = self.prices;
        opened.transaction(|connection| {
            ingest::count_at_once(connection, prices, uncounted)?;
            projects::note(connection, news.clone())
        })?;
        self.projects.extend(news);
        Ok(())
    }

    /// Prices everything anew, slice by slice; the new version is noted when all is done.
    pub(super) fn reprice(&mut self) -> Result<(), StoreError> {
        let prices = self.prices;
        let slices = self.change(|connection| {
            ingest::begin_prices(connection)?;
            ingest::slices(connection)
        })?;
        for slice in slices {
            self.go_on()?;
            self.change(|connection| ingest::reprice(connection, prices, &slice))?;
        }
        self.count_all_again()?;
        self.change(|connection| ingest::note_prices(connection, prices))
    }

    /// Counts everything anew that several files or lines tell.
    pub(super) fn count_all_again(&self) -> Result<(), StoreError> {
        let uncounted = self.change(ingest::told_again)?;
        self.count_again(uncounted, &mut None)
    }

    /// Counts requests anew that several files or lines tell, and then the sessions.
    fn count_again(&self, uncounted: Uncounted, opened: &mut Option<Opened>) -> Result<(), StoreError> {
        let Uncounted { portions, mut counted, mut sessions, .. } = uncounted;
        counted += portions.len();
        self.count_portions(portions, &mut sessions, opened)?;
        let shared = self.step(opened, |connection| ingest::shared_again(connection, counted))?;
        self.count_portions(shared, &mut sessions, opened)?;
        for slice in self.step(opened, |connection| ingest::slices_of_sessions(connection, sessions.as_ref()))? {
            self.go_on()?;
            self.step(opened, |connection| ingest::renew_all_of(connection, slice.iter()))?;
        }
        self.step(opened, ingest::all_counted)
    }

    fn count_portions(
        &self,
        portions: Vec<Touched>,
        sessions: &mut Option<FxHashSet<String>>,
        opened: &mut Option<Opened>,
    ) -> Result<(), StoreError> {
        let prices = self.prices;
        for touched in portions {
            self.go_on()?;
            let told_in = self.step(opened, |connection| ingest::count_again(connection, prices, touched))?;
            if let Some(sessions) = sessions {
                sessions.extend(told_in);
            }
        }
        Ok(())
    }
}
