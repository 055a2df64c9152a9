//! A database that speaks DuckDB's SQL: a file, MotherDuck, or MotherDuck's endpoint for PostgreSQL drivers.
//!
//! One table of operations and views over it. The SQL is the same everywhere; what differs is the [`Channel`] that asks it. No
//! engine is linked here: a file and MotherDuck are asked by a program of its own, which is ended when it does not answer.

mod endpoint;
mod program;

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Hash, Operation, Stream};

pub(crate) use endpoint::speaks_duckdb;

use crate::serving::{Access, Answer, Place};
use crate::{Fault, Head, Heads, Page, Remote, digits};
use endpoint::Endpoint;
use program::Program;

/// Changes of the schema, in order. One of tables that was released is never changed; of the views, which hold nothing, the last
/// change makes all as they are now, and those before it make none.
const MIGRATIONS: &[&str] = &[include_str!("duck/tables.sql"), "", include_str!("duck/views.sql")];

/// The table that tells the version of the schema.
const SCHEMA_TABLE: &str = "sessions_schema";

/// What the schema is made of, and would be taken for it.
const TABLES: [&str; 6] = [SCHEMA_TABLE, "operations", "sessions", "session_models", "usage_hourly", "log_entries"];

/// Time for one answer; a file on a slow drive that others write to needs some.
const DEADLINE: Duration = Duration::from_secs(30);

/// Time for the first answer of MotherDuck, which loads what it needs: without a network it gives up after 20 seconds by itself.
const FIRST_DEADLINE: Duration = Duration::from_secs(45);

/// Time that a file which another program has open is waited for, out of [`DEADLINE`].
const PATIENCE: Duration = Duration::from_secs(5);

const NO_TOKEN: &str =
    "there is no token for MotherDuck: set MOTHERDUCK_TOKEN, or write it to ~/.config/motherduck/token";

/// A database, and the way to it while there is one.
#[derive(Debug)]
pub struct Duck {
    way: Way,
    /// What may be the token, in the order in which they are tried; the empty text where none is needed.
    secrets: Vec<String>,
    /// The one in use.
    secret: usize,
    channel: Option<Box<dyn Channel>>,
    /// The version of the schema, 0 where there is none; none before it was looked at.
    version: Option<usize>,
    deadline: Option<Duration>,
}

#[derive(Debug)]
enum Way {
    Program { program: PathBuf, place: Place },
    Endpoint(String),
}

/// Something that carries statements to a database and answers back.
trait Channel: std::fmt::Debug {
    /// Carries statements out, one after the other, up to the first that fails; one answer for each.
    fn ask(&mut self, access: Access, statements: &[String], deadline: Duration) -> Result<Vec<Answer>, Fault>;
}

impl Duck {
    /// A file, asked by a program that [serves](crate::serving::serve) it.
    pub fn file(path: &Path, program: &Path) -> Self {
        Self::new(Way::Program { program: program.to_owned(), place: Place::File(path.to_owned()) }, &[])
    }

    /// A database of MotherDuck, asked by such a program; `extensions` is a mirror of DuckDB's extensions.
    pub fn motherduck(database: &str, extensions: Option<&str>, tokens: &[String], program: &Path) -> Self {
        let (database, extensions) = (database.to_owned(), extensions.map(str::to_owned));
        let place = Place::MotherDuck { database, extensions, token: String::new() };
        Self::new(Way::Program { program: program.to_owned(), place }, tokens)
    }

    /// A server that speaks PostgreSQL's protocol and DuckDB's SQL.
    pub fn endpoint(url: &str, tokens: &[String]) -> Result<Self, Fault> {
        let duck = Self::new(Way::Endpoint(url.to_owned()), tokens);
        Endpoint::at(url, "")?;
        Ok(duck)
    }

