//! Our line in a person's crontab.

use std::path::Path;

/// How the line ends by which we know it.
const TAG: &str = "# added by `sessions setup`";

/// Every 15 minutes.
const WHEN: &str = "*/15 * * * *";

/// A crontab with the line for this program, with variables that it needs; every other line stays where it is.
pub fn insert(crontab: &str, program: &Path, variables: &[(String, String)]) -> String {
    let line = line(program, variables);
    let mut placed = false;
    let mut text = String::new();
    for old in crontab.split_inclusive('\n') {
        if !is_ours(old) {
            text += old;
        } else if !placed {
            placed = true;
            text.extend([line.as_str(), "\n"]);
        }
    }
    if !placed {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.extend([line.as_str(), "\n"]);
    }
    text
}

/// A crontab without the line.
pub fn remove(crontab: &str) -> String {
    crontab.split_inclusive('\n').filter(|line| !is_ours(line)).collect()
}

/// Whether the line is there.
pub fn has(crontab: &str) -> bool {
    crontab.lines().any(is_ours)
}

fn is_ours(line: &str) -> bool {
    line.trim_end().ends_with(TAG) && !line.trim_start().starts_with('#')
}

fn line(program: &Path, variables: &[(String, String)]) -> String {
    let quoted = |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned);
    let set = variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    let words = set.chain([quoted(&program.to_string_lossy()), "tick >/dev/null 2>&1".to_owned()]);
    let command = words.collect::<Vec<_>>().join(" ");
    // In a crontab, % ends the command.
    format!("{WHEN} {} {TAG}", command.replace('%', "\\%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_others_stay_to_the_byte() {
        for crontab in ["", "MAILTO=me\n\n# sessions\n0 4 * * * sessions tick\n", "@daily x\r\n"] {
            let with = insert(crontab, Path::new("/opt/my sessions/100%/sessions"), &[]);
            assert_eq!(
                with.strip_prefix(crontab),
                Some(
                    "*/15 * * * * '/opt/my sessions/100\\%/sessions' tick >/dev/null 2>&1 # added by `sessions setup`\n"
                )
            );
            assert!(has(&with) && !has(crontab));
            assert_eq!(
                (insert(&with, Path::new("/opt/my sessions/100%/sessions"), &[]), remove(&with)),
                (with, crontab.to_owned())
            );
        }
    }

    #[test]
    fn a_new_path_takes_the_place_of_the_old_one() {
        let old = insert("a\n", Path::new("/old/sessions"), &[]) + "b\n";
        let new = insert(&old, Path::new("/new/sessions"), &[("SESSIONS_HOME".to_owned(), "/d d".to_owned())]);
        assert_eq!(
            new,
            "a\n*/15 * * * * SESSIONS_HOME='/d d' /new/sessions tick >/dev/null 2>&1 # added by `sessions setup`\nb\n"
        );
        assert_eq!(remove(&new), "a\nb\n");
    }
}
