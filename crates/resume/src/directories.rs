//! Where a session can be taken up again, the best place first.

use std::path::{Path, PathBuf};

/// Puts directories that a session ran in, given the latest first, in the order in which to try them: first those whose
/// project folder holds its transcript, because clients before 2.1.223 look for it there only.
pub fn directories<'a>(transcript: Option<&Path>, ran_in: impl IntoIterator<Item = &'a str>) -> Vec<PathBuf> {
    let folder = transcript.and_then(Path::parent).and_then(Path::file_name);
    let folder = folder.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut directories: Vec<&str> = ran_in.into_iter().collect();
    directories.sort_by_key(|directory| !transcript::slug_matches(&folder, directory));
    directories.into_iter().map(PathBuf::from).collect()
}

/// The directory that is missed, the best of those that a session ran in, if none of them is there.
pub fn gone(directories: &[PathBuf]) -> Option<&Path> {
    directories.first().filter(|_| !directories.iter().any(|directory| directory.is_dir())).map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_the_transcripts_own_folder_comes_first() {
        for (folder, expect) in [
            ("-home-ada-shop", ["/home/ada/shop", "/home/ada/shop/web"]),
            ("-home-ada-shop-web", ["/home/ada/shop/web", "/home/ada/shop"]),
            ("-elsewhere", ["/home/ada/shop/web", "/home/ada/shop"]),
        ] {
            let transcript = Path::new("/home/ada/.claude/projects").join(folder).join("s.jsonl");
            let found = directories(Some(&transcript), ["/home/ada/shop/web", "/home/ada/shop"]);
            assert_eq!(found, expect.map(PathBuf::from), "{folder}");
        }
    }

    #[test]
    fn a_directory_is_missed_only_if_none_of_the_others_is_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let there = folder.path().to_owned();
        let (first, second) = (there.join("first"), there.join("second"));
        assert_eq!(gone(&[first.clone(), second.clone()]), Some(first.as_path()));
        assert_eq!(gone(&[first, there]), None);
        assert_eq!(gone(&[]), None);
    }
}
