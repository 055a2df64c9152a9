//! `sessions rebuild`: throws the store away and makes it again.

use clap::Args;

use super::scan;
use crate::context::Context;
use crate::scanning::{self, Work};

const EXAMPLES: &str = "\
Examples:
  sessions rebuild";

/// Throw the store away and make it again from the transcripts
///
/// Safe at any time: the store is derived from the transcripts, and what it counted of transcripts that are gone is taken
/// over as long as it can be read. Needed only when it is damaged, or was written by a
/// newer version.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rebuild {}

/// Rebuilds and says what was found.
pub(crate) fn run(context: &mut Context) -> color_eyre::Result<()> {
    let (report, took) = scanning::scan(context, Work::Rebuild)?;
    scan::write(context, &report, took)
}
