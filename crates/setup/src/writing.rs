//! New pieces of JSON, written as their surroundings are written.

/// A value that is not in the text yet.
#[derive(Debug, Clone)]
pub(crate) enum New {
    Object(Vec<(&'static str, New)>),
    Array(Vec<New>),
    Text(String),
    Number(u64),
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Style {
    /// The end of a line; none where everything is in one line.
    newline: Option<&'static str>,
    /// One step of indentation.
    unit: String,
    /// Between a key and its value.
    colon: &'static str,
}

impl Style {
    /// The style of a text with a root object; of an empty one, two spaces.
    pub(crate) fn of(text: &str, root: &crate::json::Node) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let first = root.members().first();
        let lead = first.map(|member| &text[root.span.start + 1..member.span.start]);
        let in_one_line = lead.is_some() && !text[root.span.clone()].contains('\n');
        let indent = lead.and_then(|lead| lead.rsplit_once('\n')).map(|(_, indent)| indent);
        let tight = first.is_some_and(|member| {
            let between = &text[member.span.start..member.value.span.start];
            between.ends_with(':')
        });
        Self {
            newline: (!in_one_line).then_some(newline),
            unit: indent.filter(|indent| !indent.is_empty()).unwrap_or("  ").to_owned(),
            colon: if tight { ":" } else { ": " },
        }
    }

    /// White space that goes before the only part of a container that was empty, and after it. `line_indent` is the
    /// indentation of the line in which the container begins.
    pub(crate) fn around_only(&self, line_indent: &str) -> (String, String) {
        self.newline.map_or_else(Default::default, |newline| {
            (format!("{newline}{line_indent}{}", self.unit), format!("{newline}{line_indent}"))
        })
    }

    /// A member, or an item where there is no key. `lead` is the white space before it: where that has no line break, it
    /// is written in one line.
    pub(crate) fn part(&self, key: Option<&str>, value: &New, lead: &str) -> String {
        let indent = lead.rsplit_once('\n').map(|(_, indent)| indent);
        let key = key.map(|key| format!("{}{}", quoted(key), self.colon)).unwrap_or_default();
        key + &self.value(value, self.newline.and(indent))
    }

    /// A value whose line is indented so far; none writes it in one line.
    pub(crate) fn value(&self, value: &New, indent: Option<&str>) -> String {
        let inner = indent.map(|indent| format!("{indent}{}", self.unit));
        let (open, close, parts): (_, _, Vec<String>) = match value {
            New::Text(text) => return quoted(text),
            New::Number(number) => return number.to_string(),
            New::Array(items) => ('[', ']', items.iter().map(|item| self.value(item, inner.as_deref())).collect()),
            New::Object(members) => {
                let member = |(key, value): &(&str, New)| {
                    format!("{}{}{}", quoted(key), self.colon, self.value(value, inner.as_deref()))
                };
                ('{', '}', members.iter().map(member).collect())
            }
        };
        match (self.newline, indent, inner) {
            (Some(newline), Some(indent), Some(inner)) => {
                let between = format!(",{newline}{inner}");
                format!("{open}{newline}{inner}{}{newline}{indent}{close}", parts.join(&between))
            }
            _ => format!("{open}{}{close}", parts.join(if self.colon == ":" { "," } else { ", " })),
        }
    }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text can be written as JSON")
}
