//! What came of syncing, for people and for scripts.

use config::RemoteSetting;
use serde::Serialize;
use sync::{Left, Step};

use crate::context::Context;
use crate::failing::{self, Failing};
use crate::output::Role;
use crate::plain_text::{counted, one_line};
use crate::syncing::Synced;

/// What came of one remote.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    remote: String,
    sent: u64,
    sent_bytes: u64,
    taken: u64,
    carried: u64,
    renamed: bool,
    complete: bool,
    queued: u64,
    left: Option<Waiting>,
    error: Option<Wrong>,
}

/// What still has to be passed.
#[derive(Debug, Serialize)]
struct Waiting {
    queued: u64,
    to_take: u64,
    to_heal: u64,
}

#[derive(Debug, Serialize)]
struct Wrong {
    message: String,
    next_step: String,
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema: u32,
    remotes: &'a [Answer],
}

impl Wrong {
    fn of(remote: &str, fault: &sync::Fault) -> Self {
        Self { message: fault.shown(), next_step: fault.remedy().replace("<name>", remote) }
    }
}

impl Waiting {
    fn of(left: Left) -> Self {
        Self { queued: left.to_send, to_take: left.to_take, to_heal: left.to_heal }
    }
}

impl Answer {
    /// That of a remote for which so many operations wait.
    pub(super) fn of(synced: &Synced, queued: u64) -> Self {
        let outcome = &synced.outcome;
        let complete = outcome.is_complete();
        Self {
            remote: synced.setting.name.clone(),
            sent: outcome.sent,
            sent_bytes: outcome.sent_bytes,
            taken: outcome.taken,
            carried: outcome.carried,
            renamed: outcome.is_renamed,
            complete,
            queued: if complete { 0 } else { queued },
            // a remote that did not answer may have anything
            left: (!outcome.left.is_nothing()).then(|| Waiting::of(outcome.left)),
            error: outcome
                .fault
                .as_ref()
                .or(outcome.problems.first())
                .map(|fault| Wrong::of(&synced.setting.name, fault)),
        }
    }

    fn line(&self) -> String {
        let mut parts = Vec::new();
        if self.complete && self.sent + self.taken + self.carried == 0 {
            parts.push("nothing new".to_owned());
        }
        for (word, count) in [("sent", self.sent), ("taken in", self.taken), ("carried over", self.carried)] {
            if count > 0 {
                parts.push(format!("{} {word}", counted(count, "operation")));
            }
        }
        if self.renamed {
            parts.push(
                "this device goes on under a new number, because something else lies there under the old one"
                    .to_owned(),
            );
        }
        if let Some(wrong) = &self.error {
            parts.push(format!("it {}", wrong.message));
        }
        if self.queued > 0 {
            parts.push(format!("{} queued", counted(self.queued, "operation")));
        }
        parts.join(" · ")
    }
}

/// Says what came of it; fails when something stayed queued.
pub(super) fn write(context: &mut Context, answers: &[Answer]) -> color_eyre::Result<()> {
    if context.json {
        context.output.json(&Document { schema: 1, remotes: answers })?;
    } else {
        for answer in answers {
            let name = context.output.paint(Role::Strong, &answer.remote);
            context.output.line(&format!("{name}  {}", one_line(&answer.line())))?;
        }
    }
    context.output.finish()?;
    let failing = answers.iter().filter(|answer| !answer.complete).map(|answer| {
        let (why, step) = match &answer.error {
            Some(wrong) => (wrong.message.clone(), wrong.next_step.clone()),
            None => ("was stopped".to_owned(), "Run `sessions sync` again.".to_owned()),
        };
        Failing { remote: answer.remote.clone(), why, step }
    });
    let failing: Vec<Failing> = failing.collect();
    failing::told("sync", "Not everything is synced", &failing).map_or(Ok(()), |fault| Err(fault.into()))
}

#[derive(Debug, Serialize)]
struct Plan {
    remote: String,
    left: Option<Waiting>,
    error: Option<Wrong>,
}

/// Says what would be done.
pub(super) fn planned(
    context: &mut Context,
    planned: Vec<(RemoteSetting, Result<Vec<Step>, sync::Fault>)>,
) -> color_eyre::Result<()> {
    let mut failing = Vec::new();
    let plans = planned.into_iter().map(|(setting, steps)| match steps {
        Ok(steps) => Plan { remote: setting.name, left: Some(Waiting::of(Left::of(&steps))), error: None },
        Err(fault) => {
            let wrong = Wrong::of(&setting.name, &fault);
            failing.push(Failing::of(&setting.name, &fault));
            Plan { remote: setting.name, left: None, error: Some(wrong) }
        }
    });
    let plans: Vec<Plan> = plans.collect();
    if context.json {
        context.output.json(&serde_json::json!({ "schema": 1, "dry_run": true, "remotes": plans }))?;
    } else {
        for plan in &plans {
            let name = context.output.paint(Role::Strong, &plan.remote);
            let text = match (&plan.left, &plan.error) {
                (Some(left), _) => {
                    let heal = if left.to_heal > 0 {
                        format!(" · {} to heal", counted(left.to_heal, "stream"))
                    } else {
                        String::new()
                    };
                    format!("{} queued · {} to take in{heal}", counted(left.queued, "operation"), left.to_take)
                }
                (None, wrong) => wrong.as_ref().map_or_else(String::new, |wrong| format!("it {}", wrong.message)),
            };
            context.output.line(&format!("{name}  {}", one_line(&text)))?;
        }
    }
    context.output.finish()?;
    failing::told("sync", "Not every remote answered", &failing).map_or(Ok(()), |fault| Err(fault.into()))
}
