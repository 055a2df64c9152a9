//! Who writes.

/// Who writes, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Author {
    /// The name.
    pub name: String,
    /// Whether the person said so (`SESSIONS_USER`). A name that was only found (in the settings of git, of the system)
    /// differs from machine to machine and from project to project, and means the owner of the machine all the same.
    pub said: bool,
    /// Other names of the same person.
    pub also: Vec<String>,
}

impl Author {
    /// Whether a name is one of this person's; case does not count.
    pub fn is_called(&self, name: &str) -> bool {
        let same = |own: &str| !own.is_empty() && own.to_lowercase() == name.to_lowercase();
        same(&self.name) || self.also.iter().any(|own| same(own))
    }

    /// Under which name it is noted what this person has read: none stands for the owner of the machine.
    pub fn reader(&self) -> String {
        if self.said { self.name.to_lowercase() } else { String::new() }
    }
}
