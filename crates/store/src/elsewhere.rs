//! DuckDB databases that are not the store: asked in SQL, answered in text. A remote may be one.
//!
//! The engine is opened in memory. A file is attached to it for one question and detached again, so that nobody who wants it waits
//! longer than that; MotherDuck stays attached. Loading what MotherDuck needs may hang for minutes and cannot be interrupted:
//! whoever calls this does so in a process of its own.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use duckdb::types::ValueRef;
use duckdb::{Config, Connection};

use crate::open::Pause;

/// Memory for a question, which passes some megabytes of operations.
const MEMORY: &str = "512MB";

/// Functions that views name and that an engine without them has to know to make these views; whoever asks the views has them.
const STAND_INS: &str = "CREATE TEMP MACRO json_valid(a) AS NULL::BOOLEAN;
    CREATE TEMP MACRO json_keys(a) AS NULL::VARCHAR[];
    CREATE TEMP MACRO json_type(a, b) AS NULL::VARCHAR;
    CREATE TEMP MACRO json_extract(a, b) AS NULL::VARCHAR;
    CREATE TEMP MACRO json_extract_string(a, b) AS NULL::VARCHAR;
    CREATE TEMP MACRO from_json(a, b) AS NULL::VARCHAR[];";

/// Where a database is.
#[derive(Debug, Clone, Copy)]
pub enum Location<'a> {
    /// A file.
    File(&'a Path),
    /// A database of MotherDuck, which is made where it is missing.
    MotherDuck {
        /// Its name: letters, digits, `_` and `-`.
        database: &'a str,
        /// A mirror of DuckDB's extensions, where it is not the usual place.
        extensions: Option<&'a str>,
        /// What opens it.
        token: &'a str,
    },
}

/// Rows of an answer, as text, and how many rows were put in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many were put in.
    pub changed: u64,
}

/// Why a database did not answer. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// It cannot be reached, or not at this moment.
    #[error("{0}")]
    Away(String),
    /// The person may not.
    #[error("{0}")]
    Denied(String),
    /// What is there is no database, or a damaged or newer one.
    #[error("{0}")]
    Unusable(String),
    /// The engine says so of a statement.
    #[error("{0}")]
    Engine(String),
}

/// A database that is not the store.
pub struct Elsewhere {
    connection: Connection,
    /// The file; none for MotherDuck, which stays attached.
    file: Option<PathBuf>,
}

impl Elsewhere {
    /// Gets ready to ask; MotherDuck is connected to.
    pub fn at(location: Location<'_>) -> Result<Self, Silence> {
        let connection = connect().map_err(|error| Silence::Engine(first_line(&error)))?;
        let file = match location {
            Location::File(path) => {
                connection.execute_batch(STAND_INS).map_err(|error| Silence::Engine(first_line(&error)))?;
                Some(path.to_owned())
            }
            Location::MotherDuck { database, extensions, token } => {
                attach_motherduck(&connection, database, extensions, token)?;
                None
            }
        };
        Ok(Self { connection, file })
    }

    /// Carries statements out, one after the other; the first that fails ends it, and a transaction that is open then is undone.
    /// `writes` says whether they change anything: a file that is missing is made then, and holds nothing otherwise.
    pub fn ask(&mut self, statements: &[String], writes: bool, patience: Duration) -> Result<Vec<Told>, Silence> {
        let Some(path) = self.file.clone() else { return self.carry_out(statements) };
        if !writes && !path.exists() && folder_of(&path).is_dir() {
            return Ok(vec![Told::default(); statements.len()]);
        }
        self.attach(&path, writes, patience)?;
        let told = self.carry_out(statements);
        // Without this the log beside the file would have to be read by the next one; it would be.
        let _ = self.connection.execute_batch(if writes { "CHECKPOINT place" } else { "" });
        let detached = self.connection.execute_batch("USE memory; DETACH place");
        detached.map_err(|error| Silence::Engine(first_line(&error)))?;
        told
    }

