//! `sessions remote list`: the places that are synced with.

use clap::Args;
use config::RemoteSetting;
use sync::{Access, Address};

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
    let access = |remote: &RemoteSetting| remote.encrypted.then(|| Access::of(&context.paths.remote_key(&remote.name)));
    if context.json {
        let row = |remote: &RemoteSetting| {
            let (access, address) = (access(remote), address(&remote.url));
            let waits = matches!(access, Some(Access::Waiting { .. }));
            let devices = if let Some(Access::Shared { devices }) = access { Some(devices) } else { None };
            serde_json::json!({ "name": remote.name, "address": address, "shared": remote.shared, "encrypted": remote.encrypted, "devices": devices, "waits": waits })
        };
        let rows: Vec<_> = remotes.iter().map(row).collect();
        return context.output.json(&serde_json::json!({ "schema": 1, "remotes": rows }));
    }
    if remotes.is_empty() {
        return Ok(context.output.line("There is none yet; `sessions remote add --help` shows how to add one.")?);
    }
    let rows: Vec<Vec<String>> = remotes
        .iter()
        .map(|remote| {
            let whose = if remote.shared { "others too" } else { "you" };
            let sealed = access(remote).map(|access| format!(", {}", access.words())).unwrap_or_default();
            vec![remote.name.clone(), format!("{whose}{sealed}"), one_line(&address(&remote.url))]
        })
        .collect();
    for line in table::lay_out(&COLUMNS, &rows, &context.output) {
        context.output.line(&line)?;
    }
    for line in remotes.iter().filter_map(|remote| access(remote)?.remedy(&remote.name)) {
        context.output.line(&line)?;
    }
    Ok(())
}
