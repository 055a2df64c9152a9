//! Breakdowns and filters.

use chrono_tz::Tz;
use summary::{Chip, Cube, Dimension, Key, Kind, Usage};

use crate::history::{Sketch, cube};

const OPUS: &str = "claude-opus-4-5";
const BOTH: &str = "Bash\u{1f}2\u{1e}Read\u{1f}1";

const HISTORY: &[Sketch] = &[
    ("2026-11-05T12:00:00Z", "shop-1", OPUS, BOTH, 9),
    ("2026-11-05T13:00:00Z", "shop-2", "claude-haiku-4-5", "Read\u{1f}1", 1),
    ("2026-11-06T13:00:00Z", "site-1", OPUS, "", 7),
    ("2026-11-07T13:00:00Z", "site-1", "no-such-model", "", 0),
];

fn named(name: &str) -> Key {
    Key::Named(Some(name.to_owned()))
}

fn cents(usage: &Usage) -> i128 {
    usage.cost.0 / 10_000_000_000
}

/// Rows of a dimension by name and cents.
fn rows(cube: &Cube, chips: &[Chip], dimension: Dimension) -> Vec<(String, i128)> {
    let name = |key: &Key| match key {
        Key::Named(name) => name.clone().unwrap_or_default(),
        Key::Branch { project, branch } => [project, branch].map(|name| name.clone().unwrap_or_default()).join("/"),
        Key::Kind(kind) => kind.name().to_owned(),
    };
    cube.entries(None, chips, dimension).iter().map(|entry| (name(&entry.key), cents(&entry.usage))).collect()
}

fn expect(rows: &[(&str, i128)]) -> Vec<(String, i128)> {
    rows.iter().map(|(name, cents)| ((*name).to_owned(), *cents)).collect()
}

#[test]
fn the_rows_of_each_dimension_are_the_costliest_first() {
    let cube = cube(HISTORY, Tz::UTC);
    let check = |dimension, rows_expected: &[(&str, i128)]| {
        assert_eq!(rows(&cube, &[], dimension), expect(rows_expected), "{dimension:?}");
    };
    check(Dimension::Project, &[("shop", 10), ("site", 7)]);
    check(Dimension::Model, &[(OPUS, 16), ("claude-haiku-4-5", 1), ("no-such-model", 0)]);
    check(Dimension::Branch, &[("shop/main", 10), ("site/main", 7)]);
    check(Dimension::Tool, &[("", 7), ("Bash", 6), ("Read", 4)]);
    check(Dimension::Type, &[("other", 17)]);
    check(Dimension::Agent, &[("main", 17)]);
    check(Dimension::Device, &[("", 17)]);
}

#[test]
fn calls_of_tools_are_counted() {
    let entries = cube(HISTORY, Tz::UTC).entries(None, &[], Dimension::Tool);
    let calls: Vec<u64> = entries.iter().map(|entry| entry.calls).collect();
    assert_eq!(calls, [0, 2, 2]);
}

#[test]
fn chips_filter_everything_together() {
    let cube = cube(HISTORY, Tz::UTC);
    let shop = Chip { dimension: Dimension::Project, key: named("shop") };
    let opus = Chip { dimension: Dimension::Model, key: named(OPUS) };
    let read = Chip { dimension: Dimension::Tool, key: named("Read") };
    let chips = [shop.clone(), opus.clone()];
    assert_eq!(rows(&cube, &chips, Dimension::Project), expect(&[("shop", 9)]));
    assert_eq!(cube.sessions_behind(None, &chips).len(), 1);
    assert_eq!(cents(&cube.total(None, &[read]).0), 10, "of a tool, its requests whole");
    let unheard_of = Chip { dimension: Dimension::Project, key: named("nothing") };
    assert_eq!(cube.total(None, &[unheard_of]).0, Usage::default());
}

#[test]
fn the_kinds_of_tokens_add_up_to_the_whole() {
    let cube = cube(HISTORY, Tz::UTC);
    let (total, _) = cube.total(None, &[]);
    let mut sum = Usage::default();
    for entry in cube.entries(None, &[], Dimension::Kind) {
        sum.tokens += entry.usage.tokens;
        sum.cost += entry.usage.cost;
        assert_eq!(entry.usage.requests, 0, "nobody counts which requests have a kind");
        // a filter by a kind leaves exactly its row
        let Key::Kind(kind) = entry.key else { panic!("a kind") };
        let only = [Chip { dimension: Dimension::Kind, key: Key::Kind(kind) }];
        assert_eq!(cube.total(None, &only).0.cost, entry.usage.cost, "{kind:?}");
        let projects = cube.entries(None, &only, Dimension::Project);
        assert_eq!(projects.iter().map(|entry| entry.usage.tokens.total()).sum::<u64>(), entry.usage.tokens.total());
    }
    assert_eq!((sum.tokens, sum.cost), (total.tokens, total.cost));
    let searched = [Chip { dimension: Dimension::Kind, key: Key::Kind(Kind::WebSearch) }];
    assert!(cube.sessions_behind(None, &searched).is_empty(), "nobody searched");
}
