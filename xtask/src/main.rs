//! Maintenance: checks, generated files, pictures and benchmarks, one file per chore.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person at the terminal")]

mod bench;
mod charts;
mod ci;
mod client;
mod docs;
mod prices;
mod screenshots;
mod simulate;
mod tidy;
mod torture;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// That of the `sessions` program, so that what is measured here is as fast there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Chores of this repository. Everything that is checked or generated goes through here.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    Ci(ci::Ci),
    /// Checks the habits of docs/contributing.md: floors, owners of dependencies, names, sizes
    Tidy,
    Docs(docs::Docs),
    Prices(prices::Prices),
    /// Draws assets/screenshots from the built-in demo, at a fixed time, zone and size
    Screenshots,
    /// Draws docs/charts from the built-in demo, for fixed days and a fixed zone
    Charts,
    Simulate(simulate::Simulate),
    Bench(bench::Bench),
    Torture(torture::Torture),
    Client(client::Client),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> color_eyre::Result<()> {
    let chore = Arguments::parse().chore;
    workspace::find()?;
    match chore {
        Chore::Ci(chore) => chore.run(),
        Chore::Tidy => tidy::run(),
        Chore::Docs(chore) => chore.run(),
        Chore::Prices(chore) => chore.run(),
        Chore::Screenshots => screenshots::draw(),
        Chore::Charts => charts::draw(),
        Chore::Simulate(chore) => chore.run(),
        Chore::Bench(chore) => chore.run(),
        Chore::Torture(chore) => chore.run(),
        Chore::Client(chore) => chore.run(),
    }
}