    fn attach(&self, path: &Path, writes: bool, patience: Duration) -> Result<(), Silence> {
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(Silence::Away(format!(
                "{} does not exist; make it, or mount what it lies on",
                folder.display()
            )));
        }
        if path.is_dir() {
            return Err(Silence::Unusable(format!("{} is a folder", path.display())));
        }
        let options = if writes { "READ_WRITE, BLOCK_SIZE 16384" } else { "READ_ONLY" };
        let attach = format!("ATTACH {} AS place ({options}); USE place", text(&path.display().to_string()));
        let deadline = Instant::now() + patience;
        let mut pause = Pause::default();
        loop {
            let Err(error) = self.connection.execute_batch(&attach) else { return Ok(()) };
            let silence = why_closed(path, &error.to_string());
            if !matches!(silence, Silence::Away(_)) || Instant::now() >= deadline {
                return Err(silence);
            }
            pause.take();
        }
    }

    fn carry_out(&self, statements: &[String]) -> Result<Vec<Told>, Silence> {
        let told: Result<Vec<Told>, duckdb::Error> =
            statements.iter().map(|statement| tell(&self.connection, statement)).collect();
        told.map_err(|error| {
            // there may be none
            let _ = self.connection.execute_batch("ROLLBACK");
            let message = error.to_string();
            match system(&message) {
                Some(silence) => silence,
                None if is_damage(&message) => Silence::Unusable(format!("it is damaged ({})", first_line(&message))),
                None => Silence::Engine(message),
            }
        })
    }
}

fn connect() -> Result<Connection, duckdb::Error> {
    let config = Config::default().threads(1)?.max_memory(MEMORY)?.enable_autoload_extension(false)?;
    Connection::open_in_memory_with_flags(config)
}

/// Loads what MotherDuck needs, and attaches a database of it.
fn attach_motherduck(
    connection: &Connection,
    database: &str,
    extensions: Option<&str>,
    token: &str,
) -> Result<(), Silence> {
    let clean = |error: duckdb::Error| first_line(&error).replace(token, "…");
    if let Some(mirror) = extensions {
        let mirror = format!("SET custom_extension_repository = {}", text(mirror));
        connection.execute_batch(&mirror).map_err(|error| Silence::Engine(clean(error)))?;
    }
    for extension in ["json", "motherduck"] {
        let load = format!("INSTALL {extension}; LOAD {extension}");
        let loaded = connection.execute_batch(&load);
        loaded.map_err(|error| {
            Silence::Away(format!("what connects to MotherDuck cannot be loaded ({})", clean(error)))
        })?;
    }
    let name = database.replace('"', "\"\"");
    let attach = format!(
        "SET motherduck_token = {}; ATTACH 'md:'; CREATE DATABASE IF NOT EXISTS \"{name}\"; USE \"{name}\"",
        text(token)
    );
    connection.execute_batch(&attach).map_err(|error| {
        let message = clean(error);
        let is_token =
            ["token", "authenticat", "nauthorized", "UNAUTHENTICATED", "jwt"].iter().any(|word| message.contains(word));
        if is_token { Silence::Denied(message) } else { Silence::Away(message) }
    })
}

fn tell(connection: &Connection, statement: &str) -> Result<Told, duckdb::Error> {
    let mut prepared = connection.prepare(statement)?;
    let mut rows = prepared.query([])?;
    let mut told = Told::default();
    while let Some(row) = rows.next()? {
        let columns = row.as_ref().column_count();
        let cells: Result<Vec<Option<String>>, duckdb::Error> =
            (0..columns).map(|column| row.get_ref(column).map(in_words)).collect();
        told.rows.push(cells?);
    }
    if statement.trim_start().starts_with("INSERT") {
        // the engine answers with the number
        let count = told.rows.pop().and_then(|row| row.into_iter().next()).flatten();
        told.changed = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    }
    Ok(told)
}

/// A value as text; questions ask for texts, and the engine itself answers with numbers.
fn in_words(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::BigInt(number) => Some(number.to_string()),
        ValueRef::HugeInt(number) => Some(number.to_string()),
        ValueRef::Int(number) => Some(number.to_string()),
        ValueRef::Boolean(is_so) => Some(is_so.to_string()),
        _ => None,
    }
}

