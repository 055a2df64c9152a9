//! Floors: a crate may use crates of lower floors only.

use cargo_metadata::{DependencyKind, Metadata, Package};

use super::Finding;

/// Every crate of the product with its floor.
const FLOORS: &[(&str, u8)] = &[
    ("transcript", 0),
    ("pricing", 0),
    ("archive", 1),
    ("chart", 1),
    ("config", 1),
    ("journal", 1),
    ("resume", 1),
    ("search", 1),
    ("summary", 1),
    ("typeset", 1),
    ("housekeeping", 2),
    ("notes", 2),
    ("setup", 2),
    ("store", 2),
    ("sync", 3),
    ("sessions-tui", 4),
    ("cli", 4),
    ("hook", 4),
];

/// Uses within a floor, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("pricing", "transcript", "a price is the price of a request, and `transcript` says what a request is"),
    ("chart", "typeset", "one measure of text, and one way to cut it"),
    ("archive", "config", "whole files are replaced as `config` replaces files"),
    ("search", "archive", "what Claude Code has deleted is searched in the archive"),
    ("journal", "config", "whole files are replaced as `config` replaces files"),
    ("resume", "config", "the file of directories that moved is replaced as `config` replaces files"),
    ("cli", "sessions-tui", "`sessions` without a command opens the screen"),
];

/// Crates that may use only a few others, each with its reason.
const NARROW: &[(&str, &[&str], &str)] =
    &[("hook", &["config", "journal"], "a hook has a few milliseconds and opens no database")];

/// Crates that no product code may use.
const HOUSE: &[&str] = &["testkit", "xtask"];

pub(super) fn findings(metadata: &Metadata) -> Vec<Finding> {
    let members = metadata.workspace_packages();
    let names: Vec<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let uses = |package: &Package| -> Vec<(String, DependencyKind)> {
        let ours = package.dependencies.iter().filter(|dependency| names.contains(&dependency.name.as_str()));
        ours.map(|dependency| (dependency.name.clone(), dependency.kind)).collect()
    };
    members.iter().flat_map(|package| package_findings(&package.name, &uses(package))).collect()
}

fn package_findings(package: &str, uses: &[(String, DependencyKind)]) -> Vec<Finding> {
    if HOUSE.contains(&package) {
        return Vec::new();
    }
    let Some(floor) = floor_of(package) else {
        return vec![Finding::new(
            package,
            "has no floor; give it one in xtask/src/tidy/floors.rs and docs/architecture.md",
        )];
    };
    let product = uses.iter().filter(|(_, kind)| *kind != DependencyKind::Development);
    product.filter_map(|(used, _)| Some(Finding::new(package, broken_rule(package, floor, used)?))).collect()
}

/// What is wrong with a use, if anything is.
fn broken_rule(package: &str, floor: u8, used: &str) -> Option<String> {
    if HOUSE.contains(&used) {
        return Some(format!("uses `{used}`, which is for tests and chores: make it a dev-dependency"));
    }
    if let Some((_, allowed, reason)) = NARROW.iter().find(|(narrow, ..)| *narrow == package)
        && !allowed.contains(&used)
    {
        return Some(format!("uses `{used}` but may use {} alone: {reason}", allowed.join(" and ")));
    }
    let used_floor = floor_of(used)?;
    let excepted = EXCEPTIONS.iter().any(|(from, to, _)| (*from, *to) == (package, used));
    (used_floor >= floor && !excepted)
        .then(|| format!("on floor {floor} uses `{used}` on floor {used_floor}: imports go down only"))
}

fn floor_of(package: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == package).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &str, used: &str, kind: DependencyKind, expect: usize) {
        let findings = package_findings(package, &[(used.to_owned(), kind)]);
        assert_eq!(findings.len(), expect, "{package} uses {used}: {findings:?}");
    }

    #[test]
    fn imports_go_down_only() {
        check("store", "transcript", DependencyKind::Normal, 0);
        check("transcript", "store", DependencyKind::Normal, 1);
        check("config", "journal", DependencyKind::Normal, 1);
        check("pricing", "transcript", DependencyKind::Normal, 0);
        check("transcript", "pricing", DependencyKind::Normal, 1);
    }

    #[test]
    fn the_hook_uses_config_and_journal_alone() {
        check("hook", "journal", DependencyKind::Normal, 0);
        check("hook", "transcript", DependencyKind::Normal, 1);
    }

    #[test]
    fn the_testkit_is_for_tests() {
        check("store", "testkit", DependencyKind::Development, 0);
        check("store", "testkit", DependencyKind::Normal, 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        assert_eq!(package_findings("cellar", &[]).len(), 1);
    }
}
