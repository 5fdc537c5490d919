//! Windows, and what waits for them: whether a candidate may be shown now, and else until when it is held (R10, R32).
//!
//! The release is the earliest instant at which, as known now, every window that binds the candidate is open and no block
//! holds. Longer than the shortest hold of those that are closed, or past its expiry, it is dropped at once.

use super::candidate::{Dropped, Guarded};
use super::condition::condition;
use super::turns::turns;
use crate::frame::{Frame, WindowState};
use crate::model::{
    BlockCause, BlockId, ChannelId, Clause, Condition, OfferId, Outside, RuleId, RuleSet, WindowId, limits,
};
use crate::value::{Instant, Period, Truth, Unit, Zone};

/// How a candidate stands to its windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// They let it pass.
    Passes,
    /// It is held until then.
    Until(Instant),
    /// It drops out.
    Drops(Dropped),
}

/// What a candidate has to do with time.
pub(super) struct Bound<'a> {
    pub(super) windows: &'a [WindowId],
    pub(super) blocks: &'a [BlockId],
    /// Anything but a no is too late.
    pub(super) expires: Option<&'a Clause>,
    /// Where it was held and is let go, since when: from then on it has waited.
    pub(super) held: Option<Instant>,
}

/// Whether a window is open: its day is mentioned, and every row is open, says nothing of that day, or is about others.
pub fn is_open(rules: &RuleSet, frame: &Frame, id: WindowId) -> bool {
    let state = frame.window(id);
    let lifted = |when: &Clause| condition(rules, frame, &when.condition).is_no();
    state.is_mentioned()
        && rules[id]
            .rows
            .iter()
            .enumerate()
            .all(|(at, row)| state.row_is_open(at) || row.when.as_ref().is_some_and(lifted))
}

/// Whether a rule that everything else lets pass drops out for its windows or its expiry, now or before it is released.
pub fn rule_is_late(rules: &RuleSet, frame: &Frame, id: RuleId) -> bool {
    matches!(Guarded::new(rules, frame).rule_waiting(id), Waiting::Drops(_))
}

/// Whether an offer that stands in, and that everything else lets pass, drops out for its windows.
pub fn offer_is_late(rules: &RuleSet, frame: &Frame, id: OfferId) -> bool {
    matches!(Guarded::new(rules, frame).offer_waiting(id), Waiting::Drops(_))
}

/// Whether an offer that this rule itself or a list brings, and that a channel carries, drops out for the windows of both.
pub fn way_is_late(rules: &RuleSet, frame: &Frame, offer: OfferId, rule: Option<RuleId>, by: ChannelId) -> bool {
    matches!(Guarded::new(rules, frame).waiting(offer, rule, Some(by)), Waiting::Drops(_))
}

/// How long one look ahead reaches.
const STEP: Period = Period { count: 1, unit: Unit::Day };

/// How long something waits for a window at most; nothing where it does not.
fn longest(outside: Outside) -> Option<Period> {
    match outside {
        Outside::Hold(most) => Some(most.unwrap_or(limits::HOLD)),
        Outside::Drop | Outside::NextChannel => None,
    }
}

impl Bound<'_> {
    pub(super) fn look(&self, rules: &RuleSet, frame: &Frame) -> Waiting {
        match self.expires.map(|clause| condition(rules, frame, &clause.condition)) {
            None | Some(Truth::No) => {}
            Some(Truth::Yes) => return Waiting::Drops(Dropped::Expired),
            Some(Truth::Unknown) => return Waiting::Drops(Dropped::ExpiryNotKnown),
        }
        // What has waited for longer than a window lets it is over, whether or not that is open now.
        let is_over = |id: &WindowId| {
            let most = longest(rules[*id].outside);
            self.held.zip(most).is_some_and(|(since, most)| since.plus(most) < frame.now)
        };
        let over: Vec<WindowId> = self.windows.iter().copied().filter(is_over).collect();
        if !over.is_empty() {
            return Waiting::Drops(Dropped::HoldLimit(over));
        }
        let closed: Vec<WindowId> = self.windows.iter().copied().filter(|id| !is_open(rules, frame, *id)).collect();
        if closed.is_empty() {
            return Waiting::Passes;
        }
        // What has no clock has no hour at which it opens.
        let is_final =
            |id: &WindowId| frame.window(*id) == WindowState::UnknownZone || rules[*id].outside == Outside::Drop;
        let dropping: Vec<WindowId> = closed.iter().copied().filter(is_final).collect();
        if !dropping.is_empty() {
            return Waiting::Drops(Dropped::Outside(dropping));
        }
        let since = self.held.unwrap_or(frame.now);
        let most = closed.iter().filter_map(|id| longest(rules[*id].outside));
        let limit = most.map(|most| since.plus(most)).min().unwrap_or(frame.now);
        match self.release(rules, frame, limit) {
            Some(waiting) => waiting,
            None => Waiting::Drops(Dropped::HoldLimit(closed)),
        }
    }

    /// What comes first up to `limit`: the release or the expiry.
    fn release(&self, rules: &RuleSet, frame: &Frame, limit: Instant) -> Option<Waiting> {
        let zones: Vec<(Zone, Vec<u32>)> = self
            .windows
            .iter()
            .flat_map(|id| {
                let times = rules[*id].times();
                frame
                    .window_zones(rules, *id)
                    .into_iter()
                    .filter_map(Zone::named)
                    .map(move |zone| (zone, times.clone()))
            })
            .collect();
        let of_rows = self.windows.iter().flat_map(|id| &rules[*id].rows).filter_map(|row| row.when.as_ref());
        let conditions: Vec<&Condition> =
            of_rows.chain(self.expires).map(|clause| &clause.condition).chain(self.held_off(rules)).collect();
        let of_conditions = turns(rules, frame, conditions, limit);
        let mut from = frame.now;
        while from < limit {
            let to = from.plus(STEP).min(limit);
            let within = of_conditions.iter().copied().filter(|at| from < *at && *at <= to);
            let mut looks: Vec<Instant> = zones.iter().flat_map(|(zone, times)| zone.turns(from, to, times)).collect();
            looks.extend(within);
            looks.sort_unstable();
            looks.dedup();
            for at in looks {
                let then = frame.at(rules, at);
                if self.expires.is_some_and(|clause| !condition(rules, &then, &clause.condition).is_no()) {
                    return Some(Waiting::Drops(Dropped::Expired));
                }
                if self.lets_pass(rules, &then) {
                    return Some(Waiting::Until(at));
                }
            }
            from = to;
        }
        None
    }

    /// Whether windows and blocks let it pass. What a block counts only ends with time, so it has ended already.
    fn lets_pass(&self, rules: &RuleSet, frame: &Frame) -> bool {
        self.windows.iter().all(|id| is_open(rules, frame, *id))
            && self.held_off(rules).all(|while_so| condition(rules, frame, while_so).is_no())
    }

    /// The conditions while which a block holds.
    fn held_off<'r>(&self, rules: &'r RuleSet) -> impl Iterator<Item = &'r Condition> {
        self.blocks.iter().filter_map(|id| match &rules[*id].cause {
            BlockCause::While(clause) => Some(&clause.condition),
            BlockCause::After(_) => None,
        })
    }
}
