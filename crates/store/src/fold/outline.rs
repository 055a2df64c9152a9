//! What other machines are told of a session: everything but what was said in it.

use std::fmt::{self, Debug, Formatter};
use std::io;

use journal::Operation;
use serde_json::json;
use transcript::{SessionId, TitleSource};

use super::SessionBody;
use super::packed::{FileSaid, Packer, Unpacker};

/// What other machines are told of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The session.
    pub session: SessionId,
    /// The body of the operation that tells it.
    pub body: Vec<u8>,
}

/// The session that an operation tells of, if it tells of one.
pub fn told_of(operation: &Operation) -> Option<SessionId> {
    SessionBody::read(operation).map(|body| body.id)
}

/// Makes outlines; made once for many.
pub struct Outliner {
    packer: Packer,
    unpacker: Unpacker,
}

impl Debug for Outliner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outliner").finish_non_exhaustive()
    }
}

impl Outliner {
    /// One that has memory for packing.
    pub fn new() -> io::Result<Self> {
        Ok(Self { packer: Packer::new()?, unpacker: Unpacker::new() })
    }

    /// The outline of an operation on a session: prompts, summaries, titles that were made of a prompt, and what
    /// tools were called with, wrote and made are left out. None where the operation is on no session, or cannot be read.
    pub fn outline(&mut self, operation: &Operation) -> Option<Outline> {
        let mut body = SessionBody::read(operation)?;
        let is_of_prompt = body.session["title"]["source"] == json!(TitleSource::FirstPrompt);
        let session = body.session.as_object_mut()?;
        let told_by_words = ["first_prompt", "last_prompt", "files_touched", "pr_links"];
        for words in told_by_words.into_iter().chain(is_of_prompt.then_some("title")) {
            session.remove(words);
        }
        // only who said it reads it, and it is a sum over the title too
        body.state.clear();
        let said = self.unpacker.unpack(&body.packed)?;
        let said: Vec<FileSaid> = said.into_iter().map(FileSaid::without_words).collect();
        body.packed = self.packer.pack(&said).ok()?;
        let written = serde_json::to_vec(&body).ok()?;
        Some(Outline { session: body.id, body: written })
    }
}

#[cfg(test)]
mod tests {
    use journal::{Hash, ReplicaId, Scope, Stream};
    use transcript::{FileFacts, RequestKey, ToolUse};

    use super::*;
    use crate::fold::ToldTool;

    #[test]
    fn nothing_that_was_said_is_in_an_outline() {
        let tool = ToolUse { subject: Some("secret command".into()), name: "Bash".into(), ..tool() };
        let words = ["first_prompt", "last_prompt", "noted_prompt", "first_command", "first_told"];
        let mut facts = serde_json::to_value(FileFacts::default()).expect("it can be written");
        for word in words {
            facts[word] = json!("secret words");
        }
        facts["open_tools"] = json!([tool]);
        for words in ["files_touched", "pr_links"] {
            facts[words] = json!(["secret words"]);
        }
        facts["summaries"] = json!([["leaf", "secret words"]]);
        facts["ai_title"] = json!("A title");
        let facts = serde_json::from_value(facts).expect("it can be read");
        let said = FileSaid { facts, tools: vec![ToldTool::of(tool)], ..FileSaid::default() };
        let body = SessionBody {
            kind: SessionBody::KIND.to_owned(),
            id: SessionId("s".into()),
            session: json!({ "first_prompt": "secret", "last_prompt": "secret", "project": "shop",
                "files_touched": ["secret"], "pr_links": ["secret"],
                "title": { "text": "secret words", "source": TitleSource::FirstPrompt } }),
            packed: Packer::new().and_then(|mut packer| packer.pack(&[said])).expect("it can be packed"),
            ..SessionBody::default()
        };
        let stream = Stream { replica: ReplicaId::fresh(), scope: Scope::Here };
        let told = |body: &[u8]| {
            let body: SessionBody = serde_json::from_slice(body).expect("it is one");
            format!(
                "{}{}",
                body.session,
                serde_json::to_string(&Unpacker::new().unpack(&body.packed)).expect("it can be written")
            )
        };
        let written = serde_json::to_vec(&body).expect("it can be written");
        assert_eq!(told(&written).matches("secret").count(), 5 + words.len() + 5);
        let operation = Operation::follow(&stream, 1, Hash::START, written);
        let mut outliner = Outliner::new().expect("there is memory");
        let outline = outliner.outline(&operation).expect("it is one");
        let told = told(&outline.body);
        assert!(!told.contains("secret"), "{told}");
        assert!(["shop", "A title", "Bash"].iter().all(|word| told.contains(word)), "{told}");
        let other = Operation::follow(&stream, 1, Hash::START, b"{}".to_vec());
        assert_eq!(outliner.outline(&other), None);
    }

    fn tool() -> ToolUse {
        ToolUse {
            id: "t".into(),
            name: String::new(),
            request: RequestKey("r".into()),
            agent: None,
            at: None,
            subject: None,
            is_error: None,
            lines: None,
        }
    }
}
