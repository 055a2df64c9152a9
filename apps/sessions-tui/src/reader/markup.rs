//! The marks inside a line of Markdown that change how it is drawn.

use std::ops::Range;

/// Lines longer than this are drawn plain, in bytes: nobody wrote them to be read.
const LONGEST: usize = 16 * 1024;

/// How a stretch of a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Between backticks.
    Code,
    /// Between double asterisks.
    Strong,
}

/// The marked stretches of a line, as ranges of bytes, delimiters included; later ones lie on top of earlier ones.
pub(crate) fn marks(line: &str) -> Vec<(Range<usize>, Mark)> {
    let mut found = Vec::new();
    if line.len() > LONGEST {
        return found;
    }
    let bytes = line.as_bytes();
    let mut strong_until = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'`' => {
                let run = run_length(bytes, at);
                match closing(bytes, at + run, run) {
                    Some(end) => {
                        found.push((at..end, Mark::Code));
                        at = end;
                    }
                    None => at += run,
                }
            }
            b'*' if at >= strong_until && bytes[at..].starts_with(b"**") => {
                if let Some(end) = strong_end(line, at) {
                    found.push((at..end, Mark::Strong));
                    strong_until = end;
                }
                at += 2;
            }
            _ => at += 1,
        }
    }
    found
}

fn run_length(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|byte| **byte == b'`').count()
}

/// The end of the run of exactly so many backticks that closes a stretch of code.
fn closing(bytes: &[u8], mut at: usize, run: usize) -> Option<usize> {
    while at < bytes.len() {
        if bytes[at] == b'`' {
            let length = run_length(bytes, at);
            if length == run {
                return Some(at + run);
            }
            at += length;
        } else {
            at += 1;
        }
    }
    None
}

fn strong_end(line: &str, at: usize) -> Option<usize> {
    let inside = &line[at + 2..];
    let length = inside.find("**")?;
    let opens = !inside.starts_with(char::is_whitespace);
    (length > 0 && opens).then_some(at + 2 + length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &[(&str, Mark)]) {
        let found = marks(line);
        let found: Vec<_> = found.iter().map(|(range, mark)| (&line[range.clone()], *mark)).collect();
        assert_eq!(found, expect, "{line}");
    }

    #[test]
    fn only_closed_marks_count() {
        check("plain", &[]);
        check("a `b` c", &[("`b`", Mark::Code)]);
        check("a `b c", &[]);
        check("``a ` b``", &[("``a ` b``", Mark::Code)]);
        check("**bold** and ** not", &[("**bold**", Mark::Strong)]);
        check("**a `b` c**", &[("**a `b` c**", Mark::Strong), ("`b`", Mark::Code)]);
        check("2 ** 3 ** 4", &[]);
        check("日本 `語` **字**", &[("`語`", Mark::Code), ("**字**", Mark::Strong)]);
    }
}
