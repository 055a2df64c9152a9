//! `sessions remote add`: one more place to sync with.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Read};
use std::path::Component;

use clap::Args;
use config::RemoteSetting;
use journal::{Journal, JournalError};
use sync::{Address, Effort, Heads, Keyring, Local, is_encrypted};

use super::fault;
use crate::context::Context;
use crate::report::Fault;
use crate::{sealing, syncing, unseen};

const EXAMPLES: &str = "\
Addresses:
  /a/folder, ~/a/folder                 a folder that another program carries to your other machines, or a network drive
  postgres://user@host:5432/database    a PostgreSQL database; its tables and views are made at the first sync
  git@host:path/repository.git, https://host/repository.git, git:<any address that git understands>
  duckdb:/path/file.duckdb              a DuckDB file on a network drive or a stick; it is made at the first sync
  md:database                           a database of MotherDuck; with postgres://postgres@pg.<region>-aws.motherduck.com/database
                                        through its endpoint for PostgreSQL drivers

A password is never kept in config.toml: it is taken from SESSIONS_REMOTE_<NAME>_PASSWORD, else from a file of its own
(0600), which this command makes from --password-stdin or from a password in the address, else from PGPASSWORD. Servers on
other machines are talked to with TLS, and their certificate is checked; `?sslmode=disable` does without. The token of
MotherDuck is taken from motherduck_token, MOTHERDUCK_TOKEN, ~/.config/motherduck/token, else it is asked for, unseen; one that
is refused gives way to the next.

What passes: sessions with their figures, entries, marks and names of devices. Nothing that was said in a session does.
With --shared, nothing private passes at all: only entries of projects.

With --encrypt, whoever owns the place can read nothing of it, nor can its SQL views. The passphrase is taken from
SESSIONS_REMOTE_<NAME>_PASSPHRASE, else asked for, unseen (a new one twice). Your other devices join with the same one, or, with --ask, without
it: they show a code, and a device that has the key lets them in (`sessions remote let-in`). Who forgets the passphrase and
loses all devices has lost what is there.";

/// Add a place to sync with, and test it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person gives or not")]
pub(super) struct Add {
    /// What you call it: lower-case letters, digits, - and _
    name: String,
    /// Where it is
    address: String,
    /// Others read it: nothing private goes there
    #[arg(long)]
    shared: bool,
    /// Encrypt everything that goes there, with a passphrase
    #[arg(long)]
    encrypt: bool,
    /// Ask a device that has the key to let this one in, without the passphrase
    #[arg(long, requires = "encrypt")]
    ask: bool,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Add it although it cannot be reached at this moment
    #[arg(long)]
    no_test: bool,
}

