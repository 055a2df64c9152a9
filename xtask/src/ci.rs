//! Everything that must hold before a change is taken in; `.ci/run` calls it and nothing else.

use std::time::Instant;

use clap::Args;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, eyre};

use crate::workspace::{TEST, output, run};

/// Checks everything: format, lints, tests, tidiness, prices, generated pages, dependencies. Stops at the first failure
#[derive(Debug, Args)]
pub(crate) struct Ci {
    /// Start at this step, for going on after a repair
    #[arg(long, value_name = "STEP")]
    from: Option<String>,
}

/// A step: its name and what it does. What it returns is said in the summary.
type Step = (&'static str, fn() -> Result<String>);

const STEPS: &[Step] = &[
    ("format", || run("cargo fmt --all --check").map(nothing)),
    ("tidy", crate::tidy::check),
    ("prices", crate::prices::check),
    ("lints", || run("cargo clippy --release --workspace --all-targets -- -D warnings").map(nothing)),
    // before the tests, so that a runner that reads the last summary finds theirs
    ("doctests", || run("cargo test --release --workspace --doc --quiet").map(nothing)),
    ("tests", tests),
    ("torture", crate::torture::check),
    ("simulation", crate::simulate::check),
    ("docs", crate::docs::check),
    ("dependencies", dependencies),
];

impl Ci {
    pub(crate) fn run(self) -> Result<()> {
        let first = match &self.from {
            None => 0,
            Some(name) => STEPS.iter().position(|(step, _)| step == name).ok_or_else(|| {
                eyre!(
                    "no step `{name}`; there are: {}",
                    STEPS.iter().map(|(step, _)| *step).collect::<Vec<_>>().join(", ")
                )
            })?,
        };
        let mut summary = Vec::new();
        for (name, step) in &STEPS[first..] {
            println!("── {name}");
            let begun = Instant::now();
            let note = step().wrap_err_with(|| format!("CI stops at the step `{name}`"))?;
            summary.push(format!("{name:<14}{:>7.1} s   {note}", begun.elapsed().as_secs_f64()));
        }
        println!("── all steps passed\n{}", summary.join("\n"));
        Ok(())
    }
}

fn nothing((): ()) -> String {
    String::new()
}

fn tests() -> Result<String> {
    run(TEST)?;
    Ok(match testkit::corpus() {
        Some(folder) => format!("with the real transcripts of {}", folder.display()),
        None => "without real transcripts: set SESSIONS_CORPUS to a folder of them to test with those too".to_owned(),
    })
}

/// `tidy` has checked owners, licences and sources already; cargo-deny looks deeper where it is installed.
fn dependencies() -> Result<String> {
    if output("cargo deny --version").is_err() {
        let skipped = "SKIPPED: cargo-deny is not installed (tidy has checked owners, licences and sources)";
        println!("{skipped}");
        return Ok(skipped.to_owned());
    }
    run("cargo deny --offline check bans licenses sources")?;
    println!("SKIPPED: known vulnerabilities; they need a network: run `cargo deny check advisories` by hand");
    Ok("without known vulnerabilities, which need a network".to_owned())
}
