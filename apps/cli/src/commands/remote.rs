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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;
    use journal::{JournalError, ReplicaId, Scope, Stream};
    use sync::Fault;

    use crate::cli::Cli;

    /// Whatever is named by a remedy is understood when it is typed.
    #[test]
    fn every_command_that_a_remedy_names_is_one() {
        let stream = Stream { replica: ReplicaId::fresh(), scope: Scope::Private };
        let faults = [
            Fault::Unreachable(String::new()),
            Fault::Unanswered(String::new()),
            Fault::Late(Duration::ZERO),
            Fault::Moved,
            Fault::Denied(String::new()),
            Fault::Unusable(String::new()),
            Fault::Readable,
            Fault::Sealed,
            Fault::Closed(""),
            Fault::Waiting { code: String::new() },
            Fault::ShutOut,
            Fault::TwoKeys,
            Fault::Relocked,
            Fault::LockDamaged,
            Fault::LockMissing,
            Fault::Foreign { replicas: 1, operations: 1 },
            Fault::Newer { found: 2, known: 1 },
            Fault::Damaged { stream: stream.clone(), seq: 1 },
            Fault::Opaque { stream, seq: 1 },
            Fault::Address(String::new()),
            Fault::Journal(JournalError::Io {
                action: "read",
                path: "/x".into(),
                source: std::io::Error::other("full"),
            }),
        ];
        let mut commands = 0;
        for fault in faults {
            let remedy = fault.remedy().replace("<name>", "home");
            for command in remedy.split('`').skip(1).step_by(2).filter(|text| text.starts_with("sessions ")) {
                commands += 1;
                let parsed = Cli::try_parse_from(command.split_whitespace());
                let is_help = |error: &clap::Error| error.kind() == clap::error::ErrorKind::DisplayHelp;
                assert!(parsed.as_ref().err().is_none_or(is_help), "{fault:?}: {command}: {:?}", parsed.err());
            }
        }
        assert!(commands >= 10, "{commands}");
    }
}
