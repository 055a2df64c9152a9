//! Reading a payload that may be endless, or never come.

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

const CHUNK_BYTES: usize = 64 * 1024;

const STACK_BYTES: usize = 64 * 1024;

/// Reads to the end, keeping the first `limit` bytes, and gives up waiting after `patience`. What lies beyond the limit
/// is read and dropped, so that the writer does not meet a closed pipe.
pub(crate) fn read(source: impl Read + Send + 'static, limit: usize, patience: Duration) -> Vec<u8> {
    let deadline = Instant::now() + patience;
    let (sender, receiver) = mpsc::channel();
    let mut payload = Vec::new();
    if thread::Builder::new().stack_size(STACK_BYTES).spawn(move || pass_on(source, limit, &sender)).is_ok() {
        while let Ok(chunk) = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            payload.extend_from_slice(&chunk);
        }
    }
    payload
}

fn pass_on(mut source: impl Read, limit: usize, to: &Sender<Vec<u8>>) {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut left = limit;
    loop {
        let read = match source.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => return,
            Ok(read) => read,
        };
        let kept = read.min(left);
        left -= kept;
        if kept > 0 && to.send(chunk[..kept].to_vec()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor};
    use std::sync::mpsc::Receiver;

    use super::*;

    const PLENTY: Duration = Duration::from_mins(1);

    /// Gives its chunks, then waits for more until the other side is dropped.
    struct Stalling(Receiver<Vec<u8>>);

    impl Read for Stalling {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Ok(chunk) = self.0.recv() else { return Ok(0) };
            buffer[..chunk.len()].copy_from_slice(&chunk);
            Ok(chunk.len())
        }
    }

    #[test]
    fn all_of_a_payload_is_read() {
        let payload: Vec<u8> = (0..=255).cycle().take(3 * CHUNK_BYTES + 7).collect();
        assert_eq!(read(Cursor::new(payload.clone()), usize::MAX, PLENTY), payload);
        assert_eq!(read(io::empty(), 9, PLENTY), b"");
    }

    #[test]
    fn beyond_the_limit_it_is_dropped() {
        let payload = vec![b'x'; 3 * CHUNK_BYTES];
        assert_eq!(read(Cursor::new(payload), CHUNK_BYTES + 1, PLENTY).len(), CHUNK_BYTES + 1);
    }

    #[test]
    fn a_writer_that_stalls_is_not_waited_for() {
        let (sender, receiver) = mpsc::channel();
        sender.send(b"part".to_vec()).expect("the other side is there");
        assert_eq!(read(Stalling(receiver), 9, Duration::from_millis(50)), b"part");
        drop(sender);
    }
}
