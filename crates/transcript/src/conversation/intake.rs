//! Bytes of a transcript into records, sorted by whose conversation they belong to.

use super::record::{self, Lane, Line, Record};
use crate::lines::{Piece, Place, records};
use crate::{Parsed, Problem, ProblemKind, wire};

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

/// Reads every record.
pub(super) fn read(bytes: &[u8]) -> Parsed<Intake> {
    let mut parsed = Parsed::<Intake>::default();
    let Parsed { value: intake, problems } = &mut parsed;
    records(bytes, Place::default(), true, &mut |piece| match piece {
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
    if !intake.main.iter().any(Record::is_shown) {
        // The file of a subagent: its conversation is the file's.
        intake.main.extend(intake.side.drain(..).map(|(_, record)| record));
        intake.main.sort_by_key(|record| record.offset);
    }
    parsed
}

/// A record had a shape that is not known.
struct Odd;

impl Intake {
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
