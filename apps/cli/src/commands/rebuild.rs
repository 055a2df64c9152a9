//! `sessions rebuild`: throws the store away and makes it again.

use clap::Args;
use journal::Journal;

use super::scan;
use crate::context::Context;
use crate::report::Fault;
use crate::scanning::{self, Work};

const EXAMPLES: &str = "\
Examples:
  sessions rebuild";

/// Throw the store away and make it again from the transcripts and the journal
///
/// Safe at any time: the store is derived from the transcripts and the journal, which keeps what sessions came to whose
/// transcripts are gone; and what only the store knows is taken over as long as it can be read. Needed only when it is
/// damaged, or was written by a newer version. Damage of the journal is set aside first.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rebuild {}

/// Rebuilds and says what was found.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    mend(context)?;
    let (report, took) = scanning::scan(context, Work::Rebuild)?;
    context.scanned = true;
    scan::write(context, &report, took)
}

/// Sets aside what is damaged in the journal, and says so.
fn mend(context: &Context) -> color_eyre::Result<()> {
    let folder = context.paths.journal();
    if !folder.is_dir() {
        return Ok(());
    }
    for damage in Journal::open(&folder)?.mend()? {
        let kept = folder.join("damaged");
        let step = format!("What could be read is used; the file as it was is kept in {}.", kept.display());
        context.warn(&Fault::new("journal", format!("{damage}.")).next(step).into());
    }
    Ok(())
}
