//! Where a remote is, as a person writes it.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::duck::speaks_duckdb;
use crate::git::without_secrets;
use crate::{Duck, Fault, Folder, Git, Keyring, Postgres, Remote, Sealed, Seen};

/// The forms of an address.
pub const FORMS: &str = "postgres://user@host/database, /a/folder, git@host:path/repository.git, git:<address>, \
                         duckdb:/a/file.duckdb or md:<database>";

/// The database of MotherDuck where an address names none.
const MOTHERDUCK_DATABASE: &str = "sessions";

/// Where a remote is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A PostgreSQL database.
    Postgres(String),
    /// A git repository.
    Git(String),
    /// A folder.
    Folder(PathBuf),
    /// A DuckDB file.
    DuckDb(PathBuf),
    /// A database of MotherDuck.
    MotherDuck {
        /// Its name.
        database: String,
        /// A mirror of DuckDB's extensions, where it is not the usual place.
        extensions: Option<String>,
    },
}

/// What opening a remote takes beside its address.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// What may be the password or the token, in the order in which they are tried. Servers that are no MotherDuck take the
    /// first one.
    pub secrets: Vec<String>,
    /// Whether others use it too, so that they must be able to read what is written.
    pub is_shared: bool,
    /// What seals everything that goes there, and what was opened of it before; none where it is readable.
    pub seal: Option<(Keyring, Seen)>,
    /// How long a single answer is waited for; where nobody says so, as long as suits the kind of place. Folders know no such time.
    pub deadline: Option<Duration>,
    /// Where a repository keeps its copy.
    pub copy: PathBuf,
    /// The program that [serves](crate::serving::serve) DuckDB.
    pub program: PathBuf,
}

/// What of the end of a server's address says which place it is; the rest says how it is spoken to.
const WHERE: [&str; 5] = ["options", "host", "port", "dbname", "user"];

impl Address {
    /// Reads one; `~` stands for the home directory, and a relative path begins at `here`.
    pub fn parse(text: &str, home: Option<&Path>, here: &Path) -> Result<Self, Fault> {
        let text = text.trim();
        let wrong = |why: &str| Fault::Address(format!("`{}` {why}; an address is {FORMS}", without_secrets(text)));
        if text.is_empty() || text.starts_with('-') {
            return Err(wrong("is no address"));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        if let Some(url) = text.strip_prefix("git:").filter(|url| !url.starts_with("//")) {
            return Ok(Self::Git(url.to_owned()));
        }
        if let Some(rest) = text.strip_prefix("md:") {
            return motherduck(rest).ok_or_else(|| wrong("names no database of MotherDuck"));
        }
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("git" | "ssh" | "git+ssh") => return Ok(Self::Git(text.to_owned())),
            Some("https" | "http" | "file") if is_repository(text) => return Ok(Self::Git(text.to_owned())),
            Some("https" | "http") => return Err(wrong("is no repository unless git: stands before it")),
            Some(_) => return Err(wrong("is of a kind that is not known")),
            None => {}
        }
        let under_home = |path: &str| match (path.strip_prefix('~').map(|rest| rest.trim_start_matches('/')), home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => here.join(path),
        };
        if let Some(path) = text.strip_prefix("duckdb:") {
            return if path.is_empty() { Err(wrong("names no file")) } else { Ok(Self::DuckDb(under_home(path))) };
        }
        let is_path = text.starts_with(['/', '.', '~']);
        if !is_path && text.contains('@') && text.contains(':') {
            return Ok(Self::Git(text.to_owned()));
        }
        if let Some(folder) = text.strip_prefix("folder:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::Folder(under_home(folder)));
        }
        let path = under_home(text);
        if is_repository(text) {
            return Ok(Self::Git(path.display().to_string()));
        }
        if is_path { Ok(Self::Folder(path)) } else { Err(wrong("is no address: write ./ before a folder")) }
    }

