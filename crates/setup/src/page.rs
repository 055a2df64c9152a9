//! The page for Claude, and the line by which a person's `CLAUDE.md` imports it.

/// Name of the page beside `CLAUDE.md`.
pub const PAGE: &str = "sessions.md";

/// The line that imports it: paths are relative to the file that imports.
const IMPORT: &str = "@sessions.md";

/// How a page of ours begins; one that begins otherwise is somebody else's.
const MARK: &str = "<!-- sessions: ";

/// Whether a page was written by us.
pub fn is_ours(page: &str) -> bool {
    page.starts_with(MARK)
}

/// A `CLAUDE.md` that imports the page, with a line at its end; one that does already stays as it is.
pub fn import(text: &str) -> String {
    if text.lines().any(is_import) {
        return text.to_owned();
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if text.is_empty() || text.ends_with('\n') {
        format!("{text}{IMPORT}{newline}")
    } else {
        format!("{text}{newline}{IMPORT}")
    }
}

/// A `CLAUDE.md` without that line. Where it was the last and had no end, the end of the line before it goes too, which
/// [`import`] had put there.
pub fn forget(text: &str) -> String {
    let kept: String = text.split_inclusive('\n').filter(|line| !is_import(line)).collect();
    let had_no_end = text.lines().next_back().is_some_and(is_import) && !text.ends_with('\n');
    match kept.strip_suffix('\n').filter(|_| had_no_end) {
        Some(shorter) => shorter.strip_suffix('\r').unwrap_or(shorter).to_owned(),
        None => kept,
    }
}

fn is_import(line: &str) -> bool {
    line.trim() == IMPORT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_put_at_the_end_once_and_taken_out_to_the_byte() {
        for text in ["", "# Mine\n", "# Mine", "a\r\nb\r\n", "a\r\nb", "\n", "a\n\n"] {
            let imported = import(text);
            assert!(imported.lines().any(|line| line == "@sessions.md"), "{imported:?}");
            assert_eq!((import(&imported), forget(&imported)), (imported, text.to_owned()));
        }
    }

    #[test]
    fn lines_of_others_stay() {
        let text = "see @sessions.md\n@sessions.md.bak\n  @sessions.md \nend";
        assert_eq!((import(text).as_str(), forget(text).as_str()), (text, "see @sessions.md\n@sessions.md.bak\nend"));
    }
}
