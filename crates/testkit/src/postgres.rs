//! A PostgreSQL server that is thrown away, on a free port of loopback.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Times that a start is looked at, a tenth of a second apart.
const LOOKS: u32 = 600;

/// A server with one user, `owner`, and one database, `postgres`; nobody needs a password. It ends with the value.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempDir,
    programs: PathBuf,
    /// Who runs it; it refuses to run as root.
    user: Option<&'static str>,
    process: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl PostgresServer {
    /// Starts one; none where PostgreSQL is not installed, which is said on standard error.
    ///
    /// # Panics
    ///
    /// Where it is installed and cannot be started.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skip("PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let user = is_root().then_some("nobody");
        if let Some(user) = user {
            // whoever runs the server owns its folder
            let status = Command::new("chown").arg(user).arg(folder.path()).status();
            assert!(status.is_ok_and(|status| status.success()), "the folder can be given to {user}");
        }
        let data = folder.path().join("data");
        let made = program(&programs.join("initdb"), user, folder.path())
            .args(["--auth=trust", "--username=owner", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()
            .expect("initdb can be started");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = off\nmax_connections = 40\n\
             shared_buffers = 16MB\n"
        );
        let mut file = OpenOptions::new().append(true).open(data.join("postgresql.conf")).expect("initdb made it");
        file.write_all(settings.as_bytes()).expect("it can be written");
        let process = run(&programs, user, folder.path());
        let server = Self { folder, programs, user, process, port };
        server.wait();
        Some(server)
    }

    /// The address of its database, for a user.
    pub fn url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends it at once, without a chance to put anything in order, and starts it again.
    pub fn restart_hard(&mut self) {
        self.stop("immediate");
        self.process = run(&self.programs, self.user, self.folder.path());
        self.wait();
    }

    /// Asks a user for a password from now on.
    ///
    /// # Panics
    ///
    /// Where the settings cannot be changed.
    pub fn demand_password(&mut self, user: &str) {
        let file = self.folder.path().join("data/pg_hba.conf");
        let before = fs::read_to_string(&file).expect("initdb made it");
        let line = format!("host all {user} 127.0.0.1/32 scram-sha-256\n");
        fs::write(&file, line + &before).expect("it can be written");
        self.restart_hard();
    }

    /// Starts it again with TLS, for the name `localhost`; the file of the certificate to trust. None where `openssl` is
    /// missing, which is said on standard error.
    ///
    /// # Panics
    ///
    /// Where `openssl` fails.
    pub fn with_tls(&mut self) -> Option<PathBuf> {
        let folder = self.folder.path().join("tls");
        fs::create_dir(&folder).expect("a folder can be made");
        let openssl = |words: &str| Command::new("openssl").args(words.split(' ')).current_dir(&folder).output();
        if openssl("version").is_err() {
            skip("openssl is not installed");
            return None;
        }
        fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").expect("it can be written");
        let key = "-newkey rsa:2048 -nodes -days 30";
        for words in [
            format!("req -x509 {key} -subj /CN=authority -keyout ca.key -out ca.pem"),
            format!("req {key} -subj /CN=localhost -keyout server.key -out server.csr"),
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem"
                .into(),
        ] {
            let output = openssl(&words).expect("openssl can be started");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        if let Some(user) = self.user {
            let status = Command::new("chown").args(["-R", user]).arg(&folder).status();
            assert!(status.is_ok_and(|status| status.success()), "the folder can be given to {user}");
        }
        let path = |name: &str| folder.join(name).display().to_string();
        let settings =
            format!("ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n", path("server.pem"), path("server.key"));
        let file = self.folder.path().join("data/postgresql.conf");
        let before = fs::read_to_string(&file).expect("initdb made it");
        fs::write(&file, before + &settings).expect("it can be written");
        self.restart_hard();
        Some(folder.join("ca.pem"))
    }

    /// What `psql` answers, without headings.
    ///
    /// # Panics
    ///
    /// Where `psql` cannot be started.
    pub fn psql(&self, user: &str, sql: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .arg(self.url(user))
            .output()
            .expect("psql can be started");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        said.trim().to_owned()
    }

    fn stop(&mut self, how: &str) {
        let data = self.folder.path().join("data");
        let _ = program(&self.programs.join("pg_ctl"), self.user, self.folder.path())
            .args(["stop", "--silent", "-m", how, "-D"])
            .arg(data)
            .output();
        // pg_ctl has ended it; otherwise nothing else will
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn wait(&self) {
        for _ in 0..LOOKS {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() && self.psql("owner", "select 1") == "1" {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default();
        panic!("the server did not start: {log}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop("immediate");
    }
}

#[expect(clippy::print_stderr, reason = "a test that tests nothing has to be noticed")]
fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn run(programs: &Path, user: Option<&str>, folder: &Path) -> Child {
    let data = folder.join("data");
    let mut command = program(&programs.join("postgres"), user, folder);
    command.arg("-D").arg(data).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command.spawn().expect("the server can be started")
}

fn program(path: &Path, user: Option<&str>, folder: &Path) -> Command {
    let mut command = match user {
        None => Command::new(path),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), "--clear-groups", "--regid=nogroup"]).arg(path);
            command
        }
    };
    command.current_dir(folder).env("LC_ALL", "C").env("TZ", "UTC");
    command
}

/// The folder of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let named = std::env::var_os("PATH").unwrap_or_default();
    folders.splice(0..0, std::env::split_paths(&named));
    folders.into_iter().rfind(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}
