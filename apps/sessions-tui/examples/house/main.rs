//! What the chores need of the screen: `keys` and `themes` print its reference pages, `screenshots <folder>` draws its pictures.

mod keys;
mod pictures;
mod svg;
mod themes;

use std::io::{self, Write as _};
use std::path::PathBuf;

use color_eyre::Result;
use color_eyre::eyre::bail;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["keys"] => io::stdout().write_all(keys::page().as_bytes())?,
        ["themes"] => io::stdout().write_all(themes::page().as_bytes())?,
        ["screenshots", folder] => pictures::draw(&PathBuf::from(folder))?,
        _ => bail!("expected `keys`, `themes` or `screenshots <folder>`"),
    }
    Ok(())
}
