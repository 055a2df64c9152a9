//! What happens in one rehearsal; the seed decides it.

use sync::rehearsal::Fate;
use testkit::Random;

/// Ten years, in milliseconds.
const TEN_YEARS_MS: u64 = 315_576_000_000;

/// Things that people write about.
pub(super) const SUBJECTS: u64 = 3;

/// What happens in one rehearsal.
#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) seed: u64,
    /// How far the clock of each machine is off, in milliseconds.
    pub(super) skews: Vec<i64>,
    pub(super) remotes: usize,
    pub(super) events: Vec<Event>,
    /// Whether everything that passes is encrypted.
    pub(super) is_sealed: bool,
}

/// One rehearsal of so many is encrypted.
const SEALED: u64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// Somebody sets the field of a subject.
    Set { machine: usize, subject: u64 },
    /// Somebody adds a note to a subject.
    Note { machine: usize, subject: u64 },
    /// A machine syncs; after so many calls to its own journal it loses its power.
    Sync { machine: usize, remote: usize, power: Option<u32> },
    /// Requests that were under way arrive.
    Arrive { remote: usize },
    /// A machine is backed up.
    Backup { machine: usize },
    /// A machine is set back to its backup.
    Restore { machine: usize },
    /// A machine is copied, and both go on.
    Copy { machine: usize },
    /// The state of a remote is kept.
    Keep { remote: usize },
    /// A remote is set back to what was kept.
    SetBack { remote: usize },
    /// Somebody sets a clock.
    Clock { machine: usize, skew: i64 },
}

impl Script {
    pub(super) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut machines = 2 + random.below(3);
        let remotes = 1 + random.below(3);
        let skews = (0..machines).map(|_| skew(&mut random)).collect();
        let length = 20 + random.below(41);
        let mut events = Vec::with_capacity(length);
        for _ in 0..length {
            let machine = random.below(machines);
            let remote = random.below(remotes);
            let subject = random.between(0, SUBJECTS);
            let event = match random.between(0, 100) {
                0..22 => Event::Set { machine, subject },
                22..40 => Event::Note { machine, subject },
                40..80 => {
                    let fuse = random.between(0, 30);
                    let power = random.percent(15).then(|| u32::try_from(fuse).unwrap_or(0));
                    Event::Sync { machine, remote, power }
                }
                80..84 => Event::Arrive { remote },
                84..88 => Event::Backup { machine },
                88..91 => Event::Restore { machine },
                91..93 if machines < 5 => {
                    machines += 1;
                    Event::Copy { machine }
                }
                91..95 => Event::Keep { remote },
                95..98 => Event::SetBack { remote },
                _ => Event::Clock { machine, skew: skew(&mut random) },
            };
            events.push(event);
        }
        Self { seed, skews, remotes, events, is_sealed: seed % SEALED == SEALED - 1 }
    }
}

/// How far a clock is off: most are right to the second, some are ten years off.
fn skew(random: &mut Random) -> i64 {
    let range = match random.between(0, 4) {
        0 | 1 => 1_000,
        2 => 3_600_000,
        _ => TEN_YEARS_MS,
    };
    i64::try_from(random.between(0, 2 * range)).unwrap_or(0) - i64::try_from(range).unwrap_or(0)
}

/// What becomes of a call when 15 in a hundred fare badly.
pub(super) fn fate(random: &mut Random) -> Fate {
    match random.between(0, 100) {
        0..4 => Fate::RequestLost,
        4..8 => Fate::AnswerLost,
        8..11 => Fate::Late,
        11..13 => Fate::Twice,
        13..15 => Fate::Partial,
        _ => Fate::Fine,
    }
}