    /// The same without a password, and the password.
    pub fn split_password(self) -> (Self, Option<String>) {
        if let Self::Postgres(url) = &self
            && let (bare, Some(password)) = without_password(url)
        {
            let (address, before) = Self::Postgres(bare).split_password();
            return (address, before.or(Some(password)));
        }
        let (Self::Postgres(url) | Self::Git(url)) = &self else { return (self, None) };
        let Some((scheme, rest)) = url.split_once("://") else { return (self, None) };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let Some((who, place)) = rest[..end].rsplit_once('@') else { return (self, None) };
        let Some((user, password)) = who.split_once(':') else { return (self, None) };
        let url = format!("{scheme}://{user}@{place}{}", &rest[end..]);
        let password = decoded(password);
        match self {
            Self::Postgres(_) => (Self::Postgres(url), Some(password)),
            // git asks its own helpers for passwords
            _ => (Self::Git(url), None),
        }
    }

    /// The form that is kept.
    pub fn written(&self) -> String {
        match self {
            Self::Postgres(url) => url.clone(),
            Self::Git(url) if is_repository(url) => url.clone(),
            Self::Git(url) => format!("git:{url}"),
            Self::Folder(path) => path.display().to_string(),
            Self::DuckDb(path) => format!("duckdb:{}", path.display()),
            Self::MotherDuck { database, extensions: None } => format!("md:{database}"),
            Self::MotherDuck { database, extensions: Some(mirror) } => format!("md:{database}?{EXTENSIONS}{mirror}"),
        }
    }

