//! What passes between a remote that is a file or MotherDuck and the program that has the engine: frames of JSON, each after its
//! length.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// No frame is longer, bytes: a page of operations takes a few millions.
const FRAME_MAX_BYTES: u32 = 1 << 30;

/// The database that is asked; the first frame names it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// A database of MotherDuck.
    MotherDuck {
        /// Its name.
        database: String,
        /// A mirror of DuckDB's extensions, where it is not the usual place.
        extensions: Option<String>,
        /// What opens it.
        token: String,
    },
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::MotherDuck { database, .. } => {
                formatter.debug_struct("MotherDuck").field("database", database).finish_non_exhaustive()
            }
        }
    }
}

impl Place {
    pub(crate) fn with_token(&self, new: &str) -> Self {
        let mut place = self.clone();
        if let Self::MotherDuck { token, .. } = &mut place {
            new.clone_into(token);
        }
        place
    }
}

/// Whether statements change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// They only look; others may look at the same time. A file that is missing is empty.
    Read,
    /// They change something; a file that is missing is made.
    Write,
}

/// Statements to carry out, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Whether they change anything.
    pub access: Access,
    /// Each is a single one.
    pub statements: Vec<String>,
    /// How long a database that somebody else has open is waited for.
    pub patience: Duration,
    /// How long anybody listens for the answer; whoever answers gives up then.
    pub deadline: Duration,
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Rows, as text; none where a value is missing.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows that were put in.
    pub changed: u64,
}

/// Why statements were not carried out. Nothing of them stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// It cannot be reached, or not at this moment.
    Away(String),
    /// The person may not.
    Denied(String),
    /// What is there is no database, or a damaged or newer one.
    Unusable(String),
    /// The engine says so.
    Engine(String),
}

/// Answers questions until nobody asks any more: the other side of a remote that is a file or MotherDuck.
pub fn serve(
    mut input: impl Read,
    mut output: impl Write,
    mut answer: impl FnMut(&Place, &Question) -> Result<Vec<Answer>, Refusal>,
) -> io::Result<()> {
    let Some(place) = receive::<Place>(&mut input)? else { return Ok(()) };
    while let Some(question) = receive::<Question>(&mut input)? {
        send(&mut output, &answer(&place, &question))?;
    }
    Ok(())
}

/// Writes a frame.
pub fn send(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let content = serde_json::to_vec(value)?;
    let length = u32::try_from(content.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(&content)?;
    output.flush()
}

/// Reads a frame; none where the other side has ended.
pub fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_be_bytes(length);
    if length > FRAME_MAX_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = vec![0; length as usize];
    input.read_exact(&mut content)?;
    Ok(Some(serde_json::from_slice(&content)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        let second = Duration::from_secs(1);
        Question { access: Access::Write, statements: vec!["é\n".into()], patience: second, deadline: second }
    }

    #[test]
    fn questions_are_answered_in_order_until_nobody_asks() {
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        let place = Place::File("/x".into());
        send(&mut asked, &place).expect("memory does not fail");
        for _ in 0..2 {
            send(&mut asked, &question()).expect("memory does not fail");
        }
        let mut count = 0;
        serve(asked.as_slice(), &mut answered, |told, asked| {
            assert_eq!((told, asked), (&place, &question()));
            count += 1;
            if count == 1 { Ok(vec![Answer::default()]) } else { Err(Refusal::Away("x".into())) }
        })
        .expect("memory does not fail");
        let mut answered = answered.as_slice();
        let mut next = || receive::<Result<Vec<Answer>, Refusal>>(&mut answered).expect("it is whole");
        assert_eq!(next(), Some(Ok(vec![Answer::default()])));
        assert_eq!(next(), Some(Err(Refusal::Away("x".into()))));
        assert_eq!(next(), None);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let received = |bytes: &[u8]| receive::<Question>(&mut &*bytes);
        assert!(received(&[0xff; 8]).is_err(), "too long");
        assert!(received(&[0, 0, 0, 9, b'{']).is_err(), "torn");
        assert!(received(&[0, 0, 0, 2, b'{', b'}']).is_err(), "another thing");
    }

    #[test]
    fn a_token_is_not_in_what_is_printed() {
        let place = Place::MotherDuck { database: "x".into(), extensions: None, token: "s3cret".into() };
        assert!(!format!("{place:?}").contains("s3cret"));
    }
}
