//! A PostgreSQL database: one table of operations, and views over it for people who ask in SQL.

use std::time::Duration;

use journal::{Hash, Operation, Stream};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use crate::{Fault, Head, Heads, Page, Remote};

mod line;
mod tls;

pub(crate) use line::Line;

/// Changes of the schema, in order. One of tables that was released is never changed; of the views, which hold nothing, the last
/// change makes all as they are now, and those before it make none.
const MIGRATIONS: &[&str] = &[include_str!("postgres/tables.sql"), "", include_str!("postgres/views.sql")];

const TEAM: &str = include_str!("postgres/team.sql");

/// The first version whose views can read with the rights of whoever asks.
const TEAM_VERSION: i32 = 150_000;

/// A number that stands for changing the schema, for everybody who does.
const SCHEMA_LOCK: i64 = 0x7365_7373_696f_6e73;

/// A database, and the connection to it while there is one.
#[derive(Debug)]
pub struct Postgres {
    line: Line,
    /// The version of the schema, 0 where there is none, as it was seen last.
    version: i64,
}

/// Whether a question changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// It only looks: where there is no schema, there is nothing.
    Look,
    /// It changes something; the schema is made first.
    Change,
}

impl Postgres {
    /// The database at an address, `postgres://user@host/database`; the password is given apart.
    pub fn at(url: &str, password: Option<&str>) -> Result<Self, Fault> {
        Ok(Self { line: Line::at(url, password)?, version: 0 })
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.line.deadline = deadline;
        self
    }

    /// Makes the database one of many people, of whom those in a role may append and read; see `team.sql`.
    pub fn init_team(&mut self, role: &str) -> Result<(), Fault> {
        let grant =
            format!("grant select, insert (replica, scope, seq, prev, hash, body) on operations to {}", quoted(role));
        let read = format!(
            "grant select on sessions, session_models, usage_hourly, log_entries, devices, operation_bodies, session_bodies, \
             sessions_schema to {}",
            quoted(role)
        );
        self.ask(Access::Change, async |client| {
            let row = client.query_one("select current_setting('server_version_num')::int", &[]).await?;
            if row.get::<_, i32>(0) < TEAM_VERSION {
                return Ok(false);
            }
            client.batch_execute(&format!("begin; {TEAM} {grant}; {read}; commit")).await?;
            Ok(true)
        })?
        .then_some(())
        .ok_or_else(|| Fault::Denied("this server is too old for teams: PostgreSQL 15 is needed".to_owned()))
    }

    /// Asks something within the deadline; connects first where there is no connection. After a fault the connection is given
    /// up, because nobody knows what is still under way in it.
    fn ask<T: Default>(
        &mut self,
        access: Access,
        question: impl AsyncFnOnce(&mut Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Fault> {
        let (mut client, is_new) = self.line.client()?;
        // where there was no schema, somebody may have made it since
        if is_new || self.version == 0 {
            self.version = self.line.within(known_version(&client))??;
        }
        if access == Access::Change && self.version < last_version() {
            match self.line.within(migrate(&mut client))? {
                // operations go in all the same; whoever owns the database brings its views up to date
                Err(Fault::Denied(_)) if self.version > 0 => {}
                made => made?,
            }
            self.version = last_version();
        }
        if self.version == 0 {
            self.line.keep(client);
            return Ok(T::default());
        }
        let answer = self.line.within(question(&mut client))?;
        let answer = answer.map_err(|error| fault_of(&error))?;
        self.line.keep(client);
        Ok(answer)
    }
}

impl Remote for Postgres {
    fn heads(&mut self) -> Result<Heads, Fault> {
        // One look into the index for each stream, however many operations there are.
        const HEADS: &str = "with recursive streams as (
                 (select replica, scope from operations order by replica, scope limit 1)
                 union all
                 select next.replica, next.scope from streams, lateral (
                     select replica, scope from operations
                     where (replica, scope) > (streams.replica, streams.scope) order by replica, scope limit 1) as next
             )
             select streams.replica, streams.scope, last.seq, last.hash from streams, lateral (
                 select seq, hash from operations
                 where (replica, scope) = (streams.replica, streams.scope) order by seq desc limit 1) as last";
        let rows = self.ask(Access::Look, async |client| client.query(HEADS, &[]).await)?;
        // A stream whose name makes no sense was written by somebody else.
        Ok(rows.iter().filter_map(head_of).collect())
    }

    fn append(&mut self, operations: &[Operation]) -> Result<(), Fault> {
        // Two who append at once see the same head; the key then lets only one of them in.
        const APPEND: &str = "insert into operations (replica, scope, seq, prev, hash, body)
             select $1, $2, new.* from unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[]) as new
             where (select coalesce(max(seq), 0) from operations where (replica, scope) = ($1, $2)) = $7
                 and coalesce((select hash from operations where (replica, scope, seq) = ($1, $2, $7)), $8) = $8";
        let Some(first) = operations.first() else { return Ok(()) };
        let (replica, scope) = (first.stream.replica.to_string(), first.stream.scope.to_string());
        let number = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
        let seqs: Vec<i64> = operations.iter().map(|operation| number(operation.seq)).collect();
        let bytes = |bytes: fn(&Operation) -> &[u8]| operations.iter().map(bytes).collect::<Vec<&[u8]>>();
        let (prevs, hashes) = (bytes(|operation| &operation.prev.0), bytes(|operation| &operation.hash.0));
        let bodies = bytes(|operation| &operation.body);
        let after = Head::before(first);
        let (after_seq, after_hash) = (number(after.seq), after.hash.0.as_slice());
        let values: [&(dyn ToSql + Sync); 8] =
            [&replica, &scope, &seqs, &prevs, &hashes, &bodies, &after_seq, &after_hash];
        let types = [
            Type::TEXT,
            Type::TEXT,
            Type::INT8_ARRAY,
            Type::BYTEA_ARRAY,
            Type::BYTEA_ARRAY,
            Type::BYTEA_ARRAY,
            Type::INT8,
            Type::BYTEA,
        ];
        let taken = self.ask(Access::Change, async |client| {
            let statement = client.prepare_typed(APPEND, &types).await?;
            client.execute(&statement, &values).await
        })?;
        if taken == operations.len() as u64 { Ok(()) } else { Err(Fault::Moved) }
    }

