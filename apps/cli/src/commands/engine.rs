//! `sessions engine`: serves DuckDB to a remote that is a file or MotherDuck, on standard input and output.
//!
//! It is a program of its own because attaching may hang for minutes and cannot be interrupted. Whoever asks ends it then; should
//! that one be gone, it ends by itself.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use store::{Elsewhere, Location, Silence, Told};
use sync::serving::{Access, Answer, Place, Question, Refusal, serve};

/// Serve DuckDB to a remote
#[derive(Debug, Args)]
pub(crate) struct Engine {}

/// Answers until nobody asks any more.
pub(crate) fn run() -> color_eyre::Result<()> {
    let alarm = Alarm::set();
    let mut elsewhere: Option<Elsewhere> = None;
    serve(io::stdin().lock(), io::stdout().lock(), |place, question| {
        let _busy = alarm.for_question(question.deadline);
        let open = match elsewhere.take() {
            Some(open) => open,
            None => Elsewhere::at(location(place)).map_err(refusal)?,
        };
        answer(elsewhere.insert(open), question)
    })?;
    Ok(())
}

fn answer(elsewhere: &mut Elsewhere, question: &Question) -> Result<Vec<Answer>, Refusal> {
    let told = elsewhere.ask(&question.statements, question.access == Access::Write, question.patience);
    let answer = |Told { rows, changed }| Answer { rows, changed };
    told.map(|told| told.into_iter().map(answer).collect()).map_err(refusal)
}

fn location(place: &Place) -> Location<'_> {
    match place {
        Place::File(path) => Location::File(path),
        Place::MotherDuck { database, extensions, token } => {
            Location::MotherDuck { database, extensions: extensions.as_deref(), token }
        }
    }
}

fn refusal(silence: Silence) -> Refusal {
    match silence {
        Silence::Away(why) => Refusal::Away(why),
        Silence::Denied(why) => Refusal::Denied(why),
        Silence::Unusable(why) => Refusal::Unusable(why),
        Silence::Engine(why) => Refusal::Engine(why),
    }
}

/// Ends the program when a question takes longer than anybody listens.
struct Alarm {
    begun: Instant,
    /// When it rings, in milliseconds after the beginning; 0 where nothing is asked.
    rings_ms: Arc<AtomicU64>,
}

/// A question under way.
struct Busy<'a>(&'a Alarm);

impl Alarm {
    fn set() -> Self {
        let (begun, rings_ms) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let rings = Arc::clone(&rings_ms);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(1));
                let at = rings.load(Ordering::Relaxed);
                if at > 0 && begun.elapsed() > Duration::from_millis(at) {
                    std::process::exit(2);
                }
            }
        });
        Self { begun, rings_ms }
    }

    fn for_question(&self, deadline: Duration) -> Busy<'_> {
        let at = (self.begun.elapsed() + deadline).as_millis();
        self.rings_ms.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
        Busy(self)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.rings_ms.store(0, Ordering::Relaxed);
    }
}
