//! Ticks that commands start: without hooks and schedule, too, everything is kept.

use std::time::Duration;

use config::Ticks;

use crate::context::Context;

/// A command starts a tick when none ran and none was started for this long: as often as a schedule does.
const PAUSE: Duration = Duration::from_mins(15);

/// Starts a tick in the background if one is due and wanted. What stands in the way is in the way of the next tick, too, and
/// `sessions doctor` tells of it: a command that did what it was asked for says nothing of it.
pub(crate) fn start_if_due(context: &Context) {
    let wanted = context.settings.ticks.in_environment(&context.environment) == Ticks::On && !context.is_demo();
    let paths = &context.paths;
    // ticks of a schedule leave the figures for status lines and nothing else
    if wanted && !journal::was_touched_lately(&paths.usage_state(), PAUSE) && journal::is_tick_due(PAUSE, paths) {
        let _ = journal::start_tick(&context.environment, paths);
    }
}
