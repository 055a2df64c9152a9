//! Pictures of the screen, drawn from its buffers.

use color_eyre::Result;

use crate::workspace::{build_house, run};

/// Draws the pictures from the built-in demo, at a fixed time, zone and size.
pub(crate) fn draw() -> Result<()> {
    run(&format!("{} screenshots assets/screenshots", build_house()?.display()))
}
