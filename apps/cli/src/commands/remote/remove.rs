//! `sessions remote remove`: one place less.

use std::fs;
use std::io::ErrorKind;

use clap::Args;
use config::RemoteSetting;
use sync::Records;

use crate::context::Context;
use crate::report::Fault;
use crate::{sealing, syncing};

/// Sync with a place no more; what is there and what is here stays
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// Which one
    name: String,
}

impl Remove {
    /// Takes it out of config.toml, and forgets its password and its key.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name } = self;
        let setting = syncing::remotes(context, Some(name))?.remove(0);
        let path = context.paths.config_file();
        let Some(rest) = RemoteSetting::removed_from(name, &fs::read_to_string(&path)?) else {
            let message = format!("{} names it in a way that only you can change.", path.display());
            return Err(Fault::new("config", message).next(format!("Remove `remotes.{name}` from it by hand.")).into());
        };
        // while its address and its password are known
        let taken_back = sealing::take_back(context, &setting);
        config::replace_file(&path, rest.as_bytes())?;
        for own in
            [context.paths.remote_password(name), context.paths.remote_key(name), context.paths.remote_seen(name)]
        {
            match fs::remove_file(own) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        sync::Git::forget(&context.paths.remote_copy(name))?;
        let mut records = Records::load(&context.paths.remotes_file());
        records.remove(name);
        records.save(&context.paths.remotes_file())?;
        if let Some(Err(wrong)) = &taken_back {
            let message = format!("The request to be let in stays there, because {name} {wrong}.");
            let step = "Devices that have the key go on listing it; it lets in nobody who does not show its code.";
            context.warn(&Fault::new("remote", message).next(step).into());
        }
        let is_taken_back = taken_back.map(|taken_back| taken_back.is_ok());
        if context.json {
            let answer = serde_json::json!({ "schema": 1, "removed": name, "request_taken_back": is_taken_back });
            return context.output.json(&answer);
        }
        let request = if is_taken_back == Some(true) { ", and its request to be let in is taken back" } else { "" };
        Ok(context.output.line(&format!(
            "{name} is removed{request}. What it holds stays there, and what came from it stays here."
        ))?)
    }
}
