//! The lane of errands: what is done with a session besides reading it, none of which may be lost to a newer one.

use crossbeam_channel::{Receiver, Sender};
use resume::Tmux;

use super::{exporting, paths, resuming};
use crate::Launch;
use crate::app::Wake;
use crate::message::{Effect, Msg};

/// Does one errand after the other.
pub(super) fn serve(launch: &Launch, requests: &Receiver<Effect>, wake: &Sender<Wake>) {
    for request in requests {
        let answer = match request {
            Effect::Plan { ticket, row, errand, library, moved } => {
                Msg::Planned(ticket, resuming::carry_out(launch, &row, errand, &library, moved))
            }
            Effect::Offer { ticket, text, directories } => {
                Msg::Offered(ticket, paths::offers(&launch.environment, &text, directories))
            }
            Effect::Export { id, path, replace } => Msg::Exported(exporting::export(launch, &id, &path, replace)),
            // The terminal is told by the loop; tmux keeps that back unless it is told otherwise.
            Effect::Copy(text) => match launch.environment.get("TMUX").map(|tmux| Tmux::around(tmux).copy(&text)) {
                Some(Err(error)) => Msg::NotCopied(format!("It may not be on the clipboard: {error}")),
                _ => continue,
            },
            _ => continue,
        };
        let _ = wake.send(Wake::Msg(answer));
    }
}
