//! What a hook's payload says, read so that nothing in it can fail.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A longer text is no id, name or path.
const TEXT_MAX_BYTES: usize = 8 * 1024;

/// The fields of a payload that are used; each is none unless it is a text. Claude Code's names for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// The session. Also an id that no transcript has, after a failed `--resume`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Its transcript, which may not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript_path: Option<String>,
    /// Working directory of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Claude Code's name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook_event_name: Option<String>,
    /// Of a start: `startup`, `resume`, `clear`, `compact` or `fork`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of an end: `clear`, `resume`, `logout`, `prompt_input_exit` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The subagent that the event belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The tool that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_name: Option<String>,
    /// The file that the tool was given, from `tool_input`.
    #[serde(rename = "tool_input", serialize_with = "as_tool_input", skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn as_tool_input<S: serde::Serializer>(path: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(path.iter().map(|path| ("file_path", path)))
}

impl Fields {
    /// Reads a payload. What is no JSON object, or is torn, gives the fields up to the fault.
    pub fn read(payload: &[u8]) -> Self {
        let mut fields = Self::default();
        let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
        let mut deserializer = serde_json::Deserializer::from_slice(payload);
        // Fields are stored as they come, so a fault loses only what follows it.
        let _ = Slot::Payload(&mut fields).deserialize(&mut deserializer);
        fields
    }
}

/// What keeps a payload from being the JSON object that Claude Code sends; none when it is one.
pub fn payload_fault(payload: &[u8]) -> Option<String> {
    let text = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload).trim_ascii();
    match serde_json::from_slice::<IgnoredAny>(text) {
        _ if text.is_empty() => Some("it is empty".to_owned()),
        Err(error) => Some(format!("it is no JSON: {error}")),
        Ok(_) if !text.starts_with(b"{") => Some("it is JSON, but no object".to_owned()),
        Ok(_) => None,
    }
}

/// Where a value goes.
enum Slot<'a> {
    Payload(&'a mut Fields),
    ToolInput(&'a mut Option<String>),
    Text(&'a mut Option<String>),
    Nowhere,
}

impl Slot<'_> {
    /// Where the value of a key inside this one goes.
    fn below(&mut self, key: &str) -> Slot<'_> {
        match (self, key) {
            (Slot::Payload(fields), "session_id") => Slot::Text(&mut fields.session_id),
            (Slot::Payload(fields), "transcript_path") => Slot::Text(&mut fields.transcript_path),
            (Slot::Payload(fields), "cwd") => Slot::Text(&mut fields.cwd),
            (Slot::Payload(fields), "hook_event_name") => Slot::Text(&mut fields.hook_event_name),
            (Slot::Payload(fields), "source") => Slot::Text(&mut fields.source),
            (Slot::Payload(fields), "reason") => Slot::Text(&mut fields.reason),
            (Slot::Payload(fields), "agent_id") => Slot::Text(&mut fields.agent_id),
            (Slot::Payload(fields), "tool_name") => Slot::Text(&mut fields.tool_name),
            (Slot::Payload(fields), "tool_input") => Slot::ToolInput(&mut fields.file_path),
            (Slot::ToolInput(path), "file_path" | "notebook_path") => Slot::Text(path),
            _ => Slot::Nowhere,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Slot::Nowhere => IgnoredAny::deserialize(deserializer).map(|_| ()),
            slot => deserializer.deserialize_any(slot),
        }
    }
}

