//! The `sessions` command: a person, a script or an agent at a prompt.

mod archiving;
mod asking;
mod banner;
mod cli;
mod clock;
mod commands;
mod context;
mod deleting;
mod demo;
mod editor;
mod events_seen;
mod failing;
mod interrupt;
mod lookup;
mod negations;
mod notebook;
mod output;
mod plain_text;
mod report;
mod scanning;
mod schema;
mod sealing;
mod syncing;
mod table;
mod tick_log;
mod ticking;
mod unseen;
mod usage_state;

/// Taking in a history allocates and frees small texts by the million, on three threads and inside the engine.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    cli::main()
}