    fn read(&mut self, stream: &Stream, after: u64, page: Page) -> Result<Vec<Operation>, Fault> {
        const READ: &str = "select seq, prev, hash, body from (
                 select *, sum(length(body)) over (order by seq) as upto from (
                     select seq, prev, hash, body from operations
                     where (replica, scope) = ($1, $2) and seq > $3 order by seq limit $4) as page) as measured
             where upto <= $5 or upto = length(body) order by seq";
        let (replica, scope) = (stream.replica.to_string(), stream.scope.to_string());
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(page.operations).unwrap_or(i64::MAX);
        let bytes = i64::try_from(page.bytes).unwrap_or(i64::MAX);
        let values: [&(dyn ToSql + Sync); 5] = [&replica, &scope, &after, &limit, &bytes];
        let types = [Type::TEXT, Type::TEXT, Type::INT8, Type::INT8, Type::INT8];
        let rows = self.ask(Access::Look, async |client| {
            let statement = client.prepare_typed(READ, &types).await?;
            client.query(&statement, &values).await
        })?;
        Ok(rows.iter().map_while(|row| operation_of(stream, row)).collect())
    }
}

/// The version of the schema, 0 where there is none; a later one than is known is refused.
async fn known_version(client: &Client) -> Result<i64, Fault> {
    let found = version(client).await.map_err(|error| fault_of(&error))?;
    let known = last_version();
    if found > known { Err(Fault::Newer { found, known }) } else { Ok(found) }
}

/// The version that the last migration makes.
fn last_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Brings the schema to the version that is known; two who do so at the same time do it one after the other.
async fn migrate(client: &mut Client) -> Result<(), Fault> {
    let failed = |error: tokio_postgres::Error| fault_of(&error);
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await.map_err(failed)?;
    let made =
        "create table if not exists sessions_schema (version bigint primary key, made_at timestamptz default now())";
    transaction.batch_execute(made).await.map_err(failed)?;
    let row =
        transaction.query_one("select coalesce(max(version), 0) from sessions_schema", &[]).await.map_err(failed)?;
    for (version, migration) in (1_i64..).zip(MIGRATIONS).skip(usize::try_from(row.get::<_, i64>(0)).unwrap_or(0)) {
        transaction.batch_execute(migration).await.map_err(failed)?;
        transaction.execute("insert into sessions_schema (version) values ($1)", &[&version]).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The version of the schema; 0 where there is none.
async fn version(client: &Client) -> Result<i64, tokio_postgres::Error> {
    let exists = client.query_one("select to_regclass('sessions_schema') is not null", &[]).await?;
    if !exists.get::<_, bool>(0) {
        return Ok(0);
    }
    Ok(client.query_one("select coalesce(max(version), 0) from sessions_schema", &[]).await?.get(0))
}

fn head_of(row: &Row) -> Option<(Stream, Head)> {
    let stream = Stream { replica: row.get::<_, &str>(0).parse().ok()?, scope: row.get::<_, &str>(1).parse().ok()? };
    Some((stream, Head::told(u64::try_from(row.get::<_, i64>(2)).ok()?, hash_of(row.get(3))?)?))
}

fn operation_of(stream: &Stream, row: &Row) -> Option<Operation> {
    let seq = u64::try_from(row.get::<_, i64>(0)).ok()?;
    let (prev, hash) = (hash_of(row.get(1))?, hash_of(row.get(2))?);
    Some(Operation { stream: stream.clone(), seq, prev, hash, body: row.get(3) })
}

fn hash_of(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash)
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn fault_of(error: &tokio_postgres::Error) -> Fault {
    let Some(answer) = error.as_db_error() else {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            if !message.contains(&inner.to_string()) {
                message = format!("{message}: {inner}");
            }
            cause = inner.source();
        }
        return if message.starts_with("error connecting") {
            Fault::Unreachable(message)
        } else {
            Fault::Unanswered(message)
        };
    };
    let message = answer.message().to_owned();
    match answer.code() {
        code if *code == SqlState::UNIQUE_VIOLATION => Fault::Moved,
        code if code.code().starts_with("57P") || code.code().starts_with("08") => Fault::Unanswered(message),
        code if code.code().starts_with("53") || code.code().starts_with("40") => Fault::Unreachable(message),
        _ => Fault::Denied(message),
    }
}
