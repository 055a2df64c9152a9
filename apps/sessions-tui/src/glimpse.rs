//! First and last words of a conversation, for the preview.

use pricing::CostByKind;
use transcript::{Answer, Block, Body, Conversation, Item};

use crate::cells;

/// As much of a text as a preview can show, in characters.
const SHOWN: usize = 4_000;

/// First and last words of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glimpse {
    /// How it began.
    pub first: Exchange,
    /// How it ended; the same as `first` in a conversation of one prompt.
    pub last: Exchange,
    /// What it cost by kind of token, if that was asked for already.
    pub costs: Option<CostByKind>,
    /// Why there is nothing, if the transcript could not be read.
    pub problem: Option<String>,
}

/// A prompt and the answer to it; empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exchange {
    /// What the person said, one clean line.
    pub prompt: String,
    /// What the model said, one clean line.
    pub answer: String,
}

impl Glimpse {
    /// Takes the first exchange of `head` and the last of `tail`, which may be the same conversation.
    pub fn new(head: &Conversation, tail: &Conversation) -> Self {
        Self { first: first(&head.items), last: last(&tail.items), ..Self::default() }
    }

    /// An glimpse of what could not be read.
    pub fn failed(problem: String) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }
}

fn first(items: &[Item]) -> Exchange {
    let Some(at) = items.iter().position(|item| prompt_text(item).is_some()) else { return Exchange::default() };
    let answer = items[at + 1..].iter().take_while(|item| prompt_text(item).is_none()).find_map(answer_text);
    exchange(prompt_text(&items[at]), answer)
}

fn last(items: &[Item]) -> Exchange {
    let Some(at) = items.iter().rposition(|item| prompt_text(item).is_some()) else {
        return exchange(None, items.iter().rev().find_map(answer_text));
    };
    exchange(prompt_text(&items[at]), items[at + 1..].iter().rev().find_map(answer_text))
}

fn exchange(prompt: Option<&str>, answer: Option<String>) -> Exchange {
    Exchange { prompt: prompt.map(line).unwrap_or_default(), answer: answer.unwrap_or_default() }
}

/// One line of a Markdown text, without the marks that stand in the way where nothing is set off by them.
fn line(text: &str) -> String {
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("```"));
    let plain = lines.map(|line| line.trim_start().trim_start_matches('#').replace("**", "").replace('`', ""));
    cells::clean(&plain.collect::<Vec<_>>().join(" "))
}

fn prompt_text(item: &Item) -> Option<&str> {
    match &item.body {
        Body::Prompt(prompt) if !prompt.text.trim().is_empty() => Some(&prompt.text),
        _ => None,
    }
}

fn answer_text(item: &Item) -> Option<String> {
    let Body::Answer(Answer { blocks, .. }) = &item.body else { return None };
    blocks.iter().rev().find_map(|block| match block {
        Block::Text(text) if !text.trim().is_empty() => Some(line(text)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use transcript::Prompt;

    use super::*;

    fn item(body: Body) -> Item {
        Item { uuid: None, at: None, offset: 0, turn: 0, body }
    }

    fn prompt(text: &str) -> Item {
        item(Body::Prompt(Prompt { text: text.to_owned(), ..Prompt::default() }))
    }

    fn answer(text: &str) -> Item {
        item(Body::Answer(Answer { blocks: vec![Block::Text(text.to_owned())], ..Answer::default() }))
    }

    fn check(items: Vec<Item>, expect: [(&str, &str); 2]) {
        let conversation = Conversation { items, ..Conversation::default() };
        let glimpse = Glimpse::new(&conversation, &conversation);
        let found = [glimpse.first, glimpse.last].map(|exchange| (exchange.prompt, exchange.answer));
        assert_eq!(found, expect.map(|(prompt, answer)| (prompt.to_owned(), answer.to_owned())));
    }

    #[test]
    fn an_answer_belongs_to_its_prompt() {
        check(vec![], [("", ""), ("", "")]);
        check(vec![prompt("a"), answer("1")], [("a", "1"), ("a", "1")]);
        check(vec![prompt("a"), prompt("b"), answer("1"), answer("2\nlines")], [("a", ""), ("b", "2 lines")]);
        check(vec![prompt("a"), answer("1"), answer(""), prompt("b")], [("a", "1"), ("b", "")]);
        let marked = answer("## Plan\n\n**Bold** `code`:\n```rust\nlet a;\n```");
        check(vec![prompt("#1"), marked], [("1", "Plan Bold code: let a;"); 2]);
    }
}