    fn new(way: Way, tokens: &[String]) -> Self {
        let secrets = if tokens.is_empty() { vec![String::new()] } else { tokens.to_vec() };
        Self { way, secrets, secret: 0, channel: None, version: None, deadline: None }
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Asks; a token that is refused gives way to the next one. After a fault the channel is given up, because nobody knows what
    /// is still under way in it.
    fn ask(&mut self, access: Access, statements: &[String]) -> Result<Vec<Answer>, Fault> {
        loop {
            let is_first = self.channel.is_none();
            let first = if self.needs_token() { FIRST_DEADLINE } else { DEADLINE };
            let deadline = self.deadline.unwrap_or(if is_first { first } else { DEADLINE });
            let mut channel = match self.channel.take() {
                Some(channel) => channel,
                None => self.open()?,
            };
            match channel.ask(access, statements, deadline) {
                Ok(answers) => {
                    self.channel = Some(channel);
                    return Ok(answers);
                }
                Err(Fault::Denied(_)) if is_first && self.secret + 1 < self.secrets.len() => self.secret += 1,
                Err(fault) => return Err(self.without_secrets(fault)),
            }
        }
    }

    fn open(&self) -> Result<Box<dyn Channel>, Fault> {
        let secret = &self.secrets[self.secret];
        if self.needs_token() && secret.is_empty() {
            return Err(Fault::Denied(NO_TOKEN.to_owned()));
        }
        Ok(match &self.way {
            Way::Program { program, place } => Box::new(Program::start(program, &place.with_token(secret))?),
            Way::Endpoint(url) => Box::new(Endpoint::at(url, secret)?),
        })
    }

    fn needs_token(&self) -> bool {
        !matches!(&self.way, Way::Program { place: Place::File(_), .. })
    }

    /// The same fault, whatever a server or an engine quoted in it.
    fn without_secrets(&self, fault: Fault) -> Fault {
        let clean = |text: String| {
            let secrets = self.secrets.iter().filter(|secret| !secret.is_empty());
            secrets.fold(text, |text, secret| text.replace(secret.as_str(), "…"))
        };
        match fault {
            Fault::Unreachable(text) => Fault::Unreachable(clean(text)),
            Fault::Unanswered(text) => Fault::Unanswered(clean(text)),
            Fault::Denied(text) => Fault::Denied(clean(text)),
            Fault::Unusable(text) => Fault::Unusable(clean(text)),
            other => other,
        }
    }

    /// Asks one thing that changes nothing; where there is no schema, there is nothing.
    fn look(&mut self, question: String) -> Result<Vec<Vec<String>>, Fault> {
        if self.version()? == 0 {
            return Ok(Vec::new());
        }
        Ok(rows(self.ask(Access::Read, &[question])?.pop()))
    }

    /// Brings the schema to the version that is known.
    fn make_ready(&mut self) -> Result<(), Fault> {
        let found = self.version()?;
        if found < MIGRATIONS.len() {
            match self.ask(Access::Write, &migration(found)) {
                // operations go in all the same; somebody has a table where a view would stand
                Err(Fault::Unusable(_) | Fault::Denied(_)) if found > 0 => {}
                made => drop(made?),
            }
            self.version = Some(MIGRATIONS.len());
        }
        Ok(())
    }

    /// The version of the schema, 0 where there is none; a later one than is known is refused, and so is a database of another
    /// program.
    fn version(&mut self) -> Result<usize, Fault> {
        if let Some(known) = self.version {
            return Ok(known);
        }
        let tables = format!(
            "SELECT coalesce(string_agg(table_name, ' '), '') FROM information_schema.tables WHERE table_catalog = \
             current_database() AND table_schema = current_schema() AND table_name IN ('{}')",
            TABLES.join("', '")
        );
        let tables = first(self.ask(Access::Read, &[tables])?.pop()).unwrap_or_default();
        let found = if tables.split(' ').any(|table| table == SCHEMA_TABLE) {
            let version = format!("SELECT coalesce(max(version), 0)::VARCHAR FROM {SCHEMA_TABLE}");
            first(self.ask(Access::Read, &[version])?.pop()).and_then(|number| number.parse().ok()).unwrap_or(0)
        } else if tables.is_empty() {
            0
        } else {
            return Err(Fault::Unusable(format!("tables of another program are there ({tables})")));
        };
        let (known, number) = (MIGRATIONS.len(), |version| i64::try_from(version).unwrap_or(i64::MAX));
        if found > known {
            return Err(Fault::Newer { found: number(found), known: number(known) });
        }
        // somebody else may make the schema any moment
        self.version = (found > 0).then_some(found);
        Ok(found)
    }
}

impl Remote for Duck {
    fn heads(&mut self) -> Result<Heads, Fault> {
        const HEADS: &str = "SELECT replica, hex(encode(scope)), max(seq)::VARCHAR, lower(hex(arg_max(hash, seq)))
            FROM operations GROUP BY replica, scope";
        // A stream whose name makes no sense was written by somebody else.
        Ok(self.look(HEADS.to_owned())?.iter().filter_map(|row| head_of(row)).collect())
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        let Some(first_one) = operations.first() else { return Ok(()) };
        self.make_ready()?;
        let (replica, scope) = named(&first_one.stream);
        let after = Head::before(first_one);
        let value = |operation: &Operation| {
            let Operation { seq, prev, hash, body, .. } = operation;
            format!("({seq}, '{prev}', '{hash}', '{}')", STANDARD.encode(body))
        };
        let values: Vec<String> = operations.iter().map(value).collect();
        // Whatever is inside an operation comes as digits.
        let insert = format!(
            "INSERT INTO operations (replica, scope, seq, prev, hash, body)
            SELECT {replica}, {scope}, said.seq, unhex(said.prev), unhex(said.hash), from_base64(said.body)
            FROM (VALUES {}) AS said (seq, prev, hash, body)
            WHERE (SELECT coalesce(max(seq), 0) FROM operations WHERE replica = {replica} AND scope = {scope}) = {}
                AND coalesce((SELECT hash FROM operations WHERE replica = {replica} AND scope = {scope} AND seq = {}),
                    unhex('{}')) = unhex('{}')",
            values.join(", "),
            after.seq,
            after.seq,
            after.hash,
            after.hash,
        );
        let taken = self.ask(Access::Write, &[insert])?.pop().map_or(0, |answer| answer.changed);
        if taken == operations.len() as u64 { Ok(()) } else { Err(Fault::Moved) }
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        let (replica, scope) = named(stream);
        let question = format!(
            "SELECT seq::VARCHAR, lower(hex(prev)), lower(hex(hash)), base64(body) FROM (
                SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) AS upto FROM (
                    SELECT seq, prev, hash, body FROM operations
                    WHERE replica = {replica} AND scope = {scope} AND seq > {after} ORDER BY seq LIMIT {}))
            WHERE upto <= {} OR upto = octet_length(body) ORDER BY seq",
            page.operations, page.bytes,
        );
        Ok(self.look(question)?.iter().map_while(|row| operation_of(stream, row)).collect())
    }
}

