//! The lane of files: transcripts for the reader, and what is taken out of them for other programs.

use std::io;
use std::path::Path;

use archive::Archive;
use crossbeam_channel::Sender;

use super::apart;
use super::opening::Source;
use super::pictures::{self, Folder};
use super::queue::Queue;
use super::showing;
use crate::Launch;
use crate::app::Wake;
use crate::message::{Effect, Msg};
use crate::reader::Opened;

/// Answers requests about transcripts.
pub(super) fn serve(launch: &Launch, folder: &Folder, mut queue: Queue, wake: &Sender<Wake>) {
    let archive = Archive::at(&launch.paths.archive());
    while let Some(request) = queue.next() {
        let answer = match request {
            Effect::Open { ticket, path } => {
                let mut tell = |opened| drop(wake.send(Wake::Msg(Msg::Opened(ticket, Ok(opened)))));
                let outcome = apart(|| read(&archive, &path, &mut tell));
                match outcome {
                    Ok(()) => continue,
                    Err(error) => Msg::Opened(ticket, Err(unreadable(&path, &error))),
                }
            }
            Effect::Write { script, which, level, title } => {
                Msg::PageReady(showing::write(launch, &script, &which, level, &title))
            }
            Effect::ViewPictures(records) => Msg::Told(pictures::view(&launch.environment, folder, &records)),
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}

/// Reads a transcript: hands over the beginning of a long one, and then all of it.
fn read(archive: &Archive, path: &Path, on: &mut (dyn FnMut(Opened) + Send)) -> io::Result<()> {
    let mut source = Source::open_kept(archive, path)?;
    if !source.read_first()? {
        on(Opened { script: source.script(), complete: false });
        source.read_rest(|| true)?;
    }
    on(Opened { script: source.script(), complete: true });
    Ok(())
}

/// Why a transcript cannot be read, and what to do.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "The transcript has just been deleted; Ctrl-R looks again.".to_owned(),
        _ => format!("{} cannot be read: {error}", path.display()),
    }
}
