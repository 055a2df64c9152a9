//! A title that Claude Code shows, too: its own record of a renamed session, added to the transcript.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::json;
use store::{SessionRow, live};

use crate::context::Context;
use crate::lookup;
use crate::report::Fault;

/// Adds the record to the transcript of a session that does not run.
pub(super) fn write(context: &Context, row: &SessionRow, title: &str) -> color_eyre::Result<()> {
    let id = row.id();
    if live::running(&context.paths.known_roots()).iter().any(|running| running.session == *id) {
        let step = "Use `/rename` in it, or try again when it has ended.";
        return Err(Fault::new("running", format!("{id} is running; its client writes its transcript."))
            .next(step)
            .into());
    }
    let Some(path) = row.transcript.as_deref().filter(|path| path.is_file()) else {
        return Err(lookup::transcript_gone(id).into());
    };
    add(path, id.as_str(), title)?;
    Ok(())
}

/// Adds the record as a line of its own, in one write.
fn add(path: &Path, session: &str, title: &str) -> std::io::Result<()> {
    let title = json!(title);
    let record = format!(r#"{{"type":"custom-title","customTitle":{title},"sessionId":{}}}"#, json!(session));
    let is_torn = ends_within_a_line(path)?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(format!("{}{record}\n", if is_torn { "\n" } else { "" }).as_bytes())?;
    file.sync_all()
}

fn ends_within_a_line(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last[0] != b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_a_line_of_its_own_whatever_stood_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("session.jsonl");
        for (before, between) in [("", ""), ("{}\n", ""), ("{\"torn\":", "\n")] {
            std::fs::write(&path, before).expect("it can be written");
            add(&path, "s1", "a \"b\"\n").expect("it can be added");
            let text = std::fs::read_to_string(&path).expect("it can be read");
            let record = r#"{"type":"custom-title","customTitle":"a \"b\"\n","sessionId":"s1"}"#;
            assert_eq!(text, format!("{before}{between}{record}\n"));
        }
    }
}
