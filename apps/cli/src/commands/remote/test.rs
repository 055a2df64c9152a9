//! `sessions remote test`: whether remotes answer.

use clap::Args;

use crate::context::Context;
use crate::failing::{self, Failing};
use crate::output::Role;
use crate::syncing;

/// Ask remotes what they hold; exit code 1 if one does not answer
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Only this one
    name: Option<String>,
}

impl Test {
    /// Asks them.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let remotes = syncing::remotes(context, self.name.as_deref())?;
        let (mut failing, mut rows) = (Vec::new(), Vec::new());
        for setting in &remotes {
            let asked = syncing::ask(context, setting);
            let (text, operations, error) = match &asked {
                Ok((operations, text)) => (text.clone(), Some(operations), None),
                Err(wrong) => (format!("it {wrong}"), None, Some(wrong.to_string())),
            };
            if let Err(wrong) = &asked {
                failing.push(Failing::of(&setting.name, wrong));
            }
            if !context.json {
                let name = context.output.paint(Role::Strong, &setting.name);
                context.output.line(&format!("{name}  {text}"))?;
            }
            rows.push(serde_json::json!({ "name": setting.name, "operations": operations, "error": error }));
        }
        if context.json {
            context.output.json(&serde_json::json!({ "schema": 1, "remotes": rows }))?;
        }
        context.output.finish()?;
        failing::told("remote", "Not every remote answered", &failing).map_or(Ok(()), |fault| Err(fault.into()))
    }
}
