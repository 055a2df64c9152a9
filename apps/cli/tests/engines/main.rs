//! Engines of sync that this program serves: the claims of every engine, asked of a DuckDB file and of MotherDuck's protocol.

#[path = "../../../../crates/sync/tests/engines/conformance.rs"]
mod conformance;
mod endpoint;
mod file;
#[path = "../../../../crates/sync/tests/engines/ill_said.rs"]
mod ill_said;
mod motherduck;
#[path = "../../../../crates/sync/tests/engines/proxy.rs"]
mod proxy;
mod server;

use std::path::Path;

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_sessions");

/// The same as a path.
fn program() -> &'static Path {
    Path::new(PROGRAM)
}
