//! Examples of charts, drawn by the command that a person uses.

use std::fs;

use color_eyre::Result;
use color_eyre::eyre::WrapErr;

use crate::workspace::{build, output, root};

/// Files with what is asked for each.
const CHARTS: [(&str, &str); 2] = [
    ("cost.svg", "--by week --since 2026-06-22 --until 2026-11-19"),
    ("tokens.svg", "--chart=tokens --by month --since 2026-06 --until 2026-11-19"),
];

/// Draws the built-in history as it lies in the repository, so that every day gives the same picture.
pub(crate) fn draw() -> Result<()> {
    let program = build("cli", "sessions")?;
    let home = testkit::Home::new();
    let (home, history) = (home.path().display(), root().join("assets/demo"));
    let folder = root().join("docs/charts");
    fs::create_dir_all(&folder).wrap_err("docs/charts cannot be made")?;
    for (name, asked) in CHARTS {
        let line = format!(
            "env HOME={home} SESSIONS_HOME={home}/data CLAUDE_CONFIG_DIR={} {} usage --svg {} --timezone UTC {asked}",
            history.display(),
            program.display(),
            folder.join(name).display()
        );
        output(&line)?;
    }
    Ok(())
}
