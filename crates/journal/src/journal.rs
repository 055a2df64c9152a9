//! The journal: what people and hooks said, as streams of operations that are only ever added to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::damage::{Damage, free_name};
use crate::identity::{Identity, Known};
use crate::log::{self, End, Fault, Log, State};
use crate::operation::{Hash, Operation};
use crate::place::Place;
use crate::reading::Operations;
use crate::received::{Received, Refusal};
use crate::{JournalError, ReplicaId, Scope, Stream};

/// Held while something is appended.
const LOCK: &str = ".lock";

/// Where damaged files are kept.
const DAMAGED: &str = "damaged";

/// Attempts to find a log to append to: the first may turn out to be a copy, or to be damaged.
const ATTEMPTS: u32 = 4;

/// The operations of this data folder, and those of others that it was given. Cheap to open; it keeps no file open.
///
/// What is appended is durable when the call returns, whole or not at all. What was damaged is kept in `damaged/` and
/// reported; the rest goes on.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    replica: Mutex<ReplicaId>,
}

impl Journal {
    /// Opens the journal in a folder (`$SESSIONS_HOME/journal`), which is made when it is missing. At the first start, and
    /// when the folder turns out to be a copy of another, this makes a new replica.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        config::make_private_folder(folder).map_err(JournalError::io("make the folder", folder))?;
        let known = Identity::read(folder)?;
        let place = Place::of(folder).map_err(JournalError::io("read", folder))?;
        let replica = match &known {
            Known::Here(identity) => identity.at(&place),
            Known::Nothing | Known::Damaged => None,
        };
        let journal = Self { folder: folder.to_owned(), replica: Mutex::new(ReplicaId::fresh()) };
        let replica = if let Some(replica) = replica {
            replica
        } else {
            let _lock = journal.lock()?;
            journal.settle()?.1
        };
        journal.note(replica);
        Ok(journal)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Who writes here. It changes when the journal finds, on appending, that it is a copy or damaged.
    pub fn replica(&self) -> ReplicaId {
        *self.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends operations to our own stream of a scope, all of them or none; they are durable when this returns. An empty
    /// list changes nothing.
    pub fn append(&self, scope: &Scope, bodies: &[Vec<u8>]) -> Result<Vec<Operation>, JournalError> {
        if !scope.is_sound() {
            return Err(JournalError::Scope { scope: scope.clone() });
        }
        if bodies.is_empty() {
            return Ok(Vec::new());
        }
        let _lock = self.lock()?;
        let (mut identity, mut replica) = self.settle()?;
        for _ in 0..ATTEMPTS {
            self.note(replica);
            let log = self.log_of(&Stream { replica, scope: scope.clone() });
            match log.state()? {
                State::Empty => return self.append_to(&log, End::START, bodies, true),
                State::Sound { end, is_copy: false } => return self.append_to(&log, end, bodies, true),
                State::Sound { is_copy: true, .. } => replica = self.renew(&mut identity)?,
                State::Damaged { good, fault } => self.repair(&log, good, fault, &mut identity)?,
            }
            replica = self.current(&identity, replica)?;
        }
        Err(JournalError::Restless { path: self.folder.clone() })
    }

    /// Takes in operations of other replicas. Of each stream those are kept that follow what is here without a gap and whose
    /// hashes are right; they are durable when this returns. Whether a remote may speak for a scope is for the caller to
    /// know.
    pub fn receive(&self, operations: &[Operation]) -> Result<Received, JournalError> {
        let mut received = Received::default();
        let _lock = self.lock()?;
        let (mut identity, mut replica) = self.settle()?;
        self.note(replica);
        for (stream, operations) in crate::received::by_stream(operations) {
            if !stream.scope.is_sound() {
                received.refuse(stream, operations[0].seq, Refusal::Scope);
                continue;
            }
            let log = self.log_of(stream);
            let (end, fresh) = match self.sift(&log, &operations, replica, &mut received) {
                Err(JournalError::Broken { .. }) => {
                    if let State::Damaged { good, fault } = log.checked()? {
                        self.repair(&log, good, fault, &mut identity)?;
                    }
                    replica = self.current(&identity, replica)?;
                    self.note(replica);
                    self.sift(&log, &operations, replica, &mut received)
                }
                sifted => sifted,
            }?;
            if !fresh.is_empty() {
                self.append_to(&log, end, &fresh, false)?;
            }
        }
        Ok(received)
    }

    /// Every stream that is here, with the place and the hash of its last operation. A stream that cannot be read is left
    /// out; [`Journal::check`] tells of it.
    pub fn heads(&self) -> Vec<(Stream, u64, Hash)> {
        let logs = self.logs().unwrap_or_default();
        logs.into_iter().filter_map(|log| self.head(&log.stream).map(|(seq, hash)| (log.stream, seq, hash))).collect()
    }

    /// The place and the hash of the last operation of a stream; none if it is not here or cannot be read.
    pub fn head(&self, stream: &Stream) -> Option<(u64, Hash)> {
        match self.log_of(stream).state() {
            Ok(State::Sound { end, .. } | State::Damaged { good: end, .. }) if end.seq > 0 => Some((end.seq, end.hash)),
            _ => None,
        }
    }

    /// The replicas that this folder is or was, or whose copy it is: what they said of files, they said of ours.
    pub fn own_replicas(&self) -> Vec<ReplicaId> {
        match Identity::read(&self.folder) {
            Ok(Known::Here(identity)) => identity.replicas(),
            _ => vec![self.replica()],
        }
    }

    /// The replicas that this folder was at this place before what it is now: nobody else writes in their names.
    pub fn earlier_replicas(&self) -> Vec<ReplicaId> {
        match (Identity::read(&self.folder), Place::of(&self.folder)) {
            (Ok(Known::Here(identity)), Ok(place)) => identity.earlier(&place),
            _ => Vec::new(),
        }
    }

    /// The operations of a stream after a place, in order. Where the stream is damaged, the last thing that comes is an
    /// error. A stream that is not here has none.
    pub fn read(&self, stream: &Stream, after: u64) -> Operations {
        Operations::of(self.log_of(stream), after)
    }

    /// Looks at every frame of every stream; what is damaged now, and what was set aside before. Changes nothing.
    pub fn check(&self) -> Vec<Damage> {
        // What is being appended at this moment is no damage; where nothing can be locked, nothing is appended.
        let _lock = self.lock();
        let mut damages = crate::damage::set_aside(&self.folder.join(DAMAGED));
        if matches!(Identity::read(&self.folder), Ok(Known::Damaged)) {
            damages.push(Damage::identity(Identity::file(&self.folder)));
        }
        match self.logs_and_strangers() {
            Err(error) => damages.push(Damage::unreadable(self.folder.clone(), &error)),
            Ok((logs, strangers)) => {
                damages.extend(strangers.into_iter().map(Damage::foreign));
                damages.extend(logs.iter().filter_map(|log| match log.checked() {
                    Ok(State::Damaged { good, fault }) => Some(Damage::found(log, good, fault)),
                    Ok(_) => None,
                    Err(error) => Some(Damage::unreadable(log.path.clone(), &error)),
                }));
            }
        }
        damages
    }

    /// Looks at every frame of every stream and sets aside what is damaged: the file is kept in `damaged/`, what precedes
    /// the damage stays, and what we ourselves said after it is said again under a new replica. Returns what was found.
    pub fn mend(&self) -> Result<Vec<Damage>, JournalError> {
        let _lock = self.lock()?;
        let (mut identity, mut replica) = self.settle()?;
        let (logs, strangers) = self.logs_and_strangers()?;
        let mut damages = Vec::new();
        for path in strangers {
            self.set_aside(&path)?;
            damages.push(Damage::foreign(path));
        }
        for log in logs {
            if let State::Damaged { good, fault } = log.checked()? {
                damages.push(Damage::found(&log, good, fault));
                self.repair(&log, good, fault, &mut identity)?;
                replica = self.current(&identity, replica)?;
            }
        }
        self.note(replica);
        Ok(damages)
    }

    /// Makes a new replica for this folder although nothing here says that it is a copy: a remote knows operations in our
    /// name that we never wrote.
    pub fn renew_replica(&self) -> Result<ReplicaId, JournalError> {
        let _lock = self.lock()?;
        let (mut identity, _) = self.settle()?;
        let replica = self.renew(&mut identity)?;
        self.note(replica);
        Ok(replica)
    }

    /// Number of files that were set aside.
    pub fn damaged(&self) -> usize {
        crate::damage::set_aside(&self.folder.join(DAMAGED)).len()
    }

    pub(crate) fn cannot_write(&self, error: serde_json::Error) -> JournalError {
        JournalError::io("write", &self.folder)(error.into())
    }

    /// Who we are, as the file says it now; makes it so when it does not say it. The lock is held.
    fn settle(&self) -> Result<(Identity, ReplicaId), JournalError> {
        let place = Place::of(&self.folder).map_err(JournalError::io("read", &self.folder))?;
        let mut identity = match Identity::read(&self.folder)? {
            Known::Here(identity) => identity,
            Known::Nothing => Identity::empty(),
            Known::Damaged => {
                self.set_aside(&Identity::file(&self.folder))?;
                Identity::empty()
            }
        };
        let replica = match identity.at(&place) {
            Some(replica) => replica,
            None => self.renew(&mut identity)?,
        };
        Ok((identity, replica))
    }

    fn renew(&self, identity: &mut Identity) -> Result<ReplicaId, JournalError> {
        let place = Place::of(&self.folder).map_err(JournalError::io("read", &self.folder))?;
        let replica = identity.renew(&place);
        identity.write(&self.folder)?;
        Ok(replica)
    }

    fn current(&self, identity: &Identity, before: ReplicaId) -> Result<ReplicaId, JournalError> {
        let place = Place::of(&self.folder).map_err(JournalError::io("read", &self.folder))?;
        Ok(identity.at(&place).unwrap_or(before))
    }

    fn note(&self, replica: ReplicaId) {
        *self.replica.lock().unwrap_or_else(PoisonError::into_inner) = replica;
    }

    fn append_to(&self, log: &Log, end: End, bodies: &[Vec<u8>], is_own: bool) -> Result<Vec<Operation>, JournalError> {
        let folder = log.path.parent().unwrap_or(&self.folder);
        if end.bytes == 0 {
            config::make_private_folder(folder).map_err(JournalError::io("make the folder", folder))?;
        }
        let operations = log.append(end, bodies, is_own)?;
        if end.bytes == 0 {
            [folder, &self.folder].into_iter().try_for_each(sync_folder)?;
        }
        Ok(operations)
    }

    /// Where a log ends, and bodies that go on from there.
    fn sift(
        &self,
        log: &Log,
        operations: &[&Operation],
        own: ReplicaId,
        received: &mut Received,
    ) -> Result<(End, Vec<Vec<u8>>), JournalError> {
        let end = match log.state()? {
            State::Sound { end, .. } => end,
            State::Empty => End::START,
            State::Damaged { good, .. } => return Err(log.broken(good.bytes)),
        };
        let mut after = received.clone();
        let hash_at = |seq| self.hash_at(&log.stream, seq);
        let fresh = after.sift(&log.stream, operations, (end.seq, end.hash), own, hash_at)?;
        *received = after;
        Ok((end, fresh))
    }

    /// Makes a damaged log one that can be read and appended to. The lock is held.
    fn repair(&self, log: &Log, good: End, fault: Fault, identity: &mut Identity) -> Result<(), JournalError> {
        self.keep_copy(&log.path)?;
        let is_ours = identity.owns(log.stream.replica);
        let after = if fault != Fault::Torn && is_ours { said_after(log, good)? } else { Vec::new() };
        if fault != Fault::Torn && is_ours {
            // first of all: nothing may follow in this name
            let replica = self.renew(identity)?;
            let scope = log.stream.scope.clone();
            let own = self.log_of(&Stream { replica, scope });
            let end = match own.state()? {
                State::Sound { end, .. } => end,
                State::Empty | State::Damaged { .. } => End::START,
            };
            if !after.is_empty() {
                self.append_to(&own, end, &after, true)?;
            }
        }
        log.cut(good)
    }

    fn keep_copy(&self, path: &Path) -> Result<(), JournalError> {
        let target = self.free_place(path)?;
        let copied = fs::copy(path, &target).and_then(|_| File::open(&target)?.sync_all());
        copied.map_err(JournalError::io("keep a copy of", path))?;
        sync_folder(&self.folder.join(DAMAGED))
    }

    fn set_aside(&self, path: &Path) -> Result<(), JournalError> {
        let target = self.free_place(path)?;
        fs::rename(path, &target).map_err(JournalError::io("set aside", path))?;
        // the name here and the name there are written through before anything stands in its place
        [target.parent(), path.parent()].into_iter().flatten().try_for_each(sync_folder)
    }

    /// A path in `damaged/` that is free.
    fn free_place(&self, path: &Path) -> Result<PathBuf, JournalError> {
        let folder = self.folder.join(DAMAGED);
        config::make_private_folder(&folder).map_err(JournalError::io("make the folder", &folder))?;
        let inside = path.strip_prefix(&self.folder).unwrap_or(path);
        Ok(free_name(&folder, &inside.to_string_lossy().replace('/', "-")))
    }

    fn hash_at(&self, stream: &Stream, seq: u64) -> Result<Option<Hash>, JournalError> {
        self.read(stream, seq.saturating_sub(1)).next().map(|read| read.map(|operation| operation.hash)).transpose()
    }

    fn log_of(&self, stream: &Stream) -> Log {
        let path = self.folder.join(stream.replica.to_string()).join(stream.scope.file_name());
        Log { stream: stream.clone(), path }
    }

    fn logs(&self) -> Result<Vec<Log>, JournalError> {
        Ok(self.logs_and_strangers()?.0)
    }

    /// The logs that are here, and files that should be logs and do not say of which stream.
    fn logs_and_strangers(&self) -> Result<(Vec<Log>, Vec<PathBuf>), JournalError> {
        let (mut logs, mut strangers) = (Vec::new(), Vec::new());
        for folder in entries(&self.folder)? {
            let Some(replica) = replica_of(&folder) else { continue };
            for path in entries(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "log")) {
                let stream = log::stream_of(&path).map_err(JournalError::io("read", &path))?;
                let here = stream.map(|stream| self.log_of(&stream)).filter(|log| log.path == path);
                match here {
                    Some(log) => logs.push(log),
                    None if let Some(scope) = scope_of(&path) => logs.push(self.log_of(&Stream { replica, scope })),
                    None if fs::metadata(&path).is_ok_and(|metadata| metadata.len() == 0) => {}
                    None => strangers.push(path),
                }
            }
        }
        logs.sort_by(|a, b| a.stream.cmp(&b.stream));
        Ok((logs, strangers))
    }

