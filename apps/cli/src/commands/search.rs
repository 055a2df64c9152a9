//! `sessions search`: what was said and done, printed as `rg` prints.

mod finder;
mod json;
mod text;

use std::num::NonZeroUsize;

use clap::Args;
use search::{Caps, FORMS, Query, Setting};

use crate::context::Context;
use crate::lookup;
use crate::plain_text::one_line;
use crate::report::Fault;
use crate::scanning;
use finder::Finder;

const EXAMPLES: &str = "\
Examples:
  sessions search refund race                   sessions in which both words occur
  sessions search '\"lock wait\"' -C 2            a phrase, with two lines around it
  sessions search -stripe refund                without the first word
  sessions search '/E\\d{4}/' project:shop        a regular expression, in one project
  sessions search 'after:7d -is:fork needle' --json | jq -r '.sessions[].hits[].ref'
  sessions show 4f2a…#12                        the turn that a hit names
  sessions show 4f2a…#12/a1b2                   the subagent that a hit names

Of several words those lines are shown in which all occur; where none has all, of each message that has them the lines
where they are nearest, and where no message has, the lines between which they are nearest in the session.
The language: docs/reference/search.md, `sessions search --language`, or the help of the screen.

Without a terminal each line is `<session>#<turn>:<time>:<whose>:<text>`; what a subagent says has
`<session>#<turn>/<agent>`, with the turn in which it was started. With --json the answer is
{\"schema\":1,\"sessions\":[{\"session\":…,\"together\",\"lines\":n,\"hits\":[{\"ref\",\"turn\",\"agent\",\"at\",\"kind\",\"text\",\"marks\",…}]}]}.
`together` is `line`, `message` (then `messages` counts them) or `apart`; `lines` counts those with all words in the first
case, else those with any.
Exit codes: 0 something was found, 1 nothing was (or the query is wrong), 2 a fault of this program.";

/// Search what was said and done
///
/// Prompts, answers, thinking, tool inputs and results are searched as they read, not as they are stored. All words must
/// occur in a session or in its title. The best matches come first, of equal ones the latest.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Search {
    /// What to find, in the language of the search box
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Show so many lines around each hit
    #[arg(short = 'C', long, value_name = "N", default_value_t = 0)]
    context: usize,
    /// At most so many sessions
    #[arg(long, value_name = "N", value_parser = parse_count)]
    limit: Option<NonZeroUsize>,
    /// At most so many hits of each session
    #[arg(short, long, value_name = "N", value_parser = parse_count)]
    max_count: Option<NonZeroUsize>,
    /// Case never counts [default: it counts where a word has a capital letter]
    #[arg(short, long, conflicts_with = "case_sensitive")]
    ignore_case: bool,
    /// Case always counts
    #[arg(short = 's', long)]
    case_sensitive: bool,
    /// Leave thinking out
    #[arg(long)]
    no_thinking: bool,
    /// Leave out the session that this is run in (`CLAUDE_CODE_SESSION_ID`)
    #[arg(long)]
    not_current: bool,
    /// Answer from what is stored, without looking for new sessions first
    #[arg(long)]
    no_scan: bool,
    /// Print the query language and stop
    #[arg(long)]
    language: bool,
}

/// A number of things to show.
pub(super) fn parse_count(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "use a whole number from 1 on")
}

impl Search {
    /// Searches and prints what was found.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        if self.language {
            return language(context);
        }
        let query = parse(context, &self.query.join(" "))?;
        if query.terms().next().is_none() {
            return Err(Fault::new("usage", "There is no word to search for in the query.")
                .next("`sessions ls` takes the same language and lists sessions; `sessions search --language` explains it.")
                .into());
        }
        let obstacle = scanning::freshen(context, !self.no_scan)?;
        let current = context.environment.get("CLAUDE_CODE_SESSION_ID").map(str::to_owned);
        let finder = Finder {
            query: &query,
            caps: self.caps(),
            thinking: !self.no_thinking,
            limit: self.limit.map_or(usize::MAX, NonZeroUsize::get),
            keep: self.max_count.map_or(usize::MAX, NonZeroUsize::get),
            context: self.context,
            without: current.filter(|_| self.not_current),
        };
        let (mut document, mut first) = (json::Document::default(), true);
        let sessions = finder.find(context, &mut |answer, context| {
            if context.json {
                document.add(answer);
                return Ok(());
            }
            Ok(text::write(answer, std::mem::take(&mut first), context)?)
        })?;
        if context.json {
            document.end(context)?;
        }
        context.output.finish()?;
        match obstacle {
            Some(obstacle) => Err(obstacle),
            None if sessions == 0 => Err(nothing(context, &query).into()),
            None => Ok(()),
        }
    }

    fn caps(&self) -> Caps {
        match (self.ignore_case, self.case_sensitive) {
            (true, _) => Caps::Ignored,
            (_, true) => Caps::Counted,
            _ => Caps::Smart,
        }
    }
}

/// Reads a query. One that is wrong in a part is used without it, and that is said.
pub(crate) fn parse(context: &mut Context, text: &str) -> color_eyre::Result<Query> {
    let query = Query::parse(text);
    let explain = |fault: &search::Fault| one_line(&fault.explain(text));
    if let Some(fault) = query.faults.first().filter(|_| query.is_empty() || !context.output.watched) {
        return Err(Fault::new("query", explain(fault))
            .next("`sessions search --language` explains the language.")
            .into());
    }
    for fault in &query.faults {
        context.output.note(&format!("left out: {}", explain(fault)));
    }
    for remark in &query.remarks {
        context.output.note(&explain(remark));
    }
    lookup::refuse_unknown_devices(context, &query)?;
    Ok(query)
}

/// What the meaning of a query depends on.
pub(crate) fn setting(context: &Context) -> Setting {
    Setting {
        now: context.now,
        zone: context.zone,
        here: Some(context.environment.cwd.clone()),
        home: context.environment.home.clone(),
    }
}

fn nothing(context: &Context, query: &Query) -> Fault {
    let is_empty = context.store.sessions().is_ok_and(|rows| rows.is_empty());
    let more = || "Fewer words find more; `sessions search --language` explains the language.".to_owned();
    let step = if is_empty { Some(context.no_history()) } else { lookup::way_to_relink_of(context, query) };
    Fault::new("no-match", format!("Nothing matches `{}`.", one_line(&query.to_string())))
        .next(step.unwrap_or_else(more))
}

fn language(context: &mut Context) -> color_eyre::Result<()> {
    for form in FORMS {
        context.output.line(&format!("{:<16} {}", form.written, form.finds))?;
        context.output.line(&format!("{:<16} {}", "", form.examples.join("   ")))?;
    }
    Ok(())
}
