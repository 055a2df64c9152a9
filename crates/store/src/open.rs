//! Opening and closing the file: one call opens it, does one thing and closes it.

mod fault;
mod lock;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use duckdb::{AccessMode, Config, Connection};

use crate::schema::Standing;
use crate::{StoreError, schema};
use fault::Moment;
pub(crate) use fault::{holder, system_error};
pub(crate) use lock::Pause;
use lock::{Held, Sharing};

/// Ways to compress that cost much time to weigh and, on columns as ours, save next to nothing.
const DEAR: &str = "fsst,dict_fsst,zstd,alp,alprd,chimp,patas,roaring";

/// Rows that stand together in the file. What fills such a group is written as it comes and moved into its table as it is;
/// what does not is written to memory first, and once more into the table. Must be a multiple of the engine's 2048.
const GROUP: usize = 10_240;

/// More memory than the engine ever needs, in bytes.
pub(crate) const PLENTY: u64 = 2_000_000_000;

/// The oldest engine that reads a new file. For older ones it would write what it estimates of every column's values in a
/// form that it has to search for, with every commit.
const OLDEST_ENGINE: &str = "v1.1.0";

/// What a call wants to do with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Look only; others may look at the same time.
    Read,
    /// Change it.
    Write,
    /// Change it with rows of another store file.
    Carry,
}

/// An open store. Closing it is dropping it: first the engine, then our lock.
pub(crate) struct Opened {
    connection: Connection,
    path: PathBuf,
    _held: Held,
}

impl Opened {
    /// Opens a store that exists; waits for others for `wait` at most.
    pub(crate) fn existing(path: &Path, access: Access, wait: Duration) -> Result<Self, StoreError> {
        let deadline = Instant::now() + wait;
        let held = Held::acquire(path, sharing(access), deadline)?;
        let opened = Self::under_lock(path, access, deadline, held)?;
        match opened.standing()? {
            Standing::Current => Ok(opened),
            Standing::Earlier(_) if access == Access::Read => {
                drop(opened);
                drop(Self::existing(path, Access::Write, wait)?);
                Self::existing(path, access, wait)
            }
            Standing::Earlier(from) => opened.migrated(from),
        }
    }

    /// Opens a store for writing; makes it first if there is none.
    pub(crate) fn or_create(path: &Path, wait: Duration) -> Result<Self, StoreError> {
        let deadline = Instant::now() + wait;
        make_folder(path)?;
        let held = Held::acquire(path, Sharing::Alone, deadline)?;
        if !path.exists() {
            create(path)?;
        }
        let opened = Self::under_lock(path, Access::Write, deadline, held)?;
        match opened.standing()? {
            Standing::Current => Ok(opened),
            Standing::Earlier(from) => opened.migrated(from),
        }
    }

    fn under_lock(path: &Path, access: Access, deadline: Instant, held: Held) -> Result<Self, StoreError> {
        let connection = connect_patiently(path, access, deadline)?;
        Ok(Self { connection, path: path.to_owned(), _held: held })
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        schema::standing(&self.connection, &self.path)
    }

    /// Takes a store of an earlier version over, all of it or nothing. One without tables becomes an empty one.
    fn migrated(mut self, from: i64) -> Result<Self, StoreError> {
        if from == 0 {
            protect(&self.path, &self.path)?;
        }
        match self.transaction(|connection| schema::migrate(connection, from)) {
            Ok(()) => Ok(self),
            // the engine knows the file by another name
            Err(StoreError::Damaged { message, .. }) => Err(StoreError::Damaged { path: self.path, message }),
            Err(error) => Err(error),
        }
    }

    /// Runs `work` in one transaction: all of it is kept or nothing.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = self.connection.transaction().map_err(StoreError::from).and_then(|transaction| {
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        result.map_err(|error| fault::sharpen(&self.path, error))
    }

    /// Lets the engine take this many bytes, or what changing rows anywhere in the file takes.
    pub(crate) fn limit(&self, memory: Option<u64>) -> Result<(), StoreError> {
        let memory = memory.unwrap_or_else(|| memory_for(&self.path, Access::Write));
        self.ask(|connection| Ok(connection.execute_batch(&format!("SET max_memory = '{memory}B'"))?))
    }

    /// Asks something.
    pub(crate) fn ask<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&self.connection).map_err(|error| fault::sharpen(&self.path, error))
    }
}

/// The version of the engine that is linked: `1.5.6`. Asks the engine itself, in memory.
pub fn engine_version() -> Result<String, StoreError> {
    let version = Connection::open_in_memory()?.version()?;
    Ok(version.trim_start_matches('v').to_owned())
}