/// Takes a value of any kind; one that does not belong where it stands is passed over.
impl<'de> Visitor<'de> for Slot<'_> {
    type Value = ();

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value_seed(self.below(&key))?;
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if let Slot::Text(slot) = self
            && (1..=TEXT_MAX_BYTES).contains(&text.len())
        {
            *slot = Some(text.to_owned());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        IgnoredAny.visit_seq(items).map(|_| ())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(payload: impl AsRef<[u8]>, expect: &str) {
        let fields = Fields::read(payload.as_ref());
        assert_eq!(serde_json::to_string(&fields).expect("fields can be written"), expect);
        assert_eq!(Fields::read(expect.as_bytes()), fields, "what is kept says the same");
    }

    #[test]
    fn the_needed_fields_are_found_among_others() {
        check(
            r#"{"session_id":"s","cwd":"/w","effort":{"level":[1,{}]},"tool_name":"Write","tool_input":{"file_path":"/w/a","content":"x"},"tool_response":{"session_id":"other"},"agent_id":"a1"}"#,
            r#"{"session_id":"s","cwd":"/w","agent_id":"a1","tool_name":"Write","tool_input":{"file_path":"/w/a"}}"#,
        );
        check("\u{feff}{\"reason\":\"clear\",\"source\":\"fork\"}", r#"{"source":"fork","reason":"clear"}"#);
        check(r#"{"cwd":"/a","cwd":"/b"}"#, r#"{"cwd":"/b"}"#);
        check(r#"{"tool_input":{"notebook_path":"/n"}}"#, r#"{"tool_input":{"file_path":"/n"}}"#);
    }

    #[test]
    fn values_of_another_kind_are_passed_over() {
        for value in ["null", "true", "-1", "1", "1.5", "[1,[2]]", "{\"session_id\":\"x\"}", "\"\""] {
            check(
                format!(r#"{{"session_id":{value},"tool_input":{value},"reason":"other"}}"#),
                r#"{"reason":"other"}"#,
            );
        }
        check(format!(r#"{{"cwd":"{}","reason":"other"}}"#, "x".repeat(TEXT_MAX_BYTES + 1)), r#"{"reason":"other"}"#);
    }

    #[test]
    fn what_is_no_object_says_nothing() {
        for payload in ["", " ", "null", "7", "\"text\"", "[{\"cwd\":\"/\"}]", "hello", "}{", "\0\0"] {
            check(payload, "{}");
        }
        check([0xff, 0xfe, b'{'], "{}");
    }

    #[test]
    fn a_payload_that_is_no_object_has_a_fault() {
        for (payload, fault) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("hello", "it is no JSON: expected"),
            ("{\"session_id\":\"secret", "it is no JSON: EOF"),
            ("{} {}", "it is no JSON: trailing"),
            ("[{}]", "it is JSON, but no object"),
            ("\"secret\"", "it is JSON, but no object"),
        ] {
            let found = payload_fault(payload.as_bytes()).expect(payload);
            assert!(found.starts_with(fault) && !found.contains("secret"), "{payload}: {found}");
        }
        assert_eq!(payload_fault("\u{feff} {\"session_id\":[1]}\n".as_bytes()), None);
    }

    #[test]
    fn a_fault_loses_only_what_follows_it() {
        check(r#"{"session_id":"s","cwd":"/w","tool_response":{"stdout":"torn he"#, r#"{"session_id":"s","cwd":"/w"}"#);
        check(b"{\"session_id\":\"s\",\"cwd\":\"\xff\",\"reason\":\"other\"}", r#"{"session_id":"s"}"#);
        check(b"{\"session_id\":\"s\",\"x\":\"\xff\",\"reason\":\"other\"}", r#"{"session_id":"s","reason":"other"}"#);
    }

    proptest! {
        #[test]
        fn reading_never_fails(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Fields::read(&payload);
        }

        #[test]
        fn a_longer_piece_never_says_less(cut in 0usize..=110) {
            let whole = br#"{"session_id":"s","transcript_path":"/t","cwd":"/w","tool_input":{"file_path":"/f"},"reason":"other","x":[1]}"#;
            let shorter = Fields::read(&whole[..cut.min(whole.len()).saturating_sub(1)]);
            let longer = Fields::read(&whole[..cut.min(whole.len())]);
            let count = |fields: &Fields| serde_json::to_value(fields).map_or(0, |value| value.as_object().map_or(0, serde_json::Map::len));
            prop_assert!(count(&shorter) <= count(&longer));
        }
    }
}