    /// Whether it is the place of another address, however that is written: two names of one place would pass everything twice.
    /// Of a server only the same user of the same database is the same place.
    pub fn is_place_of(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    /// What is the same for all ways to write it.
    fn place(&self) -> String {
        let real = |path: &Path| {
            let whole = path.canonicalize().ok();
            // a file that is not made yet lies in a folder that is
            let within = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
            whole.or_else(within).unwrap_or_else(|| path.to_owned()).display().to_string()
        };
        match self {
            Self::Folder(path) => format!("folder:{}", real(path)),
            Self::DuckDb(path) => format!("duckdb:{}", real(path)),
            Self::MotherDuck { database, .. } => format!("md:{database}"),
            Self::Git(url) => {
                let url = without_secrets(url.strip_prefix("file://").unwrap_or(url));
                let path = if url.starts_with('/') { real(Path::new(&url)) } else { url };
                format!("git:{}", path.trim_end_matches('/').trim_end_matches(".git"))
            }
            Self::Postgres(_) => {
                let Self::Postgres(url) = self.clone().split_password().0 else { return self.written() };
                let url = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let (server, query) = url.split_once('?').unwrap_or((url, ""));
                let (host, database) = server.split_once('/').unwrap_or((server, ""));
                let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
                let host = host.strip_suffix(":5432").unwrap_or(host).to_lowercase();
                let tells =
                    |part: &&str| WHERE.iter().any(|key| part.split_once('=').is_some_and(|(name, _)| name == *key));
                let mut place: Vec<&str> = query.split('&').filter(tells).collect();
                place.sort_unstable();
                format!("postgres:{user}@{host}/{}?{}", database.trim_end_matches('/'), place.join("&"))
            }
        }
    }

    /// The address of a PostgreSQL server.
    pub fn postgres(&self) -> Option<&str> {
        match self {
            Self::Postgres(url) if !speaks_duckdb(url) => Some(url),
            _ => None,
        }
    }

    /// Whether people ask it in SQL.
    pub fn is_database(&self) -> bool {
        matches!(self, Self::Postgres(_) | Self::DuckDb(_) | Self::MotherDuck { .. })
    }

    /// Whether it is MotherDuck, by whichever way, so that a token opens it.
    pub fn is_motherduck(&self) -> bool {
        match self {
            Self::MotherDuck { .. } => true,
            Self::Postgres(url) => speaks_duckdb(url),
            _ => false,
        }
    }

    /// Opens it. Nothing is asked yet.
    pub fn open(&self, means: &Means) -> Result<Box<dyn Remote>, Fault> {
        let remote = self.plain(means)?;
        Ok(match &means.seal {
            None => remote,
            Some((keyring, seen)) => Box::new(Sealed::new(remote, keyring.clone(), seen.clone())),
        })
    }

    fn plain(&self, means: &Means) -> Result<Box<dyn Remote>, Fault> {
        let Means { secrets, copy, program, deadline, .. } = means;
        let duck = |duck: Duck| Box::new(within(duck, *deadline, Duck::with_deadline));
        Ok(match self {
            Self::Postgres(url) if self.is_motherduck() => duck(Duck::endpoint(url, secrets)?),
            Self::Postgres(url) => {
                let postgres = Postgres::at(url, secrets.first().map(String::as_str))?;
                Box::new(within(postgres, *deadline, Postgres::with_deadline))
            }
            Self::Git(url) => Box::new(within(Git::at(url, copy)?, *deadline, Git::with_deadline)),
            Self::Folder(path) => Box::new(Folder::at(path, means.is_shared)?),
            Self::DuckDb(path) => duck(Duck::file(path, program)),
            Self::MotherDuck { database, extensions } => {
                duck(Duck::motherduck(database, extensions.as_deref(), secrets, program))
            }
        })
    }
}

/// A remote, with a deadline where there is one.
fn within<R>(remote: R, deadline: Option<Duration>, with_deadline: impl FnOnce(R, Duration) -> R) -> R {
    match deadline {
        Some(deadline) => with_deadline(remote, deadline),
        None => remote,
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.clone().split_password().0 {
            // who one is there is no secret
            Self::Postgres(url) => formatter.write_str(&url),
            other => formatter.write_str(&without_secrets(&other.written())),
        }
    }
}

/// What names a mirror of DuckDB's extensions in an address of MotherDuck.
const EXTENSIONS: &str = "extensions=";

/// A database of MotherDuck, from what stands behind `md:`.
fn motherduck(rest: &str) -> Option<Address> {
    let (database, query) = rest.split_once('?').map_or((rest, None), |(database, query)| (database, Some(query)));
    let extensions = match query {
        None => None,
        Some(query) => Some(query.strip_prefix(EXTENSIONS).filter(|mirror| !mirror.is_empty())?.to_owned()),
    };
    let database = if database.is_empty() { MOTHERDUCK_DATABASE } else { database };
    let is_name = database.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    is_name.then(|| Address::MotherDuck { database: database.to_owned(), extensions })
}

/// The address of a server without a password behind its question mark, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((before, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (secret, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|part| part.starts_with("password="));
    let password = secret.first().and_then(|part| part.split_once('=')).map(|(_, password)| decoded(password));
    (if rest.is_empty() { before.to_owned() } else { format!("{before}?{}", rest.join("&")) }, password)
}

/// Whether an address is that of a repository without saying so.
fn is_repository(address: &str) -> bool {
    Path::new(address.trim_end_matches('/')).extension().is_some_and(|end| end == "git")
}

