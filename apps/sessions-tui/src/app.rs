//! Starting and ending the screen.

use chrono_tz::Tz;
use config::{Environment, Paths, Settings};
use pricing::PriceTable;

/// What the screen is started with.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Where everything lies.
    pub paths: Paths,
    /// The person's settings.
    pub settings: Settings,
    /// The environment of the program.
    pub environment: Environment,
    /// The prices in force.
    pub prices: PriceTable,
    /// The viewer's time zone.
    pub zone: Tz,
    /// Whether it shows the built-in demo (says so, resumes nothing).
    pub demo: bool,
}

/// How the screen was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person is done.
    Quit,
    /// A session is to be resumed; the terminal has been given back.
    Resume(resume::Plan),
}

/// Opens the screen and returns when it is left. The terminal is given back in every case.
pub fn run(launch: &Launch) -> color_eyre::Result<Outcome> {
    let _ = launch;
    Ok(Outcome::Quit)
}
