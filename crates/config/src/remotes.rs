//! Remotes, as `config.toml` names them: `[remotes.<name>]` with a `url`. Passwords are never there.

use toml::Spanned;
use toml::de::DeValue;

use crate::settings::Problem;

/// The section of remotes, whose names the person chooses.
pub(crate) const REMOTES: &str = "remotes";

/// A place that operations are synced with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSetting {
    /// What the person calls it: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// Its address, as written.
    pub url: String,
    /// Whether others read it, so that nothing private goes there.
    pub shared: bool,
    /// Whether everything is encrypted before it goes there.
    pub encrypted: bool,
}

impl RemoteSetting {
    /// Whether a text can be the name of a remote.
    pub fn is_name(name: &str) -> bool {
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        !name.is_empty() && name.len() <= 40 && name.chars().all(fits)
    }

    /// The text of a `config.toml` with this remote added at its end.
    pub fn added_to(&self, content: &str) -> String {
        let gap = if content.is_empty() || content.ends_with("\n\n") {
            ""
        } else if content.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        let url = toml::Value::String(self.url.clone());
        let shared = if self.shared { "shared = true\n" } else { "" };
        let encrypted = if self.encrypted { "encrypted = true\n" } else { "" };
        format!("{content}{gap}[{REMOTES}.{}]\nurl = {url}\n{shared}{encrypted}", self.name)
    }

    /// The text of a `config.toml` without a remote; none where it does not stand there as a section of its own.
    pub fn removed_from(name: &str, content: &str) -> Option<String> {
        let heading = format!("[{REMOTES}.{name}]");
        let lines: Vec<&str> = content.split_inclusive('\n').collect();
        let start = lines.iter().position(|line| line.trim_start().starts_with(&heading))?;
        let length = lines[start + 1..].iter().take_while(|line| !line.trim_start().starts_with('[')).count();
        // comments right above the next heading belong to it
        let own =
            lines[start + 1..start + 1 + length].iter().rposition(|line| line.contains('=')).map_or(0, |last| last + 1);
        Some([&lines[..start], &lines[start + 1 + own..]].concat().concat())
    }
}

/// Reads the section.
pub(crate) fn read(value: &Spanned<DeValue<'_>>, remotes: &mut Vec<RemoteSetting>, problems: &mut Vec<Problem>) {
    let Some(table) = value.get_ref().as_table() else {
        problems
            .push((value.span(), "`remotes` must be sections: write [remotes.home] on a line of its own".to_owned()));
        return;
    };
    for (name, value) in table {
        let named = name.get_ref();
        if !RemoteSetting::is_name(named) {
            let problem = format!("`{named}` is no name of a remote: lower-case letters, digits, - and _");
            problems.push((name.span(), problem));
            continue;
        }
        let sound = problems.len();
        let mut remote = RemoteSetting { name: named.to_string(), url: String::new(), shared: false, encrypted: false };
        for (key, value) in value.get_ref().as_table().into_iter().flatten() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("url", DeValue::String(url)) => remote.url = url.to_string(),
                ("shared", DeValue::Boolean(shared)) => remote.shared = *shared,
                ("encrypted", DeValue::Boolean(encrypted)) => remote.encrypted = *encrypted,
                ("url" | "shared" | "encrypted", _) => {
                    let problem =
                        format!("`remotes.{named}` has a url = \"…\" and perhaps shared = true or encrypted = true");
                    problems.push((value.span(), problem));
                }
                (other, _) => {
                    let problem =
                        format!("unknown setting `remotes.{named}.{other}`; there are: url, shared, encrypted");
                    problems.push((key.span(), problem));
                }
            }
        }
        if remote.url.is_empty() {
            problems.push((name.span(), format!("`remotes.{named}` needs a url = \"…\"")));
        } else if problems.len() == sound {
            // one that is not understood could be told more than the person wants
            remotes.push(remote);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(name: &str, shared: bool) -> RemoteSetting {
        RemoteSetting { name: name.to_owned(), url: format!("/mnt/\"{name}\\"), shared, encrypted: shared }
    }

    #[test]
    fn what_is_added_is_read_and_what_is_removed_leaves_the_rest() {
        for before in ["", "# mine\n[claude]\nprogram = 'x'", "[claude]\nprogram = 'x'\n\n"] {
            let one = remote("home", false).added_to(before);
            let two = remote("team", true).added_to(&one);
            let (settings, problems) = crate::Settings::parse(&two);
            assert_eq!(
                (settings.remotes, problems.len()),
                (vec![remote("home", false), remote("team", true)], 0),
                "{two}"
            );
            let left = RemoteSetting::removed_from("team", &two).expect("it stands there");
            assert_eq!(left.trim_end(), one.trim_end());
            let left = RemoteSetting::removed_from("home", &two).expect("it stands there");
            assert_eq!(crate::Settings::parse(&left).0.remotes, [remote("team", true)]);
            assert!(left.starts_with(before), "{left}");
        }
        assert_eq!(RemoteSetting::removed_from("home", "remotes.home.url = 'x'"), None);
        let commented = "[remotes.home]\nurl = 'x' # why\n\n# about keys\n[keys]\nhelp = 'f2'\n";
        let left = RemoteSetting::removed_from("home", commented).expect("it stands there");
        assert_eq!(left, "\n# about keys\n[keys]\nhelp = 'f2'\n");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let check = |content: &str, expect: &str| assert_eq!(crate::Settings::parse(content).1.join("\n"), expect);
        check("remotes = 1", "line 1: `remotes` must be sections: write [remotes.home] on a line of its own");
        check(
            "[remotes.Home]\nurl = 'x'",
            "line 1: `Home` is no name of a remote: lower-case letters, digits, - and _",
        );
        check("[remotes.home]", "line 1: `remotes.home` needs a url = \"…\"");
        check(
            "[remotes.home]\nurl = 'x'\npassword = 'y'",
            "line 3: unknown setting `remotes.home.password`; there are: url, shared, encrypted",
        );
        check(
            "[remotes.home]\nurl = 'x'\nshared = 1",
            "line 3: `remotes.home` has a url = \"…\" and perhaps shared = true or encrypted = true",
        );
    }
}
