//! The habits of `docs/contributing.md`, as far as a machine can see them.

mod dependencies;
mod floors;
mod readme;
mod sources;

use std::fmt;

use color_eyre::Result;
use color_eyre::eyre::bail;

use crate::workspace::{metadata, root};

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A file with its line, or a package.
    place: String,
    /// What is wrong there, and why it matters.
    rule: String,
}

impl Finding {
    fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// Prints what was checked, or fails with every finding.
pub(crate) fn run() -> Result<()> {
    println!("{}", check()?);
    Ok(())
}

/// Says what was checked, or fails with every finding.
pub(crate) fn check() -> Result<String> {
    let findings = findings()?;
    if findings.is_empty() {
        return Ok("nothing to tidy".to_owned());
    }
    let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
    bail!("{} things to tidy (the rules are in docs/contributing.md):\n{}", findings.len(), list.join("\n"))
}

fn findings() -> Result<Vec<Finding>> {
    let metadata = metadata()?;
    let mut findings = floors::findings(&metadata);
    findings.extend(dependencies::findings(&metadata, &std::fs::read_to_string(root().join("deny.toml"))?)?);
    findings.extend(sources::findings(root())?);
    findings.extend(readme::findings(&std::fs::read_to_string(root().join("README.md"))?));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_keeps_its_habits() {
        let findings = super::findings().expect("the workspace can be read");
        let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}", list.join("\n"));
    }
}
