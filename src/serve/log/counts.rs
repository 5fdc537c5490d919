//! What the log counts for Prometheus: its lines, what it lost, and what its lines say of fallbacks and caps.
//!
//! Why a slot fell back and which cap stood in the way only a replay knows, and only what is logged is replayed. So both are
//! counted of the share that is logged, and are not there without a log.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::reasons::{Cause, Reasons};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLoss {
    cause: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCap {
    cap: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSlot {
    slot: String,
    cause: &'static str,
}

/// Why a line is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// As many wait already as may.
    Full,
    /// The disk took it not.
    Disk,
    /// The service ended before it was written.
    Ended,
    /// Whoever wrote it made a mistake.
    BrokeOff,
}

impl Loss {
    /// All of them.
    const ALL: [Self; 4] = [Self::Full, Self::Disk, Self::Ended, Self::BrokeOff];

    fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Disk => "disk",
            Self::Ended => "ended",
            Self::BrokeOff => "broke_off",
        }
    }
}

/// All that the log counts.
#[derive(Debug)]
pub(super) struct Counts {
    lines: Counter,
    dropped: Family<OfLoss, Counter>,
    sampled_out: Counter,
    fallbacks: Family<OfSlot, Counter>,
    denied: Family<OfCap, Counter>,
}

impl Counts {
    /// Counters among the others.
    pub(super) fn registered(to: &mut Registry) -> Self {
        let it = Self {
            lines: Counter::default(),
            dropped: Family::default(),
            sampled_out: Counter::default(),
            fallbacks: Family::default(),
            denied: Family::default(),
        };
        // What never happened is zero, so that an alarm has something to compare with.
        Loss::ALL.into_iter().for_each(|loss| drop(it.dropped.get_or_create_owned(&OfLoss { cause: loss.label() })));
        to.register("decision_log_lines", "Lines of the decision log that were written", it.lines.clone());
        to.register("decision_log_dropped", "Lines of the decision log that were lost, by cause", it.dropped.clone());
        let of = "Decisions and events that are not in the log, by its share";
        to.register("decision_log_sampled_out", of, it.sampled_out.clone());
        let of = "Decisions in the log that came to the fallback, by the furthest that any rule got";
        to.register("fallback", of, it.fallbacks.clone());
        let of = "Decisions in the log in which the cap, pause or gap stopped somebody, though perhaps not whoever would have won";
        to.register("cap_denied", of, it.denied.clone());
        it
    }

    pub(super) fn written(&self, lines: u64) {
        self.lines.inc_by(lines);
    }

    pub(super) fn lost(&self, lines: u64, loss: Loss) {
        self.dropped.get_or_create_owned(&OfLoss { cause: loss.label() }).inc_by(lines);
    }

    pub(super) fn sampled_out(&self, lines: u64) {
        self.sampled_out.inc_by(lines);
    }

    /// What the replay of a decision says.
    pub(super) fn replayed(&self, slot: &str, cause: Option<Cause>, reasons: &Reasons) {
        if let Some(cause) = cause {
            self.fallbacks.get_or_create_owned(&OfSlot { slot: slot.to_owned(), cause: cause.label() }).inc();
        }
        for cap in &reasons.caps {
            self.denied.get_or_create_owned(&OfCap { cap: cap.clone() }).inc();
        }
    }
}
