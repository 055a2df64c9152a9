//! `sessions doctor`: every part checked, each with what to do about it.

mod bundle;
mod data;
mod remotes;
mod surroundings;
mod wired;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::commands::setup::Places;
use crate::context::Context;
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions doctor
  sessions doctor --json | jq '.checks[] | select(.state != \"ok\")'
  sessions doctor --report report.txt    a file to hand on: no prompts, no names of directories, no tokens

Exit code 1 if anything is broken (✗); what is only worth knowing (!) does not count.";

/// Check every part, and say what to do about what is wrong
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Also write a report that can be handed on
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Ok,
    /// Works, and is worth knowing.
    Notice,
    Broken,
}

/// What was found out about a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    part: &'static str,
    state: State,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Check {
    fn ok(part: &'static str, says: impl Into<String>) -> Self {
        Self { part, state: State::Ok, says: says.into(), remedy: None }
    }

    fn notice(part: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part, state: State::Notice, says: says.into(), remedy: Some(remedy.into()) }
    }

    fn broken(part: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part, state: State::Broken, says: says.into(), remedy: Some(remedy.into()) }
    }
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    checks: Vec<Check>,
}

impl Doctor {
    /// Checks everything.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let places = Places::new(context, None);
        let mut checks = vec![surroundings::programs(&places)];
        checks.extend(wired::checks(context, &places));
        checks.extend(data::checks(context, &places));
        checks.extend(remotes::checks(context));
        checks.extend(surroundings::checks(context, &places));
        if let Some(file) = &self.report {
            let text = bundle::text(context, &checks);
            config::replace_file(&context.environment.cwd.join(file), text.as_bytes())?;
            context.output.note(&format!("The report is in {}; read it before you hand it on.", file.display()));
        }
        conclude(context, checks)
    }
}

/// Checks what set-up does, and nothing else.
pub(crate) fn wiring(context: &mut Context, places: &Places) -> color_eyre::Result<()> {
    let checks = wired::checks(context, places);
    let amiss = checks.iter().filter(|check| check.state != State::Ok).count();
    show(context, checks)?;
    if amiss == 0 {
        return Ok(());
    }
    let parts = counted(amiss as u64, "part");
    let is = if amiss == 1 { "is" } else { "are" };
    Err(Fault::new("not-set-up", format!("{parts} {is} not as set-up makes them."))
        .next("What to do stands below each.")
        .into())
}

/// Shows the checks; broken parts are the person's to fix.
fn conclude(context: &mut Context, checks: Vec<Check>) -> color_eyre::Result<()> {
    let broken = checks.iter().filter(|check| check.state == State::Broken).count();
    show(context, checks)?;
    if broken == 0 {
        return Ok(());
    }
    let parts = counted(broken as u64, "part");
    let is = if broken == 1 { "is" } else { "are" };
    Err(Fault::new("broken", format!("{parts} {is} broken.")).next("What to do stands below each.").into())
}

fn show(context: &mut Context, checks: Vec<Check>) -> color_eyre::Result<()> {
    if context.json {
        context.output.json(&Answer { schema: 1, checks })?;
    } else {
        for check in &checks {
            let (sign, role) = match check.state {
                State::Ok => ("✓", Role::Plain),
                State::Notice => ("!", Role::Strong),
                State::Broken => ("✗", Role::Match),
            };
            let head = context.output.paint(role, &format!("{sign} {:<10}", check.part));
            context.output.line(&format!("{head}  {}", one_line(&check.says)))?;
            if let Some(remedy) = &check.remedy {
                let remedy = context.output.paint(Role::Dim, &format!("→ {}", one_line(remedy)));
                context.output.line(&format!("{:<14}{remedy}", ""))?;
            }
        }
    }
    context.output.finish()
}
