//! Real transcripts, where they are at hand.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use transcript::{Body, Conversation, Detail, Item, to_markdown};

/// Runs a check on every transcript of the corpus, or says that there is none.
fn each(mut check: impl FnMut(&Path, &[u8]) -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let Some(corpus) = testkit::corpus() else {
        writeln!(std::io::stderr(), "skipped: no corpus")?;
        return Ok(());
    };
    let (mut folders, mut count) = (vec![corpus], 0);
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "jsonl") {
                check(&path, &fs::read(&path)?)?;
                count += 1;
            }
        }
    }
    assert!(count > 100, "the corpus holds {count} transcripts only");
    Ok(())
}

/// All items of a conversation, wherever they are.
fn items(conversation: &Conversation) -> Vec<&Item> {
    let branches = conversation.branches.iter().flat_map(|branch| &branch.items);
    let agents = conversation.agents.iter().flat_map(|agent| items(&agent.conversation));
    conversation.items.iter().chain(branches).chain(agents).collect()
}

/// The records of a file that can be read line by line, read without any of our code.
fn records(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok()).filter(Value::is_object).collect()
}

#[test]
fn every_answer_of_the_corpus_is_shown_once() -> Result<(), Box<dyn Error>> {
    each(|path, bytes| {
        let conversation = Conversation::read(bytes).value;
        let mut shown = BTreeSet::new();
        for item in items(&conversation) {
            if let Body::Answer(answer) = &item.body
                && let Some(id) = &answer.message_id
            {
                shown.insert(id.clone());
            }
        }
        let written: BTreeSet<String> = records(bytes)
            .iter()
            .filter(|record| record["type"] == "assistant")
            .filter_map(|record| Some(record["message"]["id"].as_str()?.to_owned()))
            .filter(|id| !id.is_empty())
            .collect();
        let lost: Vec<_> = written.difference(&shown).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", path.display());
        let once: Vec<_> = conversation
            .items
            .iter()
            .chain(conversation.branches.iter().flat_map(|branch| &branch.items))
            .filter_map(|item| match &item.body {
                Body::Answer(answer) => answer.message_id.as_ref(),
                _ => None,
            })
            .collect();
        let distinct: BTreeSet<_> = once.iter().collect();
        assert_eq!(once.len(), distinct.len(), "{}: an answer is shown twice", path.display());
        Ok(())
    })
}

#[test]
fn every_prompt_of_the_corpus_is_shown() -> Result<(), Box<dyn Error>> {
    each(|path, bytes| {
        let conversation = Conversation::read(bytes).value;
        let all = items(&conversation);
        let shown: String = all
            .iter()
            .filter_map(|item| match &item.body {
                Body::Prompt(prompt) => Some(prompt.text.as_str()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .join("\n");
        for record in records(bytes) {
            for text in prompts(&record) {
                assert!(shown.contains(text.trim()), "{}: not shown: {text:.200}", path.display());
            }
        }
        Ok(())
    })
}

/// Texts of a user record that nothing marks as written by the client.
fn prompts(record: &Value) -> Vec<&str> {
    let plain = |text: &&str| {
        let text = text.trim();
        !text.starts_with(['<', '[']) && !text.starts_with("Caveat:") && !text.starts_with("This session is being")
    };
    if record["type"] != "user" || record["isMeta"] == true || record["isCompactSummary"] == true {
        return Vec::new();
    }
    match &record["message"]["content"] {
        Value::String(text) => Some(text.as_str()).into_iter().filter(plain).collect(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter(|block| block["type"] == "text");
            texts.filter_map(|block| block["text"].as_str()).filter(plain).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_result_of_the_corpus_is_with_its_call() -> Result<(), Box<dyn Error>> {
    each(|path, bytes| {
        let conversation = Conversation::read(bytes).value;
        let paired: BTreeSet<&str> = items(&conversation)
            .into_iter()
            .filter_map(|item| match &item.body {
                Body::Answer(answer) => Some(answer),
                _ => None,
            })
            .flat_map(|answer| &answer.blocks)
            .filter_map(|block| match block {
                transcript::Block::Tool(call) => call.result.as_ref().map(|_| call.id.as_str()),
                _ => None,
            })
            .collect();
        let records = records(bytes);
        let blocks = |kind: &str| -> Vec<&Value> {
            let contents = records.iter().filter(|record| record["type"] == kind);
            contents.filter_map(|record| record["message"]["content"].as_array()).flatten().collect()
        };
        let calls: BTreeSet<&str> = blocks("assistant").iter().filter_map(|block| block["id"].as_str()).collect();
        for result in blocks("user").iter().filter_map(|block| block["tool_use_id"].as_str()) {
            assert!(!calls.contains(result) || paired.contains(result), "{}: {result}", path.display());
        }
        Ok(())
    })
}

#[test]
fn markdown_of_the_corpus_holds_no_control_character() -> Result<(), Box<dyn Error>> {
    each(|path, bytes| {
        let text = to_markdown(&Conversation::read(bytes).value, Detail::Everything, &|at| at.to_string());
        let found = text.chars().find(|symbol| symbol.is_control() && !matches!(symbol, '\n' | '\t'));
        assert_eq!(found, None, "{}", path.display());
        Ok(())
    })
}

#[test]
fn conversations_of_the_corpus_can_be_written_as_json() -> Result<(), Box<dyn Error>> {
    each(|_, bytes| {
        serde_json::to_string(&Conversation::read(bytes).value)?;
        Ok(())
    })
}
