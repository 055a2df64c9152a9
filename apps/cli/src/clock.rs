//! Time as people give it: zones on the command line, and moments as the query language knows them.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use config::{ConfigError, Environment, Settings};

pub(crate) use search::{Moment, day_of};

/// A moment in milliseconds since 1970.
pub(crate) fn milliseconds(moment: DateTime<Utc>) -> u64 {
    u64::try_from(moment.timestamp_millis()).unwrap_or(0)
}

/// The present moment, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    milliseconds(Utc::now())
}

/// A zone by its name, or what may have been meant.
pub(crate) fn parse_zone(name: &str) -> Result<Tz, String> {
    if let Some(zone) = chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)) {
        return Ok(*zone);
    }
    let wanted = name.to_lowercase().replace(' ', "_");
    let city = |zone: &&Tz| zone.name().to_lowercase().rsplit('/').next() == Some(&wanted);
    let meant = chrono_tz::TZ_VARIANTS.iter().find(city).map_or("Europe/Berlin", |zone| zone.name());
    Err(format!("no time zone has this name; use an IANA name such as `{meant}`"))
}

/// What is wrong with the time zone in the settings of a folder, even where another one goes before it.
pub(crate) fn wrong_setting(settings: &Settings, folder: &Path) -> Option<ConfigError> {
    let name = settings.timezone.as_deref()?;
    let problem = parse_zone(name).err()?;
    let message = format!("`display.timezone` is `{name}`: {problem}");
    Some(ConfigError::Invalid { path: folder.join("config.toml"), message })
}

/// The zone of the person: that of a flag, of `$TZ`, of the settings, of the system, else UTC.
pub(crate) fn zone(flag: Option<Tz>, environment: &Environment, setting: Option<&str>) -> Tz {
    let of_variable = || {
        let name = environment.get("TZ")?.trim_start_matches(':');
        let name = name.split_once("zoneinfo/").map_or(name, |(_, name)| name);
        name.parse().ok()
    };
    let of_setting = || parse_zone(setting?).ok();
    let of_system = || iana_time_zone::get_timezone().ok()?.parse().ok();
    flag.or_else(of_variable).or_else(of_setting).or_else(of_system).unwrap_or(Tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_in_the_settings_must_exist() {
        for (name, wrong) in [(None, false), (Some("Europe/Vienna"), false), (Some("Mars"), true)] {
            let settings = Settings { timezone: name.map(str::to_owned), ..Settings::default() };
            assert_eq!(wrong_setting(&settings, Path::new("/config")).is_some(), wrong, "{name:?}");
        }
    }

    #[test]
    fn a_city_is_answered_with_its_zone() {
        let answer = parse_zone("tokyo").expect_err("a city is no zone");
        assert!(answer.contains("Asia/Tokyo"), "{answer}");
    }
}
