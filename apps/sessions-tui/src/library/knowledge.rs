//! What queries may ask of sessions beside their rows: their files, tools and types.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use archive::Archive;
use config::SessionTypes;
use search::{File, Known, NameField, State, Subject};
use store::Belongings;
use transcript::SessionId;

use super::{Entry, Library};

/// What queries may ask of sessions beside their rows.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Files and tools of each session.
    pub belongings: HashMap<SessionId, Belongings>,
    /// The rules that give a session its type.
    pub types: SessionTypes,
    /// What is kept of sessions whose transcript is gone; none where it is not to be read.
    pub archive: Option<Archive>,
    /// What this machine is called.
    pub device: String,
}

impl Library {
    /// The same, with what queries may ask beside the rows.
    #[must_use]
    pub fn knowing(self, knowledge: Knowledge) -> Self {
        let library = self.waiting();
        library.learn(knowledge);
        library
    }

    /// The same, waiting for [`Library::learn`] before it answers a query.
    pub(crate) fn waiting(self) -> Self {
        Self { knowledge: std::sync::Arc::default(), ..self }
    }

    /// Takes in what queries may ask beside the rows; queries wait for it.
    pub(crate) fn learn(&self, knowledge: Knowledge) {
        let files = self.entries.iter().map(|entry| entry.files(&knowledge)).collect::<Vec<_>>();
        let mut number = 0;
        let numbered = files.into_iter().map(|files| {
            let file = |(path, agent, archive)| {
                number += 1;
                File { path, agent, number: number - 1, archive }
            };
            files.into_iter().map(file).collect::<Vec<_>>()
        });
        let numbered: Vec<Vec<File>> = numbered.collect();
        // it is told once
        let _ = self.knowledge.set((knowledge, numbered));
    }

    /// The files of a session, its own first.
    pub fn files(&self, index: usize) -> &[File] {
        let (_, files) = self.knowledge.wait();
        files.get(index).map_or(&[][..], Vec::as_slice)
    }

    /// The same as far as they are known by now: nothing is waited for.
    pub(crate) fn known_files(&self, index: usize) -> &[File] {
        self.knowledge.get().and_then(|(_, files)| files.get(index)).map_or(&[][..], Vec::as_slice)
    }

    /// The files of the subagents of a session that are known by now, with their ids.
    pub(crate) fn agents(&self, id: &SessionId) -> Vec<(&str, &Path)> {
        let place = self.entries.iter().position(|entry| entry.row.id() == id);
        let files = place.map_or(&[][..], |place| self.known_files(place));
        files.iter().filter_map(|file| Some((file.agent.as_deref()?, file.path.as_path()))).collect()
    }

    /// The file that a session is read in: its own, or what is kept of it where that is gone.
    pub(crate) fn own_file(&self, entry: &Entry) -> Option<PathBuf> {
        let kept = || {
            let place = self.entries.iter().position(|other| other.row.id() == entry.row.id())?;
            self.known_files(place).iter().find(|file| file.agent.is_none()).map(|file| file.path.clone())
        };
        entry.row.transcript.clone().or_else(|| if entry.is_kept() { kept() } else { None })
    }

    /// Number of all files.
    pub fn files_count(&self) -> usize {
        self.knowledge.wait().1.iter().map(Vec::len).sum()
    }

    /// Reads the tags that stand in transcripts.
    pub fn learn_tags(&self, stop: &AtomicBool) {
        let own = |index: usize| self.files(index).iter().find(|file| file.agent.is_none());
        let files: Vec<Option<&File>> = (0..self.entries.len()).map(own).collect();
        let threads = thread::available_parallelism().map_or(2, usize::from);
        if let Some(tags) = search::tags(&files, threads, stop) {
            self.candidates().learn_tags(tags);
        }
    }

    /// How much has been learnt of the sessions beside their rows: a figure that grows with it.
    pub(crate) fn learnt(&self) -> usize {
        let tags = self.candidates.get().map_or(0, |candidates| candidates.known_tags().len() + 1);
        usize::from(self.knowledge.get().is_some()) + tags
    }

