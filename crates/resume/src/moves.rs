//! Directories that went elsewhere: the one rule for which sessions belong to a place, and which project it was before.

use std::fs;
use std::path::{Path, PathBuf};

use crate::places::{Places, ancestors, joined};
use crate::project::Project;

/// Directories that moved: where each of them is now.
///
/// One that is there again moved no more: what runs in it has nothing to do with what went, except for sessions that began before it
/// was said where it went. A link that was left in its place changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moves(Vec<Step>);

/// A directory that went elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    from: PathBuf,
    to: PathBuf,
    /// When it was said, milliseconds since 1970; none where it was found.
    said_ms: Option<u64>,
    /// Whether something else was made in its place.
    is_there_again: bool,
}

impl Step {
    /// Whether what was in the old place at some moment went along.
    fn takes(&self, moment_ms: Option<u64>) -> bool {
        match (moment_ms, self.said_ms) {
            (Some(moment), Some(said)) => moment <= said,
            _ => !self.is_there_again,
        }
    }
}

impl Moves {
    /// Those that the file of [`Places`] remembers.
    pub fn read(file: &Path) -> Self {
        Self::of(Places::read(file))
    }

    pub(crate) fn of(places: Places) -> Self {
        let step = |(from, to, said_ms): (PathBuf, PathBuf, Option<u64>)| {
            let there = fs::canonicalize(&from).ok();
            let is_there_again = there.is_some_and(|there| fs::canonicalize(&to).ok() != Some(there));
            Step { from, to, said_ms, is_there_again }
        };
        Self(places.moves().into_iter().map(step).collect())
    }

    /// All places that a directory went to one after the other, or the one that it lay in; none if it did not. `began_ms` is when what is
    /// asked for was there, milliseconds since 1970. Looks at no disk.
    pub fn ways(&self, directory: &str, began_ms: Option<u64>) -> Vec<String> {
        let (mut at, mut moment) = (PathBuf::from(directory), began_ms);
        let mut ways = Vec::new();
        // a directory can move several times; back and forth is no way
        for _ in 0..self.0.len() {
            let next = ancestors(&at).find_map(|(above, below)| {
                let step = self.0.iter().find(|step| step.from == above && step.takes(moment))?;
                Some((joined(&step.to, &below), step.said_ms))
            });
            let Some((to, said_ms)) = next else { break };
            moment = moment.max(said_ms.filter(|_| moment.is_some()));
            ways.extend(to.to_str().map(str::to_owned));
            at = to;
        }
        ways
    }

    /// All places that a directory, or the one that it lay in, ever went to, whenever that was.
    pub fn every_way(&self, directory: &str) -> Vec<String> {
        let mut found = vec![PathBuf::from(directory)];
        let mut at = 0;
        while let Some(place) = found.get(at).cloned().filter(|_| at <= self.0.len()) {
            at += 1;
            let steps = self.0.iter();
            let went = steps.filter_map(|step| {
                let (_, below) = ancestors(&place).find(|(above, _)| *above == step.from)?;
                Some(joined(&step.to, &below))
            });
            let new: Vec<PathBuf> = went.filter(|to| !found.contains(to)).collect();
            found.extend(new);
        }
        found.into_iter().skip(1).filter_map(|path| path.into_os_string().into_string().ok()).collect()
    }

    /// Where a directory is now that went, or that lay in one that did; none if it did not. Looks at no disk.
    pub fn now(&self, directory: &str, began_ms: Option<u64>) -> Option<String> {
        self.ways(directory, began_ms).pop()
    }

