//! Bytes of a transcript into records, sorted by whose conversation they belong to.

use super::record::{self, Lane, Line, Record};
use super::{Outline, Stretches, assembly};
use crate::lines::{Piece, Place, records};
use crate::{Problem, ProblemKind, wire};

/// A transcript as far as it was read: what stands where. It can go on when the file grows.
#[derive(Debug, Default)]
pub struct Reading {
    place: Place,
    intake: Intake,
    problems: Vec<Problem>,
}

/// The records of a file.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// Those of the file's own conversation, in file order.
    pub(super) main: Vec<Record>,
    /// Those of subagents that stand between them, each with the subagent's id.
    pub(super) side: Vec<(Option<String>, Record)>,
    /// What reports on subagents say.
    pub(super) reports: Vec<Report>,
    /// The last note on where the conversation ends.
    pub(super) leaf: Option<Leaf>,
}

/// Something that a subagent said, as its session reported it.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) call: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) said: Record,
}

/// The client's note on where the conversation ends.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) uuid: String,
    /// Whether the person went back there.
    pub(super) explicit: bool,
    /// How many records of the main conversation stood before it.
    pub(super) after: usize,
}

impl Reading {
    /// Reads on: `bytes` begin where reading stopped. Returns where it goes on, in bytes from the start of the file:
    /// behind the last whole line, or with `last` behind a final line of whole records too.
    pub fn feed(&mut self, bytes: &[u8], last: bool) -> u64 {
        let Self { place, intake, problems } = self;
        *place = records(bytes, *place, last, &mut |piece| match piece {
            Piece::Record(offset, text) => {
                let (record, used) = wire::Record::cut(text)?;
                if intake.take(record::read(&record, offset)).is_err() {
                    problems.push(Problem { offset, kind: ProblemKind::OddRecord });
                }
                Ok(used)
            }
            Piece::Problem(problem) => {
                problems.push(problem);
                Ok(0)
            }
        });
        place.offset
    }

    /// The order of what was read so far; `bytes` are all that was fed.
    pub fn outline(&self, bytes: &Stretches<'_>) -> Outline {
        assembly::converse(&self.intake, bytes)
    }

    /// What was not understood, in file order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// A record had a shape that is not known.
struct Odd;

impl Intake {
    /// The records of the file's own conversation. Of a subagent's file, that is the subagent's.
    pub(super) fn main(&self) -> Vec<&Record> {
        let mut main: Vec<&Record> = self.main.iter().collect();
        if !self.is_session() {
            main.extend(self.side.iter().map(|(_, record)| record));
            main.sort_by_key(|record| record.spot.offset);
        }
        main
    }

    /// Records of subagents beside the file's own conversation.
    pub(super) fn side(&self) -> &[(Option<String>, Record)] {
        if self.is_session() { &self.side } else { &[] }
    }

    fn is_session(&self) -> bool {
        self.main.iter().any(Record::is_shown)
    }

    fn take(&mut self, read: Line) -> Result<(), Odd> {
        match read {
            Line::Record(record, Lane::Main) => self.main.push(*record),
            Line::Record(record, Lane::Side(id)) => self.side.push((id, *record)),
            Line::Progress { link, call, agent, said } => {
                self.main.push(*link);
                self.reports.extend(said.map(|said| Report { call, agent, said: *said }));
            }
            Line::Leaf { uuid, explicit } => self.leaf = Some(Leaf { uuid, explicit, after: self.main.len() }),
            Line::Noise => {}
            Line::Odd(link) => {
                self.main.extend(link.map(|link| *link));
                return Err(Odd);
            }
        }
        Ok(())
    }
}
