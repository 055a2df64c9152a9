//! `sessions sync`: the same operations here and on the person's remotes.

mod answer;
mod status;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use journal::Journal;
use sync::{Local, Progress, Records, Step};

use self::answer::Answer;
use super::tick;
use crate::context::Context;
use crate::interrupt::Listening;
use crate::report::Fault;
use crate::scanning::{self, Work};
use crate::syncing::{self, Synced};

const EXAMPLES: &str = "\
Examples:
  sessions sync                        with all remotes
  sessions sync --remote work
  sessions sync --dry-run              what would be sent and taken
  sessions sync --status               when it was done last, and what is queued or new
  sessions sync --json

Ticks sync by themselves; this does it now. Ctrl-C is safe at any moment, and so is a second sync: it goes on where the
first one stopped. Exit code 1 when something stayed queued.";

/// Send what is new to your remotes, and take what is new there
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sync {
    /// Only this remote
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Say what would be sent and taken, and pass nothing
    #[arg(long)]
    dry_run: bool,
    /// Say when each remote was synced last, and what is queued for it, without asking any
    #[arg(long, conflicts_with = "dry_run")]
    status: bool,
    /// The data that a remote holds is yours, although this machine knows none of it
    #[arg(long, conflicts_with = "status")]
    join: bool,
}

impl Sync {
    /// Carries it out.
    pub(crate) fn run(&self, context: &mut Context) -> color_eyre::Result<()> {
        let remotes = syncing::remotes(context, self.remote.as_deref())?;
        if remotes.is_empty() {
            return Err(Fault::new("no-remote", "There is no remote to sync with yet.")
                .next("Add one: `sessions remote add home <address>`; see `sessions remote add --help`.")
                .into());
        }
        if self.status {
            return status::run(context, &remotes);
        }
        if let (true, [_, other, ..]) = (self.join, remotes.as_slice()) {
            return Err(Fault::new("usage", "Which remote holds data of yours has to be said.")
                .next(format!("Say it: `sessions sync --remote {} --join`, or another one.", other.name))
                .into());
        }
        let Some(_lock) = syncing::lock(context)? else {
            return Err(syncing::busy().into());
        };
        scanning::scan(context, Work::Scan)?;
        tick::tell_journal(context, true)?;
        let mut journal = Journal::open(&context.paths.journal())?;
        syncing::prepare(context, &mut journal)?;
        if self.dry_run {
            let planned = remotes.iter().map(|setting| {
                let settled = Records::load(&context.paths.remotes_file()).of(&setting.name).settled();
                let terms = sync::Terms { is_joined: self.join, ..syncing::terms(setting) };
                let steps: Result<Vec<Step>, sync::Fault> = syncing::open(context, setting)
                    .and_then(|mut remote| sync::survey(&mut journal, &mut remote, terms, &settled));
                (setting.clone(), steps)
            });
            let planned = planned.collect();
            return answer::planned(context, planned);
        }
        let mut bar = Bar::new(context.output.watched);
        let listening = Listening::begin()?;
        let mut watch = |name: &str, progress| bar.show(name, progress);
        let synced = syncing::run(context, &mut journal, &remotes, self.join, listening.flag(), &mut watch)?;
        bar.clear();
        if synced.iter().any(|synced| synced.outcome.taken + synced.outcome.carried > 0) {
            scanning::scan(context, Work::Scan)?;
        }
        let records = Records::load(&context.paths.remotes_file());
        let here = Local::heads(&mut journal)?;
        let queued = |synced: &Synced| records.of(&synced.setting.name).queued(&here, syncing::terms(&synced.setting));
        let answers: Vec<Answer> = synced.iter().map(|synced| Answer::of(synced, queued(synced))).collect();
        answer::write(context, &answers)
    }
}

/// What is passing, for whoever watches.
struct Bar {
    shown: Option<ProgressBar>,
    is_watched: bool,
}

impl Bar {
    fn new(is_watched: bool) -> Self {
        Self { shown: None, is_watched }
    }

    fn show(&mut self, name: &str, progress: Progress) {
        if !self.is_watched {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar:.cyan/dim} {pos}/{len} operations");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.with_style(style.expect("the template is well formed"))
        });
        let done = progress.sent + progress.taken;
        bar.set_length(done + progress.left.to_send + progress.left.to_take);
        bar.set_position(done);
        bar.set_message(name.to_owned());
    }

    fn clear(&self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
