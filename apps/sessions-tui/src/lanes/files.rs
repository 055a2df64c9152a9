//! The lane of files: transcripts for preview and reader, and what is taken out of them for other programs.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::Sender;
use transcript::Conversation;

use super::opening::{Source, agent_file};
use super::pictures::{self, Folder};
use super::queue::Queue;
use super::showing;
use crate::Launch;
use crate::app::Wake;
use crate::excerpt::Excerpt;
use crate::message::{Effect, Msg};
use crate::reader::Opened;

/// A preview is read when the cursor has rested this long.
const REST: Duration = Duration::from_millis(60);
/// Of a transcript larger than twice this, a preview reads this much of the beginning and of the end, in bytes.
const EDGE: u64 = 512 * 1024;

/// Answers requests about transcripts.
pub(super) fn serve(launch: &Launch, folder: &Folder, mut queue: Queue, wake: &Sender<Wake>) {
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
            Effect::Open { ticket, path } => {
                let outcome = read(&path, &mut |opened| drop(wake.send(Wake::Msg(Msg::Opened(ticket, Ok(opened))))));
                match outcome {
                    Ok(()) => continue,
                    Err(error) => Msg::Opened(ticket, Err(unreadable(&path, &error))),
                }
            }
            Effect::OpenAgent { ticket, session, agent } => Msg::Opened(ticket, open_agent(&session, &agent)),
            Effect::Write { script, which, level, title } => {
                Msg::Written(showing::write(launch, &script, &which, level, &title))
            }
            Effect::ViewPictures(records) => Msg::Told(pictures::view(&launch.environment, folder, &records)),
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

/// Reads a transcript: hands over the beginning of a long one, and then all of it.
fn read(path: &Path, on: &mut dyn FnMut(Opened)) -> io::Result<()> {
    let mut source = Source::open(path)?;
    if !source.read_first()? {
        on(Opened { script: source.script(), complete: false });
        source.read_rest(|| true)?;
    }
    on(Opened { script: source.script(), complete: true });
    Ok(())
}

fn open_agent(session: &Path, agent: &str) -> Result<Opened, String> {
    let Some(path) = agent_file(session, agent) else {
        return Err("This subagent has no transcript of its own here".to_owned());
    };
    let mut found = None;
    read(&path, &mut |opened| found = Some(opened)).map_err(|error| unreadable(&path, &error))?;
    found.ok_or_else(|| "This subagent said nothing".to_owned())
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
