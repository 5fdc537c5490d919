//! Ctrl-C: a run over a base is left in order, with nothing written and nothing recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::CannotRun;
use crate::diagnostics::codes;

/// Knows whether the run is to end.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the first signal is noted; the second ends the program at once.
    pub(super) fn watch() -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Where a signal cannot be watched it ends the program, as it would have anyway.
            let _ = flag::register_conditional_shutdown(signal, 2, Arc::clone(&asked));
            let _ = flag::register(signal, Arc::clone(&asked));
        }
        Self(asked)
    }

    /// Refuses to go on once somebody asked to end.
    pub(super) fn check(&self) -> Result<(), CannotRun> {
        if !self.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(CannotRun::new(&codes::run::INTERRUPTED, "interrupted: nothing was written and nothing recorded")
            .help("start the same command again"))
    }
}