    /// Values that fields can have, the most frequent first. Nothing is waited for.
    pub fn values(&self) -> Known {
        let entries = || self.entries.iter();
        let tools = self.knowledge.get().map(|(knowledge, _)| {
            most_frequent(knowledge.belongings.values().flat_map(|own| own.tools.iter().cloned()))
        });
        let types = self
            .knowledge
            .get()
            .map(|(knowledge, _)| most_frequent(entries().map(|entry| entry.kind(&knowledge.types))));
        let paths = entries().flat_map(|entry| &entry.row.session.files_touched);
        let names = paths.filter_map(|path| path.rsplit(['/', '\\']).next()).map(str::to_owned);
        let prs = entries().flat_map(|entry| entry.row.session.pr_links.iter());
        let numbers = prs.filter_map(|address| address.rsplit('/').next()).map(str::to_owned);
        Known::default()
            .with(NameField::Project, most_frequent(entries().map(|entry| entry.project.clone())))
            .with(NameField::Branch, most_frequent(entries().map(|entry| entry.branch.clone())))
            .with(NameField::Model, most_frequent(entries().map(|entry| entry.model.clone())))
            .with(NameField::Tool, tools.unwrap_or_default())
            .with(NameField::Type, types.unwrap_or_default())
            .with(NameField::File, most_frequent(names))
            .with(NameField::Pr, most_frequent(numbers))
            .with(NameField::Device, self.devices())
            .with(NameField::Tag, self.candidates.get().map(search::Candidates::known_tags).unwrap_or_default())
    }

    /// Names of the machines that the sessions ran on.
    fn devices(&self) -> Vec<String> {
        let Some((knowledge, _)) = self.knowledge.get() else { return Vec::new() };
        let device = |entry: &Arc<Entry>| entry.marks.device.as_ref().unwrap_or(&knowledge.device).clone();
        most_frequent(self.entries.iter().map(device))
    }
}

impl Entry {
    /// Its files: those on the disk; where its transcript is gone, what is kept of it.
    fn files(&self, knowledge: &Knowledge) -> Vec<(PathBuf, Option<String>, Option<Archive>)> {
        let belongings = knowledge.belongings.get(self.row.id());
        let there = belongings.into_iter().flat_map(|own| &own.files);
        let there = there.map(|file| (file.path.clone(), file.agent.clone(), None));
        let archive = knowledge.archive.as_ref().filter(|_| self.is_kept());
        let mut files: Vec<(PathBuf, Option<String>, Option<Archive>)> = there.collect();
        for path in archive.map(|archive| archive.transcripts(self.row.id().as_str())).unwrap_or_default() {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let agent = name.strip_prefix("agent-").map(str::to_owned);
            if files.iter().all(|(there, ..)| *there != path) {
                files.push((path, agent, archive.cloned()));
            }
        }
        files.sort_by(|one, other| (one.1.is_some(), &one.0).cmp(&(other.1.is_some(), &other.0)));
        files
    }

    fn kind(&self, types: &SessionTypes) -> String {
        let session = &self.row.session;
        let parts = [&session.project, &session.cwd_first];
        let place = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        types.of(&session.skills, &place).to_owned()
    }

    /// Adds what only queries ask for.
    pub(super) fn describe(&self, subject: &mut Subject, knowledge: &Knowledge) {
        let session = &self.row.session;
        let belongings = knowledge.belongings.get(self.row.id());
        let is_copy = belongings.is_some_and(|own| own.copied_from.is_some());
        let states = [
            (State::Live, self.running.is_some()),
            (State::Subagent, session.subagents > 0),
            (State::Fork, session.parent.is_some() || is_copy),
            (State::Gone, self.is_gone()),
        ];
        subject.started = session.started;
        subject.directories.clone_from(&self.places);
        subject.tools = belongings.map(|own| own.tools.clone()).unwrap_or_default();
        subject.files.clone_from(&session.files_touched);
        subject.kind = self.kind(&knowledge.types);
        subject.device.clone_from(self.marks.device.as_ref().unwrap_or(&knowledge.device));
        subject.prs.clone_from(&session.pr_links);
        subject.states = states.into_iter().filter(|(_, holds)| *holds).map(|(state, _)| state).collect();
        subject.cost_usd = self.row.cost.0 as f64 / 1e9;
        subject.tokens = self.row.tokens.total();
    }
}

/// Each value once, the most frequent first, of equal ones in the order of letters.
fn most_frequent(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    values.filter(|value| !value.is_empty()).for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    counts.into_iter().map(|(value, _)| value).collect()
}