/// A text in which `%40` stands for `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, Fault> {
        Address::parse(text, Some(Path::new("/home/ada")), Path::new("/here"))
    }

    #[test]
    fn one_place_is_known_by_every_way_to_write_it() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let at = |path: &str| home.path().join(path).display().to_string();
        std::fs::create_dir(home.path().join("sync")).expect("a folder can be made");
        std::os::unix::fs::symlink(home.path().join("sync"), home.path().join("link")).expect("a link can be made");
        let check = |one: &str, other: &str, expect: bool| {
            let [one, other] = [one, other].map(|text| parse(text).expect("an address"));
            assert_eq!(one.is_place_of(&other), expect, "{one} {other}");
        };
        check(&at("sync"), &at("sync/../link/"), true);
        check(&at("sync"), &at("other"), false);
        check(&format!("duckdb:{}", at("sync/x.duckdb")), &format!("duckdb:{}", at("link/x.duckdb")), true);
        check(&at("sync"), &format!("duckdb:{}", at("sync")), false);
        check("postgres://ada:pw@DB.example/x", "postgresql://ada@db.example:5432/x?sslmode=disable", true);
        check("postgres://ada@db/x", "postgres://eve@db/x", false);
        check("postgres://ada@db/x", "postgres://ada@db/x?options=-csearch_path%3Dy", false);
        check("https://ada@git.example/x.git", "https://git.example/x.git/", true);
        check("git@host:ada/x.git", "git@host:ada/y.git", false);
        check("md:x", "md:x?extensions=http://mirror", true);
    }

    #[test]
    fn every_form_is_understood() {
        let check = |text: &str, expect: Address| assert_eq!(parse(text).expect("an address"), expect, "{text}");
        check("postgres://ada@db/x", Address::Postgres("postgres://ada@db/x".into()));
        check("/mnt/nas", Address::Folder("/mnt/nas".into()));
        check("~/Sync/sessions", Address::Folder("/home/ada/Sync/sessions".into()));
        check("folder:~/Sync/x.git", Address::Folder("/home/ada/Sync/x.git".into()));
        check("./shared", Address::Folder("/here/./shared".into()));
        check("git@github.com:ada/history.git", Address::Git("git@github.com:ada/history.git".into()));
        check("https://git.example/ada/history.git", Address::Git("https://git.example/ada/history.git".into()));
        check("git:https://git.example/ada/history", Address::Git("https://git.example/ada/history".into()));
        check("/srv/history.git", Address::Git("/srv/history.git".into()));
        check("duckdb:/mnt/nas/x.duckdb", Address::DuckDb("/mnt/nas/x.duckdb".into()));
        check("duckdb:~/x.duckdb", Address::DuckDb("/home/ada/x.duckdb".into()));
        let motherduck = |database: &str, mirror: Option<&str>| Address::MotherDuck {
            database: database.into(),
            extensions: mirror.map(str::to_owned),
        };
        check("md:", motherduck("sessions", None));
        check("md:history?extensions=http://mirror", motherduck("history", Some("http://mirror")));
        for wrong in [
            "",
            "--help",
            "md:a b",
            "md:x?motherduck_token=y",
            "duckdb:",
            "https://example.com/x",
            "ftp://x/y",
            "sessions",
        ] {
            let fault = parse(wrong).expect_err("no address").to_string();
            assert!(fault.contains("an address is postgres://"), "{wrong}: {fault}");
        }
    }

    #[test]
    fn what_is_kept_is_read_again_and_holds_no_password() {
        for text in [
            "postgres://ada@db/x",
            "/mnt/nas",
            "git@github.com:ada/history.git",
            "git:https://git.example/h",
            "duckdb:/mnt/x.duckdb",
            "md:history",
            "md:history?extensions=http://mirror",
        ] {
            let address = parse(text).expect("an address");
            assert_eq!(parse(&address.written()).expect("an address"), address);
        }
        let (address, password) = parse("postgres://ada:s%40c:ret@db:5433/x?a=b").expect("an address").split_password();
        assert_eq!(
            (address.written().as_str(), password.as_deref()),
            ("postgres://ada@db:5433/x?a=b", Some("s@c:ret"))
        );
        let (address, password) =
            parse("postgres://ada@db/x?a=b&password=s%20cret&c=d").expect("an address").split_password();
        assert_eq!((address.written().as_str(), password.as_deref()), ("postgres://ada@db/x?a=b&c=d", Some("s cret")));
        for shown in ["postgres://ada:s3cret@db/x", "postgres://ada@db/x?password=s3cret"] {
            assert_eq!(parse(shown).expect("an address").to_string(), "postgres://ada@db/x");
        }
        let wrong = parse("https://ada:s3cret@example.com/x").expect_err("no repository").to_string();
        assert!(!wrong.contains("s3cret"), "{wrong}");
        assert!(!parse("git:https://ada:s3cret@h/x").expect("an address").to_string().contains("s3cret"));
    }
}
