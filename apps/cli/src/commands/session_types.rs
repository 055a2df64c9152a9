//! `sessions types`: the rules that give sessions their types.

use std::fs;
use std::io;

use clap::{Args, Subcommand};
use config::SessionTypes;
use serde::Serialize;

use crate::context::Context;
use crate::editor;
use crate::lookup;
use crate::plain_text::{field, one_line};
use crate::table::{self, Column};

const EXAMPLES: &str = "\
Examples:
  sessions types                  the rules, in the order in which they are tried
  sessions types test 4f2a        which rule a session meets, and why
  sessions types edit             change your rules; they apply to all sessions at once

Your rules are in session_types.yaml beside config.toml, a list like
  - {type: review, skills: [code-review], path: [reviews]}
The first rule that applies gives the type: when a word is part of the name of a skill that was used, or of the name or
directory of the project. Where none does, the type is `general`.";

/// What a file of rules begins with.
const TEMPLATE: &str = "\
# Rules that give sessions their types; the first that applies wins, the built-in ones come after these.
# A word of `skills` must be part of the name of a skill that was used, a word of `path` of the project or directory.
# `sessions types test ID` says which rule a session meets.
#
# - type: review
#   skills: [code-review]
#   path: [reviews]
";

/// Show, test or change the rules that give sessions their types
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Types {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the rules, in the order in which they are tried
    List,
    /// Say which rule a session meets
    Test(Test),
    /// Open your rules in $VISUAL or $EDITOR, and check them
    Edit,
}

#[derive(Debug, Args)]
struct Test {
    /// Id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Serialize)]
struct Rule<'a> {
    r#type: &'a str,
    skills: &'a [String],
    path: &'a [String],
    own: bool,
}

const COLUMNS: [Column; 4] = [
    table::words("type", None, u8::MAX),
    table::words("skills", Some((12, usize::MAX)), 1),
    table::words("path", Some((12, usize::MAX)), 1),
    table::words("from", None, 0),
];

impl Types {
    /// Carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        match &self.command {
            None | Some(Command::List) => list(context),
            Some(Command::Test(test)) => test.run(context),
            Some(Command::Edit) => edit(context),
        }
    }
}

fn list(context: &mut Context) -> color_eyre::Result<()> {
    let types = SessionTypes::load(&context.paths.session_types_file())?;
    let own = types.own();
    let rules: Vec<Rule<'_>> = types
        .rules()
        .enumerate()
        .map(|(at, (name, skills, path))| Rule { r#type: name, skills, path, own: at < own })
        .collect();
    if context.json {
        return context.output.json(&serde_json::json!({ "schema": 1, "rules": rules }));
    }
    let from = |rule: &Rule<'_>| if rule.own { "yours" } else { "built in" };
    if !context.output.terminal {
        for rule in &rules {
            let line =
                [field(rule.r#type), field(&rule.skills.join(",")), field(&rule.path.join(",")), from(rule).to_owned()];
            context.output.line(&line.join("\t"))?;
        }
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            vec![
                one_line(rule.r#type),
                one_line(&rule.skills.join(", ")),
                one_line(&rule.path.join(", ")),
                from(rule).to_owned(),
            ]
        })
        .collect();
    for line in table::lay_out(&COLUMNS, &cells, &context.output) {
        context.output.line(&line)?;
    }
    Ok(())
}

impl Test {
    fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let types = SessionTypes::load(&context.paths.session_types_file())?;
        let row = lookup::session(context, &self.id)?;
        let session = &row.session;
        let place: Vec<&str> =
            [&session.project, &session.cwd_first].into_iter().flatten().map(String::as_str).collect();
        let skills = &session.skills;
        let met = types.first(skills, &place.join(" "));
        let name = met.map_or(config::GENERAL, |(name, ..)| name);
        if context.json {
            return context.output.json(&serde_json::json!({
                "schema": 1, "session": row.id(), "type": name, "skills": skills, "place": place,
                "rule": met.map(|(_, at, word)| serde_json::json!({ "number": at + 1, "word": word })),
            }));
        }
        let why =
            met.map_or_else(|| "no rule applies".to_owned(), |(_, at, word)| format!("rule {}, by `{word}`", at + 1));
        let used = if skills.is_empty() { "none".to_owned() } else { skills.join(", ") };
        for line in [
            format!("{}  {}", one_line(name), why),
            format!("  skills  {}", one_line(&used)),
            format!("  place   {}", one_line(&place.join(" "))),
        ] {
            context.output.line(&line)?;
        }
        Ok(())
    }
}

fn edit(context: &mut Context) -> color_eyre::Result<()> {
    let path = context.paths.session_types_file();
    if !path.exists() {
        config::replace_shared_file(&path, TEMPLATE.as_bytes())?;
    }
    editor::open(&context.environment, &path)?;
    let types = SessionTypes::load(&path)?;
    if fs::read(&path).is_ok_and(|text| text == TEMPLATE.as_bytes()) {
        // Nothing was written into it; a file that says nothing would only be in the way.
        fs::remove_file(&path)
            .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    }
    let line = match types.own() {
        0 => "No rules of yours; the built-in ones hold.".to_owned(),
        own => format!(
            "{} of yours, then the built-in ones. They hold for all sessions at once.",
            crate::plain_text::counted(own as u64, "rule")
        ),
    };
    Ok(context.output.line(&line)?)
}
