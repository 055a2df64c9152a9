//! `sessions remote init-team`: a database of many people.

use clap::Args;
use sync::Postgres;

use super::fault;
use crate::context::Context;
use crate::syncing;

const EXAMPLES: &str = "\
Example:
  sessions remote add team postgres://owner@db.example/sessions --shared
  sessions remote init-team team --role developers

Run it once, as the owner of the database; everybody then adds the remote with --shared under a user of their own that is in
the role. The database itself (PostgreSQL 15 or newer) sees to it that everybody appends in the name of their own devices
alone, that nobody changes or removes anything, and that what is private is read by its owner alone.";

/// Make a PostgreSQL database one of many people
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InitTeam {
    /// The remote
    name: String,
    /// The role of those who may use it; it exists already
    #[arg(long)]
    role: String,
}

impl InitTeam {
    /// Sets it up.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let setting = syncing::remotes(context, Some(&self.name))?.remove(0);
        let address = syncing::address(context, &setting).map_err(|wrong| fault(&self.name, &wrong))?;
        let secrets = syncing::secrets(context, &self.name, &address);
        let Some(url) = address.postgres() else {
            let wrong = sync::Fault::Address(format!("{} is no PostgreSQL database", self.name));
            return Err(fault(&self.name, &wrong).into());
        };
        let password = secrets.first().map(String::as_str);
        let made = Postgres::at(url, password).and_then(|mut database| database.init_team(&self.role));
        made.map_err(|wrong| fault(&self.name, &wrong))?;
        if context.json {
            return context.output.json(&serde_json::json!({ "schema": 1, "name": self.name, "role": self.role }));
        }
        Ok(context.output.line(&format!("{} is for those in the role {}.", self.name, self.role))?)
    }
}
