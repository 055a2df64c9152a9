//! How long Claude Code keeps transcripts, as its settings say.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

/// What holds where the settings say nothing, in days.
const USUAL: i64 = 30;

/// How long transcripts under a root are kept after they were last written to: `cleanupPeriodDays` of its
/// `settings.json`, else 30 days. Settings that cannot be read say nothing, as for the client.
pub fn kept(root: &Path) -> TimeDelta {
    let settings = fs::read(root.join("settings.json")).ok();
    let settings = settings.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    // The client takes 0 for a mistake and drops the whole file (2.1.89).
    let days = settings.and_then(|settings| settings.get("cleanupPeriodDays")?.as_i64()).filter(|days| *days > 0);
    TimeDelta::try_days(days.unwrap_or(USUAL)).unwrap_or(TimeDelta::MAX)
}

/// The same for many transcripts; the settings of each root are read once.
#[derive(Debug, Default)]
pub struct Kept(HashMap<PathBuf, TimeDelta>);

impl Kept {
    /// When the client deletes a transcript under a root that was last written to at a moment; none where that is never.
    pub fn until(&mut self, root: &Path, modified: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.0.contains_key(root) {
            self.0.insert(root.to_owned(), kept(root));
        }
        modified.checked_add_signed(*self.0.get(root)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_root_say_how_long() {
        let home = testkit::Home::new();
        let root = home.claude();
        fs::create_dir_all(&root).expect("a folder can be made");
        assert_eq!(kept(&root), TimeDelta::days(30));
        for (text, days) in [
            (r#"{"cleanupPeriodDays": 365}"#, 365),
            (r#"{"cleanupPeriodDays": 0}"#, 30),
            (r#"{"cleanupPeriodDays": "x"}"#, 30),
            ("{broken", 30),
        ] {
            fs::write(root.join("settings.json"), text).expect("a file can be written");
            assert_eq!(kept(&root), TimeDelta::days(days), "{text}");
        }
        fs::write(root.join("settings.json"), format!(r#"{{"cleanupPeriodDays": {}}}"#, i64::MAX)).expect("the same");
        assert_eq!(kept(&root), TimeDelta::MAX);
    }
}
