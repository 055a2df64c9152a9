//! Categories and statuses.

/// Categories, each with the status that an entry of it has when nothing else is said.
const CATEGORIES: [(&str, &str); 5] =
    [("finding", "open"), ("task", "open"), ("decision", "info"), ("issue", "open"), ("note", "info")];
/// Statuses.
const STATUSES: [&str; 5] = ["open", "in_progress", "blocked", "resolved", "info"];
/// Statuses of which nothing is left to do.
const DONE: [&str; 2] = ["resolved", "info"];

/// The categories and statuses that can be used: the built-in ones and the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    categories: Vec<(String, String)>,
    statuses: Vec<String>,
}

impl Vocabulary {
    /// The built-in ones with the person's after them. A category is written `name` or `name:status`, where the status
    /// is what it has when nothing else is said; a built-in one can be given another status.
    pub fn new(categories: &[String], statuses: &[String]) -> Self {
        let mut all = Self {
            categories: CATEGORIES.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect(),
            statuses: STATUSES.iter().map(|status| (*status).to_owned()).collect(),
        };
        for written in statuses.iter().map(|written| written.trim()).filter(|written| !written.is_empty()) {
            all.add_status(written);
        }
        for written in categories.iter().map(|written| written.trim()).filter(|written| !written.is_empty()) {
            let (name, status) = written.split_once(':').unwrap_or((written, "open"));
            all.add_status(status.trim());
            all.categories.retain(|(known, _)| known != name.trim());
            all.categories.push((name.trim().to_owned(), status.trim().to_owned()));
        }
        all
    }

    fn add_status(&mut self, status: &str) {
        if !self.statuses.iter().any(|known| known == status) {
            self.statuses.push(status.to_owned());
        }
    }

    /// The names of all categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().map(|(name, _)| name.as_str())
    }

    /// All statuses.
    pub fn statuses(&self) -> impl Iterator<Item = &str> {
        self.statuses.iter().map(String::as_str)
    }

    /// A category as it is spelled, whatever its case.
    pub fn category(&self, written: &str) -> Option<&str> {
        self.categories().find(|name| name.eq_ignore_ascii_case(written.trim()))
    }

    /// A status as it is spelled, whatever its case, with `-` or a space for `_`.
    pub fn status(&self, written: &str) -> Option<&str> {
        let written = written.trim().replace(['-', ' '], "_");
        self.statuses().find(|status| status.replace(['-', ' '], "_").eq_ignore_ascii_case(&written))
    }

    /// The status that an entry of a category has when nothing else is said.
    pub fn default_status(&self, category: &str) -> &str {
        self.categories.iter().find(|(name, _)| name == category).map_or("open", |(_, status)| status)
    }

    /// Whether nothing is left to do about an entry of a status.
    pub fn is_done(status: &str) -> bool {
        DONE.contains(&status)
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_extended() {
        let own = ["risk:waiting".to_owned(), "note:open".to_owned(), " ".to_owned()];
        let all = Vocabulary::new(&own, &["wont_fix".to_owned()]);
        assert_eq!(all.categories().collect::<Vec<_>>(), ["finding", "task", "decision", "issue", "risk", "note"]);
        assert_eq!((all.default_status("risk"), all.default_status("note")), ("waiting", "open"));
        assert_eq!((all.status("Won't"), all.status("wont-fix")), (None, Some("wont_fix")));
        assert_eq!((all.status("in progress"), all.category("Issue")), (Some("in_progress"), Some("issue")));
    }

    #[test]
    fn issues_findings_and_tasks_are_open_and_the_rest_is_for_information() {
        let all = Vocabulary::default();
        let status: Vec<&str> = all.categories().map(|category| all.default_status(category)).collect();
        assert_eq!(status, ["open", "open", "info", "open", "info"]);
    }
}
