//! A small history that the tests share: two sessions of a shop, one of a blog.

use chrono::{DateTime, Utc};
use serde_json::json;
use testkit::{Transcript, Usage};

use crate::sandbox::Sandbox;

/// The session that fixes a refund.
pub(crate) const REFUND: &str = "4f2a1111-1111-4111-8111-111111111111";
/// A later session in the same project, with an id that begins alike.
pub(crate) const FLAKY: &str = "4f2b2222-2222-4222-8222-222222222222";
/// A session of another project.
pub(crate) const BLOG: &str = "91cc3333-3333-4333-8333-333333333333";

/// A home with the three sessions; their directories exist.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let shop = sandbox.directory("src/shop");
    let blog = sandbox.directory("src/blog");
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");

    let mut refund = Transcript::new(REFUND);
    refund.cwd(&shop.to_string_lossy()).branch("fix/refund").at(at("2026-10-01T09:00:00Z"));
    refund.prompt("Why is a refund paid twice?");
    refund.tool("Read", json!({ "file_path": "/src/refund.rs" }), "fn refund() {}");
    refund.answer("Two workers take the same job.").ai_title("Double refund");
    sandbox.home.transcript(&format!("-src-shop/{REFUND}.jsonl"), refund.text());

    let mut flaky = Transcript::new(FLAKY);
    flaky.cwd(&shop.to_string_lossy()).at(at("2026-10-03T12:00:00Z"));
    flaky.prompt("The e2e test is flaky").answer("It waits too short.");
    sandbox.home.transcript(&format!("-src-shop/{FLAKY}.jsonl"), flaky.text());

    let mut post = Transcript::new(BLOG);
    post.cwd(&blog.to_string_lossy()).model("claude-sonnet-5").at(at("2026-09-15T20:00:00Z"));
    post.usage(Usage { input: 1, output: 1_000, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0 });
    post.prompt("Write a post about tabs\tand spaces").answer("Done.").custom_title("Tabs\tand\\or spaces");
    sandbox.home.transcript(&format!("-src-blog/{BLOG}.jsonl"), post.text());
    sandbox
}