impl Add {
    /// Tests the remote, then adds it to config.toml.
    pub(super) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let Self { name, .. } = self;
        if !RemoteSetting::is_name(name) {
            let message = format!("`{name}` is no name of a remote.");
            return Err(Fault::new("usage", message).next("Use lower-case letters, digits, - and _.").into());
        }
        if context.settings.remotes.iter().any(|remote| remote.name == *name) {
            let message = format!("There is a remote `{name}` already.");
            return Err(Fault::new("remote", message).next("Choose another name, or remove it first.").into());
        }
        self.refuse_key(context)?;
        let address = Address::parse(&self.address, context.paths.home.as_deref(), &context.environment.cwd);
        let (address, password) = straight(address.map_err(|wrong| fault(name, &wrong))?).split_password();
        self.refuse_same_place(context, &address)?;
        let is_missing = || address.is_motherduck() && syncing::secrets(context, name, &address).is_empty();
        let password = match password {
            _ if self.password_stdin => Some(read_secret()?),
            None if is_missing() && io::stdin().is_terminal() => Some(unseen::ask("Token of MotherDuck: ")?),
            password => password,
        };
        let setting =
            RemoteSetting { name: name.clone(), url: address.written(), shared: self.shared, encrypted: self.encrypt };
        if let Some(password) = &password {
            self.refuse_password(context)?;
            config::replace_file(&context.paths.remote_password(name), password.as_bytes())?;
        }
        let sealed = self.seal(context, &setting, &address);
        let sealed = sealed.inspect_err(|_| self.undo(context, password.is_some()))?;
        let code = sealed.as_ref().ok().cloned().flatten();
        let heads = sealed.and_then(|code| match code {
            Some(_) => Ok(Heads::new()),
            None => self.heads(context, &setting),
        });
        if let Err(wrong) = &heads
            && (!self.no_test || self.encrypt || matches!(wrong, sync::Fault::Sealed))
        {
            self.undo(context, password.is_some());
            return Err(self.refused(wrong).into());
        }
        write(context, &setting)?;
        let holds = match &heads {
            Err(_) => "it was not tested".to_owned(),
            Ok(_) if code.is_some() => "it waits to be let in".to_owned(),
            Ok(heads) if heads.is_empty() => "it is empty".to_owned(),
            Ok(heads) => format!("it holds {}", syncing::holds(heads)),
        };
        let is_foreign = !self.shared && heads.is_ok_and(|heads| is_foreign(context, &heads).unwrap_or_default());
        if context.json {
            let answer = serde_json::json!({ "schema": 1, "name": name, "address": address.to_string(), "shared": self.shared, "encrypted": self.encrypt, "code": code });
            return context.output.json(&answer);
        }
        context.output.line(&format!("{name} is added: {address} ({holds})."))?;
        if self.encrypt && address.is_database() {
            let line = "Its SQL views stay empty: your devices alone can read what is there. For SQL of your own: `sessions remote \
                        add sql duckdb:~/history.duckdb`.";
            context.output.line(line)?;
        }
        let next = match code {
            Some(code) => format!(
                "On a device that has the key: `sessions remote let-in {name} {code}`, with the name that the place has there. \
                 Then `sessions sync --remote {name} --join` here."
            ),
            None if is_foreign => format!(
                "Nothing of it is known here, so nothing passes yet. If it is yours, from your other devices: `sessions sync \
                 --remote {name} --join` takes it in. If not: `sessions remote remove {name}`."
            ),
            None => format!("`sessions sync --remote {name}` syncs with it now; ticks do so by themselves."),
        };
        Ok(context.output.line(&next)?)
    }
}

impl Add {
    /// Asks a remote what it holds; one that is encrypted is refused where it is not added as such.
    fn heads(&self, context: &Context, setting: &RemoteSetting) -> Result<Heads, sync::Fault> {
        let mut remote = syncing::open(context, setting)?;
        let heads = remote.heads()?;
        if !self.encrypt && is_encrypted(&mut remote, &heads)? {
            return Err(sync::Fault::Sealed);
        }
        Ok(heads)
    }

    /// Removes what this call wrote, and nothing that was there before.
    fn undo(&self, context: &Context, has_password: bool) {
        let password = has_password.then(|| context.paths.remote_password(&self.name));
        let own = self.encrypt.then(|| [context.paths.remote_key(&self.name), context.paths.remote_seen(&self.name)]);
        for file in password.into_iter().chain(own.into_iter().flatten()) {
            // there may be none
            let _ = fs::remove_file(file);
        }
    }

    /// Refuses a place that is there under another name: everything would pass twice. Whether it is encrypted, the place tells
    /// itself.
    fn refuse_same_place(&self, context: &Context, address: &Address) -> Result<(), Fault> {
        let is_same = |other: &&RemoteSetting| {
            other.encrypted == self.encrypt
                && syncing::address(context, other).is_ok_and(|other| other.is_place_of(address))
        };
        let Some(RemoteSetting { name, .. }) = context.settings.remotes.iter().find(is_same) else { return Ok(()) };
        let step = format!(
            "`sessions sync --remote {name}` syncs with it. To call it something else, `sessions remote remove {name}` first."
        );
        Err(Fault::new("remote", format!("This place is added already; it is called `{name}`.")).next(step))
    }

