//! Benchmarks: whole programs, measured from outside, each figure beside its budget.

mod hook;
mod import;
mod measure;
mod screen;
mod sealing;
mod search;
mod summary;
mod sync;
mod table;
mod terminal;

use clap::{Args, Subcommand};
use color_eyre::Result;

/// Measures the programs as a person meets them, and prints each figure beside its budget
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    Hook(hook::Hook),
    Import(import::Import),
    Screen(screen::Screen),
    Sealing(sealing::Sealing),
    Search(search::Search),
    Summary(summary::Summary),
    Sync(sync::Sync),
}

impl Bench {
    pub(crate) fn run(&self) -> Result<()> {
        let figures = match &self.subject {
            Subject::Hook(subject) => subject.run()?,
            Subject::Import(subject) => subject.run()?,
            Subject::Screen(subject) => subject.run()?,
            Subject::Sealing(subject) => subject.run()?,
            Subject::Search(subject) => subject.run()?,
            Subject::Summary(subject) => subject.run()?,
            Subject::Sync(subject) => subject.run()?,
        };
        print!("{}", table::table(&figures));
        Ok(())
    }
}
