//! A server that speaks PostgreSQL's protocol, as far as plain questions need it, and DuckDB's SQL: what MotherDuck's endpoint is.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sync::serving::{Access, Answer, Place, Question, Refusal, receive, send};

/// An engine of its own for whoever asks.
pub(crate) struct Engine {
    child: Child,
}

impl Engine {
    pub(crate) fn of(file: &Path) -> Self {
        let mut command = Command::new(crate::PROGRAM);
        let child = command.arg("engine").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut engine = Self { child: child.expect("the program can be started") };
        let place = Place::File(file.to_owned());
        send(engine.child.stdin.as_mut().expect("it has a pipe"), &place).expect("it listens");
        engine
    }

    pub(crate) fn ask(&mut self, access: Access, statements: &[String]) -> Result<Vec<Answer>, Refusal> {
        let patience = Duration::from_secs(10);
        let question =
            Question { access, statements: statements.to_vec(), patience, deadline: Duration::from_secs(30) };
        send(self.child.stdin.as_mut().expect("it has a pipe"), &question).expect("it listens");
        let answered = receive(self.child.stdout.as_mut().expect("it has a pipe")).expect("it answers");
        answered.expect("it has not ended")
    }

    /// Carries out one statement that changes something.
    pub(crate) fn change(&mut self, statement: &str) {
        self.ask(Access::Write, &[statement.to_owned()]).expect("it is carried out");
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server; it lets in whoever has the token.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// What was shown as one, in order.
    pub(crate) shown: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn over(file: &Path, token: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let server = Self { port: listener.local_addr().expect("it is bound").port(), shown: Arc::clone(&shown) };
        let file = file.to_owned();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (file, shown) = (file.clone(), Arc::clone(&shown));
                // a client that goes away ends it
                thread::spawn(move || drop(Connection::meet(connection, &file, token, &shown)));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/history?dialect=duckdb", self.port)
    }
}

/// A client.
struct Connection {
    stream: TcpStream,
    file: PathBuf,
    engine: Engine,
    /// Statements of the transaction that is open: they are carried out together at its end.
    transaction: Option<Vec<String>>,
}

impl Connection {
    fn meet(mut stream: TcpStream, file: &Path, token: &str, shown: &Mutex<Vec<String>>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let length = number(&mut stream)?;
        let mut startup = vec![0; length as usize - 4];
        stream.read_exact(&mut startup)?;
        put(&mut stream, b'R', &3_u32.to_be_bytes())?;
        let (_, password) = message(&mut stream)?;
        let told = String::from_utf8_lossy(&password).trim_end_matches('\0').to_owned();
        shown.lock().expect("nobody panics").push(told);
        if password.strip_suffix(&[0]) != Some(token.as_bytes()) {
            return put(&mut stream, b'E', b"SFATAL\0C28P01\0Mthe token is not valid\0\0");
        }
        put(&mut stream, b'R', &0_u32.to_be_bytes())?;
        put(&mut stream, b'Z', b"I")?;
        let engine = Engine::of(file);
        let mut connection = Self { stream, file: file.to_owned(), engine, transaction: None };
        loop {
            match message(&mut connection.stream)? {
                (b'Q', text) => connection.answer(String::from_utf8_lossy(&text).trim_end_matches('\0').to_owned())?,
                _ => return Ok(()),
            }
        }
    }

    fn answer(&mut self, statement: String) -> io::Result<()> {
        let word = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        let statements = match (word.as_str(), self.transaction.take()) {
            ("BEGIN", _) => {
                self.transaction = Some(vec![statement]);
                Vec::new()
            }
            ("COMMIT", Some(mut all)) => {
                all.push(statement);
                all
            }
            (_, Some(mut all)) => {
                all.push(statement);
                self.transaction = Some(all);
                Vec::new()
            }
            (_, None) => vec![statement],
        };
        let access = if word == "SELECT" && self.file.exists() { Access::Read } else { Access::Write };
        let answered = if statements.is_empty() { Ok(Vec::new()) } else { self.engine.ask(access, &statements) };
        match answered {
            Err(refusal) => {
                let why = format!("SERROR\0CXX000\0M{}\0\0", format!("{refusal:?}").replace('\0', " "));
                put(&mut self.stream, b'E', why.as_bytes())?;
            }
            Ok(answers) => self.tell(&word, &answers.into_iter().last().unwrap_or_default())?,
        }
        put(&mut self.stream, b'Z', b"I")
    }

    fn tell(&mut self, word: &str, answer: &Answer) -> io::Result<()> {
        if let Some(first) = answer.rows.first() {
            let mut columns = count(first.len()).to_be_bytes().to_vec();
            for _ in first {
                columns.extend(b"c\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
            }
            put(&mut self.stream, b'T', &columns)?;
        }
        for row in &answer.rows {
            let mut cells = count(row.len()).to_be_bytes().to_vec();
            for cell in row {
                let bytes = cell.as_deref().map(str::as_bytes);
                cells.extend(bytes.map_or(-1, |bytes| i32::try_from(bytes.len()).expect("it is short")).to_be_bytes());
                cells.extend(bytes.unwrap_or_default());
            }
            put(&mut self.stream, b'D', &cells)?;
        }
        let done = if word == "INSERT" { format!("INSERT 0 {}\0", answer.changed) } else { format!("{word} 0\0") };
        put(&mut self.stream, b'C', done.as_bytes())
    }
}

fn count(columns: usize) -> u16 {
    u16::try_from(columns).expect("there are few")
}

fn number(stream: &mut TcpStream) -> io::Result<u32> {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

fn message(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut kind = [0];
    stream.read_exact(&mut kind)?;
    let mut content = vec![0; (number(stream)? as usize).saturating_sub(4)];
    stream.read_exact(&mut content)?;
    Ok((kind[0], content))
}

fn put(stream: &mut TcpStream, kind: u8, content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len() + 4).expect("it is short");
    stream.write_all(&[&[kind][..], &length.to_be_bytes(), content].concat())
}

/// How late a late answer is.
pub(crate) const LATE: Duration = Duration::from_secs(2);

/// A server of plain HTTP that behaves as it is told: what DuckDB loads its extensions from.
pub(crate) fn mirror(manner: Manner) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        let mut kept = BTreeMap::new();
        for (number, mut connection) in listener.incoming().flatten().enumerate() {
            let mut asked = [0; 1024];
            let _ = connection.read(&mut asked);
            match manner {
                Manner::Never => drop(kept.insert(number, connection)),
                Manner::Broken => drop(connection.write_all(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")),
                Manner::Garbage => {
                    drop(
                        connection
                            .write_all(b"HTTP/1.1 200 Fine\r\nContent-Length: 4\r\nConnection: close\r\n\r\nELF?"),
                    );
                }
                Manner::Reset => drop(connection),
                Manner::Late => {
                    thread::sleep(LATE);
                    drop(connection.write_all(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"));
                }
            }
        }
    });
    format!("http://127.0.0.1:{port}")
}

/// How such a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes the question and never answers.
    Never,
    /// It answers that it is broken.
    Broken,
    /// It answers with something else.
    Garbage,
    /// It closes the connection.
    Reset,
    /// It answers that it is broken, after [`LATE`].
    Late,
}
