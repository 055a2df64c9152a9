//! A way to a server that fails as it is told.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// Nothing.
    None,
    /// The connection is cut after so many bytes of answers.
    CutAfter(usize),
    /// After so many bytes of answers nothing comes any more, and nobody hears why.
    SilentAfter(usize),
    /// It is cut after so many bytes of questions.
    CutQuestionsAfter(usize),
}

/// A port that passes everything on to another one.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    mischief: Arc<Mutex<Mischief>>,
}

impl Proxy {
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let mischief = Arc::new(Mutex::new(Mischief::None));
        let proxy = Self { port: listener.local_addr().expect("it is bound").port(), mischief: Arc::clone(&mischief) };
        thread::spawn(move || {
            for asker in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let now = *mischief.lock().expect("nobody panics");
                join(asker, server, now);
            }
        });
        proxy
    }

    pub(crate) fn set(&self, mischief: Mischief) {
        *self.mischief.lock().expect("nobody panics") = mischief;
    }
}

fn join(asker: TcpStream, server: TcpStream, mischief: Mischief) {
    let (cut_questions, cut_answers) = match mischief {
        Mischief::None => (usize::MAX, usize::MAX),
        Mischief::CutAfter(bytes) | Mischief::SilentAfter(bytes) => (usize::MAX, bytes),
        Mischief::CutQuestionsAfter(bytes) => (bytes, usize::MAX),
    };
    for stream in [&asker, &server] {
        stream.set_nodelay(true).expect("a socket can be told so");
    }
    let is_silent = matches!(mischief, Mischief::SilentAfter(_));
    let other = |stream: &TcpStream| stream.try_clone().expect("a socket can be cloned");
    let (from, to) = (other(&asker), other(&server));
    thread::spawn(move || pass(from, to, cut_questions, false));
    thread::spawn(move || pass(server, asker, cut_answers, is_silent));
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut bytes: usize, is_silent: bool) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        let count = count.min(bytes);
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
        bytes -= count;
    }
    if is_silent {
        // both sides believe that the connection lives
        while from.read(&mut buffer).is_ok_and(|count| count > 0) {}
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