    /// Refuses to take the place of a key that is here already.
    fn refuse_key(&self, context: &Context) -> Result<(), Fault> {
        let (Self { name, .. }, key) = (self, context.paths.remote_key(&self.name));
        if !self.encrypt || !key.exists() {
            return Ok(());
        }
        let message = format!("There is a key of an encrypted place `{name}` already: {}.", key.display());
        let step = format!(
            "Choose another name. Or put its section `[remotes.{name}]` back into config.toml; or move that file away, if its place \
             is given up."
        );
        Err(Fault::new("remote", message).next(step))
    }

    /// Refuses to take the place of a password that is here already.
    fn refuse_password(&self, context: &Context) -> Result<(), Fault> {
        let (Self { name, .. }, file) = (self, context.paths.remote_password(&self.name));
        if !file.exists() {
            return Ok(());
        }
        let message = format!("There is a password of a remote `{name}` already: {}.", file.display());
        Err(Fault::new("remote", message)
            .next("Choose another name; or move that file away, if its remote is given up."))
    }

    /// Why nothing was added, and what to do.
    fn refused(&self, wrong: &sync::Fault) -> Fault {
        let untested = if self.encrypt { "." } else { ", or add it untested with `--no-test`." };
        let step = match wrong {
            sync::Fault::Sealed => {
                "Add it with `--encrypt`: its passphrase opens it; or with `--encrypt --ask`: a device that has the \
                                    key lets this one in."
                    .to_owned()
            }
            sync::Fault::Closed(_) | sync::Fault::LockDamaged | sync::Fault::LockMissing | sync::Fault::Readable => {
                wrong.remedy().replace("<name>", &self.name)
            }
            _ => format!("Put it right and add it again{untested}"),
        };
        fault(&self.name, wrong).next(format!("Nothing was added. {step}"))
    }

    /// Gets the key of a remote that is to be encrypted, or asks for it, and keeps what it got; the code that is shown while it
    /// waits.
    fn seal(
        &self,
        context: &Context,
        setting: &RemoteSetting,
        address: &Address,
    ) -> color_eyre::Result<Result<Option<String>, sync::Fault>> {
        if !self.encrypt {
            return Ok(Ok(None));
        }
        let opened = syncing::means(context, setting, address).and_then(|means| address.open(&means));
        let asked = opened.and_then(|mut remote| Ok((Keyring::is_locked(&mut remote)?, remote)));
        let (is_locked, mut remote) = match asked {
            Ok(asked) => asked,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let who = sealing::who(context)?;
        let keyring = if self.ask {
            Keyring::ask(&mut remote, &who)
        } else {
            let passphrase = sealing::passphrase(context, &setting.name, !is_locked)?;
            Keyring::enter(&mut remote, &passphrase, &who, Effort::PASSPHRASE)
        };
        let keyring = match keyring {
            Ok(keyring) => keyring.kept_in(&context.paths.remote_key(&self.name))?,
            Err(wrong) => return Ok(Err(wrong)),
        };
        Ok(Ok(keyring.code().map(str::to_owned)))
    }
}

/// A folder that was named by a way up and down again, as the way straight to it.
fn straight(address: Address) -> Address {
    match address {
        Address::Folder(path) if path.components().any(|part| part == Component::ParentDir) => {
            Address::Folder(path.canonicalize().unwrap_or(path))
        }
        other => other,
    }
}

/// Whether others wrote what a remote holds, and nothing of it is known here.
fn is_foreign(context: &Context, heads: &Heads) -> Result<bool, JournalError> {
    let here = Local::heads(&mut Journal::open(&context.paths.journal())?)?;
    Ok(!heads.is_empty() && !heads.keys().any(|stream| here.contains_key(stream)))
}

/// The first line of standard input.
fn read_secret() -> color_eyre::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(unseen::secret(text.lines().next().unwrap_or_default())?)
}

/// Adds it to config.toml, behind what is there.
fn write(context: &Context, setting: &RemoteSetting) -> io::Result<()> {
    let path = context.paths.config_file();
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    config::replace_file(&path, setting.added_to(&before).as_bytes())
}
