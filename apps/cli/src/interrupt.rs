//! Ctrl-C: the first one asks a running scan to stop, any other ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static LISTENING: AtomicBool = AtomicBool::new(false);

/// While it lives, Ctrl-C and SIGTERM set its flag instead of ending the program.
#[derive(Debug)]
pub(crate) struct Listening {
    flag: Arc<AtomicBool>,
}

impl Listening {
    /// Begins to listen.
    pub(crate) fn begin() -> color_eyre::Result<Self> {
        if let Some(flag) = REQUESTED.get() {
            LISTENING.store(true, Ordering::SeqCst);
            return Ok(Self { flag: Arc::clone(flag) });
        }
        let flag = Arc::clone(REQUESTED.get_or_init(Arc::default));
        let asked = Arc::clone(&flag);
        LISTENING.store(true, Ordering::SeqCst);
        ctrlc::set_handler(move || {
            if !LISTENING.load(Ordering::SeqCst) || asked.swap(true, Ordering::SeqCst) {
                std::process::exit(1);
            }
        })?;
        Ok(Self { flag })
    }

    /// The flag.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.store(false, Ordering::SeqCst);
    }
}