    fn lock(&self) -> Result<Held, JournalError> {
        Self::hold(&self.folder)
    }

    /// Keeps everybody from writing to the journal in a folder, which is made when it is missing; waits for whoever does.
    /// Nothing else is made: a backup can be put back there.
    pub fn hold(folder: &Path) -> Result<Held, JournalError> {
        config::make_private_folder(folder).map_err(JournalError::io("make the folder", folder))?;
        let path = folder.join(LOCK);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(JournalError::io("open", &path))?;
        file.lock().map_err(JournalError::io("lock", &path))?;
        Ok(Held { _file: file })
    }
}

/// Keeps everybody else from writing to a journal as long as it lives.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

/// Bodies that carry what we said after the damage as what it was: others may have it already.
fn said_after(log: &Log, good: End) -> Result<Vec<Vec<u8>>, JournalError> {
    let Some((file, bytes)) = log.open()? else { return Ok(Vec::new()) };
    let frames = log.frames_after(&file, good.bytes, bytes).map_err(JournalError::io("read", &log.path))?;
    let operations = frames.flatten().filter(|operation| operation.seq > good.seq);
    Ok(operations.map(|operation| operation.carried().as_ref().unwrap_or(&operation).as_body()).collect())
}

pub(crate) fn replica_of(folder: &Path) -> Option<ReplicaId> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// The scope of a log, where the name of its file alone tells it.
fn scope_of(path: &Path) -> Option<Scope> {
    [Scope::Here, Scope::Private]
        .into_iter()
        .find(|scope| path.file_name().is_some_and(|name| *name == *scope.file_name()))
}

pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(Vec::new()),
        read => read.map_err(JournalError::io("list", folder))?,
    };
    let paths: io::Result<Vec<PathBuf>> = read.map(|entry| Ok(entry?.path())).collect();
    paths.map_err(JournalError::io("list", folder))
}

fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(JournalError::io("write through the folder", folder))
}
