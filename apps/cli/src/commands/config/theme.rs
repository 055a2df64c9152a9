//! `sessions config theme`: the themes that are built in, and their files to start one's own from.

use clap::Args;
use serde::Serialize;
use sessions_tui::BUILT_IN;

use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::Fault;

const EXAMPLES: &str = "\
Examples:
  sessions config theme
  sessions config theme light > ~/.config/sessions/themes/mine.toml

A file needs only what it changes: `base = \"light\"`, then roles below [roles]. All roles: docs/reference/themes.md.";

/// List the built-in themes, or print one as a file to change
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Theme {
    /// Name of a built-in theme
    name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    themes: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: &'static str,
    about: &'static str,
}

impl Theme {
    /// Lists or prints.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Some(name) = &self.name else { return list(context) };
        let theme = BUILT_IN.iter().find(|theme| theme.name == name).ok_or_else(|| {
            Fault::new("no-theme", format!("No theme `{}` is built in.", one_line(name)))
                .next("`sessions config theme` lists all of them.")
        })?;
        Ok(context.output.bytes(theme.text.as_bytes())?)
    }
}

fn list(context: &mut Context) -> color_eyre::Result<()> {
    let themes: Vec<Named> = BUILT_IN.iter().map(|theme| Named { name: theme.name, about: theme.meaning }).collect();
    if context.json {
        return context.output.json(&Answer { schema: 1, themes });
    }
    for theme in &themes {
        let line = if context.output.terminal {
            format!("{:<21}{}", theme.name, theme.about)
        } else {
            format!("{}\t{}", theme.name, theme.about)
        };
        context.output.line(&line)?;
    }
    Ok(())
}