/// What the engine means by an error on opening a file or reading it.
pub(crate) fn explain(path: &Path, error: duckdb::Error) -> StoreError {
    fault::explain(path, Moment::Opening, error)
}

/// Holds the lock of a store without opening it, while files around it are moved.
pub(crate) fn hold(path: &Path, wait: Duration) -> Result<impl Sized + use<>, StoreError> {
    make_folder(path)?;
    Held::acquire(path, Sharing::Alone, Instant::now() + wait)
}

/// The write-ahead log that the engine keeps beside a store while it is open (or after a crash).
pub(crate) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".wal");
    PathBuf::from(name)
}

fn sharing(access: Access) -> Sharing {
    match access {
        Access::Read => Sharing::WithReaders,
        Access::Write | Access::Carry => Sharing::Alone,
    }
}

/// Makes the folder of a store, readable by its owner only.
fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let io = |source| StoreError::Io { action: "create", path: folder.to_owned(), source };
    config::make_private_folder(folder).map_err(io)
}

/// Makes an empty store beside and renames it into place, so that there is never half of one. The lock is held: what
/// lies there is of nobody who still lives.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    let io = |action, source| StoreError::Io { action, path: path.to_owned(), source };
    for left_behind in [&beside, &wal_of(&beside), &wal_of(path)] {
        let _ = fs::remove_file(left_behind);
    }
    let connection = connect(&beside, Access::Write).map_err(|error| fault::explain(path, Moment::Opening, error))?;
    schema::create(&connection)?;
    connection.close().map_err(|(_, error)| fault::explain(path, Moment::Using, error))?;
    protect(&beside, path)?;
    fs::rename(&beside, path).map_err(|source| io("create", source))
}

/// Lets nobody but its owner read a file that is, or becomes, a store.
fn protect(file: &Path, store: &Path) -> Result<(), StoreError> {
    let private = fs::Permissions::from_mode(0o600);
    let io = |source| StoreError::Io { action: "protect", path: store.to_owned(), source };
    fs::set_permissions(file, private).map_err(io)
}

fn connect_patiently(path: &Path, access: Access, deadline: Instant) -> Result<Connection, StoreError> {
    let mut pause = Pause::default();
    loop {
        let error = match connect(path, access) {
            Ok(connection) => return Ok(connection),
            Err(error) => fault::explain(path, Moment::Opening, error),
        };
        if !matches!(error, StoreError::Locked { .. }) || Instant::now() >= deadline {
            return Err(error);
        }
        pause.take();
    }
}

/// Opens the engine on the file. Small blocks keep a small history small; nothing is ever downloaded.
///
/// One thread: waiting for a second one costs the engine more than it does. What a large commit writes goes straight into
/// the file: its log would be written for nothing, since closing the store empties it.
fn connect(path: &Path, access: Access) -> Result<Connection, duckdb::Error> {
    let config = Config::default()
        .threads(1)?
        .with("checkpoint_threshold", "1MB")?
        .max_memory(&format!("{}B", memory_for(path, access)))?
        .enable_autoload_extension(false)?
        .with("storage_compatibility_version", OLDEST_ENGINE)?
        .with("default_block_size", "16384")?;
    let Some(name) = path.to_str().filter(|_| access != Access::Read) else {
        let mode = if access == Access::Read { AccessMode::ReadOnly } else { AccessMode::ReadWrite };
        return Connection::open_with_flags(path, config.access_mode(mode)?.enable_external_access(false)?);
    };
    let connection = Connection::open_in_memory_with_flags(config)?;
    let name = name.replace('\'', "''");
    connection.execute_batch(&format!(
        "SET temp_directory = '{name}.tmp'; ATTACH '{name}' AS store (ROW_GROUP_SIZE {GROUP}, STORAGE_VERSION '{OLDEST_ENGINE}'); USE store"
    ))?;
    if access == Access::Write {
        connection.execute_batch("SET enable_external_access = false")?;
    }
    // as part of the configuration it would have no effect
    connection.execute_batch(&format!("SET disabled_compression_methods = '{DEAR}'"))?;
    Ok(connection)
}

/// What the engine may take, in bytes. Little for writing: batches are small, and with more it only keeps what it has written.
/// But changing rows takes it a buffer for every group of rows that they lie in, so that a large history needs more. A
/// question takes what it needs and gives it back at once; the limit is for histories that no one has.
fn memory_for(path: &Path, access: Access) -> u64 {
    match access {
        Access::Write => {
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            (size * 2 / 7).clamp(40_000_000, PLENTY)
        }
        Access::Read | Access::Carry => PLENTY,
    }
}
