//! The one rule for which project a directory belongs to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Repository;

/// The project of a directory.
///
/// Its key is, of these, the first that there is:
/// 1. `project-name` in the front matter of `CLAUDE.md` at the root of the repository;
/// 2. the identity of its remote, `host/owner/name`, `origin` before others;
/// 3. the name of the root folder, with a few digits made from its path, so that two folders of one name stay apart.
///
/// A linked work tree belongs to the project of its repository. Outside a repository the directory itself is the root, or
/// what it is a worktree of by the usual places of worktrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// What tells it from others; never empty.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The directory that the key came from.
    pub root: PathBuf,
}

/// As much of a `CLAUDE.md` as is read for its front matter, bytes.
const FRONT_MATTER_BYTES: u64 = 16 * 1024;

impl Project {
    /// The project of a directory, which need not be there.
    pub fn of(directory: &Path) -> Self {
        let directory = &fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        if !directory.is_absolute() {
            return Self::guess(directory);
        }
        let Some(repository) = Repository::around(directory) else {
            let root = directory.to_str().map_or(directory.as_path(), |path| Path::new(transcript::project_root(path)));
            let written = written_name(directory).or_else(|| written_name(root));
            return Self::named(written, None, root.to_owned());
        };
        let main = repository.work_trees().into_iter().next().unwrap_or_else(|| repository.root.clone());
        let written = written_name(&repository.root).or_else(|| written_name(&main));
        Self::named(written, repository.remotes().into_iter().next(), main)
    }

    /// The project of a directory of which nothing but the path is known: that of another machine.
    pub fn guess(directory: &Path) -> Self {
        let root = directory.to_str().map_or(directory, |path| Path::new(transcript::project_root(path)));
        Self::named(None, None, root.to_owned())
    }

    fn named(written: Option<String>, remote: Option<String>, root: PathBuf) -> Self {
        if let Some(name) = written {
            return Self { key: slug(&name), name, root };
        }
        if let Some(key) = remote {
            let name = key.rsplit('/').next().unwrap_or(&key).to_owned();
            return Self { key, name, root };
        }
        let name = transcript::project_name(&root.to_string_lossy()).to_owned();
        let slug = Some(slug(&name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "folder".to_owned());
        Self { key: format!("{slug}~{:06x}", digits_of(&root)), name, root }
    }
}

/// What each of some projects is called where all are listed, by key: its name; where several have one name, as much of
/// the key or the path before it as tells them apart. The same for the same projects, in whatever order they are given.
pub fn labels<'a>(projects: impl IntoIterator<Item = &'a Project>) -> BTreeMap<&'a str, String> {
    // one key that several directories gave is one project: of its names and roots the least
    let mut known: BTreeMap<&str, (&str, &Path)> = BTreeMap::new();
    for project in projects {
        let this = (project.name.as_str(), project.root.as_path());
        let kept = known.entry(project.key.as_str()).or_insert(this);
        *kept = this.min(*kept);
    }
    let longer = |key: &str, root: &Path, parts: usize| {
        let path = if key.contains('~') { root.to_string_lossy().into_owned() } else { key.to_owned() };
        let mut parts: Vec<&str> = path.rsplit(['/', '\\']).filter(|part| !part.is_empty()).take(parts).collect();
        parts.reverse();
        parts.join("/")
    };
    let mut labels: BTreeMap<&str, String> = known.iter().map(|(key, (name, _))| (*key, (*name).to_owned())).collect();
    for parts in [2, 3, usize::MAX] {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for label in labels.values() {
            *count.entry(label.to_lowercase()).or_default() += 1;
        }
        let shared = labels.iter_mut().filter(|(_, label)| count.get(&label.to_lowercase()).is_some_and(|n| *n > 1));
        for (key, label) in shared {
            *label = longer(key, known[key].1, parts);
        }
    }
    labels
}

/// The `project-name` in the front matter of a directory's `CLAUDE.md`.
fn written_name(root: &Path) -> Option<String> {
    let mut text = Vec::new();
    File::open(root.join("CLAUDE.md")).ok()?.take(FRONT_MATTER_BYTES).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    if lines.next()?.trim_end() != "---" {
        return None;
    }
    let fields = lines.take_while(|line| !matches!(line.trim_end(), "---" | "..."));
    let written = fields.filter_map(|line| line.strip_prefix("project-name:")).map(scalar).next()?;
    // a name of signs alone names nothing
    Some(written).filter(|name| !slug(name).is_empty())
}

/// A value of YAML in one line: in quotes, or up to a comment.
fn scalar(written: &str) -> String {
    let written = written.trim();
    for quote in ['"', '\''] {
        if let Some((inside, _)) = written.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote)) {
            return inside.trim().to_owned();
        }
    }
    written.split(" #").next().unwrap_or_default().trim().to_owned()
}

