//! Paths that go on as what a person types does.

use std::fs;

use config::Environment;

/// At most so many are offered.
const MOST: usize = 200;

/// Paths that begin as the text does, written as it is; a directory ends in `/`.
pub(super) fn offers(environment: &Environment, text: &str, directories: bool) -> Vec<String> {
    let (folder, start) = text.rfind('/').map_or(("", text), |at| text.split_at(at + 1));
    let place = environment.resolve(if folder.is_empty() { "." } else { folder });
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut offers: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_hidden = name.starts_with('.') && !start.starts_with('.');
            let is_directory = entry.path().is_dir();
            let is_offered = name.starts_with(start) && !is_hidden && (is_directory || !directories);
            is_offered.then(|| format!("{folder}{name}{}", if is_directory { "/" } else { "" }))
        })
        .collect();
    offers.sort();
    offers.truncate(MOST);
    offers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_offered_as_they_are_written() {
        let home = testkit::Home::new();
        for folder in ["src/shop", "src/shoes", "src/.hidden"] {
            fs::create_dir_all(home.path().join(folder)).expect("a folder can be made");
        }
        fs::write(home.path().join("src/short.md"), "").expect("a file can be written");
        let environment =
            Environment { home: Some(home.path().to_owned()), cwd: home.path().join("src"), ..Environment::default() };
        for (text, directories, expect) in [
            ("~/src/sho", true, vec!["~/src/shoes/", "~/src/shop/"]),
            ("~/src/sho", false, vec!["~/src/shoes/", "~/src/shop/", "~/src/short.md"]),
            ("shop", true, vec!["shop/"]),
            ("~/src/.h", true, vec!["~/src/.hidden/"]),
            ("~/nowhere/", true, vec![]),
        ] {
            assert_eq!(offers(&environment, text, directories), expect, "{text}");
        }
    }
}
