//! Strict JSON with the place of everything in the text, so that a change touches nothing else.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::SetupError;

/// A value and where it lies in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: String,
    /// From the key to the end of the value.
    pub(crate) span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// The value of a key; of several, the last, as every reader of JSON takes it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        Some(&self.members().iter().rfind(|member| member.key == key)?.value)
    }

    pub(crate) fn members(&self) -> &[Member] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    pub(crate) fn items(&self) -> &[Node] {
        if let Kind::Array(items) = &self.kind { items } else { &[] }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Where the parts of an object or an array lie.
    pub(crate) fn parts(&self) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::Object(members) => members.iter().map(|member| member.span.clone()).collect(),
            Kind::Array(items) => items.iter().map(|item| item.span.clone()).collect(),
            Kind::Text(_) | Kind::Other => Vec::new(),
        }
    }
}

/// Reads strict JSON, after a byte order mark if there is one. Claude Code ignores a whole file that is not strict, so what is
/// not is refused, with line and column, and not repaired.
pub(crate) fn parse(text: &str) -> Result<Node, SetupError> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if let Err(error) = serde_json::from_str::<IgnoredAny>(&text[start..]) {
        return Err(fault(&text[start..], &error));
    }
    let mut reader = Reader { text, at: start };
    reader.space();
    reader.value().ok_or_else(|| SetupError::NotStrict { line: 1, column: 1, reason: "it cannot be read".to_owned() })
}

fn fault(text: &str, error: &serde_json::Error) -> SetupError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let at: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>() + column - 1;
    let before = text.get(..at).unwrap_or(text).trim_end();
    let rest = text.get(at..).unwrap_or_default();
    let reason = if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        "a comment, which strict JSON does not have".to_owned()
    } else if before.ends_with(',') && rest.starts_with(['}', ']']) {
        "the comma before it is one too many".to_owned()
    } else {
        let message = error.to_string();
        message.split(" at line ").next().unwrap_or(&message).to_owned()
    };
    SetupError::NotStrict { line, column, reason }
}

/// Walks over a text that is known to be strict JSON.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Option<Node> {
        let start = self.at;
        let kind = match self.byte()? {
            b'{' => Kind::Object(self.parts(b'}', Self::member)?),
            b'[' => Kind::Array(self.parts(b']', Self::value)?),
            b'"' => Kind::Text(self.string()?),
            _ => {
                while self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
                    self.at += 1;
                }
                Kind::Other
            }
        };
        Some(Node { span: start..self.at, kind })
    }

    fn member(&mut self) -> Option<Member> {
        let start = self.at;
        let key = self.string()?;
        self.space();
        self.at += 1;
        self.space();
        let value = self.value()?;
        Some(Member { key, span: start..self.at, value })
    }

    fn parts<T>(&mut self, end: u8, part: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut parts = Vec::new();
        self.at += 1;
        loop {
            self.space();
            match self.byte()? {
                byte if byte == end => break,
                b',' => self.at += 1,
                _ => parts.push(part(self)?),
            }
        }
        self.at += 1;
        Some(parts)
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(start..self.at)?;
        // Half of a surrogate pair is JSON and no text; such a key or command is nobody's but its owner's.
        Some(serde_json::from_str(written).unwrap_or_else(|_| written.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_place() {
        let text = "\u{feff} {\"a\\u0062\": [1, {\"x\": \"\\\"}\"}], \"n\":-1.5e+3 , \"ab\": null}\n";
        let root = parse(text).expect("it is strict");
        assert_eq!(&text[root.span.clone()], text.trim_start_matches('\u{feff}').trim());
        let parts: Vec<&str> = root.parts().into_iter().map(|part| &text[part]).collect();
        assert_eq!(parts, ["\"a\\u0062\": [1, {\"x\": \"\\\"}\"}]", "\"n\":-1.5e+3", "\"ab\": null"]);
        assert_eq!(root.get("ab").map(|node| &node.kind), Some(&Kind::Other), "the last of two counts");
        assert_eq!(root.members()[0].value.items()[1].get("x").and_then(Node::text), Some("\"}"));
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(parse(text).expect_err(text).to_string(), expect);
    }

    #[test]
    fn what_is_not_strict_is_explained_with_its_place() {
        check("{\n  // mine\n}", "line 2, column 3: a comment, which strict JSON does not have");
        check("{\"a\": 1,\n}", "line 2, column 1: the comma before it is one too many");
        check("{\"a\": [1, ]}", "line 1, column 11: the comma before it is one too many");
        check("{\"a\": 1} x", "line 1, column 10: trailing characters");
        check("{'a': 1}", "line 1, column 2: key must be a string");
        check("{\"a\": ", "line 1, column 6: EOF while parsing a value");
    }
}
