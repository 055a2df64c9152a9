//! Histories that are nothing but requests: as many as wanted, in as few bytes as a transcript can have.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, SecondsFormat};

use super::Generated;
use super::random::Random;
use super::sheet::uuid;

/// Requests of a session.
const LENGTH: u64 = 40;
const MODELS: &[&str] = &["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5"];
const TOOLS: &[&str] = &["Read", "Bash", "Edit", "Grep"];
const BRANCHES: &[&str] = &["main", "main", "fix/retry", "feature/export"];
/// 2025-11-20 00:00 UTC; sessions lie within the year after it.
const FIRST_DAY_MS: u64 = 1_763_596_800_000;
const DAY_MS: u64 = 86_400_000;

/// Writes sessions of forty requests below `<claude>/projects`, until there are `count` requests: three of four call a
/// tool, one comes about every forty seconds. A prompt stands before every eighth.
pub fn requests(claude: &Path, count: u64, seed: u64) -> io::Result<Generated> {
    let mut random = Random::new(seed);
    let mut generated = Generated::default();
    while generated.requests < count {
        let project = random.between(0, 40);
        let folder = claude.join(format!("projects/-home-you-code-project-{project:02}"));
        fs::create_dir_all(&folder)?;
        let id = uuid(&mut random);
        let text = session(&mut random, &id, project, LENGTH.min(count - generated.requests), &mut generated);
        fs::write(folder.join(format!("{id}.jsonl")), &text)?;
        generated.sessions += 1;
        generated.files += 1;
        generated.bytes += text.len() as u64;
    }
    Ok(generated)
}

fn session(random: &mut Random, id: &str, project: u64, length: u64, generated: &mut Generated) -> String {
    let (model, branch) = (random.pick(MODELS), random.pick(BRANCHES));
    let mut clock_ms = FIRST_DAY_MS + random.between(0, 365) * DAY_MS + random.between(7 * 3_600_000, 22 * 3_600_000);
    let mut text = String::with_capacity(24 * 1_024);
    let mut parent = "null".to_owned();
    for at in 0..length {
        let mut put = |random: &mut Random, kind: &str, message: &str, clock_ms: u64| {
            let uuid = uuid(random);
            let moment = DateTime::from_timestamp_millis(clock_ms.cast_signed()).unwrap_or_default();
            writeln!(
                text,
                "{{\"parentUuid\":{parent},\"isSidechain\":false,\"type\":\"{kind}\",\"message\":{message},\"uuid\":\"{uuid}\",\
                 \"timestamp\":\"{}\",\"cwd\":\"/home/you/code/project-{project:02}\",\"sessionId\":\"{id}\",\
                 \"version\":\"2.1.328\",\"gitBranch\":\"{branch}\"}}",
                moment.to_rfc3339_opts(SecondsFormat::Millis, true),
            )
            .expect("memory takes every text");
            parent = format!("\"{uuid}\"");
            generated.lines += 1;
        };
        if at % 8 == 0 {
            put(random, "user", "{\"role\":\"user\",\"content\":\"Retry the ledger export\"}", clock_ms);
        }
        clock_ms += random.between(10_000, 70_000);
        let number = random.draw();
        let content = if at % 4 == 3 {
            "{\"type\":\"text\",\"text\":\"Done.\"}".to_owned()
        } else {
            format!(
                "{{\"type\":\"tool_use\",\"id\":\"toolu_{number:016x}\",\"name\":\"{}\",\"input\":{{}}}}",
                random.pick(TOOLS)
            )
        };
        let message = format!(
            "{{\"id\":\"msg_{number:016x}\",\"role\":\"assistant\",\"model\":\"{model}\",\"content\":[{content}],\
             \"stop_reason\":\"end_turn\",\"usage\":{{\"input_tokens\":{},\"output_tokens\":{},\
             \"cache_read_input_tokens\":{},\"cache_creation_input_tokens\":{}}}}}",
            random.between(3, 40),
            random.between(50, 900),
            12_000 + at * 2_000,
            random.between(500, 4_000),
        );
        put(random, "assistant", &message, clock_ms);
        generated.requests += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_requests_as_wanted() {
        let home = crate::Home::new();
        let generated = requests(&home.claude(), 100, 1).expect("a history can be written");
        assert_eq!((generated.requests, generated.sessions), (100, 3));
        assert!(generated.bytes / generated.lines < 700, "{} bytes a line", generated.bytes / generated.lines);
    }
}
