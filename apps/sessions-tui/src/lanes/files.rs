//! The lane of files: transcripts for preview and reader, and the way to resume a session.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::Sender;
use transcript::{Conversation, to_markdown};

use super::queue::Queue;
use super::resuming;
use crate::Launch;
use crate::app::Wake;
use crate::excerpt::Excerpt;
use crate::figures;
use crate::message::{Effect, Msg};
use crate::reader::Document;

/// A preview is read when the cursor has rested this long.
const REST: Duration = Duration::from_millis(60);
/// Of a transcript larger than twice this, a preview reads this much of the beginning and of the end, in bytes.
const EDGE: u64 = 512 * 1024;

/// Answers requests about transcripts.
pub(super) fn serve(launch: &Launch, mut queue: Queue, wake: &Sender<Wake>) {
    let mut opened: Option<(PathBuf, Conversation)> = None;
    while let Some(request) = queue.next() {
        let answer = match request {
            Effect::Excerpt { .. } if queue.is_overtaken_within(REST) => {
                queue.put_back(request);
                continue;
            }
            Effect::Excerpt { id, path } => {
                let excerpt = excerpt(&path).unwrap_or_else(|error| Excerpt::failed(unreadable(&path, &error)));
                Msg::Excerpted(id, excerpt)
            }
            Effect::Open { ticket, path, detail, columns } => {
                let conversation = match opened.take().filter(|(at, _)| *at == path) {
                    Some((_, conversation)) => Ok(conversation),
                    None => std::fs::read(&path).map(|bytes| Conversation::read(&bytes).value),
                };
                let document = conversation.map(|conversation| {
                    let written = |at| figures::date(at, launch.zone);
                    let document = Document::new(&to_markdown(&conversation, detail, &written), columns);
                    opened = Some((path.clone(), conversation));
                    document
                });
                Msg::Opened(ticket, document.map_err(|error| unreadable(&path, &error)))
            }
            Effect::Plan { ticket, row, running } => Msg::Planned(ticket, resuming::plan(launch, &row, running)),
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "The transcript has just been deleted; Ctrl-R looks again.".to_owned(),
        _ => format!("{} cannot be read: {error}", path.display()),
    }
}

fn excerpt(path: &Path) -> io::Result<Excerpt> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    if size <= 2 * EDGE {
        file.read_to_end(&mut bytes)?;
        let conversation = Conversation::read(&bytes).value;
        return Ok(Excerpt::new(&conversation, &conversation));
    }
    Read::by_ref(&mut file).take(EDGE).read_to_end(&mut bytes)?;
    let head = Conversation::read(&bytes).value;
    bytes.clear();
    file.seek(SeekFrom::Start(size - EDGE))?;
    file.read_to_end(&mut bytes)?;
    let tail = Conversation::read(&bytes).value;
    Ok(Excerpt::new(&head, &tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str, number: usize, content: &str) -> String {
        let (uuid, parent) = (format!("u{number}"), format!("u{}", number.wrapping_sub(1)));
        let message =
            format!(r#"{{"id":"m{number}","role":"{kind}","content":[{{"type":"text","text":"{content}"}}]}}"#);
        format!(r#"{{"type":"{kind}","uuid":"{uuid}","parentUuid":"{parent}","sessionId":"s","message":{message}}}"#)
    }

    fn check(filling: usize) {
        let home = testkit::Home::new();
        let long = "long ".repeat(2_000);
        let mut lines = vec![line("user", 0, "first question"), line("assistant", 1, "first answer")];
        lines.extend((0..filling).map(|at| line(["user", "assistant"][at % 2], at + 2, &long)));
        lines.extend([line("user", filling + 2, "last question"), line("assistant", filling + 3, "last answer")]);
        let path = home.transcript("p/s.jsonl", lines.join("\n") + "\n");
        let excerpt = excerpt(&path).expect("a file that we wrote");
        assert_eq!((excerpt.first.prompt.as_str(), excerpt.first.answer.as_str()), ("first question", "first answer"));
        assert_eq!((excerpt.last.prompt.as_str(), excerpt.last.answer.as_str()), ("last question", "last answer"));
    }

    #[test]
    fn a_preview_knows_both_ends_of_a_transcript_of_any_size() {
        check(0);
        check(20);
        check(400);
    }

    #[test]
    fn a_transcript_that_is_gone_is_no_fault_of_the_file() {
        let home = testkit::Home::new();
        let path = home.path().join("nowhere.jsonl");
        let error = excerpt(&path).expect_err("there is no such file");
        assert!(unreadable(&path, &error).contains("just been deleted"));
    }
}