/// What it means that a file could not be attached.
fn why_closed(path: &Path, message: &str) -> Silence {
    let shown = path.display();
    if message.contains("Could not set lock") || message.contains("Conflicting lock") {
        return Silence::Away(format!("{shown} is open in another program{}", crate::open::holder(message)));
    }
    if let Some(silence) = system(message) {
        return silence;
    }
    if message.contains("not a valid DuckDB database file") {
        return Silence::Unusable(format!("{shown} is no DuckDB database"));
    }
    if message.contains("we can only read versions") || message.contains("newer version of DuckDB") {
        return Silence::Unusable(format!(
            "{shown} was written by a newer DuckDB than the one in this program; update sessions"
        ));
    }
    Silence::Unusable(format!("{shown} is damaged ({})", first_line(message)))
}

/// What the system says through the engine.
fn system(message: &str) -> Option<Silence> {
    let (_, kind) = crate::open::system_error(message)?;
    Some(match kind {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Silence::Denied(first_line(message)),
        _ => Silence::Away(first_line(message)),
    })
}

fn is_damage(message: &str) -> bool {
    ["Corrupt", "checksum", "Serialization Error", "FATAL Error"].iter().any(|part| message.contains(part))
}

fn first_line(message: &(impl ToString + ?Sized)) -> String {
    message.to_string().lines().next().unwrap_or_default().to_owned()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A text in SQL.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_of_a_file_becomes_what_a_person_can_do() {
        let check = |message: &str, expect: Silence| assert_eq!(why_closed(Path::new("x.duckdb"), message), expect);
        check(
            "IO Error: Could not set lock on file \"x\": Conflicting lock is held in /usr/bin/duckdb (PID 77) by user me.",
            Silence::Away("x.duckdb is open in another program (/usr/bin/duckdb, process 77)".into()),
        );
        check(
            "IO Error: The file \"x\" exists, but it is not a valid DuckDB database file!",
            Silence::Unusable("x.duckdb is no DuckDB database".into()),
        );
        check(
            "IO Error: Trying to read a database file with version number 999, but we can only read versions between 64 and 67.",
            Silence::Unusable(
                "x.duckdb was written by a newer DuckDB than the one in this program; update sessions".into(),
            ),
        );
        check(
            "IO Error: Cannot open file \"x\": Permission denied",
            Silence::Denied("IO Error: Cannot open file \"x\": Permission denied".into()),
        );
        check(
            "Serialization Error: Failed to deserialize\nmore",
            Silence::Unusable("x.duckdb is damaged (Serialization Error: Failed to deserialize)".into()),
        );
    }

    #[test]
    fn a_file_is_held_for_one_question_and_a_missing_one_is_empty() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let path = home.path().join("it's.duckdb");
        let open = || Elsewhere::at(Location::File(&path)).expect("the engine starts");
        let (mut one, mut two) = (open(), open());
        let ask = |elsewhere: &mut Elsewhere, statement: &str, writes: bool| {
            elsewhere.ask(&[statement.to_owned()], writes, Duration::from_secs(5)).map(|mut told| told.remove(0))
        };
        assert_eq!(ask(&mut one, "SELECT 1", false), Ok(Told::default()));
        assert!(!path.exists());
        ask(&mut one, "CREATE TABLE t AS SELECT 'é' AS a", true).expect("it is made");
        let inserted = ask(&mut two, "INSERT INTO t VALUES ('x'), (NULL)", true).expect("nobody holds it");
        assert_eq!((inserted.changed, inserted.rows), (2, vec![]));
        let rows = ask(&mut one, "SELECT a FROM t ORDER BY a", false).expect("nobody holds it").rows;
        assert_eq!(rows, [vec![Some("x".to_owned())], vec![Some("é".to_owned())], vec![None]]);
        let undone = ["BEGIN", "INSERT INTO t VALUES ('y')", "SELECT nothing"].map(str::to_owned);
        assert!(matches!(one.ask(&undone, true, Duration::ZERO), Err(Silence::Engine(_))));
        assert_eq!(
            ask(&mut two, "SELECT count(*) FROM t", false).map(|told| told.rows),
            Ok(vec![vec![Some("3".into())]])
        );
        ask(&mut two, "CREATE VIEW v AS SELECT json_extract_string(a, '$.b') AS b FROM t", true)
            .expect("views can be made");
    }
}
