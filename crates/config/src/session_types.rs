//! Rules that give a session its type, by the skills that it used and by where it ran.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use crate::ConfigError;

/// The type of sessions that no rule applies to.
pub const GENERAL: &str = "general";

/// What goes before a session's own words: the built-in rules, in order.
const BUILT_IN: [(&str, &[&str], &[&str]); 4] = [
    ("dbt", &["dbt", "kimball"], &["dbt"]),
    ("debugging", &["systematic-debugging"], &[]),
    ("research", &["deep-research", "brainstorming", "research"], &[]),
    ("planning", &["writing-plans", "executing-plans"], &[]),
];

/// Rules in order; the first that applies gives the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTypes {
    rules: Vec<Rule>,
    own: usize,
}

/// A rule of `session_types.yaml`: it applies when one of its words is part of the name of a skill that was used, or of
/// the name or directory of the project. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(rename = "type")]
    name: String,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    path: Vec<String>,
}

impl Default for SessionTypes {
    /// The built-in rules.
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let rule = |(name, skills, path): (&str, &[&str], &[&str])| Rule {
            name: name.to_owned(),
            skills: words(skills),
            path: words(path),
        };
        Self { rules: BUILT_IN.map(rule).into(), own: 0 }
    }
}

impl SessionTypes {
    /// The rules of a file, then the built-in ones; a missing file has none.
    ///
    /// The file is a list of `type`, `skills` (words) and `path` (words).
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
        };
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        let own: Vec<Rule> = serde_saphyr::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.to_owned(),
            message: format!("{error}; a rule looks like `- {{type: review, skills: [code-review], path: [reviews]}}`"),
        })?;
        if let Some(rule) = own.iter().find(|rule| !rule.is_whole()) {
            let message = format!(
                "the rule for `{}` needs a type and at least one word in `skills` or `path`; a rule looks like \
                 `- {{type: review, skills: [code-review], path: [reviews]}}`",
                rule.name
            );
            return Err(ConfigError::Invalid { path: path.to_owned(), message });
        }
        let mut types = Self { own: own.len(), ..Self::default() };
        types.rules.splice(0..0, own.into_iter().map(Rule::in_lower_case));
        Ok(types)
    }

    /// The rules in order: the type, words of skills, words of places.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &[String], &[String])> {
        self.rules.iter().map(|rule| (rule.name.as_str(), rule.skills.as_slice(), rule.path.as_slice()))
    }

    /// How many of the rules are the person's; they come first.
    pub fn own(&self) -> usize {
        self.own
    }

    /// The type of a session: of the first rule that applies, else `general`. `place` names its project and directory.
    pub fn of(&self, skills: &[String], place: &str) -> &str {
        self.first(skills, place).map_or(GENERAL, |(name, ..)| name)
    }

    /// The first rule that applies: the type, its number from 0, and the word by which it does.
    pub fn first(&self, skills: &[String], place: &str) -> Option<(&str, usize, &str)> {
        let skills: Vec<String> = skills.iter().map(|skill| skill.to_lowercase()).collect();
        let place = place.to_lowercase();
        let mut rules = self.rules.iter().enumerate();
        rules.find_map(|(at, rule)| Some((rule.name.as_str(), at, rule.word(&skills, &place)?)))
    }
}

impl Rule {
    /// Whether it names a type and can ever apply.
    fn is_whole(&self) -> bool {
        !self.name.trim().is_empty() && self.skills.iter().chain(&self.path).any(|word| !word.trim().is_empty())
    }

    fn in_lower_case(self) -> Self {
        let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        Self { name: self.name, skills: lower(self.skills), path: lower(self.path) }
    }

    /// The word by which it applies, if it does.
    fn word(&self, skills: &[String], place: &str) -> Option<&str> {
        let used = |word: &&String| !word.is_empty() && skills.iter().any(|skill| skill.contains(word.as_str()));
        let named = |word: &&String| !word.is_empty() && place.contains(word.as_str());
        self.skills.iter().find(used).or_else(|| self.path.iter().find(named)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(types: &SessionTypes, skills: &[&str], place: &str, expect: &str) {
        let skills: Vec<String> = skills.iter().map(|skill| (*skill).to_owned()).collect();
        assert_eq!(types.of(&skills, place), expect, "{skills:?} {place}");
    }

    fn load(text: &str) -> Result<SessionTypes, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("session_types.yaml");
        fs::write(&path, text).expect("the file can be written");
        SessionTypes::load(&path)
    }

    #[test]
    fn the_first_rule_that_applies_gives_the_type() {
        let types = SessionTypes::default();
        check(&types, &["superpowers:Systematic-Debugging"], "app /src/app", "debugging");
        check(&types, &["kimball", "deep-research"], "", "dbt");
        check(&types, &[], "Warehouse /work/DBT-models", "dbt");
        check(&types, &["writing-plans"], "", "planning");
        check(&types, &["commit"], "app", "general");
        let skills = ["superpowers:Systematic-Debugging".to_owned()];
        assert_eq!(types.first(&skills, ""), Some(("debugging", 1, "systematic-debugging")));
    }

    #[test]
    fn rules_of_the_person_go_before_the_built_in_ones() {
        let types = load("# mine\n- type: Review\n  skills: [Code-Review]\n- {type: models, path: [dbt]}\n");
        let types = types.expect("the rules can be read");
        check(&types, &["code-review"], "", "Review");
        check(&types, &["dbt"], "dbt", "models");
        check(&types, &["kimball"], "", "dbt");
        assert_eq!(types.own(), 2);
    }

    #[test]
    fn an_empty_file_has_no_rules() {
        for text in ["", "\n", "# nothing yet\n"] {
            assert_eq!(load(text).expect("the rules can be read"), SessionTypes::default());
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_with_an_example() {
        for text in [
            "type: review",
            "- {skills: [x]}",
            "- {type: a, skill: [x]}",
            "- [",
            "42",
            "- {type: a}",
            "- {type: '', skills: [x]}",
            "- {type: a, path: ['']}",
        ] {
            let error = load(text).expect_err(text).to_string();
            assert!(error.contains("session_types.yaml") && error.contains("a rule looks like"), "{error}");
        }
    }
}
