//! `sessions recent`: what a session that starts says, by hand.

use std::num::NonZeroUsize;

use clap::Args;
use serde::Serialize;
use store::SessionRow;

use crate::banner::{self, HEADING, SESSIONS, Unseen};
use crate::commands::search::parse_count;
use crate::context::Context;
use crate::lookup::{self, Within};
use crate::plain_text::counted;
use crate::{scanning, schema};

const EXAMPLES: &str = "\
Examples:
  sessions recent               the latest sessions of this directory and below
  sessions recent --limit 10
  sessions recent --all         of every directory

Claude Code shows the same when a session starts, once `sessions setup` was run; `hooks.banner` in config.toml says who
reads it.";

/// Show the latest sessions of this directory, as a session that starts does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Recent {
    /// At most so many
    #[arg(long, value_name = "N", value_parser = |text: &str| parse_count(text).map(NonZeroUsize::get), default_value_t = SESSIONS)]
    limit: usize,
    /// Those of every directory
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    sessions: Vec<schema::Session<'a>>,
    notices: Vec<String>,
}

impl Recent {
    /// Shows them.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if let Some(obstacle) = scanning::freshen(context, true)? {
            context.output.note(&obstacle.to_string());
        }
        let all = lookup::rows(context)?;
        let here = Within::of(context, &context.environment.cwd);
        let recent = banner::recent(&all).into_iter().filter(|row| self.all || here.holds(row));
        let recent: Vec<_> = recent.take(self.limit).collect();
        let unseen = Unseen::of(context).line(context, Some(&context.environment.cwd));
        let notices: Vec<String> = unseen.into_iter().chain(banner::expiring(context, &all)).collect();
        if context.json {
            let sessions = recent.into_iter().map(schema::Session::from).collect();
            return context.output.json(&Answer { schema: 1, sessions, notices });
        }
        if recent.is_empty() {
            let line = self.nothing(&all, &here);
            context.output.line(&line)?;
            let way = lookup::way_to_relink(context, &all, &context.environment.cwd).filter(|_| !self.all);
            way.map_or(Ok(()), |way| context.output.line(&way))?;
        } else {
            context.output.line(if self.all {
                "Recent sessions (`sessions resume ID` goes on with one):"
            } else {
                HEADING
            })?;
        }
        for row in recent {
            let line = banner::line(context, row);
            context.output.line(&line)?;
        }
        for notice in notices {
            context.output.line(&notice)?;
        }
        Ok(())
    }

    /// Why none is shown, and where there are some.
    fn nothing(&self, all: &[SessionRow], here: &Within) -> String {
        let ran = all.iter().filter(|row| row.session.prompts > 0 && (self.all || here.holds(row))).count();
        if ran > 0 {
            let (place, sessions) = (if self.all { "" } else { " here" }, counted(ran as u64, "session"));
            return format!(
                "Nothing to go on with{place}: {sessions}, without a transcript or run by a script. \
                 `sessions ls` lists all; `sessions restore ID` puts an archived one back."
            );
        }
        let others = match (banner::recent(all).is_empty(), all.is_empty()) {
            (false, _) => "`sessions recent --all` shows all others",
            (true, false) => "`sessions ls` lists all others",
            (true, true) => "none is known yet",
        };
        format!("No session ran in this directory or below; {others}.")
    }
}
