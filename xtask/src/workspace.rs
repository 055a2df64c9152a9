//! The workspace that the chores work on: its folder, its packages, the programs that it builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cargo_metadata::{Metadata, MetadataCommand};
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail, eyre};

/// How a person starts the product from a checkout; the README names it.
pub(crate) const RUN: &str = "cargo run --release";
/// How a person runs every test; the README names it and `ci` runs it.
pub(crate) const TEST: &str = "cargo nextest run --release --workspace";

/// The workspace: that of the package that cargo runs, else the one around the current directory. Where this program was
/// compiled says nothing, because two checkouts may share a target folder.
static ROOT: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let run_by_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    workspace_around(&run_by_cargo.or_else(|| std::env::current_dir().ok())?)
});

/// Makes sure that there is a workspace to work on.
pub(crate) fn find() -> Result<()> {
    ROOT.as_ref().map(|_| ()).ok_or_else(|| eyre!("no workspace here: run it as `cargo xtask` inside a checkout"))
}

/// The folder that holds the workspace.
pub(crate) fn root() -> &'static Path {
    ROOT.as_deref().expect("`find` comes first, and cargo runs tests in the workspace")
}

/// The nearest folder from this one upwards whose `Cargo.toml` has a `[workspace]`.
fn workspace_around(folder: &Path) -> Option<PathBuf> {
    let holds_workspace = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.parse::<toml::Table>().is_ok_and(|manifest| manifest.contains_key("workspace"))
    };
    folder.ancestors().find(holds_workspace).map(Path::to_owned)
}

/// What cargo knows of the workspace, with every dependency.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new().current_dir(root()).exec().wrap_err("cargo metadata failed")
}

/// Runs a command line in the workspace; fails when it does.
pub(crate) fn run(line: &str) -> Result<()> {
    let status = command(line)?.status().wrap_err_with(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Standard output of a command line that is run in the workspace.
pub(crate) fn output(line: &str) -> Result<String> {
    let output = command(line)?.output().wrap_err_with(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).wrap_err_with(|| format!("`{line}` printed something that is not UTF-8"))
}

/// Builds a program of the workspace in the one profile and returns where it lies.
pub(crate) fn build(package: &str, binary: &str) -> Result<PathBuf> {
    run(&format!("cargo build --release --quiet --package {package} --bin {binary}"))?;
    Ok(release_folder()?.join(binary))
}

/// Builds both programs as the tests of the whole workspace have them built, and returns where `sessions` and
/// `sessions-hook` lie.
pub(crate) fn build_programs() -> Result<(PathBuf, PathBuf)> {
    run("cargo build --release --quiet --workspace --bins")?;
    let folder = release_folder()?;
    Ok((folder.join("sessions"), folder.join("sessions-hook")))
}

/// Builds what the screen offers to chores and returns where it lies.
pub(crate) fn build_house() -> Result<PathBuf> {
    // Without `cli` in the selection cargo chooses other features for DuckDB's build, and compiles it once more.
    run("cargo build --release --quiet --package cli --package sessions-tui --bin sessions --example house")?;
    Ok(release_folder()?.join("examples/house"))
}

fn release_folder() -> Result<PathBuf> {
    Ok(metadata()?.target_directory.join("release").into_std_path_buf())
}

/// A command from a line of words.
fn command(line: &str) -> Result<Command> {
    let mut words = line.split_whitespace();
    let program = words.next().ok_or_else(|| eyre!("an empty command line"))?;
    let mut command = Command::new(program);
    command.args(words).current_dir(root());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_this_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    Ok(command)
}

/// Whether a variable is one that cargo sets for the package that it runs, here xtask.
///
/// Build scripts take these for their own: `ring` is compiled again when they change, and DuckDB after it.
fn is_of_this_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| variable.starts_with(prefix))
        || variable == "OUT_DIR"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_from_below_and_not_from_outside() {
        let below = root().join("xtask/src/bench");
        assert_eq!(workspace_around(&below).as_deref(), Some(root()));
        assert!(root().join("xtask/Cargo.toml").exists());
        let outside = testkit::Home::new();
        assert_eq!(workspace_around(outside.path()), None);
    }

    #[test]
    fn programs_are_built_as_from_a_shell() {
        let removed = |variable: &str| {
            let command = command("cargo build").expect("a command line");
            command.get_envs().any(|(name, value)| name == variable && value.is_none())
        };
        assert!(removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"), "run by cargo, these are set");
        assert!(!removed("PATH") && !removed("CARGO_TARGET_DIR") && !removed("CARGO_HOME"));
    }
}
