//! One transcript file under construction, as bytes.

use std::io::Write;

use chrono::{DateTime, SecondsFormat};

use super::random::Random;

/// Length of a session id and of every other UUID as text.
pub(crate) const UUID: usize = 36;

/// What all records of a file have in common.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub(crate) cwd: String,
    pub(crate) branch: &'static str,
    pub(crate) version: &'static str,
    pub(crate) agent: Option<String>,
}

/// Bytes, the chain and the clock.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    bytes: Vec<u8>,
    id: String,
    envelope: Envelope,
    /// Where the session's id stands, so that a fork can put another in its place.
    id_at: Vec<usize>,
    parent: Option<String>,
    pub(crate) clock_ms: i64,
    /// Requests that began here (not those that were copied in).
    pub(crate) requests: u64,
    pub(crate) lines: u64,
}

impl Sheet {
    pub(crate) fn new(id: String, envelope: Envelope, clock_ms: i64) -> Self {
        let (bytes, id_at) = (Vec::with_capacity(256 * 1024), Vec::new());
        Self { bytes, id, envelope, id_at, parent: None, clock_ms, requests: 0, lines: 0 }
    }

    /// The beginning of another file under a new id, cut at a byte where a line ends: the same records, each
    /// pointing back to where it came from.
    pub(crate) fn forked(original: &Self, cut: &Cut, id: String) -> Self {
        let marks = original.id_at.partition_point(|at| *at < cut.byte);
        let mut bytes = original.bytes[..cut.byte].to_vec();
        for at in &original.id_at[..marks] {
            bytes[*at..*at + UUID].copy_from_slice(id.as_bytes());
        }
        Self {
            bytes,
            id_at: original.id_at[..marks].to_vec(),
            parent: cut.parent.clone(),
            clock_ms: original.clock_ms + 3_600_000,
            envelope: original.envelope.clone(),
            id,
            requests: 0,
            lines: cut.line,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Here a fork could be cut.
    pub(crate) fn cut(&self) -> Cut {
        Cut { byte: self.bytes.len(), line: self.lines, parent: self.parent.clone() }
    }

    /// A record of the conversation: `fields` are its own, without braces.
    pub(crate) fn chained(&mut self, random: &mut Random, fields: &[&str]) {
        let uuid = uuid(random);
        self.put(match &self.parent {
            Some(parent) => format!("{{\"parentUuid\":\"{parent}\",\"isSidechain\":"),
            None => "{\"parentUuid\":null,\"isSidechain\":".to_owned(),
        });
        match &self.envelope.agent {
            Some(agent) => self.put(format!("true,\"agentId\":\"{agent}\",")),
            None => self.put("false,"),
        }
        for field in fields {
            self.put(field);
        }
        let moment = self.moment();
        self.put(format!(",\"uuid\":\"{uuid}\",\"timestamp\":\"{moment}\",\"userType\":\"external\",\"entrypoint\":\"cli\",\"cwd\":\"{}\",\"sessionId\":\"", self.envelope.cwd));
        self.put_id();
        let Envelope { version, branch, .. } = self.envelope;
        self.put(format!("\",\"version\":\"{version}\",\"gitBranch\":\"{branch}\"}}\n"));
        self.lines += 1;
        self.clock_ms += 400;
        self.parent = Some(uuid);
    }

    /// A record beside the conversation: `fields` are its own, without braces.
    pub(crate) fn beside(&mut self, fields: &[&str]) {
        self.put("{");
        for field in fields {
            self.put(field);
        }
        self.put(",\"sessionId\":\"");
        self.put_id();
        self.put("\"}\n");
        self.lines += 1;
    }

    /// Ends the chain, so that the next record is a root; returns the record before.
    pub(crate) fn new_root(&mut self) -> Option<String> {
        self.parent.take()
    }

    /// The last record of the chain.
    pub(crate) fn last(&self) -> &str {
        self.parent.as_deref().unwrap_or_default()
    }

    /// The clock as records write it.
    pub(crate) fn moment(&self) -> String {
        let moment = DateTime::from_timestamp_millis(self.clock_ms).expect("a moment of this century");
        moment.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    fn put(&mut self, text: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(text.as_ref());
    }

    fn put_id(&mut self) {
        self.id_at.push(self.bytes.len());
        self.bytes.extend_from_slice(self.id.as_bytes());
    }
}

/// A place between two lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut {
    byte: usize,
    line: u64,
    parent: Option<String>,
}

/// A random UUID of version 4.
pub(crate) fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.draw(), random.draw());
    let mut text = Vec::with_capacity(UUID);
    let (first, second, third) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    let (fourth, fifth) = ((low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
    write!(text, "{first:08x}-{second:04x}-4{third:03x}-{fourth:04x}-{fifth:012x}").expect("memory takes every byte");
    String::from_utf8(text).expect("hexadecimal digits")
}
