//! Who may listen on the way to a database: nobody, unless it is on this machine or the person said so.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault_of;
use crate::Fault;

/// Asks for encryption and a certificate that is right, unless the server is on this machine, or the address says
/// `sslmode=disable`.
pub(super) fn protect(config: &mut Config) {
    if config.get_ssl_mode() == SslMode::Prefer {
        let is_near = config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let mode = if is_near { SslMode::Disable } else { SslMode::Require };
        config.ssl_mode(mode);
    }
}

/// Takes `sslrootcert=<file>` out of an address, which the driver does not know. Certificates are always checked, so
/// `sslmode=verify-full` asks for what is done anyway.
pub(super) fn split_roots(url: &str) -> (String, Option<PathBuf>) {
    let Some((before, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (mut rest, mut roots) = (Vec::new(), None);
    for part in query.split('&') {
        match part.split_once('=') {
            // the authorities that everybody trusts are the usual ones here
            Some(("sslrootcert", "system") | ("sslmode", "verify-full" | "verify-ca")) => rest.push("sslmode=require"),
            Some(("sslrootcert", path)) => roots = Some(PathBuf::from(path.replace("%2F", "/").replace("%2f", "/"))),
            _ => rest.push(part),
        }
    }
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    (before.to_owned() + &query, roots)
}

fn roots_of(path: &Path) -> Result<RootCertStore, Fault> {
    let wrong = |why: &dyn std::fmt::Display| Fault::Address(format!("{}: {why}", path.display()));
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
        store.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    }
    if store.is_empty() { Err(wrong(&"there is no certificate in it")) } else { Ok(store) }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Host::Unix(_) => true,
    }
}

/// Connects; what carries the connection on runs as long as the client lives.
pub(super) async fn connect(config: &Config, roots: Option<&Path>) -> Result<Client, Fault> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await.map_err(|error| fault_of(&error))?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let roots = match roots {
        Some(path) => roots_of(path)?,
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
    };
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let settings = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let settings = settings.map_err(|error| Fault::Address(error.to_string()))?;
    let tls = MakeRustlsConnect::new(settings.with_root_certificates(roots).with_no_client_auth());
    let (client, connection) = config.connect(tls).await.map_err(|error| fault_of(&error))?;
    tokio::spawn(connection);
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_to_trust_are_taken_out_of_the_address() {
        let check = |url: &str, expect: (&str, Option<&str>)| {
            assert_eq!(split_roots(url), (expect.0.to_owned(), expect.1.map(PathBuf::from)), "{url}");
        };
        check("postgres://a@b/c", ("postgres://a@b/c", None));
        check("postgres://a@b/c?sslrootcert=/etc/ca.pem", ("postgres://a@b/c", Some("/etc/ca.pem")));
        let both = "postgres://a@b/c?x=y&sslrootcert=%2Fca.pem&sslmode=verify-full";
        check(both, ("postgres://a@b/c?x=y&sslmode=require", Some("/ca.pem")));
        check("postgres://a@b/c?sslrootcert=system", ("postgres://a@b/c?sslmode=require", None));
    }

    #[test]
    fn only_this_machine_is_talked_to_in_the_clear() {
        let mode = |url: &str| {
            let mut config: Config = url.parse().expect("an address");
            protect(&mut config);
            config.get_ssl_mode()
        };
        for here in
            ["postgres://a@localhost/d", "postgres://a@127.0.0.1/d", "postgres://a@[::1]/d", "host=/run/pg user=a"]
        {
            assert_eq!(mode(here), SslMode::Disable, "{here}");
        }
        for there in
            ["postgres://a@db.example/d", "postgres://a@localhost.example/d", "postgres://a@localhost,db.example/d"]
        {
            assert_eq!(mode(there), SslMode::Require, "{there}");
        }
        assert_eq!(mode("postgres://a@db.example/d?sslmode=disable"), SslMode::Disable, "the person said so");
        assert_eq!(mode("postgres://a@localhost/d?sslmode=require"), SslMode::Require);
    }
}
