//! `sessions remote`: the places that operations are synced with.

mod add;
mod init_team;
mod keys;
mod let_in;
mod list;
mod rekey;
mod remove;
mod test;

use clap::{Args, Subcommand};

use crate::context::Context;

const EXAMPLES: &str = "\
Examples:
  sessions remote add home ~/Sync/sessions                     a folder that Syncthing or a cloud drive carries around
  sessions remote add work postgres://ada@db.example/sessions  a PostgreSQL database
  sessions remote add backup git@github.com:ada/history.git    a private git repository
  sessions remote add nas duckdb:/mnt/nas/history.duckdb       a DuckDB file, for asking in SQL
  sessions remote list
  sessions remote test work";

/// Add, list, test and remove the places that you sync with
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Remote {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(add::Add),
    List(list::List),
    Test(test::Test),
    Remove(remove::Remove),
    InitTeam(init_team::InitTeam),
    Keys(keys::Keys),
    LetIn(let_in::LetIn),
    Rekey(rekey::Rekey),
}

impl Remote {
    /// Carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        match &self.command {
            Command::Add(command) => command.run(context),
            Command::List(_) => list::run(context),
            Command::Test(command) => command.run(context),
            Command::Remove(command) => command.run(context),
            Command::InitTeam(command) => command.run(context),
            Command::Keys(command) => command.run(context),
            Command::LetIn(command) => command.run(context),
            Command::Rekey(command) => command.run(context),
        }
    }
}

/// A fault of a remote, as it leaves the program.
fn fault(name: &str, fault: &sync::Fault) -> crate::report::Fault {
    let message = match fault {
        sync::Fault::Address(why) => why.clone(),
        other => format!("{name} {other}."),
    };
    crate::report::Fault::new("remote", message).next(fault.remedy().replace("<name>", name))
}
