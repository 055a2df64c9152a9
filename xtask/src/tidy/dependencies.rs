//! Owners of heavy dependencies, licences and sources, as `deny.toml` states them.
//!
//! cargo-deny enforces the same file; reading it here too keeps the rules alive where that program is missing.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, eyre};
use spdx::{Expression, ParseMode};
use toml::{Table, Value};

use super::Finding;

/// What a program must not even carry along, each with its reason.
const LEAN: &[(&str, &[&str], &str)] = &[
    (
        "hook",
        &["duckdb", "libduckdb-sys", "tokio", "rustls", "clap", "ratatui", "crossterm"],
        "a hook takes the same few milliseconds whatever else the product can do",
    ),
    (
        "cli",
        &["curl", "hyper", "native-tls", "reqwest", "ureq"],
        "what leaves the machine goes through `sync` to the person's remotes",
    ),
];

pub(super) fn findings(metadata: &Metadata, deny: &str) -> Result<Vec<Finding>> {
    let deny: Table = toml::from_str(deny).wrap_err("deny.toml")?;
    let mut findings = owner_findings(metadata, &owners(&deny));
    findings.extend(lean_findings(metadata));
    let allowed = strings(value(&deny, "licenses", "allow")?);
    for package in &metadata.packages {
        findings.extend(licence_finding(&package.name, package.license.as_deref(), &allowed));
        if package.source.as_ref().is_some_and(|source| !source.is_crates_io()) {
            findings.push(Finding::new(package.name.as_str(), "comes from elsewhere than crates.io"));
        }
    }
    findings.retain(|finding| !is_excepted(&deny, &finding.place) || !finding.rule.starts_with("licence"));
    Ok(findings)
}

/// Heavy crates, each with the packages that may use it directly.
fn owners(deny: &Table) -> Vec<(String, Vec<String>)> {
    let rows = value(deny, "bans", "deny").ok().and_then(Value::as_array).cloned().unwrap_or_default();
    rows.iter()
        .filter_map(|row| Some((row.get("crate")?.as_str()?.to_owned(), strings(row.get("wrappers")?))))
        .collect()
}

fn owner_findings(metadata: &Metadata, owners: &[(String, Vec<String>)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            let owner = owners.iter().find(|(name, _)| *name == dependency.name);
            if let Some((name, wrappers)) = owner
                && !wrappers.iter().any(|wrapper| *wrapper == package.name.as_str())
            {
                let rule = format!("uses `{name}`, which belongs to {} (deny.toml)", wrappers.join(", "));
                findings.push(Finding::new(package.name.as_str(), rule));
            }
        }
    }
    findings
}

fn lean_findings(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (program, refused, reason) in LEAN {
        let Some(package) = metadata.workspace_packages().into_iter().find(|package| package.name == *program) else {
            continue;
        };
        for name in carried(metadata, package).iter().filter(|name| refused.contains(&name.as_str())) {
            findings.push(Finding::new(*program, format!("carries `{name}` along: {reason}")));
        }
    }
    findings
}

/// Names of everything that is linked into a package's programs.
fn carried(metadata: &Metadata, package: &Package) -> BTreeSet<String> {
    let nodes = metadata.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    let mut waiting = vec![&package.id];
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = nodes.iter().find(|node| node.id == *id);
        for dependency in node.map(|node| node.deps.as_slice()).unwrap_or_default() {
            if dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    metadata
        .packages
        .iter()
        .filter(|package| seen.contains(&package.id))
        .map(|package| package.name.to_string())
        .collect()
}

fn licence_finding(package: &str, licence: Option<&str>, allowed: &[String]) -> Option<Finding> {
    let Some(licence) = licence else {
        return Some(Finding::new(package, "licence: none is given"));
    };
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
        return Some(Finding::new(package, format!("licence `{licence}` cannot be read")));
    };
    let fits = expression.evaluate(|needed| allowed.contains(&needed.to_string()));
    (!fits).then(|| Finding::new(package, format!("licence `{licence}` is not in the list of deny.toml")))
}

/// Whether `[[licenses.exceptions]]` names a crate.
fn is_excepted(deny: &Table, package: &str) -> bool {
    let rows = value(deny, "licenses", "exceptions").ok().and_then(Value::as_array).cloned().unwrap_or_default();
    rows.iter().any(|row| row.get("crate").and_then(Value::as_str) == Some(package))
}

fn value<'a>(deny: &'a Table, section: &str, key: &str) -> Result<&'a Value> {
    deny.get(section).and_then(|section| section.get(key)).ok_or_else(|| eyre!("deny.toml has no [{section}] {key}"))
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(licence: Option<&str>, fits: bool) {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        assert_eq!(licence_finding("a", licence, &allowed).is_none(), fits, "{licence:?}");
    }

    #[test]
    fn a_licence_fits_when_one_of_its_choices_is_allowed() {
        check(Some("MIT"), true);
        check(Some("MIT/Apache-2.0"), true);
        check(Some("GPL-3.0 OR MIT"), true);
        check(Some("Apache-2.0 WITH LLVM-exception"), true);
        check(Some("GPL-3.0"), false);
        check(Some("MIT AND GPL-3.0"), false);
        check(Some("whatever"), false);
        check(None, false);
    }

    #[test]
    fn owners_are_those_of_the_file() {
        let deny = r#"bans.deny = [{ crate = "duckdb", wrappers = ["store"] }]"#;
        let deny: Table = toml::from_str(deny).expect("TOML");
        assert_eq!(owners(&deny), [("duckdb".to_owned(), vec!["store".to_owned()])]);
    }
}
