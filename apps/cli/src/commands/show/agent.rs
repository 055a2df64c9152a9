//! Subagents of a session: in files of their own, or told in the file of their session.

use std::path::PathBuf;

use archive::Archive;
use store::SessionDetail;
use transcript::Conversation;

use super::{own, read};
use crate::plain_text::one_line;
use crate::report::Fault;

/// A subagent, and where it is told.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) path: PathBuf,
    /// Whether that is the file of its session.
    pub(super) inside: bool,
}

impl Told {
    /// Its conversation; `whole` is what its file says.
    pub(super) fn part_of(&self, whole: Conversation) -> Result<Conversation, Fault> {
        if !self.inside {
            return Ok(whole);
        }
        let own = whole.agents.into_iter().find(|agent| agent.id == self.id);
        own.map(|agent| agent.conversation)
            .ok_or_else(|| Fault::new("not-found", format!("Nothing is told of the subagent {} any more.", self.id)))
    }

    /// Says that it is shown for its session, which has no transcript itself.
    pub(super) fn introduced(&self, archive: &Archive, detail: &SessionDetail) -> String {
        let others: Vec<String> =
            in_files(archive, detail).filter(|told| told.id != self.id).map(|told| one_line(&told.id)).collect();
        let more =
            if others.is_empty() { String::new() } else { format!(" Others, for `--agent`: {}.", others.join(", ")) };
        let (session, agent) = (detail.row.id(), one_line(&self.id));
        format!("There is no transcript of {session} itself; this is its subagent {agent}.{more}")
    }
}

/// The subagent that stands for a session of which there never was a transcript of its own.
pub(super) fn alone(archive: &Archive, detail: &SessionDetail) -> Option<Told> {
    let has_own = detail.row.transcript.is_some() || detail.files.iter().any(|file| file.agent.is_none());
    in_files(archive, detail).next().filter(|_| !has_own)
}

/// The subagent that an id or a unique beginning of one stands for.
pub(super) fn find(archive: &Archive, detail: &SessionDetail, agent: &str) -> color_eyre::Result<Told> {
    let wanted = agent.strip_prefix("agent-").unwrap_or(agent);
    let mut all: Vec<Told> = in_files(archive, detail).collect();
    for told in in_session(archive, detail)? {
        if !all.iter().any(|known| known.id == told.id) {
            all.push(told);
        }
    }
    let is_meant = |told: &Told| told.id.starts_with(wanted);
    let exact = all.iter().position(|told| told.id == wanted);
    let hits = all.iter().filter(|told| is_meant(told)).count();
    if let Some(at) = exact.or_else(|| all.iter().position(is_meant).filter(|_| hits == 1)) {
        return Ok(all.swap_remove(at));
    }
    let names = |keep: &dyn Fn(&Told) -> bool| {
        let kept = all.iter().filter(|told| keep(told)).map(|told| one_line(&told.id));
        kept.collect::<Vec<_>>().join(", ")
    };
    let id = detail.row.id();
    let fault = if hits > 0 {
        let message = format!("Several subagents begin with `{}`: {}.", one_line(wanted), names(&is_meant));
        Fault::new("ambiguous", message).next("Use more of the id.")
    } else if all.is_empty() {
        Fault::new("not-found", format!("Session {id} has no subagents.")).next("Leave `--agent` out.")
    } else {
        Fault::new("not-found", format!("Session {id} has no subagent `{}`.", one_line(agent)))
            .next(format!("It has these: {}.", names(&|_| true)))
    };
    Err(fault.into())
}

/// Those with a file of their own, on the disk or in the archive.
fn in_files(archive: &Archive, detail: &SessionDetail) -> impl Iterator<Item = Told> {
    let files = detail.files.iter().filter(|file| file.present || archive.holds_file(&file.path));
    files.filter_map(|file| Some(Told { id: file.agent.clone()?, path: file.path.clone(), inside: false }))
}

/// Those that the file of the session tells of.
fn in_session(archive: &Archive, detail: &SessionDetail) -> color_eyre::Result<Vec<Told>> {
    let Some(path) = own(detail) else { return Ok(Vec::new()) };
    let Some(bytes) = read(archive, Some(path))? else { return Ok(Vec::new()) };
    let agents = Conversation::read(&bytes).value.agents.into_iter();
    Ok(agents.map(|agent| Told { id: agent.id, path: path.to_owned(), inside: true }).collect())
}
