//! The built-in history: unpacked into a folder of its own, moved to the present, removed at the end.

mod notes;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use config::{Environment, Paths};
use include_dir::{Dir, DirEntry, include_dir};

/// A small history written for this purpose, laid out as Claude Code's folder.
static HISTORY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../assets/demo");

/// Age that the newest record is given.
const NEWEST_AGE: TimeDelta = TimeDelta::hours(2);

/// What stands before a record's time.
const KEY: &str = "\"timestamp\":\"";

/// The unpacked history; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    /// Unpacks the history so that it ends shortly before a moment.
    pub(crate) fn unpack(now: DateTime<Utc>) -> color_eyre::Result<Self> {
        let folder = tempfile::Builder::new().prefix("sessions-demo-").tempdir()?;
        let newest = files(&HISTORY).filter_map(|(_, text)| newest_in(text)).max().unwrap_or(now);
        let shift = now - NEWEST_AGE - newest;
        for (path, text) in files(&HISTORY) {
            write(&folder.path().join("claude").join(path), &shifted(text, shift))?;
        }
        let demo = Self { folder };
        notes::write(&Paths::new(&demo.environment(&Environment::default()))?.journal(), now)?;
        Ok(demo)
    }

    /// An environment in which every path leads into the demo.
    pub(crate) fn environment(&self, outside: &Environment) -> Environment {
        let under = |name: &str| self.folder.path().join(name);
        let mut inside = outside.clone();
        for (variable, place) in [
            ("HOME", under("home")),
            ("XDG_CONFIG_HOME", under("config")),
            ("XDG_DATA_HOME", under("data")),
            ("SESSIONS_HOME", under("data")),
            ("CLAUDE_CONFIG_DIR", under("claude")),
        ] {
            inside.variables.insert(variable.to_owned(), place.to_string_lossy().into_owned());
        }
        inside.home = Some(under("home"));
        inside
    }
}

/// Every transcript (and other text) of the history, with its path.
fn files(folder: &'static Dir<'static>) -> Box<dyn Iterator<Item = (&'static Path, &'static str)>> {
    Box::new(folder.entries().iter().flat_map(|entry| match entry {
        DirEntry::Dir(folder) => files(folder),
        DirEntry::File(file) => Box::new(file.contents_utf8().map(|text| (file.path(), text)).into_iter()),
    }))
}

/// Times of records, with the places where they stand.
fn times(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, DateTime<Utc>)> + '_ {
    text.match_indices(KEY).filter_map(|(at, _)| {
        let start = at + KEY.len();
        let end = start + text[start..].find('"')?;
        Some((start..end, DateTime::parse_from_rfc3339(&text[start..end]).ok()?.to_utc()))
    })
}

fn newest_in(text: &str) -> Option<DateTime<Utc>> {
    times(text).map(|(_, time)| time).max()
}

fn shifted(text: &str, by: TimeDelta) -> String {
    let mut moved = String::with_capacity(text.len());
    let mut done = 0;
    for (place, time) in times(text) {
        moved += &text[done..place.start];
        moved += &(time + by).to_rfc3339_opts(SecondsFormat::Millis, true);
        done = place.end;
    }
    moved + &text[done..]
}

/// Writes a file that was last changed when its newest record says so.
fn write(path: &PathBuf, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
    fs::write(path, text)?;
    match newest_in(text) {
        Some(newest) => File::options().write(true).open(path)?.set_modified(SystemTime::from(newest)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_ends_two_hours_ago_and_keeps_its_gaps() {
        let now = "2027-02-03T04:05:06Z".parse().expect("a moment");
        let demo = Demo::unpack(now).expect("it can be unpacked");
        let read = |path: &Path| fs::read_to_string(demo.folder.path().join("claude").join(path)).expect("a file");
        let newest = files(&HISTORY).filter_map(|(path, _)| newest_in(&read(path))).max();
        assert_eq!(newest, Some(now - NEWEST_AGE));
        for (path, text) in files(&HISTORY) {
            let gaps = |text: &str| {
                let times: Vec<_> = times(text).map(|(_, time)| time).collect();
                times.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
            };
            assert_eq!(gaps(&read(path)), gaps(text), "{}", path.display());
        }
    }

    #[test]
    fn nothing_of_the_person_is_reached_from_the_demo() {
        let demo = Demo::unpack(Utc::now()).expect("it can be unpacked");
        let outside = Environment { home: Some("/home/ada".into()), ..Environment::default() };
        let paths = config::Paths::new(&demo.environment(&outside)).expect("it has a home");
        let inside = |path: &PathBuf| path.starts_with(demo.folder.path());
        assert!([&paths.data, &paths.store, &paths.spool, &paths.config].into_iter().all(inside));
        assert!(paths.roots.iter().all(inside));
    }

    #[test]
    fn the_history_is_removed_at_the_end() {
        let demo = Demo::unpack(Utc::now()).expect("it can be unpacked");
        let folder = demo.folder.path().to_owned();
        drop(demo);
        assert!(!folder.exists());
    }
}
