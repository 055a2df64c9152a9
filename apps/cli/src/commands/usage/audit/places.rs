//! Where requests stand: files by number, and lines in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use archive::{Archive, Opened};
use store::Telling;

use super::sheet::Entry;
use crate::plain_text::one_line;

/// The files of an audit, numbered, and the lines at which requests stand in them.
pub(super) struct Places {
    /// Each file, and whether it existed at the last scan.
    pub(super) files: Vec<(PathBuf, bool)>,
    numbers: HashMap<PathBuf, usize>,
    lines: HashMap<(PathBuf, u64), u64>,
    home: Option<PathBuf>,
}

impl Places {
    /// Finds the lines in all files that tell some requests. What cannot be read has no line numbers.
    pub(super) fn of(entries: &[Entry], archive: &Archive, home: Option<&Path>) -> Self {
        let mut places =
            Self { files: Vec::new(), numbers: HashMap::new(), lines: HashMap::new(), home: home.map(Path::to_owned) };
        let mut offsets: BTreeMap<&Path, BTreeSet<u64>> = BTreeMap::new();
        for entry in entries {
            for telling in std::iter::once(entry.counted()).chain(&entry.audited.tellings) {
                places.add(telling);
                offsets.entry(&telling.path).or_default().insert(telling.request.offset);
            }
        }
        for (path, offsets) in offsets {
            let found = lines_at(archive.open(path), &offsets).unwrap_or_default();
            places.lines.extend(found.into_iter().map(|(offset, line)| ((path.to_owned(), offset), line)));
        }
        places
    }

    fn add(&mut self, telling: &Telling) {
        if !self.numbers.contains_key(&telling.path) {
            self.files.push((telling.path.clone(), telling.present));
            self.numbers.insert(telling.path.clone(), self.files.len());
        }
    }

    /// The number of the file that tells it, from 1.
    pub(super) fn number(&self, telling: &Telling) -> usize {
        self.numbers.get(&telling.path).copied().unwrap_or_default()
    }

    /// The line at which a telling stands, from 1.
    pub(super) fn line(&self, telling: &Telling) -> Option<u64> {
        self.lines.get(&(telling.path.clone(), telling.request.offset)).copied()
    }

    /// A path as people read it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = self.home.as_deref().and_then(|home| path.strip_prefix(home).ok());
        one_line(&below.map_or_else(|| path.display().to_string(), |below| format!("~/{}", below.display())))
    }
}

/// The numbers of the lines that hold some bytes of a file.
fn lines_at(file: io::Result<Opened>, offsets: &BTreeSet<u64>) -> io::Result<Vec<(u64, u64)>> {
    let mut reader = BufReader::new(file?);
    let (mut line, mut end) = (0, 0);
    let mut found = Vec::with_capacity(offsets.len());
    for &offset in offsets {
        while end <= offset {
            match reader.skip_until(b'\n')? as u64 {
                0 => return Ok(found),
                read => end += read,
            }
            line += 1;
        }
        found.push((offset, line));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::lines_at;

    #[test]
    fn a_byte_stands_in_the_line_that_holds_it() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("lines");
        std::fs::write(&file, "ab\n\ncd\ne").expect("a file can be written");
        let opened = std::fs::File::open(&file).map(archive::Opened::File);
        let found = lines_at(opened, &BTreeSet::from([0, 2, 3, 4, 5, 7, 9])).expect("it can be read");
        assert_eq!(found, [(0, 1), (2, 1), (3, 2), (4, 3), (5, 3), (7, 4)]);
    }
}