/// What brings the schema from a version to the one that is known: all of it or nothing.
fn migration(found: usize) -> Vec<String> {
    let mut statements = vec!["BEGIN TRANSACTION".to_owned()];
    statements.push(format!(
        "CREATE TABLE IF NOT EXISTS {SCHEMA_TABLE} (version BIGINT PRIMARY KEY, made_at TIMESTAMPTZ DEFAULT now())"
    ));
    for (version, migration) in (1..).zip(MIGRATIONS).skip(found) {
        statements.extend(migration.split(";\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
        statements.push(format!("INSERT INTO {SCHEMA_TABLE} (version) VALUES ({version})"));
    }
    statements.push("COMMIT".to_owned());
    statements
}

/// The names of a stream in SQL.
fn named(stream: &Stream) -> (String, String) {
    let scope = digits::written(stream.scope.to_string().as_bytes());
    (format!("'{}'", stream.replica), format!("decode(unhex('{scope}'))"))
}

fn rows(answer: Option<Answer>) -> Vec<Vec<String>> {
    let rows = answer.map(|answer| answer.rows).unwrap_or_default();
    rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect()
}

fn first(answer: Option<Answer>) -> Option<String> {
    rows(answer).into_iter().next()?.into_iter().next()
}

fn head_of(row: &[String]) -> Option<(Stream, Head)> {
    let [replica, scope, seq, hash] = row else { return None };
    let scope = String::from_utf8(digits::read(scope)?).ok()?;
    let stream = Stream { replica: replica.parse().ok()?, scope: scope.parse().ok()? };
    Some((stream, Head::told(seq.parse().ok()?, hash.parse().ok()?)?))
}

fn operation_of(stream: &Stream, row: &[String]) -> Option<Operation> {
    let [seq, prev, hash, body] = row else { return None };
    let (prev, hash): (Hash, Hash) = (prev.parse().ok()?, hash.parse().ok()?);
    Some(Operation { stream: stream.clone(), seq: seq.parse().ok()?, prev, hash, body: STANDARD.decode(body).ok()? })
}

/// What the engine means by a message, whoever passes it on; none where it says nothing of the kind.
fn fault_in(message: &str) -> Option<Fault> {
    let says = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    let line = || message.lines().next().unwrap_or_default().to_owned();
    if says(&["Duplicate key", "onflict on", "write-write conflict"]) {
        return Some(Fault::Moved);
    }
    if says(&["Existing object", "already exists"]) {
        return Some(Fault::Unusable(format!("tables of another program are there ({})", line())));
    }
    let token = ["not authenticated", "UNAUTHENTICATED", "Unauthorized", "nauthorized", "jwt", "JWT", "token"];
    says(&token).then(|| Fault::Denied(line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_says_becomes_what_a_person_can_do() {
        let check = |message: &str, expect: &str| {
            let fault = fault_in(message).map_or_else(String::new, |fault| fault.to_string());
            assert_eq!(fault, expect, "{message}");
        };
        check("Constraint Error: Duplicate key \"replica: A\" violates primary key", "changed while it was written");
        check(
            "TransactionContext Error: Failed to commit: write-write conflict on key",
            "changed while it was written",
        );
        check(
            "Catalog Error: Existing object sessions is of type Table, trying to replace with type View\nmore",
            "cannot be used: tables of another program are there (Catalog Error: Existing object sessions is of type Table, \
             trying to replace with type View)",
        );
        check(
            "Invalid Input Error: Your request is not authenticated.",
            "refuses: Invalid Input Error: Your request is not authenticated.",
        );
        check("Binder Error: no such column", "");
    }

    #[test]
    fn no_token_is_in_a_message() {
        let duck = Duck::motherduck("x", None, &["t0ken".to_owned(), "0ther".to_owned()], Path::new("/none"));
        for fault in [Fault::Denied("bad t0ken".into()), Fault::Unreachable("?motherduck_token=0ther".into())] {
            let told = duck.without_secrets(fault).to_string();
            assert!(!told.contains("0ken") && !told.contains("0ther"), "{told}");
        }
    }

    #[test]
    fn a_migration_is_one_transaction_of_single_statements() {
        let statements = migration(0);
        assert_eq!(statements.first().map(String::as_str), Some("BEGIN TRANSACTION"));
        assert_eq!(statements.last().map(String::as_str), Some("COMMIT"));
        let code = |statement: &String| {
            let lines = statement.lines().filter(|line| !line.starts_with("--"));
            lines.collect::<Vec<_>>().join("\n").trim().to_owned()
        };
        let made: Vec<String> = statements[2..].iter().map(code).filter(|made| made.starts_with("CREATE ")).collect();
        assert_eq!(made.len(), 8, "the table and its views");
        let versions = MIGRATIONS.len();
        assert_eq!(statements.len(), 2 + made.len() + versions + 1, "and a line for each version: {statements:#?}");
        assert!(made.iter().all(|made| !made.contains(';')), "{made:#?}");
        assert_eq!(migration(MIGRATIONS.len()).len(), 3, "nothing is done twice");
    }
}
