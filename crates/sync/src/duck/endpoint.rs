//! DuckDB's SQL through PostgreSQL's protocol, as MotherDuck's endpoint speaks it.
//!
//! Statements and answers are plain text, one statement at a time: what every server of that protocol understands, whatever it
//! makes of prepared statements and of types in binary.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::{Channel, fault_in};
use crate::Fault;
use crate::postgres::{Line, fault_of};
use crate::serving::{Access, Answer};

/// The end of the names of MotherDuck's servers.
const MOTHERDUCK: &str = ".motherduck.com";

/// What says of another server that it speaks DuckDB's SQL.
const DIALECT: &str = "dialect=duckdb";

/// A server, and the connection to it while there is one.
#[derive(Debug)]
pub(super) struct Endpoint {
    line: Line,
}

impl Endpoint {
    pub(super) fn at(url: &str, token: &str) -> Result<Self, Fault> {
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let rest: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && *part != DIALECT).collect();
        let url = if rest.is_empty() { before.to_owned() } else { format!("{before}?{}", rest.join("&")) };
        Ok(Self { line: Line::at(&url, Some(token))? })
    }
}

/// Whether what stands at an address speaks DuckDB's SQL.
pub(crate) fn speaks_duckdb(url: &str) -> bool {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let place = before.split_once("://").map_or(before, |(_, rest)| rest);
    let host = place.split('/').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.ends_with(MOTHERDUCK) || query.split('&').any(|part| part == DIALECT)
}

impl Channel for Endpoint {
    fn ask(&mut self, _access: Access, statements: &[String], deadline: Duration) -> Result<Vec<Answer>, Fault> {
        self.line.deadline = deadline;
        let (client, _) = self.line.client()?;
        let mut answers = Vec::new();
        for statement in statements {
            let asked = self.line.within(client.simple_query(statement))?;
            let messages = asked.map_err(|error| {
                let message = error.as_db_error().map(|answer| answer.message().to_owned()).unwrap_or_default();
                fault_in(&message).unwrap_or_else(|| fault_of(&error))
            })?;
            answers.push(answer_of(&messages));
        }
        self.line.keep(client);
        Ok(answers)
    }
}

fn answer_of(messages: &[SimpleQueryMessage]) -> Answer {
    let mut answer = Answer::default();
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                answer.rows.push((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::CommandComplete(count) => answer.changed = *count,
            _ => {}
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn motherduck_is_known_by_its_name() {
        for url in [
            "postgres://postgres@pg.us-east-1-aws.motherduck.com/sessions",
            "postgresql://postgres@pg.eu-central-1-aws.motherduck.com:5432/md:?sslmode=verify-full&sslrootcert=system",
            "postgres://a@127.0.0.1:1/x?dialect=duckdb",
        ] {
            assert!(speaks_duckdb(url), "{url}");
            assert!(Endpoint::at(url, "token").is_ok(), "{url}");
        }
        for url in [
            "postgres://a@motherduck.com.example/x",
            "postgres://x.motherduck.com@db/x",
            "postgres://a@db/dialect=duckdb",
        ] {
            assert!(!speaks_duckdb(url), "{url}");
        }
    }
}