/// Letters and digits of every script in lower case, everything between them as one `-`.
fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A few digits that are the same for a path wherever and whenever they are made (FNV-1a, 24 bits of it).
fn digits_of(path: &Path) -> u64 {
    let hash = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 24) ^ (hash >> 48)) & 0xff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_another_system_has_nothing_to_do_with_where_this_program_runs() {
        // tests run inside a repository
        let project = Project::of(Path::new(r"D:\oh-my-posh"));
        assert_eq!((project.name.as_str(), project.root.as_path()), ("oh-my-posh", Path::new(r"D:\oh-my-posh")));
    }

    struct Disk(tempfile::TempDir);

    impl Disk {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a temporary folder"))
        }

        fn write(&self, path: &str, text: &str) -> &Self {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
            self
        }

        fn repository(&self, path: &str, config: &str) -> &Self {
            self.write(&format!("{path}/.git/HEAD"), "ref: refs/heads/main\n");
            self.write(&format!("{path}/.git/config"), config)
        }

        fn project(&self, path: &str) -> Project {
            let directory = self.0.path().join(path);
            fs::create_dir_all(&directory).expect("a folder can be made");
            Project::of(&directory)
        }
    }

    #[test]
    fn a_name_in_claude_md_goes_before_the_remote_and_that_before_the_folder() {
        let disk = Disk::new();
        disk.repository("src/shop", "[remote \"origin\"]\n\turl = git@host:Ada/Shop.git\n");
        let project = disk.project("src/shop/api/deep");
        assert_eq!((project.key.as_str(), project.name.as_str()), ("host/ada/shop", "shop"));
        assert!(project.root.ends_with("src/shop"), "{:?}", project.root);
        disk.write("src/shop/CLAUDE.md", "---\nother: 1\nproject-name: \"My Shop!\" # ours\n---\n# Shop\n");
        let project = disk.project("src/shop/api");
        assert_eq!((project.key.as_str(), project.name.as_str()), ("my-shop", "My Shop!"));
        disk.write("src/shop/api/CLAUDE.md", "---\nproject-name: api\n---\n");
        assert_eq!(disk.project("src/shop/api").key, "my-shop", "only the root of the repository counts");
    }

    #[test]
    fn two_folders_of_one_name_stay_apart() {
        let disk = Disk::new();
        disk.repository("work/api", "").repository("home/api", "");
        let (one, two) = (disk.project("work/api/src"), disk.project("home/api"));
        assert_eq!((one.name.as_str(), two.name.as_str()), ("api", "api"));
        assert!(one.key.starts_with("api~") && two.key.starts_with("api~"), "{one:?} {two:?}");
        assert_ne!(one.key, two.key);
        assert_eq!(one, disk.project("work/api"), "it is the same everywhere in it");
        disk.repository("a/api", "[remote \"origin\"]\nurl = https://host/a/api\n");
        disk.repository("b/api", "[remote \"origin\"]\nurl = https://host/b/api\n");
        assert_ne!(disk.project("a/api").key, disk.project("b/api").key);
    }

    #[test]
    fn a_name_that_several_have_is_made_longer() {
        let project =
            |key: &str, name: &str, root: &str| Project { key: key.into(), name: name.into(), root: root.into() };
        let all = [
            project("host/ada/api", "api", "/a/api"),
            project("host/bob/api", "api", "/b/api"),
            project("api~000001", "api", "/home/work/api"),
            project("docs~000002", "Docs", "/x/docs"),
            project("docs~000003", "docs", "/y/x/docs"),
            project("shop", "Shop", "/z/shop"),
            project("shop", "My shop", "/y/shop"),
        ];
        let labels = labels(&all);
        let expect = [
            ("api~000001", "work/api"),
            ("docs~000002", "x/docs"),
            ("docs~000003", "y/x/docs"),
            ("host/ada/api", "ada/api"),
            ("host/bob/api", "bob/api"),
            ("shop", "My shop"),
        ];
        assert_eq!(labels, expect.map(|(key, label)| (key, label.to_owned())).into());
        let reversed = super::labels(all.iter().rev());
        assert_eq!(labels, reversed);
    }

    #[test]
    fn names_of_any_script_are_names() {
        let disk = Disk::new();
        for (path, name) in [("プロジェクト", "プロジェクト"), ("Счёт № 2", "счёт-2"), ("...", "folder")]
        {
            let key = disk.project(&format!("x/{path}_")).key;
            assert_eq!(key.split('~').next(), Some(name.trim_end_matches('_')), "{path}");
        }
        disk.write("y/CLAUDE.md", "---\nproject-name: 'Ümläute und 汉字'\n---\n");
        assert_eq!(disk.project("y").key, "ümläute-und-汉字");
    }

    #[test]
    fn what_is_no_front_matter_names_nothing() {
        let disk = Disk::new();
        for text in [
            "",
            "project-name: x\n",
            "---\nproject-name:\n---\n",
            "---\n project-name: x\n---\n",
            "---\n---\nproject-name: x\n",
            "---\nproject-name: '!?'\n",
        ] {
            disk.write("z/CLAUDE.md", text);
            assert!(disk.project("z").key.starts_with("z~"), "{text:?}");
        }
        disk.write("z/CLAUDE.md", "\u{feff}---\r\nproject-name: shop # the old one\r\n---\r\n");
        assert_eq!(disk.project("z").name, "shop");
    }

    #[test]
    fn a_linked_work_tree_belongs_to_the_project_of_its_repository() {
        let disk = Disk::new();
        disk.repository("shop", "");
        let base = disk.0.path().canonicalize().expect("it is there");
        let link = base.join("shop/.git/worktrees/fix");
        disk.write("shop/.git/worktrees/fix/commondir", "../..\n");
        disk.write("shop/.git/worktrees/fix/gitdir", &format!("{}/trees/fix/.git\n", base.display()));
        disk.write("trees/fix/.git", &format!("gitdir: {}\n", link.display()));
        assert_eq!(disk.project("trees/fix/src").key, disk.project("shop").key);
    }
}