    /// Directories that a session ran in that began at some moment, and where those are now. One that went and in whose place something
    /// else was made is left out.
    pub fn places<'a>(&self, ran_in: impl IntoIterator<Item = &'a str>, began_ms: Option<u64>) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        for directory in ran_in {
            let now = self.now(directory, began_ms);
            let own = Some(directory.to_owned()).filter(|_| now.is_none() || !self.is_there_again(directory));
            for place in own.into_iter().chain(now) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// Directories that a session can go on in: those that it ran in, or where what a person said to have moved is.
    pub fn to_go_on<'a>(&self, ran_in: impl IntoIterator<Item = &'a str>, began_ms: Option<u64>) -> Vec<String> {
        let now = |ran: &str| {
            let now = self.now(ran, began_ms).filter(|_| self.is_there_again(ran));
            now.filter(|now| Path::new(now).is_dir()).unwrap_or_else(|| ran.to_owned())
        };
        ran_in.into_iter().map(now).collect()
    }

    /// Whether something else was made where a directory, or one above it, was.
    fn is_there_again(&self, directory: &str) -> bool {
        let is_one = |above: &Path| self.0.iter().any(|step| step.from == above && step.is_there_again);
        ancestors(Path::new(directory)).any(|(above, _)| is_one(&above))
    }

    /// Where a directory was before, by all ways that lead to it from places where nothing else was made.
    pub fn before(&self, directory: &Path) -> Vec<PathBuf> {
        self.came_from(directory, |step| !step.is_there_again)
    }

    /// The same, with those places where something else was made since.
    pub fn ever_before(&self, directory: &Path) -> Vec<PathBuf> {
        self.came_from(directory, |_| true)
    }

    fn came_from(&self, directory: &Path, counts: impl Fn(&Step) -> bool) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = vec![directory.to_owned()];
        let mut at = 0;
        while let Some(place) = found.get(at).cloned() {
            at += 1;
            let steps = self.0.iter().filter(|step| counts(step));
            let came = steps.filter_map(|step| Some(joined(&step.from, place.strip_prefix(&step.to).ok()?)));
            let new: Vec<PathBuf> = came.filter(|from| !found.contains(from)).collect();
            // each move is one step at most: what goes round in circles ends
            found.extend(new.into_iter().filter(|_| at <= self.0.len()));
        }
        found.split_off(1)
    }

    /// The project of a directory, and every key that it ever had: a folder that moved had another one.
    pub fn project(&self, directory: &Path) -> (Project, Vec<String>) {
        let project = Project::of(directory);
        let mut keys = vec![project.key.clone()];
        keys.extend(self.before(&project.root).iter().map(|before| Project::of(before).key));
        (project, keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(moved: &[(&str, &str)]) -> Moves {
        let step =
            |(from, to): &(&str, &str)| Step { from: from.into(), to: to.into(), said_ms: None, is_there_again: false };
        Moves(moved.iter().map(step).collect())
    }

    #[test]
    fn what_lay_in_a_directory_went_along_with_it() {
        let moves = moves(&[("/src/shop", "/depot/store"), ("/depot/store", "/srv/store"), (r"D:\src\web", "/web")]);
        for (before, now) in [
            ("/src/shop", Some("/srv/store")),
            ("/src/shop/api/v1", Some("/srv/store/api/v1")),
            ("/depot/store/api", Some("/srv/store/api")),
            ("/srv/store", None),
            ("/src/shops", None),
            ("/src", None),
            (r"D:\src\web\api", Some("/web/api")),
        ] {
            assert_eq!(moves.now(before, None).as_deref(), now, "{before}");
        }
        assert_eq!(moves.places(["/src/shop", "/srv/store", "/else"], None), ["/src/shop", "/srv/store", "/else"]);
        assert_eq!(moves.before(Path::new("/srv/store/api")), ["/depot/store/api", "/src/shop/api"].map(PathBuf::from));
        assert!(moves.before(Path::new("/srv")).is_empty());
    }

    #[test]
    fn back_and_forth_is_no_way_and_no_loop() {
        let moves = moves(&[("/a", "/b"), ("/b", "/a"), ("/c", "/c/d")]);
        assert!(moves.now("/a", None).is_some() && moves.now("/c", None).is_some());
        assert!(!moves.before(Path::new("/a")).is_empty());
        assert!(moves.before(Path::new("/c/d/d/d/d/d/d/d/d")).len() < 9);
    }

    #[test]
    fn a_directory_that_is_there_again_did_not_move_and_a_link_changes_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (old, new, file) =
            (folder.path().join("old"), folder.path().join("new"), folder.path().join("places.json"));
        fs::create_dir(&new).expect("a folder can be made");
        Places::remember(&file, &old, &new).expect("it can be written");
        let now = || Moves::read(&file).now(&old.to_string_lossy(), Some(7));
        assert_eq!(now().as_deref(), new.to_str());
        std::os::unix::fs::symlink(&new, &old).expect("a link can be made");
        assert_eq!(now().as_deref(), new.to_str());
        fs::remove_file(&old).expect("it can be removed");
        fs::create_dir(&old).expect("a folder can be made");
        assert_eq!(now(), None);
    }
    #[test]
    fn what_a_person_said_holds_for_what_began_before_whatever_is_made_in_the_old_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        let (old, new, last, file) = (path("shop"), path("store"), path("depot"), path("places.json"));
        fs::create_dir(&new).expect("a folder can be made");
        fs::create_dir(&old).expect("a folder can be made");
        Places::say(&file, &old, &new, 10).expect("it can be written");
        let now = |began_ms| Moves::read(&file).now(&old.to_string_lossy(), began_ms);
        assert_eq!((now(Some(5)).as_deref(), now(Some(11)), now(None)), (new.to_str(), None, None));
        let text = old.to_string_lossy().into_owned();
        assert_eq!(Moves::read(&file).places([&*text], Some(5)), [new.to_string_lossy()]);
        assert_eq!(Moves::read(&file).to_go_on([&*text], Some(5)), [new.to_string_lossy()]);
        assert_eq!(Moves::read(&file).places([&*text], Some(11)), [&*text]);
        fs::remove_dir(&old).expect("it can be removed");
        fs::rename(&new, &last).expect("it can be moved");
        Places::say(&file, &new, &last, 20).expect("it can be written");
        assert_eq!(now(Some(5)).as_deref(), last.to_str());
        fs::rename(&last, &old).expect("it can be moved");
        Places::say(&file, &last, &old, 30).expect("it can be written");
        assert_eq!(now(Some(5)), None, "it is where it was");
        assert_eq!(Moves::read(&file).now(&new.to_string_lossy(), Some(15)).as_deref(), old.to_str());
    }
}
