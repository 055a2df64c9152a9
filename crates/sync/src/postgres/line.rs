//! The connection to a server of PostgreSQL's protocol, and the time that it is given.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::{self, Runtime};
use tokio_postgres::{Client, Config};

use super::tls;
use crate::Fault;

/// Time for one answer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Time for reaching a server.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// Where a server is, and the connection to it while there is one.
#[derive(Debug)]
pub(crate) struct Line {
    config: Config,
    /// A file of certificates to trust in place of the usual ones.
    roots: Option<PathBuf>,
    runtime: Runtime,
    client: Option<Client>,
    /// Time for one answer.
    pub(crate) deadline: Duration,
}

impl Line {
    /// That to an address; nothing is asked yet.
    pub(crate) fn at(url: &str, password: Option<&str>) -> Result<Self, Fault> {
        let (url, roots) = tls::split_roots(url);
        let mut config: Config =
            url.parse().map_err(|error| Fault::Address(format!("the address makes no sense: {error}")))?;
        if let Some(password) = password {
            config.password(password);
        }
        config.application_name("sessions").connect_timeout(CONNECT_DEADLINE);
        tls::protect(&mut config);
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::Unreachable(error.to_string()))?;
        Ok(Self { config, roots, runtime, client: None, deadline: DEADLINE })
    }

    /// Takes the connection that was [kept](Self::keep), or makes one; whether it is new. After a fault it is not kept, because
    /// nobody knows what is still under way in it.
    pub(crate) fn client(&mut self) -> Result<(Client, bool), Fault> {
        if let Some(client) = self.client.take().filter(|client| !client.is_closed()) {
            return Ok((client, false));
        }
        let config = self.config.clone();
        Ok((self.within(tls::connect(&config, self.roots.as_deref()))??, true))
    }

    /// Keeps a connection for the next question.
    pub(crate) fn keep(&mut self, client: Client) {
        self.client = Some(client);
    }

    /// Waits for something until the deadline.
    pub(crate) fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Fault> {
        let deadline = self.deadline;
        self.runtime.block_on(async { tokio::time::timeout(deadline, work).await }).map_err(|_| Fault::Late(deadline))
    }
}
