//! The `sessions` command: a person, a script or an agent at a prompt.

mod cli;
mod clock;
mod commands;
mod context;
mod demo;
mod interrupt;
mod lookup;
mod output;
mod plain_text;
mod report;
mod scanning;
mod schema;
mod table;
mod tick_log;
mod usage_state;

fn main() -> std::process::ExitCode {
    cli::main()
}
