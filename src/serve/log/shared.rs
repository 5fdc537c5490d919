//! What whoever decides and whoever writes both know of the log: how much waits, what was lost, and who is told.
//!
//! That lines are lost is told once, and once again when none was for a while, with how many they were.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use super::counts::{Counts, Loss};
use crate::serve::{Ear, Notice};

/// For so long nothing must be lost before it is said that the log goes on.
const CALM: Duration = Duration::from_millis(500);

/// What both sides know.
pub(super) struct Shared {
    pub(super) counts: Counts,
    /// The file is to be opened anew.
    pub(super) is_to_reopen: AtomicBool,
    waiting: AtomicUsize,
    lines: AtomicUsize,
    losing: Mutex<Option<Losing>>,
    ear: Arc<Ear>,
}

/// Lines are being lost.
struct Losing {
    lines: u64,
    last: Moment,
    /// Something was written since.
    is_over: bool,
}

impl Shared {
    pub(super) fn new(counts: Counts, ear: Arc<Ear>) -> Self {
        Self {
            counts,
            is_to_reopen: AtomicBool::default(),
            waiting: AtomicUsize::default(),
            lines: AtomicUsize::default(),
            losing: Mutex::default(),
            ear,
        }
    }

    /// Whether so many more lines may wait, each with so much weight, of so much in all; they wait from now on.
    pub(super) fn may_wait(&self, lines: usize, weight: usize, most: usize) -> bool {
        let more = |waiting: usize| waiting.checked_add(lines.checked_mul(weight)?).filter(|after| *after <= most);
        let may = self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok();
        if may {
            self.lines.fetch_add(lines, Ordering::AcqRel);
        }
        may
    }

    /// How many lines wait.
    pub(super) fn waiting(&self) -> usize {
        self.lines.load(Ordering::Acquire)
    }

    /// So many lines of that weight wait no more.
    pub(super) fn wait_no_more(&self, lines: usize, weight: usize) {
        self.lines.fetch_sub(lines, Ordering::AcqRel);
        self.waiting.fetch_sub(lines * weight, Ordering::AcqRel);
    }

    /// Lines are lost, for this reason.
    pub(super) fn lost(&self, lines: u64, loss: Loss, why: &str) {
        if self.lost_again(lines, loss) {
            (self.ear)(&Notice::LogFails(why.to_owned()));
        }
    }

    /// The same, for the reason that was said before; whether none was.
    pub(super) fn lost_again(&self, lines: u64, loss: Loss) -> bool {
        self.counts.lost(lines, loss);
        let mut losing = self.losing();
        let is_news = losing.is_none();
        let before = losing.as_ref().map_or(0, |losing| losing.lines);
        *losing = Some(Losing { lines: before + lines, last: Moment::now(), is_over: false });
        is_news
    }

    /// Lines were written.
    pub(super) fn written(&self, lines: u64) {
        self.counts.written(lines);
        if let (Some(losing), true) = (self.losing().as_mut(), lines > 0) {
            losing.is_over = true;
        }
    }

    /// Tells where no more is lost.
    pub(super) fn calm(&self) {
        let ended = self.losing().take_if(|losing| losing.is_over && losing.last.elapsed() >= CALM);
        if let Some(Losing { lines, .. }) = ended {
            (self.ear)(&Notice::LogGoesOn { lost: lines });
        }
    }

    fn losing(&self) -> MutexGuard<'_, Option<Losing>> {
        // What it guards is replaced whole.
        self.losing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
