//! The lane of the summary: reads all requests, and closes the store again.

use std::sync::Arc;

use config::SessionTypes;
use crossbeam_channel::Sender;
use store::{CubeQuery, Store};

use super::queue::Queue;
use crate::Launch;
use crate::app::Wake;
use crate::machines::Machines;
use crate::message::{Effect, Msg};
use crate::summary::calendar;

/// Answers requests for the summary.
pub(super) fn serve(launch: &Launch, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store);
    let grain = calendar(launch.zone).grain();
    while let Some(request) = queue.next() {
        let Effect::Sum { ticket, tools } = request else { continue };
        let types = SessionTypes::load(&launch.paths.session_types_file()).unwrap_or_default();
        let Machines { here, others: devices, .. } = launch.machines();
        let device = (!here.is_empty()).then_some(here.as_str());
        let query = CubeQuery { grain, tools, types: &types, device, devices: &devices, prices: &launch.prices };
        let cube = store.cube(&query).map(Arc::new).map_err(|error| error.to_string());
        let _ = wake.send(Wake::Msg(Msg::Summed(ticket, cube)));
    }
}
