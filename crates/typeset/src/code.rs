//! Colors of code: what each stretch of a text is, by the grammar of its language.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use crate::paint::{Paint, Role};
use crate::para::{Kind, Para};

/// Longer texts are not colored, in bytes: nobody reads them for their grammar.
const LONGEST: usize = 64 * 1024;
/// Longer lines are not colored either: the grammars take a long time for them.
const LONGEST_LINE: usize = 2_000;

/// A text in a language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code {
    /// Name or extension of the language.
    pub language: String,
    /// The text.
    pub text: String,
}

/// What each stretch of a text is: stretches in order, each with its end in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colors(Vec<(usize, Role)>);

fn grammars() -> &'static SyntaxSet {
    static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMARS.get_or_init(two_face::syntax::extra_newlines)
}

impl Code {
    pub(crate) fn new(language: &str, text: &str) -> Option<Self> {
        let language = language.split([' ', ',', '{']).next().unwrap_or_default().to_ascii_lowercase();
        let worth = !language.is_empty() && language != "text" && language != "txt" && text.len() <= LONGEST;
        worth.then(|| Self { language, text: text.to_owned() })
    }

    /// Finds the colors. The first text of a language takes a while.
    pub fn colors(&self) -> Arc<Colors> {
        Arc::new(self.grammar().map(|grammar| colors(grammar, &self.text)).unwrap_or_default())
    }

    fn grammar(&self) -> Option<&'static SyntaxReference> {
        let name = match self.language.as_str() {
            "shell" | "console" | "zsh" | "sh" => "bash",
            "jsonc" | "json5" | "jsonl" => "json",
            "jsx" => "js",
            "mts" | "cts" => "ts",
            other => other,
        };
        grammars().find_syntax_by_token(name)
    }
}

/// The language of a file, by the end of its name.
pub(crate) fn language_of(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name {
        "Dockerfile" | "Makefile" => name,
        _ => name.rsplit_once('.').map_or("", |(_, extension)| extension),
    }
}

fn colors(grammar: &SyntaxReference, text: &str) -> Colors {
    let mut colors = Colors::default();
    let (mut state, mut stack, mut at) = (ParseState::new(grammar), ScopeStack::new(), 0);
    for line in text.split_inclusive('\n') {
        let ended = if line.ends_with('\n') { line.to_owned() } else { format!("{line}\n") };
        let parsed = if line.len() > LONGEST_LINE { None } else { state.parse_line(&ended, grammars()).ok() };
        let mut from = 0;
        for (place, operation) in parsed.into_iter().flatten() {
            let place = place.min(line.len());
            if place > from {
                colors.add(at + place, role(&stack));
                from = place;
            }
            if stack.apply(&operation).is_err() {
                stack = ScopeStack::new();
            }
        }
        if line.len() > from {
            colors.add(at + line.len(), role(&stack));
        }
        at += line.len();
    }
    colors
}

/// What the innermost scope that says something says.
fn role(stack: &ScopeStack) -> Role {
    for scope in stack.scopes.iter().rev() {
        let name = scope.build_string();
        let starts = |start: &str| name.starts_with(start);
        let role = if starts("comment") {
            Role::Comment
        } else if starts("string") || starts("constant.character") {
            Role::Literal
        } else if starts("constant") {
            Role::Number
        } else if starts("keyword.operator") {
            return Role::Text;
        } else if starts("keyword") || starts("storage") {
            Role::Keyword
        } else if starts("entity.name.function") || starts("support.function") || starts("variable.function") {
            Role::Function
        } else if starts("entity.name") || starts("support.type") || starts("support.class") {
            Role::Type
        } else {
            continue;
        };
        return role;
    }
    Role::Text
}

impl Colors {
    fn add(&mut self, end: usize, role: Role) {
        match self.0.last_mut().filter(|(_, last)| *last == role) {
            Some((last, _)) => *last = end,
            None => self.0.push((end, role)),
        }
    }

    fn within(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Role)> {
        let first = self.0.partition_point(|(end, _)| *end <= range.start);
        let mut at = range.start;
        self.0[first..].iter().take_while(move |_| range.start < range.end).map_while(move |(end, role)| {
            let piece = at..(*end).min(range.end);
            at = piece.end;
            (piece.start < piece.end).then_some((piece, *role))
        })
    }
}

/// The lines of a text, one paragraph each, colored where the colors are known.
pub(crate) fn lines(text: &str, colors: Option<&Colors>) -> Vec<Para> {
    let (mut paras, mut at) = (Vec::new(), 0);
    for line in text.split('\n') {
        let mut para = Para::new(Kind::Code);
        let end = at + line.len();
        for (range, role) in colors.into_iter().flat_map(|colors| colors.within(at..end)) {
            para.push(&text[range], role);
        }
        let colored = para.text.len();
        para.push(&line[colored..], Paint::default());
        paras.push(para);
        at = end + 1;
    }
    paras
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_name_and_by_extension() {
        for (language, text, expect) in [
            (
                "rust",
                "let a = \"b\"; // c",
                vec![("let", Role::Keyword), ("\"b\"", Role::Literal), ("// c", Role::Comment)],
            ),
            ("ts", "const a = 1;", vec![("const", Role::Keyword), ("1", Role::Number)]),
            ("toml", "a = true", vec![("true", Role::Number)]),
            ("no such language", "let a", vec![]),
        ] {
            let colors = Code::new(language, text).expect("worth coloring").colors();
            let paras = lines(text, Some(&colors));
            let mut from = 0;
            let found: Vec<(&str, Role)> = paras[0]
                .spans
                .iter()
                .map(|(end, paint)| (paras[0].text[std::mem::replace(&mut from, *end)..*end].trim(), paint.role))
                .filter(|(_, role)| !matches!(role, Role::Text | Role::Type))
                .collect();
            assert_eq!(found, expect, "{language}");
            assert_eq!(paras[0].text, text);
        }
        assert_eq!(
            [language_of("a/b.rs"), language_of("x\\y\\Dockerfile"), language_of("none")],
            ["rs", "Dockerfile", ""]
        );
    }

    #[test]
    fn what_was_not_colored_is_still_there() {
        let paras = lines("a\nb\n", None);
        assert_eq!(paras.iter().map(|para| para.text.as_str()).collect::<Vec<_>>(), ["a", "b", ""]);
    }
}
