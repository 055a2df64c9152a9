//! `sessions remote list`: the places that are synced with.

use clap::Args;
use sync::Address;

use crate::context::Context;
use crate::output::Role;
use crate::plain_text::one_line;
use crate::table::{self, Column};

/// List the places that you sync with
#[derive(Debug, Args)]
pub(super) struct List {}

const COLUMNS: [Column; 3] = [
    table::words("remote", None, u8::MAX).role(Role::Strong),
    table::words("for", None, 1),
    table::words("address", None, u8::MAX),
];

/// Lists them.
pub(super) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let remotes = context.settings.remotes.clone();
    let address = |url: &str| {
        let address = Address::parse(url, context.paths.home.as_deref(), &context.environment.cwd);
        address.map_or_else(|_| url.to_owned(), |address| address.to_string())
    };
    if context.json {
        let rows: Vec<_> = remotes
            .iter()
            .map(|remote| serde_json::json!({ "name": remote.name, "address": address(&remote.url), "shared": remote.shared, "encrypted": remote.encrypted }))
            .collect();
        return context.output.json(&serde_json::json!({ "schema": 1, "remotes": rows }));
    }
    if remotes.is_empty() {
        return Ok(context.output.line("There is none yet; `sessions remote add --help` shows how to add one.")?);
    }
    let rows: Vec<Vec<String>> = remotes
        .iter()
        .map(|remote| {
            let whose = if remote.shared { "others too" } else { "you" };
            let sealed = if remote.encrypted { ", encrypted" } else { "" };
            vec![remote.name.clone(), format!("{whose}{sealed}"), one_line(&address(&remote.url))]
        })
        .collect();
    for line in table::lay_out(&COLUMNS, &rows, &context.output) {
        context.output.line(&line)?;
    }
    Ok(())
}
