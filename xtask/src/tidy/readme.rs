//! The README names the commands that really start and test the product.

use super::Finding;
use crate::workspace::{RUN, TEST};

pub(super) fn findings(readme: &str) -> Vec<Finding> {
    let missing = [RUN, TEST].into_iter().filter(|command| !readme.lines().any(|line| line.trim() == *command));
    missing
        .map(|command| Finding::new("README.md", format!("does not show `{command}` on a line of its own")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_commands_must_be_shown() {
        assert_eq!(findings(&format!("# sessions\n```\n{RUN}\n{TEST}\n```\n")), []);
        assert_eq!(findings("# sessions\n```\ncargo run\n```\n").len(), 2);
    }
}
