//! How files stood when they were kept, so that a look at their sizes and times says what is new. It can be deleted: the
//! packs are then asked.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::Place;

/// First line of the file.
const HEADING: &str = "kept files: bytes, time in ns, seed, root, file";

/// How a file stood when it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stood {
    pub(crate) bytes: u64,
    pub(crate) modified_ns: i64,
    /// What a copy of it shares with it; 0 if nothing tells.
    pub(crate) seed: u64,
}

/// How all files stood.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) files: HashMap<Place, Stood>,
}

impl Seen {
    /// Reads it; what cannot be read was not seen.
    pub(crate) fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut lines = text.lines();
        if lines.next() != Some(HEADING) {
            return Self::default();
        }
        Self { files: lines.filter_map(line).collect() }
    }

    /// Writes it.
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut text = format!("{HEADING}\n");
        for (place, stood) in &self.files {
            let Stood { bytes, modified_ns, seed } = stood;
            let Some(root) = place.root.to_str().filter(|root| !root.contains(['\t', '\n'])) else { continue };
            if !place.file.contains(['\t', '\n']) {
                let _ = writeln!(text, "{bytes}\t{modified_ns}\t{seed:x}\t{root}\t{}", place.file);
            }
        }
        config::replace_file(path, text.as_bytes())
    }
}

fn line(line: &str) -> Option<(Place, Stood)> {
    let mut fields = line.split('\t');
    let (bytes, modified_ns) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let seed = u64::from_str_radix(fields.next()?, 16).ok()?;
    let place = Place { root: fields.next()?.into(), file: fields.next()?.to_owned() };
    Some((place, Stood { bytes, modified_ns, seed }))
}

/// What a copy of a transcript shares with it: the first id of a record in it (a fork keeps the ids, client 2.1.328).
pub(crate) fn seed(beginning: &[u8]) -> u64 {
    const KEY: &[u8] = b"\"uuid\":";
    let Some(place) = beginning.windows(KEY.len()).position(|window| window == KEY) else { return 0 };
    let rest = beginning[place + KEY.len()..].trim_ascii_start();
    let Some(id) = rest.strip_prefix(b"\"").and_then(|rest| rest.split(|byte| *byte == b'"').next()) else { return 0 };
    let digest = blake3::hash(id);
    digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
